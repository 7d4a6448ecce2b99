"""签署单: what a certification authority is asked to have signed by one approver (reliability.md R7, G2)."""

from enum import StrEnum

from tortoise import fields

from models.cancellation import CancellationRequest
from models.person import Employee
from models.sealed import Sealed, SealedModel


class OrderState(StrEnum):
    """How does an order stand?"""

    WANTED = "wanted"  # somebody wants to answer; the authority has not been asked yet
    OPEN = "open"  # the authority waits for the person
    SIGNED = "signed"  # the answer was given with the signature
    ENDED = "ended"  # nothing was decided; `why` says why


class SigningOrder(SealedModel):
    """One order. It decides nothing: the answer is given when the signature comes, if it is the same answer then.

    `digest` is the SHA-256 of the statement to sign, `certificate` that of the signer's certificate (DER), `remote` the
    authority's own id. `signature` is JSON: the CMS (`cms`) and the root (`root`) it led to, both DER in Base64. It is
    about an employee, so the installation's key seals it: it outlives the candidate's data.
    """

    id = fields.UUIDField(primary_key=True)
    request: fields.ForeignKeyRelation[CancellationRequest] = fields.ForeignKeyField(
        "models.CancellationRequest", on_delete=fields.RESTRICT, related_name="signing_orders"
    )
    card_id = fields.UUIDField()  # of the card it was asked for on, whose state holds the wish
    employee: fields.ForeignKeyRelation[Employee] = fields.ForeignKeyField(
        "models.Employee", on_delete=fields.RESTRICT, related_name="signing_orders"
    )
    state = fields.CharEnumField(OrderState, max_length=8)
    digest = fields.CharField(max_length=64, default="", db_index=True)
    certificate = fields.CharField(max_length=64, default="")
    remote = fields.CharField(max_length=120, default="")
    why = fields.CharField(max_length=40, default="")
    made_at = fields.DatetimeField()
    expires_at = fields.DatetimeField()
    ended_at = fields.DatetimeField(null=True)
    sealed_signature = fields.BinaryField(null=True)
    signature = Sealed()

    class Meta:
        table = "signing_order"
        indexes = (("card_id", "ended_at"),)

    request_id: object
    employee_id: object

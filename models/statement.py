"""审批确认记录: what each decision said, signed with the key of its log (reliability.md R7, G0)."""

from tortoise import fields

from models.cancellation import CancellationRequest
from models.sealed import Persons, Sealed, SealedModel


class ApprovalStatement(SealedModel):
    """One decision's statement: `text` is canonical JSON without personal data, `signatures` the lines below it.

    `place` counts the statements of a request from 1; the next one names the digest of the one before. `shown` is the
    JSON of what stood on the card, to which the statement commits.
    """

    PERSON = "person_id"
    id = fields.UUIDField(primary_key=True)
    person_id = fields.UUIDField(null=True)  # the candidate it is about
    request: fields.ForeignKeyRelation[CancellationRequest] = fields.ForeignKeyField(
        "models.CancellationRequest", on_delete=fields.RESTRICT, related_name="statements"
    )
    place = fields.IntField()
    digest = fields.CharField(max_length=64, unique=True)  # SHA-256 of the text
    text = fields.TextField()
    signatures = fields.TextField()
    sealed_shown = fields.BinaryField(null=True)
    shown = Sealed()
    made_at = fields.DatetimeField()

    class Meta:
        table = "approval_statement"
        manager = Persons()
        unique_together = (("request", "place"),)

    request_id: object

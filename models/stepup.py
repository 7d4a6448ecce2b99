"""The second proof of an employee: the secret their authenticator was given, and what was proven with it."""

from tortoise import fields
from tortoise.models import Model

from models.person import Employee
from models.sealed import Sealed, SealedModel


class Factor(SealedModel):
    """动态码: a TOTP secret (RFC 6238). It counts once a code of it was given back, and until it is ended."""

    id = fields.UUIDField(primary_key=True)
    token_index = fields.CharField(max_length=32, unique=True)  # keyed hash of what stands in its page's address
    employee: fields.ForeignKeyRelation[Employee] = fields.ForeignKeyField(
        "models.Employee", on_delete=fields.RESTRICT, related_name="factors"
    )
    sealed_seed = fields.BinaryField()  # 20 random bytes in hex
    seed = Sealed()
    made_at = fields.DatetimeField()
    shown_at = fields.DatetimeField(null=True)  # the page shows it once
    confirmed_at = fields.DatetimeField(null=True)
    ended_at = fields.DatetimeField(null=True)
    last_step = fields.BigIntField(default=0)  # of the newest code accepted: none is accepted twice
    tries = fields.IntField(default=0)  # wrong codes since the last right one
    tried_at = fields.DatetimeField(null=True)  # when the last wrong one came

    class Meta:
        table = "factor"
        indexes = (("employee", "ended_at"),)

    employee_id: object


class Proof(Model):
    """二次验证 asked of one person for one action on one matter; passed by a code, then used once."""

    id = fields.UUIDField(primary_key=True)
    employee: fields.ForeignKeyRelation[Employee] = fields.ForeignKeyField(
        "models.Employee", on_delete=fields.RESTRICT, related_name="proofs"
    )
    action = fields.CharField(max_length=24)
    subject = fields.CharField(max_length=64)  # the number of the request, change or export
    asked_at = fields.DatetimeField()
    expires_at = fields.DatetimeField()
    passed_at = fields.DatetimeField(null=True)
    used_at = fields.DatetimeField(null=True)

    class Meta:
        table = "proof"
        indexes = (("employee", "expires_at"),)

    employee_id: object

"""通行密钥: the public half of a WebAuthn key that only one employee can use (reliability.md R7, G1)."""

from tortoise import fields
from tortoise.models import Model

from models.person import Employee


class Passkey(Model):
    """One passkey of an employee. It counts from when its page bound it until it is revoked or ended.

    Nothing here is secret: the private half never leaves the authenticator. `public_key` is the COSE key in
    base64url, `key` the SHA-256 of its JWK (RFC 7638), by which statements and records name it.
    """

    id = fields.UUIDField(primary_key=True)
    token_index = fields.CharField(max_length=32, unique=True)  # keyed hash of what stands in its page's address
    employee: fields.ForeignKeyRelation[Employee] = fields.ForeignKeyField(
        "models.Employee", on_delete=fields.RESTRICT, related_name="passkeys"
    )
    made_at = fields.DatetimeField()
    tries = fields.IntField(default=0)  # wrong codes on its page
    credential = fields.TextField(default="")  # its id, base64url
    public_key = fields.TextField(default="")
    key = fields.CharField(max_length=64, default="")
    sign_count = fields.BigIntField(default=0)
    transports = fields.JSONField[list[str]](default=list)
    aaguid = fields.CharField(max_length=36, default="")  # which kind of authenticator says it made it
    synced = fields.BooleanField(default=False)  # kept by the platform's account on several devices
    bound_at = fields.DatetimeField(null=True)
    revoked_at = fields.DatetimeField(null=True)  # by its owner: signs no more, and another needs an administrator
    ended_at = fields.DatetimeField(null=True)  # reset, or never bound: another may be bound

    class Meta:
        table = "passkey"
        indexes = (("employee", "ended_at"),)

    employee_id: object

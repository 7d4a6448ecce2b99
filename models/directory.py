"""Who stands in a platform's directory as it was read last, and the codes by which two accounts become one person."""

from tortoise import fields
from tortoise.models import Model

from models.person import Account, Employee, Platform
from models.sealed import Sealed, SealedModel


class DirectoryEntry(SealedModel):
    """通讯录条目: one person as one platform's directory last told; `unit` is the path of our own unit.

    An employee with two platforms has two entries and leaves with the last of them.
    """

    id = fields.UUIDField(primary_key=True)
    source = fields.CharEnumField(Platform, max_length=16)
    address_index = fields.CharField(max_length=32)
    sealed_address = fields.BinaryField()
    address = Sealed()
    employee: fields.ForeignKeyRelation[Employee] = fields.ForeignKeyField(
        "models.Employee", on_delete=fields.RESTRICT, related_name="directory_entries"
    )
    unit = fields.CharField(max_length=120)
    sealed_name = fields.BinaryField()
    name = Sealed()
    staff_index = fields.CharField(max_length=32, null=True, db_index=True)  # keyed hash of the staff number
    sealed_staff_number = fields.BinaryField(null=True)
    staff_number = Sealed()
    leads = fields.BooleanField(default=False)

    class Meta:
        table = "directory_entry"
        unique_together = (("source", "address_index"),)

    employee_id: object


class LinkCode(Model):
    """绑定码 that was told to one account; whoever types it in the other app says that both are theirs.

    Only the keyed hash is stored. Good once, until `expires_at`.
    """

    id = fields.UUIDField(primary_key=True)
    code_index = fields.CharField(max_length=32, unique=True)
    account: fields.ForeignKeyRelation[Account] = fields.ForeignKeyField("models.Account", on_delete=fields.RESTRICT)
    created_at = fields.DatetimeField()
    expires_at = fields.DatetimeField()
    ended_at = fields.DatetimeField(null=True)  # used, or another was asked for

    class Meta:
        table = "link_code"

    account_id: object

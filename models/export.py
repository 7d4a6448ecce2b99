"""Who asked to take many records out, and what another person said to it."""

from enum import StrEnum

from tortoise import fields
from tortoise.models import Model

from models.organisation import Organisation
from models.person import Employee
from models.sealed import Sealed, SealedModel


class ExportStatus(StrEnum):
    """Where is it?"""

    PROPOSED = "proposed"  # 待审批
    APPROVED = "approved"  # 已同意，可取一次
    REJECTED = "rejected"  # 已驳回
    EXPIRED = "expired"  # nobody decided in time: the clock closed it
    TAKEN = "taken"  # 已导出
    WITHDRAWN = "withdrawn"  # 提出人已撤回


class ExportRequest(SealedModel):
    """导出申请; number `X…`: one unit's log of a period, or its case `case_number` (Q… or Y…), taken out once, with the
    consent of a second person (T24).

    `expires_at` is when the clock closes it undecided; after the consent, the moment from which it opens nothing more.
    """

    id = fields.UUIDField(primary_key=True)
    number = fields.CharField(max_length=24, unique=True)
    status = fields.CharEnumField(ExportStatus, max_length=12, default=ExportStatus.PROPOSED)
    organisation: fields.ForeignKeyRelation[Organisation] = fields.ForeignKeyField(
        "models.Organisation", on_delete=fields.RESTRICT
    )
    requester: fields.ForeignKeyRelation[Employee] = fields.ForeignKeyField(
        "models.Employee", on_delete=fields.RESTRICT, related_name="exports_asked"
    )
    case_number = fields.CharField(max_length=24, default="", db_default="")
    form = fields.CharField(max_length=8)  # xlsx, pack, pdf, jsonl
    since = fields.DatetimeField(null=True)
    until = fields.DatetimeField(null=True)
    records = fields.IntField()  # how many there were when it was asked
    sealed_purpose = fields.BinaryField()
    purpose = Sealed()
    asked_at = fields.DatetimeField()
    expires_at = fields.DatetimeField()
    decided_by: fields.ForeignKeyNullableRelation[Employee] = fields.ForeignKeyField(
        "models.Employee", on_delete=fields.RESTRICT, null=True, related_name="exports_decided"
    )
    decided_at = fields.DatetimeField(null=True)
    sealed_comment = fields.BinaryField(null=True)
    comment = Sealed()
    taken_at = fields.DatetimeField(null=True)

    class Meta:
        table = "export_request"
        indexes = (("status", "organisation"),)

    organisation_id: object
    requester_id: object
    decided_by_id: object


class ExportTaken(Model):
    """已导出: one export of one person, kept as long as it counts towards what they may take out alone (T24).

    `records` is how many audit records it held, `case_number` whose case it was (the booking's, Y…; "" for a log),
    `approval` the consent `X…` it had, or "".
    """

    id = fields.UUIDField(primary_key=True)
    employee: fields.ForeignKeyRelation[Employee] = fields.ForeignKeyField(
        "models.Employee", on_delete=fields.RESTRICT, related_name="exports_taken"
    )
    taken_at = fields.DatetimeField()
    records = fields.IntField()
    case_number = fields.CharField(max_length=24, default="")
    approval = fields.CharField(max_length=24, default="")

    class Meta:
        table = "export_taken"
        indexes = (("employee", "taken_at"),)

    employee_id: object

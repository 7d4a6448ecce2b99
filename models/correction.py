"""What a candidate wants corrected in their data, and what HR said to it."""

from enum import StrEnum
from uuid import UUID

from tortoise import fields

from models.organisation import Organisation
from models.person import Candidate, Employee
from models.sealed import Persons, Sealed, SealedModel


class CorrectedField(StrEnum):
    """Which datum is wrong?"""

    NAME = "name"  # 姓名
    PHONE = "phone"  # 手机
    EMAIL = "email"  # 邮箱


class CorrectionStatus(StrEnum):
    """Where is it?"""

    ASKED = "asked"
    DONE = "done"
    REJECTED = "rejected"


class CorrectionRequest(SealedModel):
    """更正申请; number `G…`. Asked for by the candidate, carried out once HR has compared it."""

    PERSON = "candidate_id"
    id = fields.UUIDField(primary_key=True)
    number = fields.CharField(max_length=24, unique=True)
    candidate: fields.ForeignKeyRelation[Candidate] = fields.ForeignKeyField(
        "models.Candidate", on_delete=fields.RESTRICT, related_name="corrections"
    )
    organisation: fields.ForeignKeyRelation[Organisation] = fields.ForeignKeyField(
        "models.Organisation", on_delete=fields.RESTRICT
    )
    field = fields.CharEnumField(CorrectedField, max_length=8)
    sealed_value = fields.BinaryField()
    value = Sealed()
    status = fields.CharEnumField(CorrectionStatus, max_length=12, default=CorrectionStatus.ASKED)
    asked_at = fields.DatetimeField()
    decided_by: fields.ForeignKeyNullableRelation[Employee] = fields.ForeignKeyField(
        "models.Employee", on_delete=fields.RESTRICT, null=True, related_name="corrections_decided"
    )
    decided_at = fields.DatetimeField(null=True)

    class Meta:
        table = "correction_request"
        manager = Persons()
        indexes = (("candidate", "status"),)

    candidate_id: UUID
    organisation_id: object
    decided_by_id: object

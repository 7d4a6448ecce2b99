"""Who asked that somebody be given a role, or lose one, and what another administrator said to it."""

from enum import StrEnum

from tortoise import fields

from models.organisation import Organisation
from models.person import Employee, Role
from models.sealed import Sealed, SealedModel


class GrantChangeKind(StrEnum):
    """What is asked for?"""

    GIVE = "give"  # 授权
    WITHDRAW = "withdraw"  # 收回授权
    RESET = "reset"  # 重置动态码: what somebody proved themselves with is lost; `role` is then the proposer's own
    RESET_KEY = "reset_key"  # 重置通行密钥: as above


class GrantChangeStatus(StrEnum):
    """Where is it?"""

    PROPOSED = "proposed"
    APPROVED = "approved"
    REJECTED = "rejected"
    EXPIRED = "expired"  # nobody decided in time: the clock closed it
    WITHDRAWN = "withdrawn"  # 提出人已撤回


class GrantChange(SealedModel):
    """授权申请; number `S…`. Proposed by one administrator, decided by one of the other kind."""

    id = fields.UUIDField(primary_key=True)
    number = fields.CharField(max_length=24, unique=True)
    kind = fields.CharEnumField(GrantChangeKind, max_length=12)
    status = fields.CharEnumField(GrantChangeStatus, max_length=12, default=GrantChangeStatus.PROPOSED)
    employee: fields.ForeignKeyRelation[Employee] = fields.ForeignKeyField(
        "models.Employee", on_delete=fields.RESTRICT, related_name="grant_changes"
    )
    organisation: fields.ForeignKeyRelation[Organisation] = fields.ForeignKeyField(
        "models.Organisation", on_delete=fields.RESTRICT
    )
    role = fields.CharEnumField(Role, max_length=24)
    ends_at = fields.DatetimeField(null=True)  # when what is given ends by itself
    sealed_reason = fields.BinaryField(null=True)
    reason = Sealed()
    proposer: fields.ForeignKeyRelation[Employee] = fields.ForeignKeyField(
        "models.Employee", on_delete=fields.RESTRICT, related_name="grants_proposed"
    )
    proposer_role = fields.CharEnumField(Role, max_length=24)  # decides whose answer is asked for
    proposed_at = fields.DatetimeField()
    expires_at = fields.DatetimeField()
    decided_by: fields.ForeignKeyNullableRelation[Employee] = fields.ForeignKeyField(
        "models.Employee", on_delete=fields.RESTRICT, null=True, related_name="grants_decided"
    )
    decided_at = fields.DatetimeField(null=True)
    sealed_comment = fields.BinaryField(null=True)
    comment = Sealed()

    class Meta:
        table = "grant_change"
        indexes = (("status", "proposer_role"),)

    employee_id: object
    organisation_id: object
    proposer_id: object
    decided_by_id: object

"""Who lets somebody else decide in their place for a while (委托)."""

from enum import StrEnum

from tortoise import fields
from tortoise.models import Model

from models.organisation import Organisation
from models.person import Employee


class DelegationStatus(StrEnum):
    """Where is it?"""

    PROPOSED = "proposed"  # 待对方同意
    APPROVED = "approved"  # 已同意：在到期前代为审批
    REJECTED = "rejected"  # 对方不同意
    EXPIRED = "expired"  # nobody answered before its end: the clock closed it
    ENDED = "ended"  # 到期或取消
    WITHDRAWN = "withdrawn"  # 委托人在对方答复前撤回


class Delegation(Model):
    """委托; number `W…`: until `expires_at` the delegate decides for the principal, at most `most` times (0: no limit).

    It begins when the delegate accepts. The principal goes on deciding as well: who answers first has answered.
    """

    id = fields.UUIDField(primary_key=True)
    number = fields.CharField(max_length=24, unique=True)
    status = fields.CharEnumField(DelegationStatus, max_length=12, default=DelegationStatus.PROPOSED)
    organisation: fields.ForeignKeyRelation[Organisation] = fields.ForeignKeyField(
        "models.Organisation", on_delete=fields.RESTRICT
    )
    principal: fields.ForeignKeyRelation[Employee] = fields.ForeignKeyField(
        "models.Employee", on_delete=fields.RESTRICT, related_name="delegations_given"
    )
    delegate: fields.ForeignKeyRelation[Employee] = fields.ForeignKeyField(
        "models.Employee", on_delete=fields.RESTRICT, related_name="delegations_held"
    )
    most = fields.IntField(default=0, db_default=0)
    asked_at = fields.DatetimeField()
    expires_at = fields.DatetimeField()
    decided_by: fields.ForeignKeyNullableRelation[Employee] = fields.ForeignKeyField(
        "models.Employee", on_delete=fields.RESTRICT, null=True, related_name="delegations_decided"
    )
    decided_at = fields.DatetimeField(null=True)
    ended_at = fields.DatetimeField(null=True)

    comment: str | None = None  # what is said with the answer is told and not kept

    class Meta:
        table = "delegation"
        indexes = (("delegate", "status"), ("principal", "status"))

    organisation_id: object
    principal_id: object
    delegate_id: object
    decided_by_id: object

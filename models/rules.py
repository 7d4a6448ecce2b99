"""Versions of a unit's rules: who proposed each, who agreed, since when it holds; and every document that decided."""

from enum import StrEnum

from tortoise import fields
from tortoise.models import Model

from models.organisation import Organisation
from models.person import Employee
from models.sealed import Sealed, SealedModel


class RulesStatus(StrEnum):
    """Where is it? Which approved one is in force follows from `effective_from`."""

    PROPOSED = "proposed"
    APPROVED = "approved"
    REJECTED = "rejected"
    EXPIRED = "expired"  # nobody decided in time: the clock closed it
    WITHDRAWN = "withdrawn"  # 提出人已撤回


class RulesVersion(SealedModel):
    """规则版本; number `R…`. Proposed by a system administrator, decided by a security administrator.

    `document` is whole: what its file took from a base stands in it. `replayed` says against what it was tried before
    anybody was asked: the period, how many cases there were, and how many would have been decided otherwise.
    """

    id = fields.UUIDField(primary_key=True)
    number = fields.CharField(max_length=24, unique=True)
    organisation: fields.ForeignKeyRelation[Organisation] = fields.ForeignKeyField(
        "models.Organisation", on_delete=fields.RESTRICT, related_name="rules_versions"
    )
    version = fields.IntField()  # counts in its unit; what a unit was entered with is version 1
    document = fields.JSONField[dict[str, object]](default=dict)
    digest = fields.CharField(max_length=64)
    replaces = fields.CharField(max_length=64)  # the digest of what was in force when it was proposed
    status = fields.CharEnumField(RulesStatus, max_length=12, default=RulesStatus.PROPOSED)
    effective_from = fields.DatetimeField()
    replayed = fields.JSONField[dict[str, object]](default=dict)
    proposer: fields.ForeignKeyRelation[Employee] = fields.ForeignKeyField(
        "models.Employee", on_delete=fields.RESTRICT, related_name="rules_proposed"
    )
    proposed_at = fields.DatetimeField()
    expires_at = fields.DatetimeField()
    decided_by: fields.ForeignKeyNullableRelation[Employee] = fields.ForeignKeyField(
        "models.Employee", on_delete=fields.RESTRICT, null=True, related_name="rules_decided"
    )
    decided_at = fields.DatetimeField(null=True)
    sealed_comment = fields.BinaryField(null=True)
    comment = Sealed()

    class Meta:
        table = "rules_version"
        unique_together = (("organisation", "version"),)
        indexes = (("status", "effective_from"),)

    organisation_id: object
    proposer_id: object
    decided_by_id: object


class RulesText(Model):
    """A document that decided a case, under its digest: a trace can be replayed whatever became of the unit's rules."""

    digest = fields.CharField(max_length=64, primary_key=True)
    document = fields.JSONField[dict[str, object]](default=dict)

    class Meta:
        table = "rules_text"

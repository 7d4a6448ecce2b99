"""Who wants a person's data gone and why, what was said to it, and what became of it."""

from enum import StrEnum
from uuid import UUID

from tortoise import fields

from models.organisation import Organisation
from models.person import Candidate, Employee
from models.sealed import Persons, Sealed, SealedModel


class Basis(StrEnum):
    """Why must the data go? The cases of 个人信息保护法 47."""

    ASKED = "asked"  # 候选人要求 or 撤回同意 (47 三)
    PURPOSE_OVER = "purpose_over"  # 目的已实现 (47 一)
    TERM_OVER = "term_over"  # 保存期满 (47 二)
    UNLAWFUL = "unlawful"  # 违法处理 (47 四)


class ErasureStatus(StrEnum):
    """Where is it? The moves are in `workflow/states.py`, drawn in docs/states.md.

    Suggested is what the candidate or the clock asks of HR. While it is approved the candidate is being told. Expired
    is also what has to wait because the data must be kept: the clock suggests it anew.
    """

    SUGGESTED = "suggested"  # 待 HR 提出
    PROPOSED = "proposed"  # 待安全管理员审批
    APPROVED = "approved"  # 已同意，等待删除
    CARRIED_OUT = "carried_out"  # 已删除
    REJECTED = "rejected"  # 已驳回
    EXPIRED = "expired"  # 未删除：到期未决，或依法还要保存
    WITHDRAWN = "withdrawn"  # 提出人已撤回


class ErasureRequest(SealedModel):
    """删除申请; number `D…`. Proposed by HR, decided by a security administrator, carried out by the clock.

    `counts` says, once it is done, how many rows of each table were emptied or deleted. The row itself stays: it is
    the report of an erasure (reliability.md R6), and names nobody.
    """

    PERSON = "candidate_id"
    id = fields.UUIDField(primary_key=True)
    number = fields.CharField(max_length=24, unique=True)
    candidate: fields.ForeignKeyRelation[Candidate] = fields.ForeignKeyField(
        "models.Candidate", on_delete=fields.RESTRICT, related_name="erasures"
    )
    organisation: fields.ForeignKeyRelation[Organisation] = fields.ForeignKeyField(
        "models.Organisation", on_delete=fields.RESTRICT
    )
    basis = fields.CharEnumField(Basis, max_length=16)
    status = fields.CharEnumField(ErasureStatus, max_length=12)
    by_candidate = fields.BooleanField(default=False, db_default=False)
    proposer: fields.ForeignKeyNullableRelation[Employee] = fields.ForeignKeyField(
        "models.Employee", on_delete=fields.RESTRICT, null=True, related_name="erasures_proposed"
    )
    suggested_at = fields.DatetimeField(null=True)
    proposed_at = fields.DatetimeField(null=True)
    expires_at = fields.DatetimeField(null=True)  # when a proposal that nobody answered ends
    decided_by: fields.ForeignKeyNullableRelation[Employee] = fields.ForeignKeyField(
        "models.Employee", on_delete=fields.RESTRICT, null=True, related_name="erasures_decided"
    )
    decided_at = fields.DatetimeField(null=True)
    sealed_comment = fields.BinaryField(null=True)
    comment = Sealed()
    done_at = fields.DatetimeField(null=True)
    counts = fields.JSONField[dict[str, int]](default=dict)

    class Meta:
        table = "erasure_request"
        manager = Persons()
        indexes = (("candidate", "status"), ("status", "organisation"))

    candidate_id: UUID
    organisation_id: object
    proposer_id: object
    decided_by_id: object

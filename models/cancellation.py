"""Cancellation requests, their approval steps and their evidence."""

from enum import StrEnum
from typing import TYPE_CHECKING

from tortoise import fields
from tortoise.models import Model

from models.booking import Booking
from models.organisation import Organisation
from models.person import Candidate, Employee, Role
from models.sealed import Persons, Sealed, SealedModel

if TYPE_CHECKING:
    from models.archive import ArchivePackage


class RequestStatus(StrEnum):
    """Where is this request? The moves are drawn in the README from `workflow/states.py`."""

    DRAFT = "draft"  # 待 HR 提交
    AWAITING_EVIDENCE = "awaiting_evidence"  # 待补证明
    AWAITING_APPROVAL = "awaiting_approval"  # 审批中
    APPROVED = "approved"  # 已通过，等待执行
    CARRIED_OUT = "carried_out"  # 已执行
    REJECTED = "rejected"  # 已驳回
    SENT_BACK = "sent_back"  # 已退回补充
    WITHDRAWN = "withdrawn"  # 已撤回
    UNDONE = "undone"  # 已撤销
    EXPIRED = "expired"  # 到点未决，系统代办关闭
    REFUSED = "refused"  # 不予受理


class Origin(StrEnum):
    """Whose wish is it that the interview does not take place?"""

    CANDIDATE = "candidate"
    COMPANY = "company"
    SYSTEM = "system"


class StepStatus(StrEnum):
    """What has become of one place in the chain?"""

    WAITING = "waiting"  # 尚未轮到
    OPEN = "open"  # 待审批
    APPROVED = "approved"  # 已同意
    REJECTED = "rejected"  # 已驳回
    SENT_BACK = "sent_back"  # 已退回
    CLOSED = "closed"  # 因申请结束而关闭，或同级已有结果而不再需要
    HANDED_ON = "handed_on"  # 已转交；接手的人另有一行
    SKIPPED = "skipped"  # 按规范跳过：此人在前面的节点已同意
    VOIDED = "voided"  # 退回到前面的节点，没有轮到就作废


class Added(StrEnum):
    """When is somebody asked whom an approver added?"""

    BEFORE = "before"  # 前加签: first they, then the approver who added them
    AFTER = "after"  # 后加签: once that approver has agreed
    BESIDE = "beside"  # 并加签: at the same time


class StillNeeded(StrEnum):
    """岗位是否仍需招聘?"""

    YES = "yes"  # 仍需
    PAUSED = "paused"  # 暂停
    NO = "no"  # 不再招聘


class CancellationRequest(SealedModel):
    """取消申请 for one booking; `policy` is the rule set as it stood when the request was filed."""

    PERSON = "person_id"
    id = fields.UUIDField(primary_key=True)
    person_id = fields.UUIDField(null=True)  # the candidate it is about
    number = fields.CharField(max_length=24, unique=True)
    organisation: fields.ForeignKeyRelation[Organisation] = fields.ForeignKeyField(
        "models.Organisation", on_delete=fields.RESTRICT
    )
    booking: fields.ForeignKeyRelation[Booking] = fields.ForeignKeyField(
        "models.Booking", on_delete=fields.RESTRICT, related_name="requests"
    )
    status = fields.CharEnumField(RequestStatus, max_length=24, default=RequestStatus.DRAFT)
    revision = fields.IntField(default=1)
    origin = fields.CharEnumField(Origin, max_length=16)
    reason_code = fields.CharField(max_length=32, default="")
    sealed_reason_text = fields.BinaryField(null=True)
    reason_text = Sealed()
    notify = fields.BooleanField(default=True)
    keep_eligibility = fields.BooleanField(default=True)
    late = fields.BooleanField(default=False)
    requester: fields.ForeignKeyNullableRelation[Employee] = fields.ForeignKeyField(
        "models.Employee", on_delete=fields.RESTRICT, null=True
    )
    candidate: fields.ForeignKeyNullableRelation[Candidate] = fields.ForeignKeyField(
        "models.Candidate", on_delete=fields.RESTRICT, null=True
    )
    policy = fields.JSONField[dict[str, object]](default=dict)
    trace = fields.JSONField[dict[str, object]](null=True)  # why the rules decided so; null before there were traces
    created_at = fields.DatetimeField()
    filed_at = fields.DatetimeField(null=True)
    decided_at = fields.DatetimeField(null=True)
    effective_at = fields.DatetimeField(null=True)  # when the grace ends
    ended_at = fields.DatetimeField(null=True)

    class Meta:
        table = "cancellation_request"
        manager = Persons()
        indexes = (("status", "effective_at"), ("organisation", "created_at"))

    steps: fields.ReverseRelation["Step"]
    archive_packages: fields.ReverseRelation["ArchivePackage"]
    evidence: fields.ReverseRelation["Evidence"]
    booking_id: object
    organisation_id: object
    requester_id: object
    candidate_id: object


class Step(SealedModel):
    """审批节点: one person's place in the chain and the answer given there; `level` counts from 1.

    A level has several places where several people are asked; `slot` numbers them. Of each level only the places of its
    highest `round` count: a level that was returned to is asked anew, and the earlier answers stay.
    """

    PERSON = "person_id"
    id = fields.UUIDField(primary_key=True)
    person_id = fields.UUIDField(null=True)  # the candidate it is about
    request: fields.ForeignKeyRelation[CancellationRequest] = fields.ForeignKeyField(
        "models.CancellationRequest", on_delete=fields.RESTRICT, related_name="steps"
    )
    level = fields.IntField()
    slot = fields.IntField(default=1, db_default=1)  # counts from 1 within the level, on through its rounds
    round = fields.IntField(default=1, db_default=1)
    turn = fields.IntField(default=0, db_default=0)  # 依次: who has a lower one answers first
    added: Added | None = fields.CharEnumField(Added, max_length=8, null=True)  # type: ignore[assignment]
    added_to: int | None = fields.IntField(null=True)  # 加签: the slot of who asked for it
    took_over: int | None = fields.IntField(null=True)  # 转交: the slot it was handed on from
    asked_by: fields.ForeignKeyNullableRelation[Employee] = fields.ForeignKeyField(
        "models.Employee", on_delete=fields.RESTRICT, null=True, related_name="steps_asked"
    )  # who added or handed it on; null: the rules
    revision = fields.IntField(default=1)
    role = fields.CharEnumField(Role, max_length=24)
    status = fields.CharEnumField(StepStatus, max_length=16, default=StepStatus.WAITING)
    approver: fields.ForeignKeyRelation[Employee] = fields.ForeignKeyField(
        "models.Employee", on_delete=fields.RESTRICT, related_name="steps"
    )
    decided_by: fields.ForeignKeyNullableRelation[Employee] = fields.ForeignKeyField(
        "models.Employee", on_delete=fields.RESTRICT, null=True, related_name="decided_steps"
    )
    stands_for: fields.ForeignKeyNullableRelation[Employee] = fields.ForeignKeyField(
        "models.Employee", on_delete=fields.RESTRICT, null=True, related_name="steps_handed_on"
    )  # who left; the approver decides as their deputy, without holding the role
    still_needed: StillNeeded | None = fields.CharEnumField(StillNeeded, max_length=8, null=True)  # type: ignore[assignment]
    sealed_comment = fields.BinaryField(null=True)
    comment = Sealed()
    opened_at = fields.DatetimeField(null=True)
    decided_at = fields.DatetimeField(null=True)

    class Meta:
        table = "step"
        manager = Persons()
        unique_together = (("request", "revision", "level", "slot"),)
        indexes = (("approver", "role", "request"),)

    request_id: object
    approver_id: object
    decided_by_id: object
    stands_for_id: object
    asked_by_id: object


class EvidenceKind(StrEnum):
    """What proves the reason?"""

    FILE = "file"  # 截图或文件
    REPLY = "reply"  # 候选人本人的回复


class Evidence(SealedModel):
    """证明材料: sealed bytes under their digest, or the candidate's own words."""

    PERSON = "person_id"
    id = fields.UUIDField(primary_key=True)
    person_id = fields.UUIDField(null=True)  # the candidate it is about
    request: fields.ForeignKeyRelation[CancellationRequest] = fields.ForeignKeyField(
        "models.CancellationRequest", on_delete=fields.RESTRICT, related_name="evidence"
    )
    kind = fields.CharEnumField(EvidenceKind, max_length=8)
    media_type = fields.CharField(max_length=80)
    size = fields.IntField()
    digest = fields.CharField(max_length=64)  # SHA-256 of the plain bytes
    cipher_digest = fields.CharField(max_length=64)  # SHA-256 of what lies on disk
    sealed_name = fields.BinaryField()
    name = Sealed()
    uploader: fields.ForeignKeyNullableRelation[Employee] = fields.ForeignKeyField(
        "models.Employee", on_delete=fields.RESTRICT, null=True
    )
    source = fields.CharField(max_length=160, default="")  # the platform's message id
    raw_digest = fields.CharField(max_length=64, default="", db_default="")  # SHA-256 of what that message came in
    look = fields.CharField(max_length=512, default="", db_default="")  # perceptual hash of a picture, hex
    shape = fields.IntField(default=0, db_default=0)  # 1000 × width / height of a picture
    facts = fields.JSONField[dict[str, int]](null=True)  # pages, parts, size: counts, never words of the file
    twins = fields.JSONField[list[list[object]]](null=True)  # [number of another request, difference in thousandths]
    created_at = fields.DatetimeField()

    class Meta:
        table = "evidence"
        manager = Persons()
        unique_together = (("request", "digest"),)
        indexes = (("digest",),)


class EvidenceBlob(Model):
    """The sealed bytes of a piece of evidence; apart from its facts, so that lists never load it."""

    id = fields.UUIDField(primary_key=True)  # the Evidence's id
    sealed = fields.BinaryField()

    class Meta:
        table = "evidence_blob"

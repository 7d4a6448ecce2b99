"""How long records stay: what is held back, what two people agreed to remove, and what was removed."""

from enum import StrEnum

from tortoise import fields
from tortoise.models import Model

from models.booking import Booking
from models.organisation import Organisation
from models.person import Candidate, Employee
from models.sealed import Sealed, SealedModel


class Hold(SealedModel):
    """留存冻结: nothing of this case, or of the whole person where `booking` is null, may go until it is released."""

    id = fields.UUIDField(primary_key=True)
    organisation: fields.ForeignKeyRelation[Organisation] = fields.ForeignKeyField(
        "models.Organisation", on_delete=fields.RESTRICT
    )
    candidate: fields.ForeignKeyRelation[Candidate] = fields.ForeignKeyField(
        "models.Candidate", on_delete=fields.RESTRICT, related_name="holds"
    )
    booking: fields.ForeignKeyNullableRelation[Booking] = fields.ForeignKeyField(
        "models.Booking", on_delete=fields.RESTRICT, null=True, related_name="holds"
    )
    number = fields.CharField(max_length=24)  # the case as it was named: Q… or Y…
    sealed_reason = fields.BinaryField()
    reason = Sealed()
    set_by: fields.ForeignKeyRelation[Employee] = fields.ForeignKeyField(
        "models.Employee", on_delete=fields.RESTRICT, related_name="holds_set"
    )
    set_at = fields.DatetimeField()
    released_by: fields.ForeignKeyNullableRelation[Employee] = fields.ForeignKeyField(
        "models.Employee", on_delete=fields.RESTRICT, null=True, related_name="holds_released"
    )
    released_at = fields.DatetimeField(null=True)

    class Meta:
        table = "hold"

    candidate_id: object
    booking_id: object


class PurgeStatus(StrEnum):
    """Where is it?"""

    PROPOSED = "proposed"
    APPROVED = "approved"  # being carried out, portion by portion
    REJECTED = "rejected"
    EXPIRED = "expired"  # nobody decided in time: the clock closed it
    DONE = "done"  # every case has its outcome; the certificate follows
    WITHDRAWN = "withdrawn"  # 提出人已撤回


class Purge(SealedModel):
    """到期清理; number `L…`. Proposed by a system administrator, decided by a security administrator.

    `cases` and `digest` are those of the list that was proposed: if it is another one when it is decided, nothing is.
    """

    id = fields.UUIDField(primary_key=True)
    number = fields.CharField(max_length=24, unique=True)
    status = fields.CharEnumField(PurgeStatus, max_length=12, default=PurgeStatus.PROPOSED)
    organisation: fields.ForeignKeyRelation[Organisation] = fields.ForeignKeyField(
        "models.Organisation", on_delete=fields.RESTRICT
    )
    year = fields.IntField(null=True)  # in which the cases ended, in Asia/Shanghai; null is every due one
    cases = fields.IntField()
    digest = fields.CharField(max_length=64)
    proposer: fields.ForeignKeyRelation[Employee] = fields.ForeignKeyField(
        "models.Employee", on_delete=fields.RESTRICT, related_name="purges_proposed"
    )
    proposed_at = fields.DatetimeField()
    expires_at = fields.DatetimeField()
    decided_by: fields.ForeignKeyNullableRelation[Employee] = fields.ForeignKeyField(
        "models.Employee", on_delete=fields.RESTRICT, null=True, related_name="purges_decided"
    )
    decided_at = fields.DatetimeField(null=True)
    sealed_comment = fields.BinaryField(null=True)
    comment = Sealed()
    done_at = fields.DatetimeField(null=True)

    class Meta:
        table = "purge"
        indexes = (("status", "expires_at"),)

    organisation_id: object
    proposer_id: object
    decided_by_id: object


class PurgeOutcome(StrEnum):
    """What became of one case of the list?"""

    WAITING = "waiting"
    PURGED = "purged"  # 已清理
    HELD = "held"  # 已冻结，保留
    CHANGED = "changed"  # 又有了新的记录，没有到期，保留


class PurgeItem(Model):
    """One case of a purge's list. It holds numbers, never a person: it stays when the case is gone."""

    id = fields.BigIntField(primary_key=True)
    purge: fields.ForeignKeyRelation[Purge] = fields.ForeignKeyField(
        "models.Purge", on_delete=fields.RESTRICT, related_name="items"
    )
    case_id = fields.UUIDField()  # of the booking, which will be gone
    number = fields.CharField(max_length=24)
    requests = fields.JSONField[list[str]](default=list)  # their numbers
    log = fields.CharField(max_length=140)
    ended_at = fields.DatetimeField()
    outcome = fields.CharEnumField(PurgeOutcome, max_length=8, default=PurgeOutcome.WAITING)
    rows = fields.IntField(default=0)  # how many were deleted
    seq = fields.BigIntField(null=True)  # of the record that says so

    class Meta:
        table = "purge_item"
        unique_together = (("purge", "case_id"),)
        indexes = (("purge", "outcome"),)

    purge_id: object


class PurgePermit(Model):
    """Lets the rows of one case be deleted. It exists only inside the transaction that deletes them.

    The database refuses one for a case that is held, that is open, or of which anything is younger than `cutoff`; and
    a cutoff less than three years before `at`.
    """

    case_id = fields.UUIDField(primary_key=True)
    purge: fields.ForeignKeyRelation[Purge] = fields.ForeignKeyField("models.Purge", on_delete=fields.RESTRICT)
    at = fields.DatetimeField()
    cutoff = fields.DatetimeField()

    class Meta:
        table = "purge_permit"


class PurgeCertificate(Model):
    """清理证明: the signed file, byte for byte."""

    id = fields.UUIDField(primary_key=True)  # the Purge's id
    sha256 = fields.CharField(max_length=64)
    content = fields.BinaryField()
    made_at = fields.DatetimeField()

    class Meta:
        table = "purge_certificate"

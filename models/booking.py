"""Bookings: one time promised to one candidate for one interview."""

from enum import StrEnum
from uuid import UUID

from tortoise import fields
from tortoise.models import Model

from models.organisation import Organisation, Position
from models.person import Candidate, Employee


class BookingStatus(StrEnum):
    """Where is this booking in its life? The moves are drawn in the README from `workflow/states.py`."""

    SCHEDULED = "scheduled"  # 已预约
    CONFIRMED = "confirmed"  # 候选人已确认
    FROZEN = "frozen"  # 取消审批中
    DECLINED = "declined"  # 候选人不来
    CANCELLED = "cancelled"  # 已取消
    RESCHEDULED = "rescheduled"  # 已改期
    COMPLETED = "completed"  # 已完成
    NO_SHOW = "no_show"  # 未到


class Booking(Model):
    """面试预约. Moments are UTC; `revision` rises with every change that a card or a link may have missed."""

    id = fields.UUIDField(primary_key=True)
    number = fields.CharField(max_length=24, unique=True)
    organisation: fields.ForeignKeyRelation[Organisation] = fields.ForeignKeyField(
        "models.Organisation", on_delete=fields.RESTRICT
    )
    candidate: fields.ForeignKeyRelation[Candidate] = fields.ForeignKeyField(
        "models.Candidate", on_delete=fields.RESTRICT, related_name="bookings"
    )
    position: fields.ForeignKeyRelation[Position] = fields.ForeignKeyField("models.Position", on_delete=fields.RESTRICT)
    interviewer: fields.ForeignKeyNullableRelation[Employee] = fields.ForeignKeyField(
        "models.Employee", on_delete=fields.RESTRICT, null=True
    )
    starts_at = fields.DatetimeField(db_index=True)
    duration_min = fields.IntField(default=45)
    round = fields.CharField(max_length=40, default="")
    status = fields.CharEnumField(BookingStatus, max_length=16, default=BookingStatus.SCHEDULED)
    before_frozen = fields.CharField(max_length=16, default="")  # what a frozen booking returns to
    revision = fields.IntField(default=1)
    calendar_sequence = fields.IntField(default=0)
    room_id = fields.CharField(max_length=128, default="")  # the interview provider's own id
    room_url = fields.TextField(default="")
    keeps_eligibility = fields.BooleanField(default=True)
    import_id = fields.CharField(max_length=64, default="", db_index=True)
    created_at = fields.DatetimeField()
    confirmed_at = fields.DatetimeField(null=True)
    declined_at = fields.DatetimeField(null=True)
    cancelled_at = fields.DatetimeField(null=True)

    class Meta:
        table = "booking"
        indexes = (("organisation", "status", "starts_at"),)

    candidate_id: UUID
    position_id: object
    organisation_id: object
    interviewer_id: object


class BookingTerm(Model):
    """A keyed hash of something one may type to find a booking: part of a name, its pinyin, a phone tail."""

    id = fields.BigIntField(primary_key=True)
    term = fields.CharField(max_length=32)
    booking: fields.ForeignKeyRelation[Booking] = fields.ForeignKeyField(
        "models.Booking", on_delete=fields.RESTRICT, related_name="terms"
    )

    class Meta:
        table = "booking_term"
        unique_together = (("term", "booking"),)


class EntryLink(Model):
    """The candidate's own link to a booking (`/i/<token>`); only the token's keyed hash is stored."""

    id = fields.UUIDField(primary_key=True)
    token_index = fields.CharField(max_length=32, unique=True)
    booking: fields.ForeignKeyRelation[Booking] = fields.ForeignKeyField(
        "models.Booking", on_delete=fields.RESTRICT, related_name="links"
    )
    created_at = fields.DatetimeField()
    revoked_at = fields.DatetimeField(null=True)
    tries = fields.IntField(default=0)  # wrong second facts since the last right one
    tried_at = fields.DatetimeField(null=True)  # when the last wrong one came

    class Meta:
        table = "entry_link"

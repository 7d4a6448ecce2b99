"""What came in and what has to go out: inbox, outbox, attempts, and the cards people hold in their phones."""

from enum import StrEnum

from tortoise import fields
from tortoise.models import Model

from models.booking import Booking
from models.cancellation import CancellationRequest, Step
from models.delegation import Delegation
from models.erasure import ErasureRequest
from models.export import ExportRequest
from models.person import Account, Employee, Platform
from models.retention import Purge
from models.rights import GrantChange
from models.rules import RulesVersion
from models.sealed import Persons, Sealed, SealedModel


class InboundStatus(StrEnum):
    """What has become of something that came in?"""

    HANDLED = "handled"  # it had its effect, or was refused in words
    DEAD = "dead"  # our own fault: kept for replay


class InboundMessage(SealedModel):
    """收到的消息: stored once under its business key, so that a repeat is seen; `answer` is what a repeat gets."""

    PERSON = "person_id"
    id = fields.UUIDField(primary_key=True)
    person_id = fields.UUIDField(null=True)  # the candidate it is about
    key = fields.CharField(max_length=190, unique=True)
    platform = fields.CharField(max_length=16)
    kind = fields.CharField(max_length=24)
    status = fields.CharEnumField(InboundStatus, max_length=8, default=InboundStatus.HANDLED)
    received_at = fields.DatetimeField()
    answer = fields.JSONField[dict[str, object]](default=dict)
    repeats = fields.IntField(default=0)
    reference = fields.CharField(max_length=12, default="")
    sealed_content = fields.BinaryField(null=True)
    content = Sealed()

    class Meta:
        table = "inbound_message"
        manager = Persons()


class SeenCipher(Model):
    """SHA-256 of an `Encrypt` value that was accepted once; kept for ever, because timestamps can be replayed."""

    digest = fields.CharField(max_length=64, primary_key=True)
    received_at = fields.DatetimeField()

    class Meta:
        table = "seen_cipher"


class OutboxStatus(StrEnum):
    """Where is this message?"""

    WAITING = "waiting"  # due at not_before
    CLAIMED = "claimed"  # a worker holds the lease
    SENDING = "sending"  # a call may be under way; after a crash its outcome is unknown
    SENT = "sent"
    SUPPRESSED = "suppressed"  # no longer true, or somebody else was told instead; `reason` says why
    DEAD = "dead"  # given up: a person has to act


class OutboxMessage(SealedModel):
    """待发消息: what must be said or done outside, kept until it is settled."""

    PERSON = "person_id"
    OUTLIVES = True
    id = fields.UUIDField(primary_key=True)
    person_id = fields.UUIDField(null=True)  # the candidate it is about
    kind = fields.CharField(max_length=32)  # names the renderer: notice, card, card_update, timer…
    topic = fields.CharField(max_length=48, default="")  # which notice or timer
    status = fields.CharEnumField(OutboxStatus, max_length=12, default=OutboxStatus.WAITING)
    platform = fields.CharEnumField(Platform, max_length=16, null=True)
    account: fields.ForeignKeyNullableRelation[Account] = fields.ForeignKeyField(
        "models.Account", on_delete=fields.RESTRICT, null=True
    )
    booking: fields.ForeignKeyNullableRelation[Booking] = fields.ForeignKeyField(
        "models.Booking", on_delete=fields.RESTRICT, null=True
    )
    request: fields.ForeignKeyNullableRelation[CancellationRequest] = fields.ForeignKeyField(
        "models.CancellationRequest", on_delete=fields.RESTRICT, null=True
    )
    card: fields.ForeignKeyNullableRelation["Card"] = fields.ForeignKeyField(
        "models.Card", on_delete=fields.RESTRICT, null=True
    )
    dedupe = fields.CharField(max_length=120, null=True, unique=True)
    sealed_payload = fields.BinaryField(null=True)
    payload = Sealed()
    posted_at = fields.DatetimeField()
    not_before = fields.DatetimeField(db_index=True)
    attempts = fields.IntField(default=0)
    fence = fields.IntField(default=0)
    lease_until = fields.FloatField(default=0.0)  # transport time: seconds since the epoch of the real clock
    reason = fields.CharField(max_length=80, default="")
    settled_at = fields.DatetimeField(null=True)

    class Meta:
        table = "outbox_message"
        manager = Persons()
        indexes = (("status", "not_before"), ("booking", "kind"), ("request", "kind"))

    account_id: object
    booking_id: object
    request_id: object
    card_id: object


class AttemptOutcome(StrEnum):
    """How did one try end?"""

    SENDING = "sending"
    SENT = "sent"  # the platform took it: not yet a proof that anybody has it (I4)
    ARRIVED = "arrived"  # the platform gave a receipt, or a person was told by phone
    FAILED = "failed"
    UNKNOWN = "unknown"


class Attempt(SealedModel):
    """投递尝试: one try, written before the call; `content` is the text as the person got it."""

    PERSON = "person_id"
    OUTLIVES = True
    id = fields.UUIDField(primary_key=True)
    person_id = fields.UUIDField(null=True)  # the candidate it is about
    message: fields.ForeignKeyRelation[OutboxMessage] = fields.ForeignKeyField(
        "models.OutboxMessage", on_delete=fields.RESTRICT, related_name="tries"
    )
    number = fields.IntField()
    platform = fields.CharField(max_length=16)
    outcome = fields.CharEnumField(AttemptOutcome, max_length=8, default=AttemptOutcome.SENDING)
    provider_id = fields.CharField(max_length=160, default="", db_index=True)
    error = fields.CharField(max_length=160, default="")
    sealed_content = fields.BinaryField(null=True)
    content = Sealed()
    started_at = fields.DatetimeField()
    ended_at = fields.DatetimeField(null=True)

    class Meta:
        table = "attempt"
        manager = Persons()


class CardPurpose(StrEnum):
    """What does this card ask of, or show to, its holder?"""

    CONFIRM = "confirm"  # HR: cancel this booking, with this reason?
    REQUEST = "request"  # HR: my request on its way
    APPROVAL = "approval"  # an approver: decide this step
    BOOKING = "booking"  # a booking with its buttons
    CANDIDATE = "candidate"  # a candidate who is a member: what about your interview?
    GRANT = "grant"  # an administrator: decide what another one proposes
    PURGE = "purge"  # a security administrator: may these old cases be removed?
    EXPORT = "export"  # an auditor or security administrator: decide what a colleague wants to take out
    DELEGATION = "delegation"  # a colleague: decide for somebody who is away?
    ERASURE = "erasure"  # HR, then a security administrator: shall a candidate's data go?
    RULES = "rules"  # a security administrator: shall this version of the rules hold?


class Card(SealedModel):
    """互动卡片 in one person's phone. Buttons carry only `handle`; what they may do is looked up when pressed.

    `state` is JSON: what a confirm card proposes before anything is filed; on an approver's card, what it
    showed under each of its handles.
    """

    PERSON = "person_id"
    OUTLIVES = True
    id = fields.UUIDField(primary_key=True)
    person_id = fields.UUIDField(null=True)  # the candidate it is about
    handle = fields.CharField(max_length=26, unique=True)
    purpose = fields.CharEnumField(CardPurpose, max_length=12)
    account: fields.ForeignKeyRelation[Account] = fields.ForeignKeyField("models.Account", on_delete=fields.RESTRICT)
    holder: fields.ForeignKeyNullableRelation[Employee] = fields.ForeignKeyField(
        "models.Employee", on_delete=fields.RESTRICT, null=True
    )
    booking: fields.ForeignKeyNullableRelation[Booking] = fields.ForeignKeyField(
        "models.Booking", on_delete=fields.RESTRICT, null=True
    )
    request: fields.ForeignKeyNullableRelation[CancellationRequest] = fields.ForeignKeyField(
        "models.CancellationRequest", on_delete=fields.RESTRICT, null=True, related_name="cards"
    )
    step: fields.ForeignKeyNullableRelation[Step] = fields.ForeignKeyField(
        "models.Step", on_delete=fields.RESTRICT, null=True
    )
    change: fields.ForeignKeyNullableRelation[GrantChange] = fields.ForeignKeyField(
        "models.GrantChange", on_delete=fields.RESTRICT, null=True
    )
    purge: fields.ForeignKeyNullableRelation[Purge] = fields.ForeignKeyField(
        "models.Purge", on_delete=fields.RESTRICT, null=True
    )
    export: fields.ForeignKeyNullableRelation[ExportRequest] = fields.ForeignKeyField(
        "models.ExportRequest", on_delete=fields.RESTRICT, null=True
    )
    erasure: fields.ForeignKeyNullableRelation[ErasureRequest] = fields.ForeignKeyField(
        "models.ErasureRequest", on_delete=fields.RESTRICT, null=True
    )
    delegation: fields.ForeignKeyNullableRelation[Delegation] = fields.ForeignKeyField(
        "models.Delegation", on_delete=fields.RESTRICT, null=True
    )
    rules: fields.ForeignKeyNullableRelation[RulesVersion] = fields.ForeignKeyField(
        "models.RulesVersion", on_delete=fields.RESTRICT, null=True
    )
    revision = fields.IntField(default=1)  # of the request or booking that it shows
    closed = fields.BooleanField(default=False)  # dismissed or replaced: its buttons are gone
    sealed_state = fields.BinaryField(null=True)
    state = Sealed()
    delivered_at = fields.DatetimeField(null=True)
    as_text = fields.BooleanField(default=False)  # the platform refused the card; it went out as text
    update_codes = fields.JSONField[list[str]](default=list)  # WeCom: each is good for one update within 72 hours
    created_at = fields.DatetimeField()

    class Meta:
        table = "card"
        manager = Persons()

    account_id: object
    holder_id: object
    booking_id: object
    request_id: object
    step_id: object
    change_id: object
    purge_id: object
    export_id: object
    delegation_id: object
    erasure_id: object
    rules_id: object

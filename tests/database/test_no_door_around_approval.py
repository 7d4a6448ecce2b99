"""No door cancels what the rules want approved; every attempt that is refused is on record (S12)."""

import json
from collections.abc import Awaitable, Callable
from datetime import timedelta
from itertools import count

import pytest

from cards.buttons import ACTIONS
from handlers import timers
from handlers.receiving import receive
from handlers.routing import Incoming
from models import (
    AuditRecord,
    Booking,
    BookingStatus,
    CancellationRequest,
    Card,
    CardPurpose,
    OutboxMessage,
    Platform,
    Preset,
    RequestStatus,
    Role,
    Step,
)
from models.store import Store
from tests.database import office, talking
from tests.database.office import NOW, by
from workflow import cancelling, evidence, outbox, replying, requests
from workflow.cancelling import Wish
from workflow.errors import Refusal

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 40
NUMBERS = count()


class Desk:
    """A strict unit whose HR holds every role that a person can hold there, and a colleague without any."""

    async def enter(self) -> None:
        self.unit = await office.unit("huachen/heavy", Preset.STRICT)
        self.hr = await office.employee("liuyang", self.unit, Role.HR, Role.DEPARTMENT_HEAD, Role.LEADER, name="刘洋")
        self.head = await office.employee("chenmin", self.unit, Role.DEPARTMENT_HEAD, name="陈敏")
        self.leader = await office.employee("zhao", self.unit, Role.LEADER, name="赵国强")
        self.nobody = await office.employee("wutong", self.unit, name="吴桐")
        self.booking = await office.booking(self.unit)

    async def file(self) -> CancellationRequest:
        """File a request with its evidence: it waits for the department head."""
        request = await cancelling.request_cancellation(by(self.hr), self.booking, Wish("plan_changed"), shown=1)
        await evidence.keep_file(by(self.hr), request, evidence.Material(PNG, "a.png", "m1"))
        await cancelling.evidence_came(by(self.hr), await requests.reload(request.id))
        return await requests.reload(request.id)


@pytest.fixture
async def desk(store: Store) -> Desk:
    made = Desk()
    await store.transact(made.enter)
    return made


async def typed_by_hr(store: Store, desk: Desk) -> None:
    for text in ("取消 张伟 原因 岗位暂停", "确认取消 张伟 原因 岗位暂停", "确认取消", "确认取消"):
        await talking.says(store, "liuyang", text)


async def pressed_every_button_of_the_card(store: Store, desk: Desk) -> None:
    card: Card = await store.transact(lambda: cancelling.propose(by(desk.hr), desk.booking, Wish("plan_changed")))
    for action in sorted(ACTIONS):
        await talking.presses(store, "liuyang", action, card.handle, {"reason": "plan_changed", "still_needed": "no"})


async def agreed_to_by_who_filed_it(store: Store, desk: Desk) -> None:
    request = await store.transact(desk.file)
    for text in (f"同意 {request.number} 仍需", f"提交 {request.number}", f"确认取消 {request.number}", "同意 1 仍需"):
        await talking.says(store, "liuyang", text)


async def agreed_to_by_somebody_without_the_role(store: Store, desk: Desk) -> None:
    request = await store.transact(desk.file)
    card = await Card.get(request=request, purpose=CardPurpose.APPROVAL)
    await talking.says(store, "wutong", f"同意 {request.number} 仍需")
    await talking.presses(store, "wutong", "approve", card.handle, {"still_needed": "no"})


async def agreed_to_by_the_first_level_alone_twice(store: Store, desk: Desk) -> None:
    request = await store.transact(desk.file)
    for _ in range(2):
        await talking.says(store, "chenmin", f"同意 {request.number} 不再")


async def rung_by_a_clock_too_early(store: Store, desk: Desk) -> None:
    request = await store.transact(desk.file)

    async def ring() -> None:
        await outbox.set_timer(by(via="clock"), "carry_out", NOW, request)
        row = await OutboxMessage.get(kind="timer", topic="carry_out")
        await timers.rang(by(via="clock", now=NOW + timedelta(hours=1)), row)

    await store.transact(ring)


async def said_by_the_candidate(store: Store, desk: Desk) -> None:
    candidate = desk.booking.candidate
    await store.transact(lambda: replying.decline(by(candidate), desk.booking, "我来不了了"))


async def texted_by_the_candidate(store: Store, desk: Desk) -> None:
    for text in ("取消面试", "1", "确认取消"):
        incoming = Incoming(Platform.SMS, f"sms:{next(NUMBERS)}", "text", "13800008123", text=text)
        await store.transact(lambda incoming=incoming: receive(incoming, NOW))  # type: ignore[misc]


Door = Callable[[Store, Desk], Awaitable[None]]
DOORS: dict[str, tuple[Door, bool]] = {
    "typed": (typed_by_hr, True),
    "buttons": (pressed_every_button_of_the_card, True),
    "own-request": (agreed_to_by_who_filed_it, True),
    "no-role": (agreed_to_by_somebody_without_the_role, True),
    "one-level": (agreed_to_by_the_first_level_alone_twice, True),
    "clock": (rung_by_a_clock_too_early, False),
    "candidate": (said_by_the_candidate, False),
    "sms": (texted_by_the_candidate, False),
}
"""Each way in, and whether something on it is refused (the others simply lead to a request)."""


@pytest.mark.parametrize("door", list(DOORS))
async def test_no_door_cancels_without_the_approvals_the_rules_want(store: Store, desk: Desk, door: str) -> None:
    enter, is_refused = DOORS[door]
    await enter(store, desk)
    booking = await Booking.get(id=desk.booking.id)
    assert booking.status != BookingStatus.CANCELLED
    assert booking.cancelled_at is None
    closed = (RequestStatus.APPROVED, RequestStatus.CARRIED_OUT)
    assert not await CancellationRequest.filter(status__in=closed).exists()
    assert not await OutboxMessage.filter(topic="cancelled").exists()
    refused = await AuditRecord.filter(action="attempt.refused")
    assert bool(refused) is is_refused
    assert all(json.loads(each.line)["ok"] is False for each in refused)


async def test_with_both_approvals_the_same_case_is_cancelled(store: Store, desk: Desk) -> None:
    request = await store.transact(desk.file)
    await talking.says(store, "chenmin", f"同意 {request.number} 不再")
    assert await Step.filter(request=request, decided_at__isnull=True).count() == 1
    await talking.says(store, "zhao", f"同意 {request.number}")
    assert (await CancellationRequest.get(id=request.id)).status == RequestStatus.APPROVED


async def test_without_evidence_nobody_is_asked(store: Store, desk: Desk) -> None:
    request: CancellationRequest = await store.transact(
        lambda: cancelling.request_cancellation(by(desk.hr), desk.booking, Wish("plan_changed"), shown=1)
    )
    assert request.status == RequestStatus.AWAITING_EVIDENCE
    assert not await Step.filter(request=request).exists()
    assert "没有" in await talking.says(store, "chenmin", f"同意 {request.number} 不再")


async def test_evidence_of_another_kind_does_not_count(store: Store, desk: Desk) -> None:
    request: CancellationRequest = await store.transact(
        lambda: cancelling.request_cancellation(by(desk.hr), desk.booking, Wish("plan_changed"), shown=1)
    )
    only = {**request.policy, "evidence": {"least": 1, "counts": ["reply"], "most": 1}}
    await store.transact(lambda: CancellationRequest.filter(id=request.id).update(policy=only))
    asked = await requests.reload(request.id)
    await store.transact(lambda: evidence.keep_file(by(desk.hr), asked, evidence.Material(PNG, "a.png", "m1")))
    await store.transact(lambda: cancelling.evidence_came(by(desk.hr), asked))
    assert (await CancellationRequest.get(id=request.id)).status == RequestStatus.AWAITING_EVIDENCE
    more = evidence.Material(PNG + b"1", "b.png", "m2")
    with pytest.raises(Refusal) as refusal:
        await store.transact(lambda: evidence.keep_file(by(desk.hr), asked, more))
    assert refusal.value.code == "evidence-most"

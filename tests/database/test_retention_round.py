"""The monthly round: what is short-lived goes when its time has come, and nothing that is a record of a case."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from models import (
    Attempt,
    AttemptOutcome,
    AuditRecord,
    Booking,
    Dialogue,
    DownloadLink,
    InboundMessage,
    OutboxMessage,
    OutboxStatus,
    Purge,
)
from models.store import Store
from tests.database.office import NOW, by
from tests.database.old_cases import DAY, DUE, Desk, usual_periods
from workflow import holds, outbox, purge_proposals, purging, retention
from workflow.errors import Refusal

__all__ = ["usual_periods"]

HALF_A_YEAR = 180 * DAY


@pytest.fixture
async def desk(store: Store) -> Desk:
    made = Desk()

    async def work() -> None:
        await made.enter()
        await made.fast_case()
        await _short_lived(made)

    await store.transact(work)
    return made


async def _short_lived(desk: Desk) -> None:
    """Leave one of everything that passes, as of NOW."""
    account = await outbox.account_of(desk.fast_hr)
    assert account is not None
    await InboundMessage.create(key="k", platform="dingtalk", kind="text", received_at=NOW, content="取消 张伟")
    said: Any = {"kind": "say", "account": account, "posted_at": NOW, "not_before": NOW, "settled_at": NOW}
    gone = await OutboxMessage.create(status=OutboxStatus.SENT, payload="答复", **said)
    await Attempt.create(
        message=gone, number=1, platform="dingtalk", outcome=AttemptOutcome.SENT, content="答复", started_at=NOW
    )
    await OutboxMessage.create(status=OutboxStatus.DEAD, payload="没送到", **said)
    await Dialogue.create(place="p", state="{}", expires_at=NOW)
    await DownloadLink.create(token_index="t", employee=desk.hr, number="Q1", created_at=NOW, expires_at=NOW)


async def cleared(store: Store, now: datetime) -> dict[str, int]:
    return dict(await store.transact(lambda: retention.clear(by(now=now, via="clock"))))


async def test_each_kind_goes_when_its_time_has_come_and_not_before(store: Store, desk: Desk) -> None:
    nothing = {"inbound": 0, "answers": 0, "links": 0, "exports": 0, "dialogues": 0}
    assert await cleared(store, NOW + 6 * DAY) == nothing
    assert await cleared(store, NOW + 7 * DAY) == {**nothing, "dialogues": 1}
    assert await cleared(store, NOW + 30 * DAY) == {**nothing, "links": 1}
    assert await cleared(store, NOW + HALF_A_YEAR - timedelta(seconds=1)) == nothing
    assert await cleared(store, NOW + HALF_A_YEAR) == {**nothing, "inbound": 1, "answers": 1}
    row = await InboundMessage.get()
    assert (row.key, row.sealed_content) == ("k", None)  # a repeat is still seen
    assert await OutboxMessage.filter(kind="say").values_list("status", flat=True) == [OutboxStatus.DEAD]
    assert await AuditRecord.filter(action="retention.cleared").count() == 3


async def test_no_round_takes_anything_of_a_case(store: Store, desk: Desk) -> None:
    async def count() -> tuple[int, int]:
        of_cases = OutboxMessage.exclude(booking_id=None)
        return await of_cases.count(), await Attempt.filter(message__kind="notice").count()

    before = await count()
    assert min(before) > 0
    for months in range(1, 40):
        await cleared(store, NOW + months * 31 * DAY)
    assert await count() == before


async def test_what_is_too_much_for_one_transaction_goes_on_in_the_next(store: Store, desk: Desk) -> None:
    async def many() -> None:
        rows = [Dialogue(place=f"p{place}", state="{}", expires_at=NOW) for place in range(retention.PORTION)]
        await Dialogue.bulk_create(rows)

    await store.transact(many)
    assert (await cleared(store, NOW + 7 * DAY))["dialogues"] == retention.PORTION
    assert await OutboxMessage.filter(topic=retention.CLEAR).count() == 1
    assert (await cleared(store, NOW + 7 * DAY))["dialogues"] == 1
    assert await OutboxMessage.filter(topic=retention.CLEAR).count() == 1


async def test_the_next_round_is_set_once_for_the_first_of_the_month(store: Store) -> None:
    for _ in range(3):
        await store.transact(lambda: retention.arrange(by(via="clock")))
    (row,) = await OutboxMessage.filter(topic=retention.TIMER)
    assert row.not_before.isoformat() == "2026-11-30T19:00:00+00:00"  # 1 December, 03:00 in Shanghai


async def test_a_purge_that_the_workers_gave_up_is_taken_up_by_the_next_round(store: Store, desk: Desk) -> None:
    purge: Purge = await store.transact(lambda: purge_proposals.propose(by(desk.system, now=DUE), desk.group))
    await store.transact(lambda: purge_proposals.approve(by(desk.security, now=DUE), purge))
    await OutboxMessage.filter(kind=purging.KIND).update(status=OutboxStatus.DEAD)
    for _ in range(2):
        await store.transact(lambda: retention.monthly(by(now=DUE + 31 * DAY, via="clock")))
    assert await OutboxMessage.filter(kind=purging.KIND, status=OutboxStatus.WAITING).count() == 1


async def test_only_a_security_administrator_holds_and_each_refusal_says_why(store: Store, desk: Desk) -> None:
    async def code(who: Any, work: Any) -> str:
        with pytest.raises(Refusal) as caught:
            await store.transact(lambda: work(by(who)))
        return caught.value.code

    number = "Y20261124-000000"
    for who in (desk.hr, desk.system, desk.auditor, desk.leader):
        assert await code(who, lambda act: holds.place(act, number, "劳动仲裁")) == "not-allowed"
        assert await code(who, lambda act: holds.release(act, number)) == "not-allowed"
    assert await code(desk.security, lambda act: holds.place(act, number, "劳动仲裁")) == "case-not-found"
    booking = await Booking.all().first()
    assert booking is not None
    real = booking.number
    assert await code(desk.security, lambda act: holds.place(act, real, "仲裁")) == "hold-reason"
    assert await code(desk.security, lambda act: holds.release(act, real)) == "not-held"
    await store.transact(lambda: holds.place(by(desk.security), real, "劳动仲裁"))
    assert await code(desk.security, lambda act: holds.place(act, real, "劳动仲裁")) == "held-already"
    (record,) = await AuditRecord.filter(action="hold.set")
    assert "仲裁" not in record.line

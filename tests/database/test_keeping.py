"""The three kinds of records stay three years, whoever asks and with whatever statement (S41, S42, I14)."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from tortoise.connection import get_connection

from models import (
    ApprovalStatement,
    Attempt,
    Booking,
    CancellationRequest,
    Comment,
    Evidence,
    EvidenceBlob,
    Hold,
    OutboxMessage,
    Purge,
    PurgePermit,
    Step,
)
from models.store import Store
from tests.database.office import by
from tests.database.old_cases import DAY, DUE, ENDED, Desk, usual_periods, years_after
from workflow import holds

__all__ = ["usual_periods"]

KEPT = {  # a statement that deletes something of each kind
    "申请单": "DELETE FROM cancellation_request",
    "证明材料": "DELETE FROM evidence",
    "证明文件": "DELETE FROM evidence_blob",
    "审批记录": "DELETE FROM step",
    "审批确认记录": "DELETE FROM approval_statement",
    "评论": "DELETE FROM request_comment",
    "通知记录": "DELETE FROM outbox_message WHERE kind = 'notice'",
    "申请的待发消息": "DELETE FROM outbox_message WHERE request_id IS NOT NULL",
    "投递尝试": "DELETE FROM attempt",
}
CHANGED = (
    "UPDATE cancellation_request SET number = 'Q1'",
    "UPDATE cancellation_request SET status = 'withdrawn'",
    "UPDATE cancellation_request SET ended_at = '2020-01-01 00:00:00+00:00'",
    "UPDATE cancellation_request SET reason_code = 'ill'",
    "UPDATE cancellation_request SET requester_id = NULL",
    "UPDATE step SET status = 'rejected'",
    "UPDATE step SET decided_by_id = approver_id, decided_at = NULL",
    "UPDATE step SET level = level + 7",
    "UPDATE evidence SET digest = 'x'",
    "UPDATE request_comment SET place = place + 7",
    "UPDATE request_comment SET made_at = '2020-01-01 00:00:00+00:00'",
    "UPDATE approval_statement SET text = '{}'",
    "UPDATE approval_statement SET signatures = ''",
    "UPDATE approval_statement SET place = place + 7",
    "UPDATE outbox_message SET kind = 'say' WHERE kind = 'notice'",
    "UPDATE outbox_message SET request_id = NULL WHERE request_id IS NOT NULL",
    "UPDATE outbox_message SET posted_at = '2020-01-01 00:00:00+00:00' WHERE kind = 'notice'",
    "UPDATE attempt SET platform = 'x'",
)
TABLES = (
    "cancellation_request",
    "evidence",
    "evidence_blob",
    "step",
    "outbox_message",
    "attempt",
    "approval_statement",
    "request_comment",
)


@pytest.fixture
async def desk(store: Store) -> Desk:
    made = Desk()

    async def work() -> None:
        await made.enter()
        await made.strict_case()
        request = await CancellationRequest.exclude(requester=None).first().prefetch_related("requester")
        assert request is not None
        await Comment.create(
            person_id=request.person_id,
            request=request,
            place=1,
            author=request.requester,
            words="请看第二页",
            made_at=ENDED,
        )

    await store.transact(work)
    return made


async def counts() -> list[int]:
    tables = (CancellationRequest, Evidence, EvidenceBlob, Step, ApprovalStatement, Comment, OutboxMessage, Attempt)
    return [await each.all().count() for each in (*tables, Booking)]


async def run(store: Store, statement: str) -> None:
    await store.transact(lambda: get_connection("default").execute_query(statement))


@pytest.mark.parametrize("kind", list(KEPT))
async def test_no_statement_deletes_a_record(store: Store, desk: Desk, kind: str) -> None:
    before = await counts()
    with pytest.raises(Exception, match="is kept"):
        await run(store, KEPT[kind])
    assert await counts() == before


@pytest.mark.parametrize("statement", CHANGED)
async def test_no_statement_changes_what_makes_it_a_record(store: Store, desk: Desk, statement: str) -> None:
    if statement.startswith("UPDATE cancellation_request SET reason_code") or "ended_at" in statement:
        statement += " WHERE ended_at IS NOT NULL"
    with pytest.raises(Exception, match="is kept"):
        await run(store, statement)


@pytest.mark.parametrize("table", TABLES)
async def test_a_record_is_not_pushed_aside_by_another_with_its_key(store: Store, desk: Desk, table: str) -> None:
    before = await counts()
    if store.is_sqlite:
        with pytest.raises(Exception, match="is kept"):
            await run(store, f"REPLACE INTO {table} SELECT * FROM {table}")
    else:
        with pytest.raises(Exception, match="is kept"):
            await run(store, f"TRUNCATE {table} CASCADE")
    assert await counts() == before


async def test_what_still_moves_is_not_in_anybodys_way(store: Store, desk: Desk) -> None:
    """Sealed texts can be sealed anew, cards and rows of no case go, receipts come in."""
    await run(store, "UPDATE cancellation_request SET sealed_reason_text = NULL")
    await run(store, "UPDATE step SET sealed_comment = NULL")
    await run(store, "UPDATE approval_statement SET sealed_shown = NULL")
    await run(store, "UPDATE request_comment SET sealed_words = NULL")
    await run(store, "UPDATE attempt SET outcome = 'arrived'")
    await run(store, "DELETE FROM outbox_message WHERE kind = 'timer' AND request_id IS NULL")


async def permitted(desk: Desk, at: Any, cutoff: Any) -> None:
    """Write a permit as if two people had agreed."""
    booking = await Booking.get(organisation=desk.unit)
    purge = await Purge.create(
        number=f"L{uuid4().hex[:8]}",
        organisation=desk.unit,
        cases=1,
        digest="0" * 64,
        proposer=desk.system,
        proposed_at=at,
        expires_at=at,
    )
    await PurgePermit.create(case_id=UUID(str(booking.id)), purge=purge, at=at, cutoff=cutoff)


@pytest.mark.parametrize("early", [DAY, timedelta(seconds=1)])
async def test_there_is_no_permit_a_moment_too_early(store: Store, desk: Desk, early: timedelta) -> None:
    at = DUE - early
    with pytest.raises(Exception, match="too young"):
        await store.transact(lambda: permitted(desk, at, years_after(at, -3) - 2 * DAY - timedelta(minutes=45)))
    with pytest.raises(Exception, match="too early"):
        await store.transact(lambda: permitted(desk, at, ENDED))


async def test_there_is_no_permit_for_what_is_held_or_open(store: Store, desk: Desk) -> None:
    request = await CancellationRequest.get()
    await store.transact(lambda: holds.place(by(desk.security), request.number, "劳动仲裁"))
    with pytest.raises(Exception, match="is held"):
        await store.transact(lambda: permitted(desk, DUE, ENDED))
    await store.transact(lambda: holds.release(by(desk.security), request.number))
    await store.transact(lambda: permitted(desk, DUE, ENDED))


async def test_an_open_case_gets_no_permit_however_old(store: Store, desk: Desk) -> None:
    async def reopened() -> None:
        booking = await Booking.get(organisation=desk.unit)
        await CancellationRequest.create(
            number="Q20261124-1",
            organisation=desk.unit,
            booking=booking,
            origin="company",
            created_at=booking.created_at,
        )

    await store.transact(reopened)
    with pytest.raises(Exception, match="not over"):
        await store.transact(lambda: permitted(desk, DUE, ENDED))


async def test_a_permit_is_for_one_case_and_never_changed(store: Store, desk: Desk) -> None:
    other = await store.transact(desk.fast_case)
    await store.transact(lambda: permitted(desk, DUE, ENDED))
    with pytest.raises(Exception, match="is kept"):
        await run(
            store,
            f"DELETE FROM attempt WHERE message_id IN (SELECT id FROM outbox_message "
            f"WHERE booking_id = '{other.booking_id}')",
        )
    with pytest.raises(Exception, match="is not changed"):
        await run(store, f"UPDATE purge_permit SET case_id = '{other.booking_id}'")


async def test_a_hold_that_stands_is_not_deleted(store: Store, desk: Desk) -> None:
    request = await CancellationRequest.get()
    await store.transact(lambda: holds.place(by(desk.security), request.number, "劳动仲裁"))
    with pytest.raises(Exception, match="not released"):
        await store.transact(lambda: Hold.all().delete())

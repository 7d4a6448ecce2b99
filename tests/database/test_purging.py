"""清理: what two administrators of different kinds agreed on goes, case by case; a hold wins; the log stays whole."""

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from tortoise import Model

import models
from bot.examining import completeness_lines
from models import (
    AuditRecord,
    Booking,
    CancellationRequest,
    Candidate,
    Card,
    Employee,
    OrderState,
    Organisation,
    OutboxMessage,
    Purge,
    PurgeItem,
    PurgeOutcome,
    PurgePermit,
    PurgeStatus,
    Role,
    SigningOrder,
)
from models.store import Store
from tests.database import office
from tests.database.office import NOW, by
from tests.database.old_cases import DAY, DUE, ENDED, Desk, told, usual_periods, years_after
from tests.database.talking import says
from workflow import completeness, holds, proposals, purge_proposals, purging, stepup, timeline, verifying
from workflow.due import due
from workflow.errors import NotFound, Refusal
from workflow.log_periods import days
from workflow.purge_rows import PURGED

__all__ = ["usual_periods"]

WEEK = timedelta(days=7)


@pytest.fixture
async def desk(store: Store) -> Desk:
    made = Desk()

    async def work() -> None:
        await made.enter()
        await made.strict_case()
        await made.fast_case()

    await store.transact(work)
    return made


async def refused(store: Store, work: Any) -> str:
    """Return the code of the refusal; whatever was begun is undone."""
    with pytest.raises(Refusal) as caught:
        await store.transact(work)
    return caught.value.code


async def proposed(store: Store, desk: Desk, at: datetime = DUE, **more: Any) -> Purge:
    return await store.transact(lambda: purge_proposals.propose(by(desk.system, now=at), desk.group, **more))


async def approved(store: Store, desk: Desk, purge: Purge, at: datetime = DUE) -> None:
    await store.transact(lambda: purge_proposals.approve(by(desk.security, now=at), purge))


async def carried_out(store: Store, purge: Purge, at: datetime = DUE) -> int:
    """Do what the worker does and return in how many transactions."""
    act, count = by(now=at, via="clock"), 0
    while await store.transact(lambda: purging.portion(act, purge.id)):
        count += 1
    await store.transact(lambda: purging.finish(act, purge.id))
    return count


async def lines(action: str) -> list[dict[str, Any]]:
    return [json.loads(each.line) for each in await AuditRecord.filter(action=action).order_by("id")]


async def outcomes(purge: Purge) -> dict[str, str]:
    return {each.number: str(each.outcome) for each in await PurgeItem.filter(purge=purge)}


@pytest.mark.parametrize(("at", "count"), [(DUE - DAY, 0), (DUE - timedelta(seconds=1), 0), (DUE, 2), (DUE + DAY, 2)])
async def test_a_case_is_due_three_years_after_its_end_and_not_a_second_before(
    store: Store, desk: Desk, at: datetime, count: int
) -> None:
    assert len((await due(["huachen"], at)).cases) == count


async def test_a_late_notice_or_an_open_request_keeps_a_case(store: Store, desk: Desk) -> None:
    first, second = await Booking.all().order_by("number")
    later = ENDED + 10 * DAY

    async def work() -> None:
        await OutboxMessage.create(kind="notice", topic="restored", booking=first, posted_at=later, not_before=later)
        await told(first.id, later)
        await CancellationRequest.create(
            number="Q1", organisation=desk.net, booking=second, origin="company", created_at=NOW
        )

    await store.transact(work)
    assert (await due(["huachen"], DUE)).cases == ()
    assert [each.number for each in (await due(["huachen"], DUE + 10 * DAY)).cases] == [first.number]


async def test_nobody_can_propose_the_day_before_and_only_a_system_administrator_afterwards(
    store: Store, desk: Desk
) -> None:
    early = by(desk.system, now=DUE - DAY)
    assert await refused(store, lambda: purge_proposals.propose(early, desk.group)) == "nothing-due"
    for who in (desk.security, desk.auditor, desk.hr, desk.head, desk.leader):
        act = by(who, now=DUE)
        assert await refused(store, lambda act=act: purge_proposals.propose(act, desk.group)) == "not-allowed"
    assert await Booking.all().count() == 2


async def test_a_purge_takes_two_people_of_different_kinds(store: Store, desk: Desk) -> None:
    purge = await proposed(store, desk)
    assert [card.holder_id for card in await Card.filter(purge=purge)] == [desk.security.id]
    colleague = await store.transact(lambda: office.employee("zhouli", desk.group, Role.SYSTEM_ADMIN, name="周丽"))
    codes = {}
    for who in (desk.system, colleague, desk.auditor, desk.hr, desk.leader):
        act = by(who, now=DUE)
        codes[who.key] = await refused(store, lambda act=act: purge_proposals.approve(act, purge))
    assert codes.pop("zhoukai") == "own-purge"
    assert set(codes.values()) == {"not-allowed"}
    assert (await Purge.get(id=purge.id)).status == PurgeStatus.PROPOSED


async def test_consent_to_a_purge_waits_for_a_second_proof_where_the_unit_wants_one(store: Store, desk: Desk) -> None:
    purge = await proposed(store, desk)
    stepup.install({desk.group.path: frozenset({stepup.Kind.PURGE})})
    try:
        act = by(desk.security, now=DUE)
        assert await refused(store, lambda: purge_proposals.approve(act, purge)) == "factor-missing"
        assert (await Purge.get(id=purge.id)).status == PurgeStatus.PROPOSED
    finally:
        stepup.install({})
    await approved(store, desk, purge)
    assert (await Purge.get(id=purge.id)).status == PurgeStatus.APPROVED


async def test_somebody_with_both_roles_by_mistake_cannot_approve_their_own(store: Store, desk: Desk) -> None:
    purge = await proposed(store, desk)
    grant = models.Grant(employee=desk.system, organisation=desk.group, role=Role.SECURITY_ADMIN)
    await store.transact(grant.save)
    assert await refused(store, lambda: purge_proposals.approve(by(desk.system, now=DUE), purge)) == "own-purge"


async def test_an_approved_purge_leaves_nothing_of_its_cases_but_the_log(store: Store, desk: Desk) -> None:
    numbers = {each.number for each in await Booking.all()}
    purge = await proposed(store, desk)
    await approved(store, desk, purge)
    assert await Booking.all().count() == 2  # nothing goes before the worker has been
    assert await carried_out(store, purge) == 1
    assert [await each.all().count() for each in PURGED if each is not models.Attempt] == [
        await left(each) for each in PURGED if each is not models.Attempt
    ]
    assert set((await outcomes(purge)).values()) == {"purged"}
    records = await lines("case.purged")
    assert {each["obj"]["id"] for each in records} == numbers
    assert all(each["data"]["person"] and each["data"]["rows"] > 8 for each in records)
    assert await PurgePermit.all().count() == 0
    for log in ("shouyue/huachen", "shouyue/huachen/heavy", "shouyue/huachen/net"):
        assert (await verifying.verify(log))[1:] == (None, "")
    (done,) = await lines("purge.finished")
    assert (done["data"]["purged"], done["data"]["held"], done["data"]["changed"]) == (2, 0, 0)


async def test_a_signature_through_an_authority_goes_with_its_case(store: Store, desk: Desk) -> None:
    request = await CancellationRequest.first()
    assert request is not None
    signed = {"state": OrderState.SIGNED, "signature": "{}", "made_at": ENDED, "expires_at": ENDED, "ended_at": ENDED}
    director = await Employee.get(key="zhaoguoqiang")
    await store.transact(
        lambda: SigningOrder.create(request=request, employee=director, card_id=uuid4(), digest="5f" * 32, **signed)
    )
    purge = await proposed(store, desk)
    await approved(store, desk, purge)
    await carried_out(store, purge)
    assert set((await outcomes(purge)).values()) == {"purged"}
    assert await SigningOrder.all().count() == 0
    assert await Employee.filter(key="zhaoguoqiang").exists()


async def test_after_a_purge_those_who_may_know_of_it_are_told_its_number_and_others_that_there_is_nothing(
    store: Store, desk: Desk
) -> None:
    strict = await CancellationRequest.get(organisation=desk.unit).prefetch_related("booking")
    purge = await proposed(store, desk)
    await approved(store, desk, purge)
    await carried_out(store, purge)
    for number in (strict.number, strict.booking.number):
        for who in (desk.auditor, desk.system, desk.security, None):
            with pytest.raises(NotFound) as gone:
                await timeline.case_of(by(who, now=DUE), number)
            assert (gone.value.code, gone.value.facts["purge"]) == ("case-purged", purge.number)
        for who in (desk.hr, desk.head, desk.fast_hr):
            with pytest.raises(NotFound) as absent:
                await timeline.case_of(by(who, now=DUE), number)
            assert absent.value.code == "not-found"
    told = await says(store, "sunjing", f"时间轴 {strict.number}", DUE)
    assert f"{strict.number} 已清理（{purge.number}，" in told
    assert f"清理证明 {purge.number}" in told

    found = await completeness.examine(desk.group, days("2026-01-01", "2026-12-31"), DUE)
    assert (found.cases, found.gaps, found.purged) == ([], [], {strict.number: purge.number})
    said = "\n".join(completeness_lines(found))
    assert "需审批的取消 0 件，没有缺口" in said
    assert f"另有 1 件已到期清理，不在上面的件数里：{strict.number}（{purge.number}）" in said


async def left(table: type[Model]) -> int:
    """Return what may be left of a table: what belongs to employees and administrators."""
    if table is models.Account:
        return await models.Account.filter(employee_id__isnull=False).count()
    if table is models.Card:
        return await Card.filter(purge_id__isnull=False).count()
    if table is models.OutboxMessage:
        return await OutboxMessage.filter(booking_id__isnull=True, request_id__isnull=True).count()
    if table is models.PersonKey:
        return await models.PersonKey.filter(sealed__isnull=True, erased_at__isnull=False).count()
    return 0


def hangs_on(tables: Sequence[type[Model]]) -> set[type[Model]]:
    """Return every table from which references lead to one of these, directly or not."""
    nouns = [getattr(models, name) for name in models.__all__]
    every = [each for each in nouns if issubclass(each, Model)]
    found = set(tables)
    while True:
        more = {
            each
            for each in every
            for field in each._meta.fk_fields
            if each._meta.fields_map[field].related_model in found  # type: ignore[attr-defined]
        }
        if more <= found:
            return found
        found |= more


def test_every_table_that_hangs_on_a_case_or_a_person_is_purged() -> None:
    """A new table with a reference to one of these must be purged as well, or the database refuses the purge."""
    assert hangs_on([Booking, CancellationRequest, Candidate]) <= set(PURGED)


async def test_a_candidate_with_another_case_stays_until_their_last_one(store: Store, desk: Desk) -> None:
    async def again() -> Booking:
        return await office.booking(desk.net, ahead=timedelta(days=40))

    second = await store.transact(again)
    purge = await proposed(store, desk)
    await approved(store, desk, purge)
    await carried_out(store, purge)
    assert [each.id for each in await Booking.all()] == [second.id]
    assert [str(each.name) for each in await Candidate.all()] == ["张伟"]
    assert [each["data"]["person"] for each in await lines("case.purged")].count(True) == 1
    late = years_after(second.starts_at) + DAY
    purge = await proposed(store, desk, late)
    await approved(store, desk, purge, late)
    await carried_out(store, purge, late)
    assert await Candidate.all().count() == 0


async def test_a_hold_wins_before_the_proposal_after_it_and_after_the_approval(store: Store, desk: Desk) -> None:
    first, second = await CancellationRequest.all().order_by("number")
    await store.transact(lambda: holds.place(by(desk.security), first.number, "劳动仲裁"))
    found = await due(["huachen"], DUE)
    assert ([each.requests for each in found.cases], found.held) == ([(second.number,)], 1)
    purge = await proposed(store, desk)
    assert purge.cases == 1

    await store.transact(lambda: holds.place(by(desk.security), second.number, "信访核查"))
    assert await refused(store, lambda: purge_proposals.approve(by(desk.security, now=DUE), purge)) == "purge-changed"
    await store.transact(lambda: holds.release(by(desk.security), second.number))
    await approved(store, desk, purge)
    await store.transact(lambda: holds.place(by(desk.security), second.number, "信访核查"))
    await carried_out(store, purge)
    assert await CancellationRequest.all().count() == 2
    assert list((await outcomes(purge)).values()) == [PurgeOutcome.HELD]
    (done,) = await lines("purge.finished")
    assert (done["data"]["purged"], done["data"]["held"]) == (0, 1)


async def test_a_hold_on_the_person_holds_all_their_cases(store: Store, desk: Desk) -> None:
    request = await CancellationRequest.filter(organisation=desk.net).get()
    await store.transact(lambda: office.booking(desk.net, ahead=timedelta(days=1)))
    await store.transact(lambda: holds.place(by(desk.security), request.number, "劳动仲裁", whole_person=True))
    found = await due(["huachen/net"], DUE)
    assert (found.cases, found.held) == ((), 2)
    booking = await Booking.get(id=request.booking_id)
    assert [each.number for each in await holds.holds_on(booking.candidate_id)] == [request.number]


async def test_what_is_acted_on_is_what_was_shown(store: Store, desk: Desk) -> None:
    """A case that came alive after the proposal makes the list another one; one that fell due since does not."""
    purge = await proposed(store, desk)
    booking = await Booking.filter(organisation=desk.net).get()

    async def a_call() -> None:
        await OutboxMessage.create(kind="notice", topic="x", booking=booking, posted_at=DUE, not_before=DUE)

    await store.transact(a_call)
    assert await refused(store, lambda: purge_proposals.approve(by(desk.security, now=DUE), purge)) == "purge-changed"
    again = await proposed(store, desk)
    assert (again.cases, (await Purge.get(id=purge.id)).status) == (1, PurgeStatus.EXPIRED)
    assert [each["why"] for each in await lines("purge.expired")] == ["stale"]
    await approved(store, desk, again)
    await carried_out(store, again)
    assert [each.id for each in await Booking.all()] == [booking.id]


async def test_one_purge_at_a_time_for_units_that_overlap(store: Store, desk: Desk) -> None:
    await proposed(store, desk)
    for unit in (desk.group, desk.net):
        again = by(desk.system, now=DUE + DAY)
        assert await refused(store, lambda u=unit, a=again: purge_proposals.propose(a, u)) == "purge-under-way"


async def test_a_year_takes_only_what_ended_in_it(store: Store, desk: Desk) -> None:
    assert await refused(store, lambda: purge_proposals.propose(by(desk.system, now=DUE), desk.group, 2025)) == (
        "nothing-due"
    )
    assert (await proposed(store, desk, year=2026)).cases == 2


async def test_a_unit_below_is_purged_without_its_siblings(store: Store, desk: Desk) -> None:
    unit = await Organisation.get(path="huachen/net")
    purge = await store.transact(lambda: purge_proposals.propose(by(desk.system, now=DUE), unit))
    await approved(store, desk, purge)
    await carried_out(store, purge)
    assert [each.organisation_id for each in await Booking.all()] == [desk.unit.id]


async def test_a_proposal_nobody_answers_closes_itself_and_an_answer_counts_once(store: Store, desk: Desk) -> None:
    purge = await proposed(store, desk)
    late = by(now=DUE + WEEK, via="clock")
    assert await refused(store, lambda: purge_proposals.approve(by(desk.security, now=DUE + WEEK), purge)) == (
        "purge-expired"
    )
    assert not await store.transact(lambda: purge_proposals.expire(by(now=DUE, via="clock"), purge.id))
    assert await store.transact(lambda: purge_proposals.expire(late, purge.id))
    assert not await store.transact(lambda: purge_proposals.expire(late, purge.id))
    again = await proposed(store, desk, DUE + WEEK)
    await store.transact(lambda: purge_proposals.reject(by(desk.security, now=DUE + WEEK), again, comment="再等等"))
    fresh = await purging.reload(again.id)
    assert await refused(store, lambda: purge_proposals.approve(by(desk.security, now=DUE + WEEK), fresh)) == (
        "already-decided"
    )
    assert await Booking.all().count() == 2
    said = [str(each.payload) for each in await OutboxMessage.filter(kind="say")]
    assert any("韩雪 已驳回" in each and "再等等" in each for each in said)


async def test_a_purge_goes_on_where_it_stood_and_each_case_goes_once(store: Store, desk: Desk) -> None:
    async def many() -> None:
        for place in range(purging.PORTION + 3):
            await office.booking(desk.net, f"候选{place}", f"1390000{place:04d}")

    await store.transact(many)
    purge = await proposed(store, desk)
    await approved(store, desk, purge)
    act = by(now=DUE, via="clock")
    assert await store.transact(lambda: purging.portion(act, purge.id))
    with pytest.raises(ZeroDivisionError):
        await store.transact(lambda: interrupted(act, purge))
    assert await Booking.all().count() == 5
    assert await carried_out(store, purge) == 1
    assert await carried_out(store, purge) == 0
    assert await Booking.all().count() == 0
    assert len(await lines("case.purged")) == purging.PORTION + 5
    assert len(await lines("purge.finished")) == 1


async def interrupted(act: Any, purge: Purge) -> None:
    await purging.portion(act, purge.id)
    raise ZeroDivisionError


async def test_the_log_tells_of_a_purged_case_without_any_name(store: Store, desk: Desk) -> None:
    purge = await proposed(store, desk)
    await approved(store, desk, purge)
    await carried_out(store, purge)
    for each in await AuditRecord.all():
        assert not any(word in each.line for word in ("马超骉", "张伟", "13800005566", "13800008123"))


async def test_a_foreign_purge_is_as_absent_as_none(store: Store, desk: Desk) -> None:
    purge = await proposed(store, desk)
    people: list[Employee] = [desk.hr, desk.head]
    for who in people:
        act = by(who, now=DUE)
        assert (
            await refused(store, lambda a=act: proposals.named(a, purge_proposals.KIND, purge.number))
            == "purge-not-found"
        )
        assert (
            await refused(store, lambda a=act: proposals.named(a, purge_proposals.KIND, "L20261124-1"))
            == "purge-not-found"
        )
    assert (await proposals.named(by(desk.auditor), purge_proposals.KIND, purge.number)).id == purge.id

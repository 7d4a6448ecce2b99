"""A wish of a candidate's that their data go stays the reason, and they hear of it before it is done, years later."""

from datetime import datetime, timedelta

import pytest

from models import (
    Basis,
    Candidate,
    Card,
    CardPurpose,
    ErasureRequest,
    ErasureStatus,
    Grant,
    OutboxMessage,
    OutboxStatus,
    Role,
)
from models.sealed import ERASED
from models.store import Store
from tests.database import office, talking
from tests.database.office import NOW, by
from tests.database.old_cases import DUE, Desk, usual_periods
from workflow import erasing, erasure_rounds, holds, leaving, restricting

__all__ = ["usual_periods"]

ASKED = NOW + timedelta(days=10)
WEEK = erasing.PROPOSAL_LASTS


class Case(Desk):
    """A strict case whose records have to be kept, and the candidate's wish that everything go."""

    async def enter(self) -> None:
        await super().enter()
        request = await self.strict_case()
        self.candidate = await Candidate.get(id=request.person_id)

    async def wishes(self, now: datetime = ASKED) -> ErasureRequest:
        return (await erasing.wished(by(self.candidate, now=now, via="sms"), self.candidate))[0]

    async def comes_due(self, now: datetime = DUE) -> ErasureRequest:
        assert await erasure_rounds.due(by(now=now, via="clock"), str(self.candidate.id))
        return await ErasureRequest.get(status=ErasureStatus.SUGGESTED).prefetch_related(*erasing.KIND.relations)

    async def agrees(self, erasure: ErasureRequest, now: datetime) -> None:
        for who in (self.hr, self.security):
            await erasing.approve(by(who, now=now), await erasing.reload(erasure.id))


@pytest.fixture
async def case(store: Store) -> Case:
    made = Case()
    await store.transact(made.enter)
    return made


async def test_a_wish_that_had_to_wait_for_years_is_still_why_and_is_told_before_it_is_done(
    store: Store, case: Case
) -> None:
    wished = await store.transact(case.wishes)
    assert (wished.status, wished.basis) == (ErasureStatus.EXPIRED, Basis.ASKED)
    erasure = await store.transact(case.comes_due)
    assert (erasure.basis, erasure.by_candidate) == (Basis.ASKED, True)
    assert await OutboxMessage.filter(topic="erase_remind").exists()
    card = await talking.newest_card("liuyang", CardPurpose.ERASURE)
    assert "候选人要求（本人 2026年12月4日 提出）" in str(await talking.seen(card, DUE))
    await store.transact(lambda: case.agrees(erasure, DUE))
    told = await OutboxMessage.get(topic=erasing.NOTICE)
    clock = by(now=DUE, via="clock")
    assert not await store.transact(lambda: erasure_rounds.carry_out(clock, erasure.id))
    assert (await Candidate.get(id=case.candidate.id)).name != ERASED
    await store.transact(lambda: OutboxMessage.filter(id=told.id).update(status=OutboxStatus.SENT))
    assert await store.transact(lambda: erasure_rounds.carry_out(clock, erasure.id))
    assert (await Candidate.get(id=case.candidate.id)).name == ERASED


async def test_hr_who_names_another_basis_does_not_take_the_wish_away(store: Store, case: Case) -> None:
    await store.transact(case.wishes)
    number = (await case.candidate.bookings.all())[0].number  # type: ignore[attr-defined]
    said = await talking.says(store, "liuyang", f"删除资料 {number} 依据 保存期满", DUE)
    assert "依据 候选人要求（本人 2026年12月4日 提出）" in said
    assert "先告诉本人" in said
    assert (await ErasureRequest.get(status=ErasureStatus.PROPOSED)).basis == Basis.ASKED


async def test_a_wish_that_nobody_answered_goes_back_to_hr_and_keeps_its_days(store: Store, case: Case) -> None:
    first = await store.transact(lambda: case.wishes(DUE))
    await store.transact(lambda: _proposed(case, first))
    late = by(now=DUE + WEEK, via="clock")
    assert await store.transact(lambda: erasure_rounds.expire(late, first.id))
    second = await ErasureRequest.get(status=ErasureStatus.SUGGESTED)
    assert (second.basis, second.by_candidate, second.suggested_at) == (Basis.ASKED, True, DUE)
    assert await Card.filter(erasure=second, holder__key="liuyang").exists()
    said = [str(each.payload) for each in await OutboxMessage.filter(kind="say", account__employee=case.hr)]
    assert any("候选人的要求还在" in each for each in said)


async def _proposed(case: Case, erasure: ErasureRequest) -> None:
    await erasing.approve(by(case.hr, now=DUE), await erasing.reload(erasure.id))


async def test_a_wish_that_a_hold_stopped_comes_back_after_the_hold(store: Store, case: Case) -> None:
    erasure = await store.transact(lambda: case.wishes(DUE))
    await store.transact(lambda: case.agrees(erasure, DUE))
    number = (await case.candidate.bookings.all())[0].number  # type: ignore[attr-defined]
    await store.transact(lambda: holds.place(by(case.security, now=DUE), number, "劳动仲裁"))
    later = DUE + timedelta(days=2)
    assert not await store.transact(lambda: erasure_rounds.carry_out(by(now=later, via="clock"), erasure.id))
    assert (await Candidate.get(id=case.candidate.id)).restricted_at == later
    assert await OutboxMessage.filter(topic=restricting.DUE).exists()
    await store.transact(lambda: holds.release(by(case.security, now=later), number))
    assert (await store.transact(lambda: case.comes_due(later))).basis == Basis.ASKED


async def test_what_is_under_way_for_another_reason_becomes_the_wish_of_who_wishes_it(store: Store, case: Case) -> None:
    clock = by(now=DUE, via="clock")
    await store.transact(lambda: erasing.suggest(clock, case.candidate, Basis.TERM_OVER, by_candidate=False))
    later = DUE + timedelta(days=30)
    wished = await store.transact(lambda: case.wishes(later))
    assert (wished.basis, wished.suggested_at) == (Basis.ASKED, later)
    assert await ErasureRequest.all().count() == 1


async def test_a_wish_that_was_refused_is_no_longer_why(store: Store, case: Case) -> None:
    erasure = await store.transact(lambda: case.wishes(DUE))

    async def refuse() -> None:
        await erasing.reject(by(case.hr, now=DUE), await erasing.reload(erasure.id), comment="已当面说明")

    await store.transact(refuse)
    later = by(now=DUE + timedelta(days=1), via="clock")
    again = await store.transact(lambda: erasing.suggest(later, case.candidate, Basis.TERM_OVER, by_candidate=False))
    assert again.basis == Basis.TERM_OVER


async def test_the_timeline_of_a_case_tells_of_the_erasure_and_of_what_is_only_kept(store: Store, case: Case) -> None:
    wished = await store.transact(case.wishes)
    erasure = await store.transact(case.comes_due)
    await store.transact(lambda: case.agrees(erasure, DUE))
    later = by(now=DUE + timedelta(days=2), via="clock")
    assert await store.transact(lambda: erasure_rounds.carry_out(later, erasure.id))
    number = (await case.candidate.bookings.all())[0].number  # type: ignore[attr-defined]
    said = await talking.says(store, "sunjing", f"时间轴 {number}", later.now)
    for words in (
        f"要求删除资料，改为先受限：{wished.number} 依据 候选人要求",
        f"资料改为受限：{wished.number}",
        f"提请删除资料：{erasure.number}",
        f"提出删除资料：{erasure.number}",
        f"同意删除资料：{erasure.number}",
        f"资料已依法删除：{erasure.number} 依据 候选人要求",
    ):
        assert words in said
    assert "马超骉" not in said


async def test_the_security_administrator_hears_that_hr_had_somebody_restricted(store: Store, case: Case) -> None:
    number = (await case.candidate.bookings.all())[0].number  # type: ignore[attr-defined]
    await talking.says(store, "liuyang", f"删除资料 {number} 依据 目的已实现", ASKED)
    assert (await Candidate.get(id=case.candidate.id)).restricted_at == ASKED
    said = [str(each.payload) for each in await OutboxMessage.filter(kind="say", account__employee=case.security)]
    assert any("刘洋 提出删除资料，依据 目的已实现" in each and "已改为受限" in each for each in said)


async def test_both_administrators_hear_of_an_erasure_whose_only_hr_left(store: Store, case: Case) -> None:
    wished = await store.transact(lambda: case.wishes(DUE))
    await store.transact(lambda: leaving.leave(by(now=DUE, via="directory"), case.hr, source="dingtalk"))
    for who in (case.system, case.security):
        said = [str(each.payload) for each in await OutboxMessage.filter(kind="say", account__employee=who)]
        assert any(f"删除资料 {wished.number} 没有别的 HR 可以接手" in each for each in said)
    assert not await Card.filter(erasure=wished, closed=False).exists()


async def test_an_erasure_whose_hr_left_goes_to_another_one(store: Store, case: Case) -> None:
    other = await store.transact(lambda: office.employee("lina", case.unit, name="李娜"))
    wished = await store.transact(lambda: case.wishes(DUE))
    await store.transact(lambda: Grant.create(employee=other, role=Role.HR, organisation=case.unit))
    await store.transact(lambda: leaving.leave(by(now=DUE, via="directory"), case.hr, source="dingtalk"))
    card = await Card.get(erasure=wished, closed=False).prefetch_related("holder")
    assert card.holder is not None
    assert card.holder.key == "lina"
    await talking.presses(store, "lina", "approve", card.handle, now=DUE)
    assert (await ErasureRequest.get(id=wished.id)).status == ErasureStatus.PROPOSED

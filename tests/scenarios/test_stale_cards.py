"""What was shown is what is decided: a press or a word about another state is told what changed, and shown it (I8)."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest

from models import Booking, CancellationRequest, Card, CardPurpose, OutboxMessage, Position, Step, StepStatus
from tests.scenarios.company import Company
from tests.scenarios.steps import at_the_desk, key_index, on_the_table, recorded, request_number, whole_logs
from tests.scenarios.test_true_cards import NEEDED, another_proof, at_the_leader, decisions

__all__ = ["whole_logs"]
Change = Callable[[], Awaitable[Any]]


async def the_booking() -> Booking:
    return await Booking.get(candidate__key_index=key_index("machao-5566")).prefetch_related("position")


async def moved() -> None:
    booking = await the_booking()
    booking.starts_at += timedelta(hours=2)
    await booking.save()


async def not_told() -> None:
    await CancellationRequest.all().update(notify=False)


async def other_position() -> None:
    await Position.filter(id=(await the_booking()).position_id).update(name="电气工程师")  # type: ignore[attr-defined]


async def other_rules() -> None:
    request = await CancellationRequest.get()
    request.policy = {**request.policy, "grace_s": 30}
    await request.save()


async def below_taken_back() -> None:
    """As when somebody below has answered otherwise than the card says."""
    await Step.filter(level=1).update(status=StepStatus.REJECTED)


CHANGES: list[tuple[Change, str]] = [
    (moved, "面试改到 11月26日 周四 12:00"),
    (not_told, "改为不通知候选人"),
    (other_position, "「岗位」有更新"),
    (other_rules, "适用的规则有变化"),
]
FORGED = {moved: {"starts"}, not_told: {"notify"}, other_rules: {"rules"}, below_taken_back: {"answer"}}
"""What each leaves behind that the log does not bear out."""
ABOVE: list[tuple[Change, str]] = [(below_taken_back, "前面几级的意见有变化")]


async def changes(company: Company, change: Change) -> None:
    company.forged = FORGED.get(change, set())
    await at_the_desk(company, change)


@pytest.mark.parametrize(("change", "said"), CHANGES)
async def test_in_dingtalk_a_press_on_what_has_changed_is_refused_with_the_change(
    company: Company, change: Change, said: str
) -> None:
    stale = await on_the_table(company)
    await changes(company, change)
    await company.taps("chenmin", stale, "approve", NEEDED)
    fresh = await company.card("chenmin", "待你审批", "你看过以后：", said, "编号 E")
    assert (await recorded())["approval.approved"] == 0
    await company.taps("chenmin", stale, "approve", NEEDED, force=True)  # the drawing in the hand before the answer
    assert (await recorded())["approval.approved"] == 0
    await company.taps("chenmin", fresh, "approve", NEEDED)
    await company.card("zhaoguoqiang", "待你审批")
    assert (await recorded())["approval.approved"] == 1


@pytest.mark.parametrize(("change", "said"), [*CHANGES[:1], *ABOVE])
async def test_in_wecom_a_press_on_what_has_changed_is_refused_with_the_change(
    company: Company, change: Change, said: str
) -> None:
    _, stale = await at_the_leader(company)
    await company.settled()
    await changes(company, change)
    await company.taps("zhaoguoqiang", stale, "approve")
    await company.sees("zhaoguoqiang", "你看过以后：", said, "编号 E")
    await company.settled()
    await company.taps("zhaoguoqiang", stale, "approve", force=True)
    assert (await recorded())["approval.approved"] == 1
    await company.taps("zhaoguoqiang", await company.card("zhaoguoqiang", "待你审批"), "approve")
    await company.card("zhaoguoqiang", "已同意")
    assert (await recorded())["approval.approved"] == 2


@pytest.mark.parametrize("wecom", [False, True])
async def test_a_typed_answer_is_about_the_card_that_was_shown_last(company: Company, wecom: bool) -> None:
    person, word = ("zhaoguoqiang", "同意 {}") if wecom else ("chenmin", "同意 {} 仍需")
    card = (await at_the_leader(company))[1] if wecom else await on_the_table(company)
    await company.settled()
    before = (await recorded())["approval.approved"]
    await changes(company, moved)
    seen = len(await company.screen(person))
    await company.says(person, word.format(request_number(card)))
    await company.sees(person, "你看过以后：面试改到 11月26日 周四 12:00", "编号 E", after=seen)
    assert (await recorded())["approval.approved"] == before
    await company.card(person, "待你审批", "11月26日 周四 12:00")
    await company.settled()
    await company.says(person, word.format(request_number(card)))
    await company.sees(person, "已同意 1 条")


async def test_who_was_shown_nothing_is_shown_the_case_before_a_word_decides_it(company: Company) -> None:
    card = await on_the_table(company)
    await company.settled()
    number = request_number(card)

    async def lost() -> None:
        shown = await Card.filter(purpose=CardPurpose.APPROVAL).values_list("id", flat=True)
        await OutboxMessage.filter(card_id__in=list(shown)).update(card_id=None)
        await Card.filter(id__in=list(shown)).update(closed=True)

    await at_the_desk(company, lost)
    seen = len(await company.screen("chenmin"))
    await company.says("chenmin", f"同意 {number} 仍需")
    await company.sees("chenmin", "还没有给你看过", number, "编号 E", after=seen)
    await company.card("chenmin", "待你审批", after=seen)
    assert (await recorded())["approval.approved"] == 0
    await company.settled()
    await company.says("chenmin", f"同意 {number} 仍需")
    await company.card("zhaoguoqiang", "待你审批")


async def test_the_candidates_word_voids_what_was_shown(company: Company) -> None:
    stale = await on_the_table(company)
    await company.says("machao-5566", "我来不了了")
    await company.sees("machao-5566", "已记下")
    await company.card("chenmin", "待你审批", "候选人不来")
    await company.settled()
    await company.taps("chenmin", stale, "approve", NEEDED, force=True)
    await company.card("chenmin", "你看过以后：新增证明材料 1 份（现有 2 份）；候选人说不来了", "编号 E")
    assert (await recorded())["approval.approved"] == 0


async def test_waiting_alone_voids_nothing(company: Company) -> None:
    card = await on_the_table(company)
    await company.passes(5 * 3600)
    await company.taps("chenmin", card, "approve", NEEDED)
    await company.card("chenmin", "已同意")


async def test_two_changes_are_both_said_and_the_record_binds_to_the_newest(company: Company) -> None:
    stale = await on_the_table(company)
    await another_proof(company)
    await changes(company, moved)
    await company.settled()
    await company.taps("chenmin", stale, "approve", NEEDED, force=True)
    fresh = await company.card("chenmin", "新增证明材料 1 份（现有 2 份）；面试改到 11月26日 周四 12:00", "编号 E")
    await company.taps("chenmin", fresh, "approve", NEEDED)
    await company.card("zhaoguoqiang", "待你审批")
    assert [(each["rev"], each["pieces"]) for each in await decisions("approval.approved")] == [(2, 2)]

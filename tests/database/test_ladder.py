"""The ladder of confirmation (E3): what is harmless takes one tap, what has consequences two, typed like tapped."""

from datetime import timedelta

import pytest

from models import Booking, CancellationRequest, CardPurpose, Preset, Role
from models.store import Store
from tests.database import office
from tests.database.office import NOW
from tests.database.talking import newest_card, presses, says, seen

HARMLESS = "取消 8123 原因 面试官冲突"
FORM = {"reason": "interviewer_conflict", "notify": "true", "keep": "true"}


async def enter(store: Store, preset: Preset = Preset.FAST, **ahead: float) -> Booking:
    """Enter 王芳 with 张伟's interview, two days ahead unless said otherwise."""
    made: list[Booking] = []

    async def work() -> None:
        unit = await office.unit("huachen/net", preset)
        await office.employee("wangfang", unit, Role.HR)
        for role, key in ((Role.DEPARTMENT_HEAD, "head"), (Role.LEADER, "leader")):
            await office.employee(key, unit, role, name=key)
        made.append(await office.booking(unit, ahead=timedelta(**(ahead or {"days": 2}))))

    await store.transact(work)
    return made[0]


async def filed() -> int:
    return await CancellationRequest.all().count()


async def test_a_normal_cancellation_takes_one_message_and_one_tap(store: Store) -> None:
    await enter(store)
    await says(store, "wangfang", HARMLESS)
    await presses(store, "wangfang", "confirm", (await newest_card("wangfang")).handle, FORM)
    assert await filed() == 1


@pytest.mark.parametrize(
    ("words", "ahead", "code"),
    [
        (f"{HARMLESS} 不通知", {"days": 2}, "不通知"),
        (f"{HARMLESS} 不保留", {"days": 2}, "不保留"),
        (f"{HARMLESS} 不通知 不保留", {"days": 2}, "候选人会白等"),
        (HARMLESS, {"hours": 23}, "不足 24 小时"),
    ],
)
async def test_what_has_consequences_names_them_and_takes_two_taps(
    store: Store, words: str, ahead: dict[str, float], code: str
) -> None:
    await enter(store, **ahead)
    await says(store, "wangfang", words)
    card = await newest_card("wangfang")
    assert code in str((await seen(card)).lines[0])
    await presses(store, "wangfang", "confirm", card.handle)
    assert await filed() == 0
    assert (await seen(card)).status == "待你确认 · 请看过后果，再确认一次"
    await presses(store, "wangfang", "confirm", (await newest_card("wangfang")).handle)
    assert await filed() == 1


async def test_a_double_tap_is_one_confirmation(store: Store) -> None:
    await enter(store, hours=23)
    await says(store, "wangfang", HARMLESS)
    card = await newest_card("wangfang")
    for _ in range(20):
        await presses(store, "wangfang", "confirm", card.handle)
    assert await filed() == 0


async def test_what_is_switched_off_on_the_card_is_weighed_before_it_is_done(store: Store) -> None:
    await enter(store)
    await says(store, "wangfang", HARMLESS)
    card = await newest_card("wangfang")
    answer = await presses(store, "wangfang", "confirm", card.handle, {**FORM, "notify": "false"})
    assert answer.answer.view is not None
    assert await filed() == 0
    card = await newest_card("wangfang")
    await presses(store, "wangfang", "confirm", card.handle, {**FORM, "notify": "false", "keep": "false"})
    assert await filed() == 0  # another consequence than the one that was accepted
    card = await newest_card("wangfang")
    await presses(store, "wangfang", "confirm", card.handle, {**FORM, "notify": "false", "keep": "false"})
    request = await CancellationRequest.get()
    assert (request.notify, request.keep_eligibility) == (False, False)


async def test_what_is_switched_on_again_needs_no_second_tap(store: Store) -> None:
    await enter(store)
    await says(store, "wangfang", f"{HARMLESS} 不通知")
    await presses(store, "wangfang", "confirm", (await newest_card("wangfang")).handle, FORM)
    assert (await CancellationRequest.get()).notify


async def test_the_last_day_begins_while_the_card_is_open(store: Store) -> None:
    await enter(store, hours=25)
    await says(store, "wangfang", HARMLESS)
    later = NOW + timedelta(hours=2)
    await presses(store, "wangfang", "confirm", (await newest_card("wangfang")).handle, FORM, now=later)
    assert await filed() == 0
    await presses(store, "wangfang", "confirm", (await newest_card("wangfang")).handle, FORM, now=later)
    assert await filed() == 1


async def test_a_missing_reason_is_said_before_anything_is_weighed(store: Store) -> None:
    await enter(store, hours=23)
    await says(store, "wangfang", "取消 8123")
    card = await newest_card("wangfang")
    answer = await presses(store, "wangfang", "confirm", card.handle)
    assert "还没有选取消原因" in answer.answer.sentence
    assert (await seen(card)).status == "待你确认 · 有后果，要确认两次"


async def test_a_request_for_approval_with_consequences_takes_two_taps_as_well(store: Store) -> None:
    await enter(store, Preset.STRICT, hours=30)
    await says(store, "wangfang", f"{HARMLESS} 不保留")
    await presses(store, "wangfang", "submit", (await newest_card("wangfang")).handle)
    assert await filed() == 0
    await presses(store, "wangfang", "submit", (await newest_card("wangfang")).handle)
    assert await filed() == 1


async def test_the_words_alone_press_the_one_open_card(store: Store) -> None:
    await enter(store)
    await says(store, "wangfang", HARMLESS)
    await says(store, "wangfang", "确认取消")
    assert await filed() == 1
    assert (await newest_card("wangfang", CardPurpose.REQUEST)).request_id is not None


async def test_typed_like_tapped_consequences_are_confirmed_twice(store: Store) -> None:
    await enter(store)
    await says(store, "wangfang", f"{HARMLESS} 不通知")
    await says(store, "wangfang", "确认取消")
    assert await filed() == 0
    assert "再确认一次" in (await seen(await newest_card("wangfang"))).status
    await says(store, "wangfang", "确认取消 8123")
    assert not (await CancellationRequest.get()).notify


async def test_the_words_alone_with_no_card_or_several_ask(store: Store) -> None:
    booking = await enter(store)
    assert "没有等你确认的取消卡片" in await says(store, "wangfang", "确认取消")
    await store.transact(lambda: office.booking(booking.organisation, "赵云", "13800004410"))
    await says(store, "wangfang", HARMLESS)
    await says(store, "wangfang", "取消 4410 原因 计划调整")
    asked = await says(store, "wangfang", "确认取消")
    assert "是哪一场" in asked
    assert "赵云" in asked
    assert await filed() == 0
    await says(store, "wangfang", "1")
    assert await filed() == 1


async def test_a_number_behind_the_words_is_no_confirmation_of_one(store: Store) -> None:
    await enter(store)
    await says(store, "wangfang", HARMLESS)
    assert "没有等确认的批量取消" in await says(store, "wangfang", "确认取消 37")
    assert await filed() == 0


async def test_a_preview_is_only_a_preview(store: Store) -> None:
    await enter(store)
    await says(store, "wangfang", f"确认{HARMLESS} 仅预览")
    assert await filed() == 0
    assert (await newest_card("wangfang")).request_id is None


async def test_what_says_confirm_and_lacks_a_reason_gets_the_card(store: Store) -> None:
    await enter(store)
    assert await says(store, "wangfang", "确认取消 8123") == ""
    assert (await seen(await newest_card("wangfang"))).status == "待你确认"


async def test_a_second_try_names_the_request_that_is_open(store: Store) -> None:
    await enter(store)
    await says(store, "wangfang", HARMLESS)
    await says(store, "wangfang", "确认取消")
    number = (await CancellationRequest.get()).number
    said = await says(store, "wangfang", HARMLESS)
    assert f"已在办理取消：申请 {number}" in said
    assert "申请中" not in said


async def test_taking_back_what_is_decided_names_the_word_that_does_it(store: Store) -> None:
    await enter(store)
    await says(store, "wangfang", HARMLESS)
    await says(store, "wangfang", "确认取消")
    number = (await CancellationRequest.get()).number
    assert f"发「撤销 {number}」" in await says(store, "wangfang", f"撤回 {number}")

"""A booking that came with its own number is addressed by that number, as any other is by its Y…."""

from collections.abc import Sequence
from datetime import timedelta

import pytest

from handlers.reading.names import search_terms
from models import Booking, Card, CardPurpose, Hold, Organisation, Role
from models.store import Store
from tests.database import office
from tests.database.office import NOW, by
from tests.database.talking import says
from workflow import administering


async def entered(unit: Organisation, number: str, phone: str) -> Booking:
    """Enter an interview as an import does, with the number that it has in the other system."""
    candidate = await administering.add_candidate(unit, administering.NewCandidate("林曦", phone))
    terms = frozenset(search_terms("林曦") | {f"t:{phone[-4:]}"})
    new = administering.NewBooking("Java后端", NOW + timedelta(days=2), terms, number=number)
    return await administering.add_booking(by(), unit, candidate, new)


async def an_office(store: Store, numbers: Sequence[str]) -> None:
    async def enter() -> None:
        unit, other = await office.unit(), await office.unit("huachen/dev")
        await office.employee("wangfang", unit, Role.HR)
        await office.employee("zhoujing", unit, Role.SYSTEM_ADMIN, name="周静")
        await office.employee("caomin", unit, Role.SECURITY_ADMIN, name="曹敏")
        for place, number in enumerate(numbers):
            await entered(unit, number, f"1380013{9000 + place}")
        await entered(other, "F-9", "13900005566")

    await store.transact(enter)


async def on_cards(purpose: CardPurpose) -> set[str]:
    """Return the numbers of the bookings that 王芳 has such cards of."""
    found = Card.filter(holder__key="wangfang", purpose=purpose)
    return {str(each) for each in await found.values_list("booking__number", flat=True)}


@pytest.mark.parametrize("number", ["W-2", "Int-7b", "2026-0012", "A.1/7_b", "471100"])
async def test_every_command_takes_the_number_that_is_shown_in_any_case(store: Store, number: str) -> None:
    await an_office(store, [number, f"{number}2"])
    await says(store, "wangfang", f"查 {number}")
    assert await on_cards(CardPurpose.BOOKING) == {number}
    assert "时间轴 · 林曦 · 尾号9000" in await says(store, "wangfang", f"时间轴 {number.upper()}")
    assert f"{number} 的时间轴（PDF）" in await says(store, "wangfang", f"导出 {number}")
    assert "的电话，10 分钟内" in await says(store, "wangfang", f"显示 {number.lower()} 电话 原因 核对身份")
    assert "已冻结" in await says(store, "caomin", f"留存冻结 候选人 {number.lower()} 原因 合同纠纷在诉")
    assert (await Hold.get()).number == number
    assert "已解除冻结" in await says(store, "caomin", f"解除冻结 候选人 {number}")
    assert "还有没结束的面试" in await says(store, "wangfang", f"删除资料 {number} 依据 目的已实现")
    await says(store, "wangfang", f"取消 {number} 原因 行程冲突")
    assert await on_cards(CardPurpose.CONFIRM) == {number}


async def test_a_word_of_a_sentence_is_no_number_and_what_fits_both_is_asked_about(store: Store) -> None:
    await an_office(store, ["W-2", "9000", "12", "linxi", "2026-11-26"])
    for text in ("取消 赵久 原因 与 W-2 冲突", "取消 赵久 12月3日", "取消 岗位=W-2", "列表 2026-11-26", "确认取消 12"):
        await says(store, "wangfang", text)
    assert await on_cards(CardPurpose.CONFIRM) == await on_cards(CardPurpose.BOOKING) == set()
    for word in ("9000", "linxi", "2026-11-26"):
        assert f"「{word}」是预约号，还是" in await says(store, "wangfang", f"取消 {word}")
        await says(store, "wangfang", f"取消 预约号 {word} 原因 行程冲突")
        assert word in await on_cards(CardPurpose.CONFIRM)
    await says(store, "wangfang", "取消 12 原因 行程冲突")
    assert "12" in await on_cards(CardPurpose.CONFIRM)


async def test_two_numbers_that_differ_in_case_alone_are_told_apart_by_the_spelling(store: Store) -> None:
    await an_office(store, ["ab-1", "Ab-1"])
    assert "有 2 条：Ab-1、ab-1" in await says(store, "wangfang", "查 AB-1")
    await says(store, "wangfang", "查 Ab-1")
    assert await on_cards(CardPurpose.BOOKING) == {"Ab-1"}


async def test_a_foreign_number_is_as_absent_as_none(store: Store) -> None:
    await an_office(store, ["W-2"])
    for text in ("查 {}", "取消 {}", "时间轴 {}", "导出 {}", "显示 {} 电话 原因 核对身份", "不恢复 {}"):
        foreign, absent = [await says(store, "wangfang", text.format(each)) for each in ("F-9", "F-8")]
        assert foreign.replace("F-9", "F-8") == absent, text
        assert foreign, text


async def test_what_was_not_found_is_named_as_it_was_typed(store: Store) -> None:
    await an_office(store, [])
    for typed in ("X20261124-733", "W-9", "华辰重工"):
        assert f"没找到「{typed}」" in await says(store, "wangfang", f"查 {typed}")

"""查, 列表 and 取消 mean what was typed: a surname, a position, a page; what was not understood is said."""

import re
from datetime import timedelta

import pytest

from handlers.lists import PAGE, WIDEST, width
from models import Booking, CancellationRequest, Card, CardPurpose, Organisation, Position, Role
from models.store import Store
from tests.database import office
from tests.database.office import NOW
from tests.database.talking import newest_card, says

PEOPLE = ("李娜", "李雷", "王李", "章伟", "高原", "欧阳锋", "买买提·艾力")
SURNAMES = "赵钱孙李周吴郑王冯陈"


async def enter(store: Store, count: int = 0) -> Organisation:
    """Enter a unit with 王芳, the interviewer 吴桐 and administrators, and its interviews from tomorrow on."""
    made: list[Organisation] = []

    async def work() -> None:
        group = await office.unit("huachen", None)
        unit = await office.unit("huachen/net")
        await office.employee("wangfang", unit, Role.HR, name="王芳")
        interviewer = await office.employee("wutong", unit, Role.INTERVIEWER, name="吴桐")
        await office.employee("zhoukai", group, Role.SYSTEM_ADMIN, name="周凯")
        for place, name in enumerate(PEOPLE if not count else ()):
            await office.booking(unit, name, f"1380000{9000 + place}", timedelta(hours=24 + place), interviewer)
        for place in range(count):
            name = f"{SURNAMES[place % 10]}{'一二三四五六七八九十'[place // 10]}"
            ahead = timedelta(hours=22.5, minutes=15 * place)
            await office.booking(unit, name, f"1390000{1000 + place}", ahead)
        made.append(unit)

    await store.transact(work)
    return made[0]


async def in_position(unit: Organisation, name: str, *people: str) -> None:
    """Put some people's interviews in another position."""
    position = await Position.create(organisation=unit, name=name)
    for booking in await Booking.all().prefetch_related("candidate"):
        if str(booking.candidate.name) in people:
            booking.position = position
            await booking.save(update_fields=["position_id"])


def named(said: str) -> set[str]:
    return {name for name in PEOPLE if name in said}


@pytest.mark.parametrize("words", ["查 李", "取消 李", "查 小李", "列表 本周 李"])
async def test_a_surname_means_those_who_are_called_so(store: Store, words: str) -> None:
    await enter(store)
    assert named(await says(store, "wangfang", words)) == {"李娜", "李雷"}


async def test_a_surname_of_two_characters_and_a_part_of_a_name_are_found(store: Store) -> None:
    await enter(store)
    await says(store, "wangfang", "查 欧阳")
    card = await newest_card("wangfang", CardPurpose.BOOKING)
    booking = await Booking.get(id=card.booking_id).prefetch_related("candidate")
    assert str(booking.candidate.name) == "欧阳锋"
    assert named(await says(store, "wangfang", "取消 买买提")) == {"买买提·艾力"}


@pytest.mark.parametrize("words", ["查 不存在的人", "取消 不存在的人", "查 张", "取消 张", "列表 本周 不存在的人"])
async def test_who_does_not_exist_is_said_and_nobody_is_listed(store: Store, words: str) -> None:
    await enter(store)
    said = await says(store, "wangfang", words)
    assert f"没找到「{words.split()[-1]}」" in said
    assert named(said) == set()
    assert not await Card.exists()


@pytest.mark.parametrize("words", ["查 高园", "取消 高园", "取消 高园 原因 计划调整"])
async def test_who_only_sounds_the_same_is_offered_as_such(store: Store, words: str) -> None:
    await enter(store)
    said = await says(store, "wangfang", words)
    assert "没有「高园」，读音相同的" in said
    assert named(said) == {"高原"}
    assert not await Card.exists()


async def test_who_sounds_one_letter_different_is_suggested_by_name_only(store: Store) -> None:
    await enter(store)
    said = await says(store, "wangfang", "取消 李拉")
    assert "没找到「李拉」" in said
    assert "读音相近的有：李娜" in said
    assert "读音相近" not in await says(store, "wangfang", "取消 司马懿")


async def test_a_position_means_exactly_that_one(store: Store) -> None:
    unit = await enter(store)
    await store.transact(lambda: in_position(unit, "Java后端专家", "高原"))
    assert named(await says(store, "wangfang", "查 岗位=java后端")) == set(PEOPLE) - {"高原"}
    assert named(await says(store, "wangfang", "列表 本周 岗位=Java后端专家")) == {"高原"}
    said = await says(store, "wangfang", "取消 岗位=前端")
    assert "没有「前端」这个岗位" in said
    assert "Java后端、Java后端专家" in said


async def test_a_position_without_the_mark_is_found_by_a_part_of_it(store: Store) -> None:
    unit = await enter(store)
    await store.transact(lambda: in_position(unit, "产品经理", "李娜", "高原"))
    assert named(await says(store, "wangfang", "查 产品经理")) == {"李娜", "高原"}
    assert named(await says(store, "wangfang", "列表 本周 产品")) == {"李娜", "高原"}


async def test_all_of_a_position_can_be_chosen_from_page_by_page(store: Store) -> None:
    await enter(store, 40)
    said = await says(store, "wangfang", "取消 岗位=Java后端")
    assert "找到 40 场，请选" in said
    assert "还有 31 场，发「更多」" in said
    assert "没有对应的选项" in await says(store, "wangfang", "10")  # it has not been shown yet
    await says(store, "wangfang", "取消 岗位=Java后端")
    said = await says(store, "wangfang", "更多")
    assert re.findall(r"^(\d+)　", said, re.M) == [str(each) for each in range(10, 19)]
    await says(store, "wangfang", "12")
    assert (await newest_card("wangfang")).booking_id is not None


async def test_forty_interviews_are_two_pages_that_a_phone_can_show(store: Store) -> None:
    await enter(store, 40)
    first = await says(store, "wangfang", "列表 明天")
    assert "共 40 场，第 1–20 场" in first
    assert "还有 20 场，发「更多」" in first
    second = await says(store, "wangfang", "下一页")
    rows = re.findall(r"^(\d+) \d\d:\d\d ", f"{first}\n{second}", re.M)
    assert rows == [str(each) for each in range(1, 2 * PAGE + 1)]
    assert len(re.findall(r"^【11月25日 周三 \d+ 点】$", first, re.M)) == 5
    assert max(width(each) for each in first.splitlines()[1:-1]) <= WIDEST
    assert "没有下一页" in await says(store, "wangfang", "更多")


async def test_a_number_of_the_list_shows_that_interview_while_the_list_is_fresh(store: Store) -> None:
    await enter(store, 40)
    await says(store, "wangfang", "列表 明天")
    await says(store, "wangfang", "3")
    card = await newest_card("wangfang", CardPurpose.BOOKING)
    third = await Booking.all().order_by("starts_at").offset(2).first()
    assert third is not None
    assert card.booking_id == third.id
    assert "没有对应的选项" in await says(store, "wangfang", "3", NOW + timedelta(minutes=11))


@pytest.mark.parametrize("words", ["列表 本周 面试官=吴桐", "查 李娜 模板=甲"])
async def test_what_was_not_understood_is_said_and_not_dropped(store: Store, words: str) -> None:
    await enter(store)
    assert f"没看懂「{words.split()[-1]}」" in await says(store, "wangfang", words)


async def test_what_was_not_understood_of_a_cancellation_stands_on_its_card(store: Store) -> None:
    await enter(store)
    await says(store, "wangfang", "取消 李娜 原因 计划调整 模板=甲")
    assert "模板=甲" in str((await newest_card("wangfang")).state)


async def test_a_time_is_only_spoken_of_where_one_was_said(store: Store) -> None:
    await enter(store)
    assert "时间" not in await says(store, "wangfang", "查 张伟明")
    said = await says(store, "wangfang", "查 李娜 下周")
    assert "那个时间没有「李娜」的面试" in said
    assert named(said) == {"李娜"}
    assert "今天没有面试" in await says(store, "wangfang", "列表")


async def test_interviewers_see_their_own_interviews_without_names(store: Store) -> None:
    await enter(store)
    said = await says(store, "wutong", "列表 本周")
    assert f"你要面试的共 {len(PEOPLE)} 场" in said
    assert "李*" in said
    assert named(said) == set()
    assert "尾号" not in said
    assert "面试官看不到候选人的资料" in await says(store, "wutong", "1")
    assert not await Card.exists()
    assert "接下来没有" in await says(store, "wutong", "查 张三丰")


async def test_an_interviewer_learns_who_cancels_their_own_interview(store: Store) -> None:
    await enter(store)
    said = await says(store, "wutong", "取消 9000")
    assert "没有取消：这是你要面试的场次" in said
    assert "请联系 王芳" in said
    for words in ("取消 7777", "取消 张三丰"):
        assert "没有取消任何面试：取消由各单位的 HR 办理" in await says(store, "wutong", words)


@pytest.mark.parametrize("words", ["列表 本周", "查 李娜", "取消 李娜", "时间轴 李娜", "同意 Q20261124-000"])
async def test_administrators_are_not_sent_to_lists_they_may_not_see(store: Store, words: str) -> None:
    await enter(store)
    said = await says(store, "zhoukai", words)
    assert "没有办理" in said
    assert "列表" not in said
    assert "「帮助」" in said or "「权限 我」" in said


async def test_a_request_number_behind_cancel_is_explained(store: Store) -> None:
    await enter(store)
    await says(store, "wangfang", "确认取消 李娜 原因 计划调整")
    await says(store, "wangfang", "确认取消")
    number = (await CancellationRequest.get()).number
    assert f"{number} 是 李娜" in await says(store, "wangfang", f"取消 {number}")
    assert "时间轴" in await says(store, "wangfang", f"查 {number}")


async def test_several_interviews_of_one_name_are_asked_for_their_timeline(store: Store) -> None:
    await enter(store)
    said = await says(store, "wangfang", "时间轴 李")
    assert "看哪一场的时间轴" in said
    assert "时间轴 · " in await says(store, "wangfang", "1")

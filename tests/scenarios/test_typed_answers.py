"""Who types the words that the bot offers is heard as if they had tapped them, on every channel."""

from datetime import timedelta

import pytest

from tests.scenarios.company import START, Company
from tests.scenarios.steps import booked, heard, recorded, state_of, whole_logs

__all__ = ["whole_logs"]
NET, SMS, MEMBER = "zhangwei-8123", "zhangwei-4410", "linxiao-7788"
TYPED = ["1 确认取消", "１", "确认取消", "回复1", "是", "是的", "对", "嗯", "取消"]


async def asks(company: Company, person: str, words: str = "来不了了") -> None:
    seen = len(await company.screen(person))
    await company.says(person, words)
    await company.sees(person, "确认取消", after=seen)


@pytest.mark.parametrize("words", TYPED)
async def test_by_sms_every_spelling_of_the_offer_cancels(company: Company, words: str) -> None:
    await asks(company, SMS)
    await company.says(SMS, words)
    await company.sees(SMS, "按您的意思", "已取消")
    await company.sees("wangfang", "已取消", "原话：来不了了")
    assert await state_of(SMS) == "cancelled"


@pytest.mark.parametrize("words", ["确认取消", "是的", "取消", "好的", "来不了了"])
async def test_in_wechat_the_words_are_the_tap(company: Company, words: str) -> None:
    await asks(company, NET)
    await company.says(NET, words)
    await company.sees(NET, "按您的意思", "已取消")
    assert await state_of(NET) == "cancelled"


@pytest.mark.parametrize("person", [NET, SMS])
async def test_the_other_items_are_heard_by_their_words(company: Company, person: str) -> None:
    await asks(company, person)
    await company.says(person, "不取消，按时参加")
    await company.sees(person, "照常进行")
    await asks(company, person)
    await company.says(person, "想改期")
    await company.sees(person, "已转告招聘负责人")
    assert await state_of(person) == "confirmed"


async def test_a_member_types_what_the_card_says(company: Company) -> None:
    await company.says(MEMBER, "来不了了")
    await company.card(MEMBER, "请选择")
    await company.says(MEMBER, "确认取消")
    await company.sees(MEMBER, "不必再前往", "登记号 Q")
    assert (await company.card(MEMBER, "您的面试"))["buttons"] == []
    assert await state_of(MEMBER) == "declined"


async def test_a_number_is_no_answer_to_a_card_that_shows_none(company: Company) -> None:
    await company.says(MEMBER, "来不了了")
    await company.card(MEMBER, "请选择")
    seen = len(await company.screen(MEMBER))
    await company.says(MEMBER, "1")
    await company.card(MEMBER, "请选择", after=seen)
    assert await state_of(MEMBER) == "confirmed"


@pytest.mark.parametrize("words", ["确认", "你好"])
async def test_after_a_greeting_a_vague_word_is_asked_about_again(company: Company, words: str) -> None:
    await company.says(SMS, "你好")
    await company.sees(SMS, "您是想取消面试吗")
    seen = len(await company.screen(SMS))
    await company.says(SMS, words)
    await company.sees(SMS, "您是想取消面试吗", after=seen)
    assert await state_of(SMS) == "confirmed"


async def test_after_a_greeting_a_plain_yes_cancels(company: Company) -> None:
    await company.says(SMS, "你好")
    await company.sees(SMS, "您是想取消面试吗")
    await company.says(SMS, "是的")
    await company.sees(SMS, "按您的意思", "已取消")


@pytest.mark.parametrize("person", [NET, SMS])
async def test_of_several_the_typed_one_is_asked_about_and_the_typed_yes_cancels_it(
    company: Company, person: str
) -> None:
    await booked(person, START + timedelta(days=5, hours=1), company)
    await company.says(person, "取消")
    await company.sees(person, "2 场面试")
    await company.says(person, "11月29日 周日 10:30 架构师")
    await company.sees(person, "11月29日 周日 10:30", "确认取消吗")
    await company.says(person, "确认取消")
    await company.sees(person, "按您的意思", "11月29日 周日 10:30")
    assert await state_of(person) == "confirmed"


@pytest.mark.parametrize(("person", "words"), [(NET, "全部取消"), (SMS, "3"), (SMS, "都取消")])
async def test_all_of_several_is_one_answer(company: Company, person: str, words: str) -> None:
    await booked(person, START + timedelta(days=5, hours=1), company)
    await company.says(person, "都取消")
    await company.sees(person, "是哪一场要取消")
    await company.says(person, words)
    await company.sees(person, "按您的意思", "11月29日 周日 10:30")
    assert (await recorded())["booking.cancelled"] == 2


async def test_all_of_several_can_be_tapped(company: Company) -> None:
    await booked(NET, START + timedelta(days=5, hours=1), company)
    await company.says(NET, "都取消")
    menu = await company.sees(NET, "是哪一场要取消")
    await company.chooses(NET, menu, "confirm")
    await company.sees(NET, "按您的意思", "11月29日 周日 10:30")
    assert (await recorded())["booking.cancelled"] == 2


@pytest.mark.parametrize("words", ["我知道取消了", "已经取消了吧"])
async def test_who_believes_it_cancelled_has_not_cancelled(company: Company, words: str) -> None:
    await company.says(SMS, words)
    await company.sees(SMS, "您是想取消面试吗")
    assert await state_of(SMS) == "confirmed"


@pytest.mark.parametrize("person", [NET, SMS])
@pytest.mark.parametrize("words", ["转人工", "有人吗"])
async def test_who_wants_a_person_is_passed_on_and_told_so(company: Company, person: str, words: str) -> None:
    await company.says(person, words)
    await company.sees(person, "已转告招聘负责人", "目前不变", "编号 E")
    told = await company.sees("wangfang", "候选人找人工", f"尾号{person[-4:]}", f"原话：{words}")
    assert told["card"] is None
    assert await state_of(person) == "confirmed"


@pytest.mark.parametrize("person", [NET, SMS, MEMBER])
async def test_my_interviews_are_listed_and_nothing_is_asked(company: Company, person: str) -> None:
    await company.says(person, "我的面试")
    listed = await company.sees(person, "您的面试：", "您已确认参加")
    assert listed["menu"] is None
    assert "取消" not in listed["text"]


async def test_an_address_on_a_phone_is_followed_by_nothing(company: Company) -> None:
    await company.says(SMS, "取消")
    text = (await company.sees(SMS, "确认取消"))["text"]
    address = text.split("在网页上办理：")[1]
    assert address == address.split()[0]
    assert address.startswith("http")


async def test_a_request_of_the_company_stays_unknown_to_who_asks_for_their_interviews(company: Company) -> None:
    await company.says("wangfang", "确认取消 8123 原因 面试官冲突")
    await company.card("wangfang", "前可撤销")
    await company.says(NET, "我的预约")
    await company.sees(NET, "您已确认参加")
    assert not any("审批" in each for each in await heard(company, NET))


async def test_a_member_with_two_interviews_answers_by_number_or_by_all(company: Company) -> None:
    await booked(MEMBER, START + timedelta(days=5, hours=1), company, "wutong")
    await company.says(MEMBER, "来不了了")
    await company.sees(MEMBER, "2 场面试", "2　11月29日 周日 10:30", "3　全部取消")
    await company.says(MEMBER, "3")
    await company.sees(MEMBER, "不必再前往", "11月29日 周日 10:30")
    assert (await recorded())["booking.declined"] == 2
    await company.settled()
    cards = [each["card"] for each in await company.screen(MEMBER) if each["card"]]
    assert [each["buttons"] for each in cards] == [[], []]

"""Every answer the bot offers can be typed back: its words, its number, both, in any width and with any courtesy."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.asking import ALL, BACK, ON_A_CARD, ONE, TAKEN
from handlers.reading.asides import says_coming, wants_back, wants_list, wants_person
from handlers.reading.offers import Offer, is_vague, picked

Offers = list[Offer]
CANCEL = [Offer(*each) for each in ONE.items()]
CARD = [Offer(*each) for each in ON_A_CARD.items()]
RETURN = [Offer(*each) for each in BACK.items()]
TAKEN_BACK = [Offer(*each) for each in TAKEN.items()]
WHICH = [
    Offer("choose", "11月25日 周三 15:00 Java后端"),
    Offer("choose", "11月26日 周四 10:30 架构师"),
    Offer("choose", "2027年1月3日 周日 10:30 1号 架构师，二轮"),
    Offer("confirm", ALL),
]
QUESTIONS = [CANCEL, CARD, RETURN, TAKEN_BACK, WHICH]
FORMS = ["{text}", "{n} {text}", "{n}　{text}", "{n}.{text}", "回复 {n} {text}", "「{text}」", "{text}。谢谢"]
NUMBERS = ["{}", "回复{}", "回复 {}", "我选{}", "第{}个", "{}。"]
WIDE = str.maketrans("0123456789 ,:", "０１２３４５６７８９　，：")


@given(st.sampled_from(QUESTIONS), st.integers(0, 9), st.sampled_from(FORMS), st.booleans(), st.booleans())
def test_every_offered_answer_typed_back_is_its_tap(
    question: Offers, at: int, form: str, wide: bool, firm: bool
) -> None:
    place = at % len(question)
    text = form.format(n=place + 1, text=question[place].text)
    assert picked(text.translate(WIDE) if wide else text, question, firm=firm) == place


@given(st.sampled_from(QUESTIONS), st.integers(0, 9), st.sampled_from(NUMBERS))
def test_every_number_is_the_answer_beside_it(question: Offers, at: int, form: str) -> None:
    place = at % len(question)
    assert picked(form.format(place + 1), question) == place
    assert picked(form.format(place + 1).translate(WIDE), question) == place
    assert picked(form.format(place + 1), question, numbered=False) is None


@given(st.text(max_size=60), st.sampled_from(QUESTIONS), st.booleans(), st.booleans())
def test_any_text_is_one_of_the_answers_or_none(text: str, question: Offers, firm: bool, numbered: bool) -> None:
    place = picked(text, question, firm=firm, numbered=numbered)
    assert place is None or 0 <= place < len(question)


YES = ["确认取消", "是", "是的", "对", "对的", "嗯", "嗯嗯", "取消", "取消吧", "1", "１", "①", "一"]


@pytest.mark.parametrize("text", YES)
def test_a_plain_yes_confirms_whatever_the_question_was(text: str) -> None:
    assert picked(text, CANCEL) == 0
    assert picked(text, CANCEL, firm=False) == 0


@pytest.mark.parametrize("text", ["好的", "好", "可以", "行", "ok", "确认", "确定", "我确定"])
def test_a_mere_nod_confirms_only_what_the_question_names(text: str) -> None:
    assert picked(text, CANCEL) == 0
    assert picked(text, CANCEL, firm=False) is None


@pytest.mark.parametrize("text", ["不", "不是", "否", "点错了", "不取消", "按时参加", "不用了"])
def test_a_plain_no_leaves_the_interview(text: str) -> None:
    assert picked(text, CANCEL) == 2


NEITHER = [
    "确认取消吗",
    "是？",
    "取消？",
    "4",
    "0",
    "12",
    "我知道取消了",
    "取消还是不取消",
    "1 不取消",
    "2 确认取消",
    "谢谢",
    "",
]


@pytest.mark.parametrize("text", NEITHER)
def test_what_is_a_question_or_contradicts_itself_answers_nothing(text: str) -> None:
    assert picked(text, CANCEL) is None


@pytest.mark.parametrize("text", ["全部取消", "都取消", "全都取消吧", "两场都取消", "都不去了", "所有面试都取消"])
def test_all_of_several_is_an_answer_in_many_words(text: str) -> None:
    assert picked(text, WHICH) == 3
    assert picked(text, WHICH[:2]) is None


@pytest.mark.parametrize("text", ["是", "是的", "取消", "确认取消", "好的"])
def test_yes_to_which_of_several_names_none(text: str) -> None:
    assert picked(text, WHICH) is None


@pytest.mark.parametrize("text", ["取消", "确认取消", "确定取消"])
def test_cancelling_is_no_yes_to_coming_back(text: str) -> None:
    assert picked(text, RETURN) is None


@pytest.mark.parametrize("text", ["确认", "我确认", "确定", "同意"])
def test_a_bare_confirmation_says_not_of_what(text: str) -> None:
    assert is_vague(text)
    assert not is_vague(f"{text}取消")


WANTED = ["转人工", "人工", "客服", "有人吗", "有人在吗？", "我要转人工", "人工客服", "找真人", "能不能转人工"]


@pytest.mark.parametrize("text", WANTED)
def test_who_wants_a_person_is_heard(text: str) -> None:
    assert wants_person(text)


@pytest.mark.parametrize("text", ["人工智能岗位", "面试有人吗", "取消", "客服岗位的面试取消", "没有人", "有人"])
def test_other_words_call_nobody(text: str) -> None:
    assert not wants_person(text)


@pytest.mark.parametrize("text", ["我的面试", "我的预约", "查一下我的面试", "我的面试时间？", " 我的 面试 "])
def test_who_asks_for_their_interviews_gets_the_list(text: str) -> None:
    assert wants_list(text)


@pytest.mark.parametrize("text", ["我的面试取消", "取消我的面试", "我的面试是几点改的", "把我的面试改期"])
def test_a_wish_about_an_interview_is_no_list(text: str) -> None:
    assert not wants_list(text)


RETURNS = [
    "点错了，我要参加",
    "我后悔了还想来",
    "我改主意了，我要参加",
    "我改变主意了",
    "我还是想参加",
    "我又能来了",
    "手滑了",
]


@pytest.mark.parametrize("text", RETURNS)
def test_a_changed_mind_is_heard(text: str) -> None:
    assert wants_back(text)


@pytest.mark.parametrize("text", ["还是不去了", "来不了了", "好的", "谢谢", "收到", "不后悔", "我还是不参加", "取消"])
def test_what_changes_nothing_is_no_changed_mind(text: str) -> None:
    assert not wants_back(text)
    assert not says_coming(text)


@pytest.mark.parametrize("text", ["我会来的", "我会准时参加", "一定来"])
def test_who_says_they_come_is_heard_where_they_had_said_no(text: str) -> None:
    assert says_coming(text)

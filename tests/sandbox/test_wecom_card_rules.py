"""Every hard rule of a template card, broken one at a time."""

from typing import Any

import pytest

from sandbox.wecom.card_rules import check_card
from sandbox.wecom.errors import WecomError
from tests.sandbox.wecom_bot import approval

OPTION = {"id": "a", "text": "甲"}
SELECTOR = {"question_key": "q", "option_list": [OPTION]}
TITLE = {"title": "标题"}
VOTE = {"card_type": "vote_interaction", "main_title": TITLE, "task_id": "v", "checkbox": SELECTOR,
        "submit_button": {"text": "提交", "key": "submit"}}  # fmt: skip
MULTI = {"card_type": "multiple_interaction", "main_title": TITLE, "task_id": "m", "select_list": [SELECTOR],
         "submit_button": {"text": "提交", "key": "submit"}}  # fmt: skip
NOTICE = {"card_type": "text_notice", "main_title": TITLE, "card_action": {"type": 1, "url": "http://a"}}
NEWS = NOTICE | {"card_type": "news_notice", "card_image": {"url": "http://i"}}
BUTTON = {"text": "同意", "key": "approve"}
MENU = {"desc": "更多", "action_list": [{"text": "提醒", "key": "remind"}]}


def options(count: int) -> list[dict[str, str]]:
    return [{"id": f"o{n}", "text": "项"} for n in range(count)]


@pytest.mark.parametrize("card", [approval(), VOTE, MULTI, NOTICE, NEWS, approval(action_menu=MENU)])
def test_a_card_that_keeps_the_rules_is_accepted(card: dict[str, Any]) -> None:
    check_card(card)


BROKEN = [
    (42031, {"card_type": "poster"}),
    (42014, approval(task_id="有空格")),
    (42014, approval(task_id="x" * 129)),
    (42014, VOTE | {"task_id": None}),
    (42014, NOTICE | {"action_menu": MENU}),
    (42028, approval(quote_area={"type": 1})),
    (42030, approval(quote_area={"type": 2})),
    (42035, approval(horizontal_content_list=[{"keyname": "k", "value": "v"}] * 7)),
    (42027, approval(horizontal_content_list=[{"value": "v"}])),
    (42028, approval(horizontal_content_list=[{"keyname": "k", "type": 1}])),
    (42029, approval(horizontal_content_list=[{"keyname": "k", "type": 2}])),
    (42050, approval(horizontal_content_list=[{"keyname": "k", "type": 3}])),
    (42042, NOTICE | {"jump_list": [{"title": "t"}] * 4}),
    (42033, NOTICE | {"jump_list": [{"type": 0}]}),
    (42033, NOTICE | {"main_title": {}}),
    (42036, NEWS | {"vertical_content_list": [{"title": "t"}] * 5}),
    (42044, NEWS | {"card_image": None}),
    (42044, NEWS | {"card_image": {"url": "http://i", "aspect_ratio": 3}}),
    (42045, NOTICE | {"card_action": {"type": 0}}),
    (42045, {"card_type": "text_notice", "main_title": TITLE}),
    (42051, approval(action_menu={"action_list": MENU["action_list"] * 2})),
    (42038, approval(button_list=[])),
    (42038, approval(button_list=[{"text": str(n), "key": f"k{n}"} for n in range(7)])),
    (42038, approval(button_list=[{"key": "k"}])),
    (42039, approval(button_list=[{"text": "t"}])),
    (42039, approval(button_list=[{"text": "t", "key": "k" * 1025}])),
    (42051, approval(button_list=[BUTTON, BUTTON])),
    (42043, approval(button_selection={"option_list": [OPTION]})),
    (42037, approval(button_selection={"question_key": "q", "option_list": options(11)})),
    (42040, approval(button_selection={"question_key": "q", "option_list": [{"id": "x" * 129, "text": "t"}]})),
    (42040, approval(button_selection={"question_key": "q", "option_list": [OPTION, OPTION]})),
    (42041, approval(button_selection={"question_key": "q", "option_list": [{"id": "a"}]})),
    (42037, VOTE | {"checkbox": {"question_key": "q", "option_list": options(21)}}),
    (42047, MULTI | {"select_list": []}),
    (42047, MULTI | {"select_list": [SELECTOR, SELECTOR]}),
    (42046, VOTE | {"submit_button": {"text": "提交"}}),
    (42049, MULTI | {"submit_button": {"key": "submit"}}),
]


@pytest.mark.parametrize(("errcode", "card"), BROKEN, ids=[f"{errcode}-{n}" for n, (errcode, _) in enumerate(BROKEN)])
def test_each_broken_rule_has_its_number(errcode: int, card: dict[str, Any]) -> None:
    with pytest.raises(WecomError) as refused:
        check_card(card)
    assert refused.value.errcode == errcode


def test_advice_about_lengths_is_no_rule() -> None:
    check_card(approval(main_title={"title": "长" * 200, "desc": "长" * 300}, sub_title_text="长" * 500))


def test_an_update_needs_no_task_and_no_submit_button() -> None:
    check_card({name: value for name, value in VOTE.items() if name not in ("task_id", "submit_button")}, updating=True)

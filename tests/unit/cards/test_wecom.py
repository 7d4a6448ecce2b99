"""A card as WeCom wants it: every hard rule of wecom.md §4.4, checked here and by the sandbox."""

import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cards.buttons import read_press
from cards.card import Button, Card, Input, Line
from cards.drawing import draw
from cards.wecom import NOTHING_CHOSEN, template_card, updated_card
from models import CardPurpose
from sandbox.wecom.card_rules import check_card
from tests.unit.cards import samples
from workflow.card_views import CardView

VIEWS = list(samples.every_card())
each_card = pytest.mark.parametrize("view", VIEWS, ids=[f"{place}-{view.purpose}" for place, view in enumerate(VIEWS)])
TASK = "sy-0123456789abcdef0123456789abcdef"
texts = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=200)


def broken_rules(card: dict[str, Any], *, updating: bool = False) -> list[str]:
    """Return the hard rules that a card breaks, read from the send page independently of the sandbox."""
    broken = list(_common(card, updating))
    if card["card_type"] == "button_interaction":
        broken += _buttons(card)
        if "button_selection" in card:
            broken += _selector(card["button_selection"], 10)
    elif card["card_type"] == "multiple_interaction":
        broken += _multiple(card)
    else:
        broken.append("card_type")
    return broken


def _common(card: dict[str, Any], updating: bool) -> list[str]:
    rows = card.get("horizontal_content_list", [])
    rules = {
        "task_id": updating or re.fullmatch(r"[0-9A-Za-z_@-]{1,128}", card.get("task_id", "")),
        "title": isinstance(card["main_title"]["title"], str) and card["main_title"]["title"],
        "desc_color": card["card_type"] != "multiple_interaction" or "desc_color" not in card["source"],
        "rows": len(rows) <= 6,
        "row": all(
            row["keyname"] and isinstance(row["value"], str) and set(row) == {"keyname", "value"} for row in rows
        ),
    }
    return [name for name, holds in rules.items() if not holds]


def _buttons(card: dict[str, Any]) -> list[str]:
    buttons = card["button_list"]
    keys = [button["key"] for button in buttons]
    rules = {
        "button count": 1 <= len(buttons) <= 6,
        "button text": all(button["text"] for button in buttons),
        "button key": all(0 < len(key.encode()) <= 1024 for key in keys) and len(set(keys)) == len(keys),
        "button style": all(button["style"] in (1, 2) for button in buttons),  # 3 and 4 swap their meaning
    }
    return [name for name, holds in rules.items() if not holds]


def _selector(selector: dict[str, Any], most: int) -> list[str]:
    ids = [option["id"] for option in selector["option_list"]]
    rules = {
        "question_key": 0 < len(selector["question_key"].encode()) <= 1024,
        "options": 1 <= len(ids) <= most,
        "option id": all(0 < len(each.encode()) <= 128 for each in ids) and len(set(ids)) == len(ids),
        "option text": all(option["text"] for option in selector["option_list"]),
        "selected_id": selector.get("selected_id", ids[0]) in ids,
    }
    return [name for name, holds in rules.items() if not holds]


def _multiple(card: dict[str, Any]) -> list[str]:
    selectors = card["select_list"]
    keys = [each["question_key"] for each in selectors]
    submit = card["submit_button"]
    rules = {
        "selectors": 1 <= len(selectors) <= 3,
        "question keys": len(set(keys)) == len(keys),
        "submit": submit["text"] and 0 < len(submit["key"].encode()) <= 1024,
    }
    return [name for name, holds in rules.items() if not holds] + [
        rule for each in selectors for rule in _selector(each, 10)
    ]


@each_card
def test_every_card_that_is_sent_obeys_the_rules(view: CardView) -> None:
    card = template_card(draw(view), TASK)
    assert broken_rules(card) == []
    check_card(card)


@each_card
def test_every_card_that_replaces_another_obeys_the_rules(view: CardView) -> None:
    card = updated_card(draw(view), TASK)
    assert broken_rules(card, updating=True) == []
    assert "task_id" not in card
    check_card(card, updating=True)


@settings(max_examples=40, deadline=None)
@given(name=texts, words=texts)
def test_names_and_words_of_any_kind_obey_the_rules(name: str, words: str) -> None:
    for view in samples.hostile(name, words):
        drawn = draw(view)
        assert broken_rules(template_card(drawn, TASK)) == []
        assert broken_rules(updated_card(drawn, TASK), updating=True) == []


@each_card
def test_every_key_is_read_back_as_what_the_button_says(view: CardView) -> None:
    drawn, card = draw(view), template_card(draw(view), TASK)
    buttons: Any = card.get("button_list") or [card["submit_button"]]
    presses = [read_press(button["key"]) for button in buttons]
    assert all(press and press.handle == samples.HANDLE for press in presses)
    if drawn.buttons:
        wanted = [button.action for button in drawn.buttons][: len(presses)]
        assert [press.action for press in presses if press] == wanted


def test_nobody_seems_to_have_chosen_a_reason_that_nobody_chose() -> None:
    card: Any = template_card(draw(samples.card(CardPurpose.CONFIRM)), TASK)
    reason = card["select_list"][0]
    assert reason["option_list"][0] == {"id": NOTHING_CHOSEN, "text": "请选择"}
    assert "selected_id" not in reason
    assert len(reason["option_list"]) == 10


def test_a_form_says_how_to_leave_it() -> None:
    card: Any = template_card(draw(samples.card(CardPurpose.CONFIRM)), TASK)
    assert "不取消请回复「算了」" in card["main_title"]["desc"]
    assert len(card["main_title"]["desc"]) <= 160


def test_an_ended_card_shows_its_status_on_a_dead_button() -> None:
    card: Any = updated_card(draw(samples.card(CardPurpose.APPROVAL, actions=())), TASK)
    assert len(card["button_list"]) == 1
    assert card["replace_text"].startswith(card["button_list"][0]["text"])


def test_no_line_of_the_card_is_lost_between_rows_and_text() -> None:
    drawn = draw(samples.card(CardPurpose.APPROVAL))
    card: Any = template_card(drawn, TASK)
    rows = [f"{row['keyname']}：{row['value']}" for row in card["horizontal_content_list"]]
    assert sorted([*rows, *card["sub_title_text"].split("\n")]) == sorted(map(str, drawn.lines))


def test_a_form_shows_whole_lines_the_first_ones_and_how_to_put_it_down() -> None:
    said = {
        "后果": "白" * 60,
        "时间": "11月28日 周六 10:00",
        "审批": "用人部门 → 分管领导",
        "影响": "空" * 60,
        "证明": "需 1 份",
    }
    inputs = tuple(Input(name, name, "switch", value="true") for name in ("notify", "keep"))
    lines = tuple(Line(label, text) for label, text in said.items())
    card = Card("标题", "待你确认", lines, "h" * 26, "摘要", inputs, (Button("submit", "提交审批"),))
    title: Any = template_card(card, TASK)["main_title"]
    assert len(title["desc"]) <= 160
    assert title["desc"].splitlines() == [
        "待你确认",
        f"后果：{'白' * 60}",
        "审批：用人部门 → 分管领导",
        f"影响：{'空' * 60}",
        "不取消请回复「算了」",
    ]

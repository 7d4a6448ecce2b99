"""A card as DingTalk wants it: text for every variable of the one template, none above 1 KB (dingtalk.md §5.2)."""

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cards import dingtalk
from cards.buttons import read_press
from cards.card import Button, Card, Input, Line
from cards.dingtalk import LARGEST_VALUE, card_params
from cards.drawing import draw
from models import CardPurpose
from sandbox.dingtalk.form import fields_of
from tests.unit.cards import samples
from workflow.card_views import CardView
from workflow.showing import LONGEST_COMMENT, LONGEST_NAME, plain

TEMPLATE = json.loads((Path(dingtalk.__file__).parent / "dingtalk_template.json").read_text("utf-8"))
VIEWS = list(samples.every_card())
texts = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=300) | st.sampled_from(
    ["𠮷" * 300, '"\\' * 150, "*_[]()" * 50, "\n" * 99 + "x", "张" * 300, "［链接已隐去］" * 20]
)


def check(params: dict[str, str]) -> None:
    assert set(params) == {each["name"] for each in TEMPLATE["variables"]}
    assert all(type(value) is str for value in params.values())
    assert {name: len(value.encode()) for name, value in params.items() if len(value.encode()) > LARGEST_VALUE} == {}


@pytest.mark.parametrize("view", VIEWS, ids=[f"{place}-{view.purpose}" for place, view in enumerate(VIEWS)])
def test_every_card_fills_every_variable_with_short_text(view: CardView) -> None:
    drawn = draw(view)
    params = card_params(drawn)
    check(params)
    for slot in range(1, 7):
        shown = slot <= len(drawn.buttons)
        assert params[f"b{slot}_shown"] == str(shown).lower()
        press = read_press(params[f"b{slot}_id"])
        assert (press is not None) is shown
        if press:
            assert (press.action, press.handle) == (drawn.buttons[slot - 1].action, samples.HANDLE)
            assert params[f"b{slot}_id"] == f"{press.action}.{press.handle}"


@settings(max_examples=60, deadline=None)
@given(name=texts, words=texts)
def test_the_longest_names_and_words_still_fit_and_the_title_keeps_its_end(name: str, words: str) -> None:
    for view in samples.hostile(plain(name, LONGEST_NAME), plain(words, LONGEST_COMMENT)):
        params = card_params(draw(view))
        check(params)
        assert params["title"].endswith(" · 尾号8123 · 11月25日 周三 15:00")


@settings(max_examples=60, deadline=None)
@given(name=texts, words=texts)
def test_even_words_that_nobody_made_plain_make_no_second_line_and_no_markup(name: str, words: str) -> None:
    for view in samples.hostile(name, words):
        drawn = draw(view)
        params = card_params(drawn)
        check(params)
        assert len(params["body"].split("  \n")) <= len(drawn.lines)
        assert "\n" not in params["body"].replace("  \n", "")


def test_the_last_line_of_a_long_body_stays() -> None:
    lines = (*(Line("原因", "很" * 100) for _ in range(9)), Line("编号", "Q20261124-007"))
    body = card_params(Card("t", "s", lines, samples.HANDLE, ""))["body"]
    assert body.endswith("**编号**：Q20261124-007")
    assert "**原因**：" + "很" * 100 in body


@pytest.mark.parametrize("note", ["很" * 40, "𠮷" * 99, '"' * 99, "\\" * 99, "\x01" * 99])
@pytest.mark.parametrize("purpose", ["conflict", "other", ""])
def test_the_form_with_nine_reasons_and_a_note_fits_and_is_read_back(note: str, purpose: str) -> None:
    proposed = {"reason": purpose, "text": note, "notify": False, "keep": True}
    form = card_params(draw(samples.card(CardPurpose.CONFIRM, proposed=proposed)))["form"]
    assert len(form.encode()) <= LARGEST_VALUE
    fields = {each["name"]: each for each in json.loads(form)["fields"]}
    assert set(fields) == {"reason", "note", "notify", "keep"}
    assert len(fields["reason"]["options"]) == 9
    assert fields["reason"]["required"] is True
    assert fields["notify"]["defaultValue"] is False
    assert fields["keep"]["defaultValue"] is True
    assert fields["reason"].get("defaultValue", "") == purpose
    assert len(fields["note"].get("defaultValue", "")) <= 40
    assert [each.name for each in fields_of(form)] == ["reason", "note", "notify", "keep"]


def test_a_card_without_inputs_clears_the_form() -> None:
    assert card_params(draw(samples.card(CardPurpose.BOOKING)))["form"] == ""


def test_the_dangerous_button_is_marked() -> None:
    params = card_params(draw(samples.card(CardPurpose.APPROVAL)))
    assert [params[f"b{slot}_danger"] for slot in range(1, 7)] == ["false", "false", "true", "false", "false", "false"]


def test_a_text_that_is_too_long_is_cut_between_characters() -> None:
    card = Card("𠮷" * 400, "s", (), samples.HANDLE, "", (Input("a", "b", "text"),), (Button("open", "开"),))
    title = card_params(card)["title"]
    assert title == "𠮷" * 255 + "…"
    assert len(title.encode()) <= LARGEST_VALUE


def test_the_template_declares_six_slots_and_sends_the_form_with_each() -> None:
    buttons = [each for each in TEMPLATE["components"] if each["kind"] == "button"]
    assert [each["action_id"] for each in buttons] == [f"b{slot}_id" for slot in range(1, dingtalk.SLOTS + 1)]
    assert all(each["params"] == {"form": "form"} for each in buttons)

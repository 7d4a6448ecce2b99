"""存证码 is the last line of a card in every form, and never the line that is lost."""

from dataclasses import replace

import pytest

from cards.card import Card, Line
from cards.dingtalk import LARGEST_VALUE, card_params
from cards.drawing import draw
from cards.text import card_text
from cards.wecom import MOST_ROWS, template_card
from models import CardPurpose
from tests.unit.cards import samples

CODE = "7F3K-Q2MD"
PURPOSES = {CardPurpose.APPROVAL, CardPurpose.REQUEST}


def card(lines: int, code: str = CODE, value: str = "值") -> Card:
    return Card("题", "状态", tuple(Line(f"行{place}", value) for place in range(lines)), samples.HANDLE, "", code=code)


@pytest.mark.parametrize("value", ["值", "很长的一行" * 60])
@pytest.mark.parametrize("lines", [0, 1, 3, 9])
def test_in_dingtalk_it_is_the_last_line_however_long_the_rest_is(lines: int, value: str) -> None:
    body = card_params(card(lines, value=value))["body"]
    assert body.split("  \n")[-1] == f"存证码 {CODE}"
    assert len(body.encode()) <= LARGEST_VALUE


def test_in_wecom_it_is_the_last_row_also_where_the_lines_are_more_than_the_rows() -> None:
    drawn = template_card(card(MOST_ROWS - 1), "task")
    assert drawn["horizontal_content_list"][-1] == {"keyname": "存证码", "value": CODE}  # type: ignore[index]
    full = template_card(card(MOST_ROWS), "task")
    rows = full["horizontal_content_list"]
    assert (len(rows), rows[-1]["value"]) == (MOST_ROWS, CODE)  # type: ignore[arg-type, index]
    assert CODE not in str(full["sub_title_text"])


def test_as_text_it_stands_below_the_lines() -> None:
    assert card_text(card(2)).splitlines()[-1] == f"存证码 {CODE}"


def test_without_a_code_nothing_is_said_of_it() -> None:
    for form in (str(card_params(card(2, ""))), str(template_card(card(2, ""), "task")), card_text(card(2, ""))):
        assert "存证码" not in form


def test_only_approval_and_request_cards_carry_it_and_it_is_none_of_their_lines() -> None:
    seen = set()
    for view in samples.every_card():
        drawn = draw(replace(view, code=CODE))
        assert (drawn.code == CODE) is (view.purpose in PURPOSES), view.purpose
        assert drawn.lines == draw(view).lines
        seen.add(view.purpose)
    assert seen > PURPOSES

"""A card as plain text: where nothing can be pressed, it says what to type, and typing that is understood."""

import re
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from cards.drawing import draw
from cards.text import TYPED, card_text
from handlers.reading.grammar import read_command
from handlers.reading.verbs import Verb
from models import CardPurpose
from tests.unit.cards import samples
from workflow.card_views import CardView

VIEWS = list(samples.every_card())
NOW = datetime(2026, 11, 24, 9, 30, tzinfo=ZoneInfo("Asia/Shanghai"))
Q, Y = "Q20261124-007", "Y20261124-481"


@pytest.mark.parametrize("view", VIEWS, ids=[f"{place}-{view.purpose}" for place, view in enumerate(VIEWS)])
def test_the_text_holds_the_whole_card_and_what_to_type_for_each_button(view: CardView) -> None:
    drawn = draw(view)
    number = view.request.number if view.request else view.booking.number
    text = card_text(drawn, number)
    assert text.startswith(f"【{drawn.status}】{drawn.title}")
    assert all(str(line) in text for line in drawn.lines)
    typed = re.findall("「(.+?)」", text.split("请回复：")[1]) if "请回复：" in text else []
    assert len(typed) == len(drawn.buttons)
    assert "{" not in text


@pytest.mark.parametrize(
    ("action", "number", "verb"),
    [
        ("approve", Q, Verb.APPROVE),
        ("reject", Q, Verb.REJECT),
        ("send_back", Q, Verb.SEND_BACK),
        ("undo", Q, Verb.UNDO),
        ("submit", Q, Verb.SUBMIT),
        ("confirm", Y, Verb.CANCEL),
        ("open", Y, Verb.CANCEL),
        ("dismiss", Y, Verb.DROP),
    ],
)
def test_what_an_employee_is_told_to_type_is_understood(action: str, number: str, verb: Verb) -> None:
    command = read_command(TYPED[action].format(number=number), NOW)
    assert command is not None
    assert command.verb == verb
    assert command.problems == ()
    if verb != Verb.DROP:
        assert number in (command.who.request, command.who.booking)


def test_to_confirm_by_typing_says_so() -> None:
    command = read_command(TYPED["confirm"].format(number=Y), NOW)
    assert command is not None
    assert command.confirmed


def test_a_card_that_asks_nothing_tells_nothing_to_type() -> None:
    assert "请回复" not in card_text(draw(samples.card(CardPurpose.REQUEST)), Q)

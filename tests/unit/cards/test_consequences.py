"""A confirm card names what a cancellation brings upon the candidate, and how often it has to be confirmed (E3)."""

from datetime import timedelta

import pytest

from cards.booking import CONSEQUENCES
from cards.card import Card
from cards.drawing import draw
from cards.wecom import template_card
from models import BookingStatus, CardPurpose
from tests.unit.cards import samples
from workflow import weighing


def drawn(proposed: dict[str, object], hours: float = 29.5, **booking: object) -> Card:
    """Draw the confirm card of an interview so many hours ahead."""
    view = samples.booking(starts_at=samples.NOW + timedelta(hours=hours), **booking)
    return draw(samples.card(CardPurpose.CONFIRM, booking=view, proposed=proposed))


def test_each_consequence_has_its_words() -> None:
    assert set(CONSEQUENCES) == {weighing.SOON, weighing.UNTOLD, weighing.DROPPED}


def test_a_harmless_one_is_confirmed_once() -> None:
    card = drawn({"reason": "plan_changed", "notify": True, "keep": True})
    assert card.status == "待你确认"
    assert not [each for each in card.lines if each.label == "后果"]


@pytest.mark.parametrize(
    ("proposed", "hours", "says"),
    [
        ({"notify": False}, 48, ["不通知：候选人会白等，请自己告知"]),
        ({"keep": False}, 48, ["不保留：候选人不能凭这次资格改约"]),
        ({}, 23.9, ["不足 24 小时"]),
        ({"notify": False, "keep": False}, 2, ["不足 24 小时", "不通知", "不保留"]),
    ],
)
def test_the_consequences_stand_first_on_one_line(proposed: dict[str, object], hours: float, says: list[str]) -> None:
    card = drawn(proposed, hours)
    assert card.status == "待你确认 · 有后果，要确认两次"
    assert card.lines[0].label == "后果"
    assert all(each in card.lines[0].value for each in says)
    assert len(card.lines[0].value) <= 60


def test_exactly_twenty_four_hours_are_not_less() -> None:
    assert drawn({}, 24).status == "待你确认"


def test_after_the_first_confirmation_the_card_asks_for_the_second() -> None:
    proposed: dict[str, object] = {"notify": False, "accepted": ["untold"]}
    assert drawn(proposed).status == "待你确认 · 请看过后果，再确认一次"
    assert drawn({**proposed, "keep": False}).status == "待你确认 · 有后果，要确认两次"


def test_nobody_waits_for_what_a_candidate_called_off() -> None:
    assert drawn({"notify": False}, 2, status=BookingStatus.DECLINED).status == "待你确认"


def test_in_wecom_the_consequences_are_not_cut_off() -> None:
    card = drawn({"notify": False, "keep": False}, 2, position="高级嵌入式软件开发工程师（车载系统方向）")
    assert "请自己告知" in str(template_card(card, "t1"))
    assert "不能凭这次资格改约" in str(template_card(card, "t1"))


def test_what_was_not_understood_stands_on_the_card() -> None:
    assert str(drawn({"unread": "随便写点"}).lines[0]) == "没看懂：随便写点（没有照它办）"

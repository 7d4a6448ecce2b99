"""A security administrator's card says how much goes, of whom and why; afterwards it says what became of it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from cards.buttons import ACTIONS
from cards.dingtalk import LARGEST_VALUE, card_params
from cards.drawing import draw
from cards.text import card_text
from cards.wecom import template_card
from models import CardPurpose, PurgeStatus
from workflow.purge_views import PurgeView

NOW = datetime(2029, 11, 30, 1, 30, tzinfo=UTC)
OPEN = PurgeView(
    purpose=CardPurpose.PURGE,
    handle="abcdefghijklmnopqrstuvwx23",
    now=NOW,
    number="L20291130-481",
    status=PurgeStatus.PROPOSED,
    unit="华辰互联及下属单位",
    ended="全部到期的",
    cases=12,
    digest="d0ccfda75ac8b653" + "0" * 48,
    years=3,
    proposer="周凯",
    proposed_at=NOW,
    expires_at=NOW + timedelta(days=7),
    decided_by="",
    decided_at=None,
    comment="",
    actions=("approve", "reject"),
)
DECIDED = replace(OPEN, actions=(), decided_by="韩雪", decided_at=NOW, comment="已核对")


def shown(view: PurgeView) -> str:
    drawn = draw(view)
    return "\n".join([drawn.title, drawn.status, *map(str, drawn.lines)])


def test_all_that_is_needed_to_decide_stands_on_the_card() -> None:
    said = shown(OPEN)
    for word in ("12 件", "华辰互联及下属单位", "满 3 年", "d0ccfda75ac8b653", "周凯", "无法恢复", "L20291130-481"):
        assert word in said
    assert {each.action for each in draw(OPEN).buttons} == {"approve", "reject"} <= ACTIONS
    assert draw(OPEN).buttons[0].danger  # what cannot be undone


def test_everything_on_the_card_can_be_done_by_typing() -> None:
    text = card_text(draw(OPEN), OPEN.number)
    assert "「同意 L20291130-481」" in text
    assert "「驳回 L20291130-481 原因」" in text


@pytest.mark.parametrize(
    ("view", "says"),
    [
        (
            replace(DECIDED, status=PurgeStatus.APPROVED, purged=4),
            ("已同意 · 清理中", "韩雪 09:30", "已清理 4 件，共 12 件"),
        ),
        (replace(DECIDED, status=PurgeStatus.DONE, purged=10, kept=2), ("已清理完", "已清理 10 件", "保留 2 件")),
        (replace(DECIDED, status=PurgeStatus.REJECTED), ("已驳回", "没有任何变化", "已核对")),
        (replace(OPEN, actions=(), status=PurgeStatus.EXPIRED), ("已过期（系统代办）", "没有任何变化")),
        (replace(OPEN, actions=(), now=NOW + timedelta(days=7)), ("已过期",)),
        (replace(OPEN, actions=()), ("现在不由你审批",)),
    ],
)
def test_afterwards_it_says_what_became_of_it_and_has_no_button(view: PurgeView, says: tuple[str, ...]) -> None:
    for word in says:
        assert word in shown(view)
    assert draw(view).buttons == ()


def test_both_platforms_take_it() -> None:
    params = card_params(draw(OPEN))
    assert all(len(str(value).encode()) <= LARGEST_VALUE for value in params.values())
    assert template_card(draw(OPEN), OPEN.number)["main_title"]

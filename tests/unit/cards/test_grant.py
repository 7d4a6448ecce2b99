"""An administrator's card says who, what, where, how long and who asks; afterwards it says what became of it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from cards.buttons import ACTIONS
from cards.dingtalk import LARGEST_VALUE, card_params
from cards.drawing import draw
from cards.text import card_text
from cards.wecom import template_card
from models import CardPurpose, GrantChangeStatus
from workflow.rights_views import GrantView

NOW = datetime(2026, 11, 24, 1, 30, tzinfo=UTC)
OPEN = GrantView(
    purpose=CardPurpose.GRANT,
    handle="abcdefghijklmnopqrstuvwx23",
    now=NOW,
    number="S20261124-481",
    title="授权：李雷 · HR · 华辰互联",
    gives=True,
    status=GrantChangeStatus.PROPOSED,
    person="李雷（华辰互联，工号 lilei）",
    unit="华辰互联及下属单位",
    allows=("查看预约和每一步的经过", "取消面试、提交和撤回申请"),
    validity="有效至 2027年3月31日",
    has=("面试官 · 华辰互联",),
    proposer="周凯（系统管理员）",
    proposed_at=NOW,
    expires_at=NOW + timedelta(days=7),
    reason="顶替产假",
    decided_by="",
    decided_at=None,
    comment="",
    actions=("approve", "reject"),
)
DECIDED = replace(OPEN, actions=(), decided_by="韩雪", decided_at=NOW, comment="情况属实")


def shown(view: GrantView) -> str:
    drawn = draw(view)
    return "\n".join([drawn.title, drawn.status, *map(str, drawn.lines)])


def test_all_that_is_needed_to_decide_stands_on_the_card() -> None:
    said = shown(OPEN)
    for word in ("李雷", "HR", "华辰互联及下属", "取消面试", "有效至 2027年3月31日", "周凯（系统管理员）", "顶替产假"):
        assert word in said
    assert [each.action for each in draw(OPEN).buttons] == ["approve", "reject"]
    assert {each.action for each in draw(OPEN).buttons} <= ACTIONS
    assert draw(OPEN).buttons[-1].danger
    assert "李雷" not in draw(OPEN).summary


def test_everything_on_the_card_can_be_done_by_typing() -> None:
    text = card_text(draw(OPEN), OPEN.number)
    assert "「同意 S20261124-481」" in text
    assert "「驳回 S20261124-481 原因」" in text


@pytest.mark.parametrize(
    ("view", "words"),
    [
        (replace(DECIDED, status=GrantChangeStatus.APPROVED), ("已同意 · 已生效", "韩雪 09:30 同意", "情况属实")),
        (replace(DECIDED, status=GrantChangeStatus.REJECTED), ("已驳回", "没有任何变化")),
        (replace(OPEN, status=GrantChangeStatus.EXPIRED, actions=()), ("已过期（系统代办）", "没有任何变化")),
        (replace(OPEN, actions=(), now=OPEN.expires_at), ("已过期",)),
        (replace(OPEN, actions=()), ("现在不由你审批",)),
    ],
)
def test_afterwards_the_card_says_what_became_of_it_and_offers_nothing(view: GrantView, words: tuple[str, ...]) -> None:
    assert all(word in shown(view) for word in words)
    assert not draw(view).buttons
    assert not draw(view).inputs


def test_withdrawing_says_what_will_no_longer_be_possible() -> None:
    said = shown(replace(OPEN, gives=False, title="收回授权：李雷 · HR · 华辰互联"))
    assert "将不能：查看预约" in said
    assert "期限" not in said


def test_the_longest_card_fits_both_platforms() -> None:
    long = replace(OPEN, person="名" * 60, has=("角色 · 单位" * 4,) * 12, reason="因" * 80, unit="单" * 80)
    assert max(len(value.encode()) for value in card_params(draw(long)).values()) <= LARGEST_VALUE
    card = template_card(draw(long), "sy-1")
    rows = card["horizontal_content_list"]
    assert isinstance(rows, list)
    assert len(rows) <= 6

"""What has changed since somebody looked is named, whatever it is."""

from dataclasses import replace

import pytest

from handlers.changed import OTHERWISE, words
from workflow.showings import Showing

SEEN = Showing(
    1,
    1,
    2,
    "p",
    "2026-11-26T02:00:00.000Z",
    "11月26日 周四 10:00",
    "frozen",
    title="取消面试：马超",
    lines=(("原因", "岗位暂停"), ("距面试", "48 小时"), ("", "候选人不会来。")),
    evidence=("a", "b"),
    moving=("距面试",),
)
DECLINED = replace(SEEN, booking="declined")
CHANGES = [
    (replace(SEEN, evidence=("a", "b", "c")), "新增证明材料 1 份（现有 3 份）"),
    (replace(SEEN, evidence=("a",)), "撤下证明材料 1 份（现有 1 份）"),
    (replace(SEEN, evidence=("a", "c")), "新增证明材料 1 份（现有 2 份）；撤下证明材料 1 份（现有 2 份）"),
    (replace(SEEN, starts="2026-11-26T04:00:00.000Z", when="11月26日 周四 12:00"), "面试改到 11月26日 周四 12:00"),
    (replace(SEEN, level=2), "审批级次由 1/2 变为 2/2"),
    (replace(SEEN, levels=3), "审批级次由 1/2 变为 1/3"),
    (replace(SEEN, policy="q"), "适用的规则有变化"),
    (replace(SEEN, before=("1 HR 刘洋 approved ",)), "前面几级的意见有变化"),
    (replace(SEEN, notify=False), "改为不通知候选人"),
    (replace(SEEN, keep=False), "改为不保留面试资格"),
    (replace(SEEN, booking="declined"), "候选人说不来了"),
    (replace(SEEN, lines=(("原因", "编制冻结"), *SEEN.lines[1:])), "「原因」有更新"),
    (replace(SEEN, title="取消面试：马超骉"), "「标题」有更新"),
    (replace(SEEN, lines=SEEN.lines[:2]), OTHERWISE),
    (replace(SEEN, revision=2), OTHERWISE),
]


@pytest.mark.parametrize(("now", "said"), CHANGES)
def test_each_change_voids_what_was_shown_and_is_named(now: Showing, said: str) -> None:
    assert now.voids(SEEN)
    assert words(SEEN, now) == said


def test_a_candidate_who_comes_back_is_named() -> None:
    assert words(DECLINED, SEEN) == "候选人又要来了，面试已恢复"
    assert words(DECLINED, replace(DECLINED, word="2026-11-24T02:00:00.000Z")) == "候选人又说想参加，等 HR 决定"


def test_the_countdown_alone_voids_nothing() -> None:
    later = replace(SEEN, lines=(SEEN.lines[0], ("距面试", "47 小时"), SEEN.lines[2]))
    assert not later.voids(SEEN)

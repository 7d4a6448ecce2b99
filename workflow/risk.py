"""风险排序: what makes a request stand out among those that wait for somebody, by stated facts and weights (D9).

Whoever has few seconds sees what begins soon first, then the heaviest. What weighs less than ALONE can be agreed to
together with its like; everything else is looked at by itself. The weights rank people's work and decide nothing.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from models import CancellationRequest, Step
from workflow import deadlines, places, returning
from workflow.costs import Cost, cost_of
from workflow.evidence_rules import rules_of

SOON: Final = timedelta(hours=4)  # always stands before everything else, whatever it weighs
TODAY: Final = timedelta(hours=24)
ALONE: Final = 20
OFTEN_OWN, OFTEN = 2, 5
WEIGHTS: Final = {
    "soon": 40,
    "today": 40,
    "evidence": 30,
    "twin": 30,
    "sensitive": 30,
    "returns": 30,
    "names": 30,
    "late": 20,
    "untold": 20,
    "overdue": 20,
    "dropped": 10,
    "own": 10,
    "requester": 10,
    "position": 10,
    "only": 10,
}
"""What each fact weighs (docs/approving.md)."""


@dataclass(frozen=True)
class Reason:
    """One fact that stands out, and how it is said in a few words."""

    fact: str
    said: str

    @property
    def weight(self) -> int:
        """Return what it weighs."""
        return WEIGHTS[self.fact]


@dataclass(frozen=True)
class Risk:
    """Why one request stands out; nothing is known against a request without reasons."""

    starts_at: datetime
    soon: bool
    reasons: tuple[Reason, ...]

    @property
    def weight(self) -> int:
        """Return the sum."""
        return sum(each.weight for each in self.reasons)

    @property
    def alone(self) -> bool:
        """Tell whether it has to be looked at by itself."""
        return self.weight >= ALONE

    @property
    def said(self) -> str:
        """Say why: 3 小时后开始、敏感岗位; the heaviest first."""
        return "、".join(each.said for each in sorted(self.reasons, key=lambda each: -each.weight))

    @property
    def place(self) -> tuple[bool, int, datetime]:
        """Return by what it is sorted: what begins soon first and by its start, then by weight, then by start."""
        return (not self.soon, 0 if self.soon else -self.weight, self.starts_at)


async def risk_of(request: CancellationRequest, step: Step, now: datetime) -> Risk:
    """Return why a request stands out for who answers a step of it; it must come from `requests.reload`."""
    starts_at, cost = request.booking.starts_at, await cost_of(request, now)
    returns = await returning.open_wish(request.booking) is not None
    found = [_time(request, now), *_of_case(request), *_of_step(request, step, now), *_of_history(request, cost)]
    if returns:
        found.append(Reason("returns", "候选人又说想参加"))
    return Risk(starts_at, starts_at - now <= SOON, tuple(each for each in found if each))


def _time(request: CancellationRequest, now: datetime) -> Reason | None:
    left = request.booking.starts_at - now
    minutes = int(left.total_seconds()) // 60
    if left <= timedelta(0):
        return Reason("soon", "已到开始时间")
    if left <= SOON:
        return Reason("soon", f"{minutes // 60} 小时后开始" if minutes >= 60 else f"{minutes} 分钟后开始")
    return Reason("today", f"{minutes // 60} 小时后开始") if left <= TODAY else None


def _of_case(request: CancellationRequest) -> list[Reason]:
    rules = rules_of(request.policy)
    missing = rules.least - len([each for each in request.evidence if each.kind in rules.counts])
    facts = (
        ("evidence", missing > 0, f"还缺 {missing} 份证明"),
        ("twin", any(each.twins for each in request.evidence), "证明疑似重复使用"),
        ("sensitive", request.booking.position.sensitive, "敏感岗位"),
        ("late", request.late, "临时取消"),
        ("untold", not request.notify, "不通知候选人"),
        ("dropped", not request.keep_eligibility, "不保留面试资格"),
    )
    return [Reason(fact, said) for fact, holds, said in facts if holds]


def _of_step(request: CancellationRequest, step: Step, now: datetime) -> list[Reason]:
    facts = (
        ("names", places.only_names(step), "要你指定审批人"),
        ("overdue", deadlines.is_over(request, step, now), "已过审批时限"),
    )
    return [Reason(fact, said) for fact, holds, said in facts if holds]


def _of_history(request: CancellationRequest, cost: Cost) -> list[Reason]:
    facts = (
        ("own", cost.own >= OFTEN_OWN, f"候选人此前取消过 {cost.own} 次"),
        ("requester", cost.of_requester >= OFTEN, f"发起人 7 天内第 {cost.of_requester} 件"),
        ("position", cost.of_position >= OFTEN, f"本岗位 7 天内第 {cost.of_position} 件"),
        ("only", not cost.others, "同岗位没有别的面试"),
    )
    return [Reason(fact, said) for fact, holds, said in facts if holds]

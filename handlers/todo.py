"""待我审批 as a list in the order of risk: what has to be looked at by itself first, each row saying why (D9)."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count

from handlers.routing import Context
from models import CancellationRequest, Step
from workflow import chain, places, requests
from workflow.acting import Act
from workflow.rights_words import name_of
from workflow.risk import Risk, risk_of
from workflow.views import RequestView, request_seen

MOST_LISTED = 20
MOST_WEIGHED = 60  # the nearest to their start; each of them is a dozen queries
ALONE, TOGETHER, OTHERS = "【请逐一看】", "【低风险】可以一起同意", "【其他】"
AT_ONCE = "同意 全部低风险"


@dataclass(frozen=True)
class Row:
    """One cancellation that waits for somebody, as they see it."""

    step: Step
    request: CancellationRequest
    view: RequestView
    risk: Risk
    instead_of: str = ""

    @property
    def line(self) -> str:
        """Say it in a line: which, when, why it is asked for, and why it stands out."""
        stands_out = f"（{self.risk.said}）" if self.risk.alone else ""
        return f"{self.short} · {self.view.reason}{self._for}{stands_out}"

    @property
    def short(self) -> str:
        """Name it: its number, and the one booking."""
        return f"{self.view.number} {self.view.booking.title}"

    @property
    def asks_still_needed(self) -> bool:
        """Tell whether agreeing has to say whether the position still needs people."""
        return places.asks_still_needed(self.request, self.step)

    @property
    def _for(self) -> str:
        return f"（代 {self.instead_of}）" if self.instead_of else ""


async def rows_of(context: Context) -> tuple[list[Row], int]:
    """Return what waits for this person in the order of risk, and how many there are.

    Of very many only those are weighed that are nearest to their start: none of these is left out of sight.
    """
    steps = await chain.open_steps_of(context.employee, context.act.now)
    for each in steps:
        await each.request.fetch_related("booking")
    nearest = sorted(steps, key=lambda each: each.request.booking.starts_at)[:MOST_WEIGHED]
    return await weighed(context.act, nearest), len(steps)


async def weighed(act: Act, steps: Sequence[Step]) -> list[Row]:
    """Return rows for these steps in the order of risk; each must come with its approver."""
    rows = [await row_of(act, each) for each in steps]
    return sorted(rows, key=lambda row: row.risk.place)


async def row_of(act: Act, step: Step) -> Row:
    """Return one row as the acting person sees it."""
    request = await requests.reload(step.request_id)
    risk = await risk_of(request, step, act.now)
    others = act.employee is not None and step.approver_id != act.employee.id
    return Row(step, request, await request_seen(request, act), risk, name_of(step.approver) if others else "")


def sections(rows: Sequence[Row], others: Sequence[str]) -> list[str]:
    """Return the lines of the list, numbered through; headings only where there is something to tell apart."""
    alone = [row.line for row in rows if row.risk.alone]
    together = [row.line for row in rows if not row.risk.alone]
    parts = [(ALONE, alone), (f"{TOGETHER}：发「{at_once(rows)}」", together), (OTHERS, list(others))]
    if not alone or not together:
        parts = [("", [*alone, *together]), (OTHERS if rows else "", list(others))]
    lines: list[str] = []
    numbers = count(1)
    for heading, texts in parts:
        lines += [heading] if heading and texts else []
        lines += [f"{next(numbers)}　{text}" for text in texts]
    return lines


def at_once(rows: Sequence[Row]) -> str:
    """Say how the low-risk rows are agreed to together; where they ask whether people are still needed, with that."""
    asks = any(row.asks_still_needed for row in rows if not row.risk.alone)
    return f"{AT_ONCE} 仍需" if asks else AT_ONCE


def how(rows: Sequence[Row], left: int) -> str:
    """Say how what is listed is answered, and how many more wait."""
    if not rows:
        return "回复「同意 1」「驳回 1 原因」，或直接点卡片。"
    asks = any(row.asks_still_needed for row in rows)
    agree = "同意 1 仍需」（岗位仍需、暂停或不再）" if asks else "同意 1」"
    all_low = len(rows) > 1 and not any(row.risk.alone for row in rows)
    whole = f"都是低风险，可以发「{at_once(rows)}」一次办完。" if all_low else ""
    more = f"还有 {left} 条没有列出，办完这些再发「待我审批」。" if left else ""
    return f"回复「{agree}「驳回 1 原因」「退回 1 要补什么」，或直接点卡片。{whole}{more}"

"""The auditors' morning line: who saw candidates' data the day before, and who took records home."""

from collections import Counter
from datetime import date

from workflow import outbox, viewing
from workflow.acting import Act
from workflow.viewing import Day

MOST_NAMED = 5
OPERATOR = "命令行操作员"


async def tell(act: Act, payload: dict[str, str]) -> None:
    """Tell each auditor about the day of a timer; a day on which there was nothing is a silent one."""
    for auditor, day in await viewing.days_of(act, date.fromisoformat(payload["day"])):
        account = await outbox.account_of(auditor)
        if account is not None:
            await outbox.say(act, account, said(day))


def said(day: Day) -> str:
    """Return the summary, a line for what was seen and one for what was taken home."""
    lines = [f"{day.day.month}月{day.day.day}日 的查看与导出："]
    if day.askers:
        counts = f"申请 {day.asked} 次，看了 {day.shown} 次，被拒绝 {day.refused} 次"
        lines.append(f"显示候选人资料：{counts}（{_names(day.askers)}）。")
    if day.exporters:
        lines.append(f"导出：{day.exporters.total()} 次（{_names(day.exporters)}）。")
    return "\n".join([*lines, "逐条可发「时间轴」加编号查看，或导出审计日志核对。"])


def _names(counted: Counter[str]) -> str:
    named = [f"{name or OPERATOR} {count} 次" for name, count in counted.most_common(MOST_NAMED)]
    more = f"，另有 {len(counted) - MOST_NAMED} 人" if len(counted) > MOST_NAMED else ""
    return "、".join(named) + more

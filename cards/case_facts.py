"""What stands above a timeline wherever it is shown: how the case ended and why, as its print says it (S30)."""

from cards.booking import STATUS as BOOKING_STATUS
from cards.request import STATUS as REQUEST_STATUS
from workflow.showing import LONGEST
from workflow.timeline import Case, reason_of


def result_of(case: Case) -> str:
    """Say what became of the case."""
    return REQUEST_STATUS[case.request.status] if case.request else BOOKING_STATUS[case.booking.status]


def heading(case: Case) -> list[str]:
    """Return the lines above a timeline in a chat; a long reason is cut there, and whole on the print."""
    reason = reason_of(case, LONGEST)
    return [f"时间轴 · {case.title}", f"结果：{result_of(case)}", *([f"原因：{reason}"] if reason else [])]

"""取消原因: the closed list, whose wish each is, and how it is worded inside and to the candidate (S3–S5, S19)."""

from dataclasses import dataclass

from models import Origin
from workflow.errors import Invalid, Missing

SHORTEST_TEXT = 4  # characters of free text that 其他 needs (S19)


@dataclass(frozen=True)
class Reason:
    """One entry of the list; `outward` is what a candidate reads, never the internal wording (E7)."""

    code: str
    label: str
    origin: Origin
    outward: str


UNSAID = "unsaid"  # a candidate owes nobody a reason, and none is made up for them
REASONS = {
    reason.code: reason
    for reason in (
        Reason("conflict", "候选人行程冲突", Origin.CANDIDATE, "您的行程有冲突"),
        Reason("illness", "候选人突发疾病", Origin.CANDIDATE, "您身体不适"),
        Reason("other_offer", "候选人已接受其他 offer", Origin.CANDIDATE, "您已有其他安排"),
        Reason(UNSAID, "候选人未说明原因", Origin.CANDIDATE, "您提出取消"),
        Reason("plan_changed", "招聘计划调整", Origin.COMPANY, "招聘计划有调整"),
        Reason("position_paused", "岗位暂停招聘", Origin.COMPANY, "该岗位暂停招聘"),
        Reason("interviewer_conflict", "面试官时间冲突", Origin.COMPANY, "面试官时间有冲突"),
        Reason("wrong_link", "面试链接错误", Origin.SYSTEM, "面试链接有误"),
        Reason("wrong_time", "时间设置有误", Origin.SYSTEM, "面试时间设置有误"),
        Reason("other", "其他", Origin.COMPANY, "安排有变动"),
    )
}


def reason_of(code: str, text: str = "") -> Reason:
    """Return the reason, or refuse: none given, none such, or 其他 without words (checked behind every door)."""
    if not code.strip():
        raise Missing(what="reason")
    if code not in REASONS or code == UNSAID:
        raise Invalid(what="reason", value=code)
    if code == "other" and len(text.strip()) < SHORTEST_TEXT:
        raise Missing(what="reason-text", shortest=SHORTEST_TEXT)
    return REASONS[code]

"""What a candidate is answered about their data, in a chat and on their own page: the same words at every door."""

from datetime import datetime

from models import Candidate, ErasureRequest
from workflow import privacy
from workflow.erasure_wishes import WITHIN
from workflow.own_data import OwnCopy
from workflow.restricting import HELD, LIVE, ONLY_KEPT
from workflow.rights_words import day
from workflow.showing import plain


def kept(copy: OwnCopy) -> list[str]:
    """Say what is kept of somebody in one unit."""
    state = "（受限：只保存，不使用）" if copy.restricted else ""
    reached = "、".join(each for each in (copy.phone, copy.email) if each) or "没有"
    return [
        f"{copy.unit} 保存的您的信息{state}：",
        f"姓名 {copy.name}；联系方式 {reached}；面试 {copy.interviews} 场，取消记录 {copy.cancellations} 条，"
        f"证明材料 {copy.evidence} 份。",
        f"我们通过 {'、'.join(copy.channels) or '没有渠道'} 联系您。{how_long(copy)}",
    ]


def how_long(copy: OwnCopy) -> str:
    """Say how long it is kept: what a law keeps are the records of cancellations, where there are any."""
    if copy.kept_until is None:
        return "没有取消记录；面试结束后可随时要求删除。"
    return f"取消记录依法保存到 {day(copy.kept_until)}。"


def correction(label: str, numbers: list[str], asked_at: datetime) -> str:
    """Say that a correction was passed on, and by when it is answered."""
    by = day(privacy.working_days_after(asked_at, WITHIN))
    head = f"{label}，已转招聘负责人核对，最晚 {by} 答复您，更正后会告诉您。"
    return f"{head}编号 {'、'.join(numbers)}"


def of_unit(candidate: Candidate, text: str) -> str:
    """Put the unit before it that the answer is about, where the same person is known to several."""
    return f"{plain(candidate.organisation.name)}：{text}"


def erasure(wish: ErasureRequest, found: list[str], when: datetime) -> str:
    """Say what becomes of the wish that the data go: done by `when`, or what stands against it and until when."""
    end = f"编号 {wish.number}"
    if not found:
        head = f"收到，您的删除要求已交招聘负责人和安全管理员，最晚 {day(when)} 办完；"
        return f"{head}删除之前会再告诉您一声。{end}"
    if HELD in found and set(found) <= ONLY_KEPT:
        head = "收到。您的记录牵涉还没有结束的争议或调查，依法要先保存，所以现在还不能删除。"
        rest = "从现在起这些信息只保存，不再查看和使用，也不会用来联系您；事情结束、保存期也满了以后自动提请删除。"
        return f"{head}{rest}{end}"
    if set(found) <= ONLY_KEPT:
        head = f"收到。您取消面试的记录依法要保存到 {day(when)}（个人信息保护法第四十七条），所以现在还不能删除。"
        rest = f"从现在起这些信息只保存，不再查看和使用，也不会用来联系您；{day(when)} 后自动提请删除。"
        return f"{head}{rest}{end}"
    why = "您还有没结束的面试，现在删除就没法安排了" if LIVE in found else "还有事情没有办完，现在不能删除"
    rest = "不想参加可以先在面试页面上取消，或回复「取消」。" if LIVE in found else ""
    after = f"您的要求已登记：办完以后这些信息只保存、不再使用，{day(when)} 以后自动提请删除。"
    return f"收到。{why}。{rest}{after}{end}"

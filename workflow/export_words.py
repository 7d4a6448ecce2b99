"""How an export that asks for consent is said: on its card, in answers, and to who asked for it."""

from models import ExportRequest, ExportStatus, Organisation
from workflow.acting import local
from workflow.log_periods import Period, said
from workflow.rights_words import name_of
from workflow.showing import plain

FORMS = {"xlsx": "XLSX 表格", "pack": "可核对的审计包", "pdf": "PDF", "jsonl": "原始日志"}
CASE_FORMS = {"pack": "证据包", "pdf": "时间轴（PDF）"}
OUTCOMES = {
    ExportStatus.APPROVED: "已同意",
    ExportStatus.REJECTED: "已驳回",
    ExportStatus.EXPIRED: "已过期",
    ExportStatus.TAKEN: "已导出过一次",
    ExportStatus.WITHDRAWN: "已撤回",
}


def described(request: ExportRequest) -> str:
    """Say in one line what would leave: 华辰互联 的审计日志（XLSX 表格，最早 至 现在，812 条）, Q… 的证据包."""
    if request.case_number:
        return f"{request.case_number} 的{CASE_FORMS[request.form]}（{request.records} 条记录）"
    what = f"{FORMS[request.form]}，{said(Period(request.since, request.until))}，{request.records} 条"
    return f"{plain(request.organisation.name)} 的审计日志（{what}）"


def typed_for(organisation: Organisation, form: str, period: Period, case_number: str) -> str:
    """Return what somebody writes in a chat to ask for consent to this export."""
    if case_number:
        return f"{'证据包' if form == 'pack' else '导出'} {case_number} 用途 …"
    days = f" {said(period)}" if period.since and period.until else ""
    return f"导出日志 {organisation.path} {form}{days} 用途 …"


def to_the_requester(request: ExportRequest, comment: str) -> str:
    """Tell who asked what was decided, and what to type next; `comment` as they may read it."""
    said_ = f"意见：{comment}。" if comment else ""
    done = f"{name_of(request.decided_by)} {OUTCOMES[request.status]}导出：{described(request)}。{said_}"
    if request.status == ExportStatus.REJECTED:
        return f"{done}什么都没有导出。编号 {request.number}"
    until = f"{local(request.expires_at):%m-%d %H:%M}"
    return f"{done}请在 {until} 前发「导出 {request.number}」下载，只能下载一次。编号 {request.number}"


def when_expired(request: ExportRequest) -> str:
    """Tell who asked that nobody answered."""
    text = f"系统代办：导出 {described(request)} 的申请没有人处理，已过期，什么都没有导出"
    return f"{text}。要继续请重新提出。编号 {request.number}"


REFUSED = {
    "export-purpose": "请写用途：为什么要导出，审批人会看到，也会留存。例如「导出日志 huachen/net xlsx 用途 季度审计」",
    "no-export-decider": "没有能审批的人：大批导出要由另一位审计或安全管理员同意，不能自己审批。请系统管理员先设置一位",
    "own-export": "自己提出的导出不能自己审批，要由另一位审计或安全管理员决定，请等其处理",
    "export-not-found": "没有找到这条导出申请，或不是你的。要导出请发「导出日志 单位 形式 用途 …」",
    "export-expired": "这条导出申请到期没有处理，已过期，什么都没有导出。要继续请提出人重新提出",
    "export-waiting": "{number} 还在等另一位审计或安全管理员同意，请等结果，有了会告诉你",
    "export-over": "这条导出申请{what}，不能再用。还要导出请照原来的写法写明用途，重新提出",
    "export-too-late": "同意后的 24 小时已过，不能再用。还要导出请照原来的写法写明用途，重新提出",
    "export-other": "{number} 同意的是另一个单位、案、形式或期间。请按它写的导出，或重新提出",
    "export-too-long": "有 {count} 条，一份 PDF 最多 {most} 条：请缩短期间，或改用 xlsx",
    "export-many": (
        "最近 {period}你独自导出了 {before}，{over}，再多要另一人同意。请在聊天里发「{typed}」写明用途，"
        "同意后会告诉你怎么取；在命令行导出的，同意后用 --approved-by 写上它的编号"
    ),
    "export-whole": "审计包和原始日志是整本日志，不能只要一段时间。请去掉期间，或改用 xlsx、pdf",
    "export-unapproved": (
        "有 {count} 条，超过 {most} 条的导出要另一人同意：请在聊天里发「导出日志 单位 形式 用途 …」，"
        "同意后用 --approved-by 写上它的编号"
    ),
}
"""Refusal code → what is true and what to do; filled with the facts of the refusal."""

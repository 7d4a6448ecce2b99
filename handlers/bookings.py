"""查, 列表 and 时间轴: what there is, and what happened to it."""

import json
from datetime import timedelta

from cards.booking import STATUS
from handlers.cancel import request_named
from handlers.reading.grammar import Command
from handlers.reading.names import query_terms, rank
from handlers.routing import Context
from handlers.spans import between
from models import AuditRecord, Booking, CardPurpose, Employee
from workflow import access, finding, outbox
from workflow.acting import local
from workflow.errors import NotFound
from workflow.views import booking_view

MOST_LISTED = 20


async def find(context: Context, command: Command) -> None:
    """Answer 查 …: a card with its buttons for one booking, a list for several."""
    name = command.who.name or command.who.latin or ""
    bookings = await finding.find(
        context.employee,
        access.READ,
        any_of=query_terms(name or command.who.tail or ""),
        number=(command.who.booking or "").upper(),
        between=between(command.when),
        live=False,
    )
    if name:
        bookings = [each for each in bookings if rank(name, str(each.candidate.name)) is not None]
    if len(bookings) == 1:
        await outbox.hand_card(
            context.act, CardPurpose.BOOKING, context.account, holder=context.employee, booking=bookings[0]
        )
    else:
        await _listed(context, bookings)


async def listing(context: Context, command: Command) -> None:
    """Answer 列表 [时间]: the interviews of that time, today's when none is said."""
    day = local(context.act.now).replace(hour=0, minute=0, second=0, microsecond=0)
    period = between(command.when) or (day, day + timedelta(days=1))
    await _listed(context, await finding.find(context.employee, access.READ, between=period, live=False))


async def _listed(context: Context, bookings: list[Booking]) -> None:
    if not bookings:
        await outbox.say(context.act, context.account, "这段时间没有面试。可发「列表 本周」或「查 姓名」。")
        return
    views = [booking_view(each) for each in bookings[:MOST_LISTED]]
    lines = [f"{each.title} · {each.position} · {STATUS[each.status]} · {each.number}" for each in views]
    more = (
        f"共 {len(bookings)} 场，先列 {MOST_LISTED} 场。" if len(bookings) > MOST_LISTED else f"共 {len(bookings)} 场。"
    )
    await outbox.say(context.act, context.account, "\n".join([more, *lines]))


ACTIONS = {
    "booking.entered": "录入预约",
    "booking.confirmed": "确认参加",
    "booking.declined": "说明不来",
    "booking.reschedule_asked": "想改期",
    "booking.cancelled": "取消生效",
    "request.filed": "发起取消申请",
    "request.submitted": "提交申请",
    "request.approved": "决定取消",
    "request.undone": "撤销",
    "request.withdrawn": "撤回",
    "request.expired": "系统代办：到点关闭",
    "evidence.kept": "收到证明",
    "approval.approved": "同意",
    "approval.rejected": "驳回",
    "approval.sent_back": "退回补充",
    "approval.taken_back": "收回意见",
    "notice.delivered": "通知送达渠道",
    "notice.failed": "通知未送达",
    "attempt.refused": "被拒绝的操作",
}
CHANNELS = {"kf": "微信", "wecom": "企业微信", "dingtalk": "钉钉", "sms": "短信", "email": "邮件"}
TOPICS = {
    "cancelled": "取消通知 → 候选人",
    "interviewer_cancelled": "取消通知 → 面试官",
    "interviewer_declined": "不来通知 → 面试官",
    "hr_declined": "不来通知 → HR",
}


async def timeline(context: Context, command: Command) -> None:
    """Answer 时间轴 Q…/Y…: every step as the audit log has it, system steps and failures included (S30)."""
    title, subjects = await _subjects(context, command)
    records = await AuditRecord.filter(subject__in=subjects).order_by("at", "id")
    names = await _names(context)
    lines = [_line(each, names) for each in records]
    await outbox.say(context.act, context.account, "\n".join([f"时间轴 · {title}", *lines]))


async def _subjects(context: Context, command: Command) -> tuple[str, list[str]]:
    who = command.who
    if who.request:
        request = await request_named(context, who.request)
        return f"{request.number} {booking_view(request.booking).title}", [request.number, request.booking.number]
    bookings = await finding.find(
        context.employee,
        access.READ,
        any_of=query_terms(who.name or who.latin or who.tail or ""),
        number=(who.booking or "").upper(),
        live=False,
    )
    if len(bookings) != 1:
        raise NotFound(what="booking")
    numbers = [each.number for each in await bookings[0].requests.all()]  # type: ignore[attr-defined]
    return booking_view(bookings[0]).title, [bookings[0].number, *numbers]


async def _names(context: Context) -> dict[str, str]:
    return {f"u_{each.id.hex[:16]}": str(each.name) for each in await Employee.all()}


def _line(record: AuditRecord, names: dict[str, str]) -> str:
    found = json.loads(record.line)
    subject = found["actor"]["sub"]
    who = names.get(subject, "候选人" if subject.startswith("c_") else "系统")
    what = ACTIONS.get(record.action, record.action)
    data = found["data"]
    detail = TOPICS.get(data.get("topic", ""), "")
    channel = f"（{CHANNELS.get(data['channel'], data['channel'])}）" if data.get("channel") else ""
    failed = "" if found["ok"] else " ✗"
    return f"{local(record.at):%m-%d %H:%M:%S} {who} {what}{f'：{detail}' if detail else ''}{channel}{failed}"

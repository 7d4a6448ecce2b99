"""审计检索: what an auditor typed becomes a search, and the answer a numbered list with its count."""

from collections.abc import Sequence
from datetime import datetime

from cards.request import STATUS
from handlers import units
from handlers.reading.grammar import read_command
from handlers.reading.periods import Days, period_in
from handlers.reading.positions import take_position
from handlers.routing import Context
from handlers.spans import between
from models import Organisation, RequestStatus, Role
from workflow import outbox
from workflow.acting import local
from workflow.log_periods import days
from workflow.moments import when
from workflow.reasons import REASONS
from workflow.searching import Hit, Hits, Wanted, nearest_positions, nearest_units, search
from workflow.showing import plain

ROLES = {
    "分管领导": Role.LEADER,
    "领导": Role.LEADER,
    "用人部门": Role.DEPARTMENT_HEAD,
    "部门负责人": Role.DEPARTMENT_HEAD,
}
UNITS, RESULTS = ("单位", "组织"), ("结果", "状态")
EXAMPLE = "例如「审计检索 2022年到2026年 分管领导=姓名 原因=岗位暂停」「审计检索 近五年 单位={unit}」"


async def search_cases(context: Context, words: str) -> bool:
    """Answer 审计检索 … with what was found, or with what was not understood; tell whether it was a search."""
    wanted, unread = read(words, context.act.now)
    if unread:
        example = EXAMPLE.format(unit=await units.example(context.employee, context.act.now))
        text = f"没有检索：没看懂{'、'.join(f'「{each}」' for each in unread)}。{example}。编号 {context.reference}"
    elif (near := await nearest_units(context.act, wanted.unit)) is not None:
        text = f"{no_unit(wanted.unit, near)}编号 {context.reference}"
        unread = [wanted.unit]
    elif (known := await nearest_positions(context.act, wanted)) is not None:
        text = f"{no_position(wanted.position, known)}编号 {context.reference}"
        unread = [wanted.position]
    else:
        text = said(await search(context.act, wanted), context.act.now)
    await outbox.say(context.act, context.account, text)
    return not unread


def no_unit(name: str, near: Sequence[Organisation]) -> str:
    """Say that no unit within reach is called so, and which are; another's is not told from one that does not exist."""
    known = "、".join(f"{plain(each.name)}（{each.path}）" for each in near)
    first = near[0].path if near else "huachen/net"
    said = f"没有检索：你能检索的单位里，没有叫「{plain(name, 20)}」的。名称或路径相近的有：{known}"
    return f"{said}。请照着写，例如「审计检索 近五年 单位={first}」。"


def no_position(name: str, near: Sequence[str]) -> str:
    """Say that no position within reach is called so, and which are."""
    known = f"有的是：{'、'.join(plain(each, 20) for each in near)}" if near else "这些单位还没有岗位"
    said = f"没有检索：你检索的单位里，没有叫「{plain(name, 20)}」的岗位。{known}"
    return f"{said}。写全名，或用 * 代替不记得的部分，例如「审计检索 岗位=java*」。"


def read(words: str, now: datetime) -> tuple[Wanted, list[str]]:
    """Return the search that was typed, and the parts of it that were not understood."""
    named = period_in(words, local(now))
    position, rest = take_position(named.rest if named else words)
    command = read_command(rest, local(now))
    if command is None:
        return Wanted(), [words]
    period = _whole(named) if named else between(command.when)
    options, known = command.options, {*ROLES, *UNITS, *RESULTS}
    unread = [f"{name}={value}" for name, value in options.items() if name not in known]
    result = next((options[name] for name in RESULTS if name in options), "")
    status = next((each for each, label in STATUS.items() if result and label.startswith(result)), None)
    reason = str(command.reason or "")
    unread += [command.rest.strip()] if command.rest.strip() else []
    unread += [result] if result and status is None else []
    unread += [command.reason_text] if command.reason_text and reason not in REASONS else []
    unread += [each for each in (command.who.name, command.who.tail) if each]
    wanted = Wanted(
        since=period[0] if period else None,
        until=period[1] if period else None,
        reason=reason,
        status=status,
        position=position or command.who.position or "",
        unit=next((options[name] for name in UNITS if name in options), ""),
        deciders=tuple((ROLES[name], value) for name, value in options.items() if name in ROLES),
    )
    return wanted, unread


def _whole(named: Days) -> tuple[datetime, datetime]:
    period = days(named.first.isoformat(), named.last.isoformat())
    assert period.since
    assert period.until
    return period.since, period.until


def said(hits: Hits, now: datetime) -> str:
    """Return the answer: how many, and a line for each of the newest."""
    if not hits.count:
        return "没有符合条件的取消申请。条件可以少写几个再试。"
    shown = len(hits.newest)
    head = f"共 {hits.count} 件" + (f"，先列最近 {shown} 件。" if hits.count > shown else "。")
    lines = [f"{place} {_line(each, now)}" for place, each in enumerate(hits.newest, start=1)]
    return "\n".join([head, *lines, "发「时间轴 Q…」看一件的每一步。"])


def _line(hit: Hit, now: datetime) -> str:
    reason = REASONS[hit.reason].label if hit.reason in REASONS else "未填写"
    status = STATUS[RequestStatus(hit.status)]
    matter = f"{hit.candidate} · {hit.position}（{hit.unit}）· {when(hit.starts_at, now)}"
    return f"{hit.number} · {matter} · {reason} · {status}"

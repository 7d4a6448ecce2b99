"""审计检索: what an auditor typed becomes a search, and the answer a numbered list with its count."""

import re
from datetime import datetime

from cards.request import STATUS
from handlers.reading.grammar import Command
from handlers.routing import Context
from handlers.spans import between
from models import RequestStatus, Role
from workflow import outbox
from workflow.acting import SHANGHAI, local
from workflow.moments import when
from workflow.reasons import REASONS
from workflow.searching import Hit, Hits, Wanted, search

ROLES = {
    "分管领导": Role.LEADER,
    "领导": Role.LEADER,
    "用人部门": Role.DEPARTMENT_HEAD,
    "部门负责人": Role.DEPARTMENT_HEAD,
}
UNITS, RESULTS = ("单位", "组织"), ("结果", "状态")
YEAR = re.compile(r"(?P<year>[0-9]{4})\s?年?|(?P<word>今年|去年|前年)")
AGO = {"今年": 0, "去年": 1, "前年": 2}
EXAMPLE = "例如「审计检索 2026年 分管领导=赵国强 原因=岗位暂停」"


async def search_cases(context: Context, command: Command) -> bool:
    """Answer 审计检索 … with what was found, or with what was not understood; tell whether it was a search."""
    wanted, unread = read(command, context.act.now)
    if unread:
        text = f"没有检索：没看懂{'、'.join(f'「{each}」' for each in unread)}。{EXAMPLE}。编号 {context.reference}"
    else:
        text = said(await search(context.act, wanted), context.act.now)
    await outbox.say(context.act, context.account, text)
    return not unread


def read(command: Command, now: datetime) -> tuple[Wanted, list[str]]:
    """Return the search that was typed, and the parts of it that were not understood."""
    year = YEAR.fullmatch(command.rest.strip())
    period = between(command.when) or (_year(year, now) if year else None)
    options, known = command.options, {*ROLES, *UNITS, *RESULTS}
    unread = [f"{name}={value}" for name, value in options.items() if name not in known]
    result = next((options[name] for name in RESULTS if name in options), "")
    status = next((each for each, label in STATUS.items() if result and label.startswith(result)), None)
    reason = str(command.reason or "")
    unread += [command.rest.strip()] if command.rest.strip() and not year else []
    unread += [result] if result and status is None else []
    unread += [command.reason_text] if command.reason_text and reason not in REASONS else []
    unread += [each for each in (command.who.name, command.who.tail) if each]
    wanted = Wanted(
        since=period[0] if period else None,
        until=period[1] if period else None,
        reason=reason,
        status=status,
        position=command.who.position or "",
        unit=next((options[name] for name in UNITS if name in options), ""),
        deciders=tuple((ROLES[name], value) for name, value in options.items() if name in ROLES),
    )
    return wanted, unread


def _year(found: re.Match[str], now: datetime) -> tuple[datetime, datetime]:
    year = int(found["year"]) if found["year"] else local(now).year - AGO[found["word"]]
    return datetime(year, 1, 1, tzinfo=SHANGHAI), datetime(year + 1, 1, 1, tzinfo=SHANGHAI)


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

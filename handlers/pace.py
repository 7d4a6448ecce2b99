"""审批时效 2026年11月 [单位]: how long answers took, for who audits the unit."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from handlers import portions
from handlers.reading.grammar import Command
from handlers.reading.periods import period_in
from handlers.reading.text import plain
from handlers.routing import Context
from models import Organisation
from workflow import outbox, pace
from workflow.acting import local
from workflow.log_periods import Period, days, said
from workflow.pace import Level, Pace
from workflow.showing import plain as shown

MONTH = re.compile(r"(?<![0-9年./-])(?P<month>1[0-2]|0?[1-9])月份?(?![0-9])")
MOST_NAMED = 9


@dataclass(frozen=True)
class Asked:
    """What was typed behind the verb: a unit's name or path, and a period of whole days."""

    unit: str
    period: Period


def read(rest: str, now: datetime) -> Asked:
    """Return what was asked for; the month that is running where none is named."""
    here = local(now)
    written = MONTH.sub(lambda found: _with_year(found, here), plain(rest)).replace("月份", "月")
    found = period_in(written, here)
    named = found or period_in("本月", here)
    assert named is not None
    return Asked((found.rest if found else written).strip(), days(named.first.isoformat(), named.last.isoformat()))


def _with_year(found: re.Match[str], here: datetime) -> str:
    """Return a month without a year as the last one that has begun."""
    month = int(found["month"])
    return f"{here.year - (month > here.month)}年{month}月"


async def show(context: Context, command: Command) -> None:
    """Answer 审批时效: a line for each level of each unit; no people."""
    asked = read(command.rest, context.act.now)
    units = await pace.units_for(context.act)
    unit = _meant(asked.unit, units)
    if unit is None:
        await outbox.say(context.act, context.account, f"{_which(asked.unit, units)}编号 {context.reference}")
        return
    since, until = asked.period.since, asked.period.until
    assert since is not None
    assert until is not None
    found = await pace.measure(context.act, unit, since, until)
    for part in portions.of(lines(found, asked.period), context.account.platform):
        await outbox.say(context.act, context.account, part)


def _meant(name: str, units: list[Organisation]) -> Organisation | None:
    """Return the unit of this name or path; without a name the one that all the others lie below."""
    if name:
        return next((each for each in units if name in (plain(str(each.name)), plain(each.path))), None)
    first = units[0]
    return first if all(f"{each.path}/".startswith(f"{first.path}/") for each in units) else None


def _which(name: str, units: list[Organisation]) -> str:
    known = "、".join(f"{shown(each.name)}（{each.path}）" for each in units[:MOST_NAMED])
    what = f"没看懂「{shown(name, 20)}」是哪个单位" if name else "请写单位"
    return f"没有统计：{what}，你能看的有：{known}。例如「审批时效 2026年11月 {units[0].path}」。"


def lines(found: Pace, period: Period) -> list[str]:
    """Word what was measured."""
    head = f"审批时效 · {shown(found.unit.name)} · {said(period)}"
    if not found.levels:
        return [f"{head}：这段时间没有人答复过审批。{_clock(found)}"]
    years = "、".join(str(each) for each in found.unpublished)
    guessed = f"{years} 年没有放假安排的数据，按周一至周五算。" if years else ""
    return [
        f"{head}（从轮到到答复，只算工作时间）：",
        *(_line(each) for each in found.levels),
        f"{_clock(found)}{guessed}这里不列姓名，具体一件可发「审计检索」再看「时间轴」。",
    ]


def _line(level: Level) -> str:
    more = [f"由代理人或受托人答复 {level.stood_in} 条"] if level.stood_in else []
    more += [f"看到卡片 10 秒内答复 {level.at_once} 条"] if level.at_once else []
    tail = f"；{'；'.join(more)}" if more else ""
    took = f"中位 {length(level.median)}，九成在 {length(level.p90)}内"
    return f"{shown(level.unit)} · {shown(level.label)}：{level.count} 条，{took}{tail}"


def _clock(found: Pace) -> str:
    parts = (
        (found.deputies_asked, "到时限请代理人 {} 次"),
        (found.escalated, "告知上级或管理员 {} 次"),
        (found.expired, "面试开始时仍未决定、系统代办关闭 {} 件"),
    )
    told = "；".join(text.format(count) for count, text in parts if count)
    return f"{told}。" if told else ""


def length(took: timedelta) -> str:
    """Say a length of working time: 不到 1 分钟, 40 分钟, 5 小时 10 分."""
    minutes = int(took.total_seconds()) // 60
    if minutes < 1:
        return "不到 1 分钟"
    if minutes < 60:
        return f"{minutes} 分钟"
    return f"{minutes // 60} 小时 {minutes % 60} 分" if minutes % 60 else f"{minutes // 60} 小时"

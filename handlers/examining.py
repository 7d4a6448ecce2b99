"""完整性检查 and 合规体检: a unit is examined outside the transaction, by a row of its own; the answer follows."""

import re
from dataclasses import dataclass
from datetime import datetime

from handlers.reading.grammar import Command
from handlers.reading.text import as_written
from handlers.reading.verbs import Verb
from handlers.routing import Context
from models import Organisation
from workflow import examining, outbox
from workflow.acting import local
from workflow.showing import plain

YEAR = re.compile(r"(?P<year>20[0-9]{2})\s?年?|(?P<word>今年|去年|前年)")
AGO = {"今年": 0, "去年": 1, "前年": 2}


@dataclass(frozen=True)
class Asked:
    """What was typed behind the verb: a unit's name or path, and a year; either may be missing."""

    unit: str
    year: int


def read(rest: str, now: datetime) -> Asked:
    """Return what was asked for; this year when none is named."""
    unit, year = "", local(now).year
    for word in as_written(rest).split():
        if found := YEAR.fullmatch(word):
            year = int(found["year"]) if found["year"] else local(now).year - AGO[found["word"]]
        else:
            unit = f"{unit} {word}".strip()
    return Asked(unit, year)


async def asked(context: Context, command: Command) -> None:
    """Answer 完整性检查 [组织] [年份] and 合规体检 [组织]: what is examined; the result comes when it is there."""
    wanted = read(command.rest, context.act.now)
    units = await examining.units_for(context.act)
    unit = meant(wanted.unit, units)
    if unit is None:
        await outbox.say(
            context.act, context.account, f"{_which(command.verb, wanted.unit, units)}编号 {context.reference}"
        )
        return
    report = examining.CHECKUP if command.verb == Verb.CHECKUP else examining.COMPLETENESS
    await examining.ask(context.act, context.account, report, unit, wanted.year)
    span = "近 12 个月" if report == examining.CHECKUP else f"{wanted.year} 年"
    text = f"正在查「{plain(unit.name)}」{span}的记录，结果马上发给你。"
    await outbox.say(context.act, context.account, text)


def meant(name: str, units: list[Organisation]) -> Organisation | None:
    """Return the unit of this name or path; without a name the one that all the others lie below."""
    if name:
        return next((each for each in units if name in (each.name, each.path)), None)
    first = units[0]
    return first if all(each.path == first.path or each.path.startswith(f"{first.path}/") for each in units) else None


def _which(verb: Verb, name: str, units: list[Organisation]) -> str:
    known = "、".join(f"{plain(each.name)}（{each.path}）" for each in units[:9])
    said = f"没看懂「{plain(name, 20)}」是哪个单位" if name else "请写单位"
    return f"没有检查：{said}，你能查的有：{known}。例如「{verb} {units[0].path}」。"

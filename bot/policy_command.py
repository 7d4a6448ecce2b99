"""`bot policy …`: the rules in force, why a case is decided as it is, past cases under other rules, a new version."""

import re
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from bot.auditing import with_store
from bot.clock import Clock
from bot.settings import Settings
from handlers.refusals import why
from models import CancellationRequest, Employee, Organisation, RulesVersion
from models.store import Store
from workflow import access, exporting, rulebook, rules_proposals, rules_words, trials
from workflow.acting import Act
from workflow.errors import Refusal
from workflow.log_periods import Period
from workflow.permissions import RULES_READ
from workflow.rules.deciding import Decision, replay
from workflow.rules.explaining import explained, follows
from workflow.rules.loading import LARGEST, parsed
from workflow.rules.ruleset import RuleSet, WrongRules
from workflow.rules.words import changes, document, heading
from workflow.trials import Replayed

T = TypeVar("T")
VERSION = re.compile(r"v?([0-9]{1,4})", re.IGNORECASE)


class NotDone(Exception):
    """Nothing was done; the text says why, one mistake in a line."""


async def acting(settings: Settings, person: str, work: Callable[[Act, Store], Awaitable[T]]) -> T:
    """Do something with the store as this person (their id), or as the operator; what is refused is recorded."""

    async def with_it(store: Store) -> T:
        now = Clock(settings.demo.clock_file if settings.demo else None).now()
        employee = await Employee.get_or_none(key=person) if person else None
        if person and employee is None:
            raise NotDone(f"没有这个人：{person}。写人员编号，例如 zhoukai")
        act = Act(now, "cli", "operator", employee=employee)
        try:
            return await work(act, store)
        except Refusal as refusal:
            code = refusal.code
            await store.transact(lambda: exporting.note_refused(act, code, "rules"))
            raise NotDone(f"{why(refusal)}。这次尝试已记录") from refusal
        except WrongRules as wrong:
            raise NotDone("\n".join(wrong.problems)) from wrong

    return await with_store(settings, with_it)


async def _unit(act: Act, path: str) -> Organisation:
    unit = await Organisation.get_or_none(path=path)
    if unit is None:
        raise NotDone(f"没有这个单位：{path}。写路径，例如 huachen/heavy")
    if act.employee is not None and not await access.may_any(act.employee, RULES_READ, unit, act.now):
        raise NotDone("这个人不能看这个单位的规范版本；谁可以，看 python -m bot rights 姓名或工号")
    return unit


def read_file(file: Path) -> dict[str, object]:
    """Read a document from a YAML file; what it says is not checked yet."""
    try:
        with file.open("rb") as opened:
            return parsed(opened.read(LARGEST + 1))
    except OSError as wrong:
        raise NotDone(f"打不开 {file}（{wrong.strerror}）") from None
    except WrongRules as wrong:
        raise NotDone("\n".join(wrong.problems)) from wrong


async def named(act: Act, unit: Organisation, said: str) -> RuleSet:
    """Return the rules that somebody names: `v4`, a file, or those in force where nothing is said."""
    if not said:
        return await rulebook.rules_of(unit, act.now)
    number = VERSION.fullmatch(said)
    if number is None:
        return await rules_proposals.whole(unit, read_file(Path(said)), act.now)
    found = await rulebook.version_of(unit, int(number[1]))
    if found is None:
        raise NotDone(f"{unit.path} 没有第 {number[1]} 版规范")
    return found


async def shown(act: Act, path: str, said: str) -> tuple[Organisation, RuleSet]:
    """Return a unit with the rules that were named."""
    unit = await _unit(act, path)
    return unit, await named(act, unit, said)


def as_text(unit: Organisation, rules: RuleSet) -> str:
    """Return the whole document as people read it."""
    parts = [line for part in document(rules) for line in (part.heading, *part.lines)]
    return "\n".join([heading(rules, unit.name), *parts])


async def compared(act: Act, path: str, old: str, new: str) -> list[str]:
    """Return what the second version says otherwise."""
    unit = await _unit(act, path)
    return changes(await named(act, unit, old), await named(act, unit, new))


async def why_of(act: Act, number: str, reason: str) -> list[str]:
    """Explain a booking's case as it would be decided now (Y…), or a request as it was decided (Q…)."""
    if number.upper().startswith("Q"):
        return await _kept(act, number)
    tried = await trials.at_the_desk(act, number, reason)
    if tried is None:
        raise NotDone(f"没有 {number}：写预约号 Y… 或申请号 Q…")
    own = ["如果是候选人本人说不来：", *follows(tried.own)]
    return ["没有提交，什么都没有变。", *explained(tried.rules, tried.company), *own]


async def _kept(act: Act, number: str) -> list[str]:
    request = await CancellationRequest.get_or_none(number=number.upper()).prefetch_related("organisation")
    if request is None:
        raise NotDone(f"没有 {number}：写预约号 Y… 或申请号 Q…")
    await access.require_desk(act, access.READ, request.organisation)
    trace: Mapping[str, object] = request.trace or {}
    rules = await rulebook.by_digest(str(trace.get("digest")))
    if rules is None:
        raise NotDone(f"{number} 没有留下判定依据：提交时还没有这项记录")
    decision = replay(trace, rules)
    same = trials.is_kept(decision, request.policy)
    return [*explained(rules, decision), "重放结果与留存一致。" if same else "重放结果与留存不一致：留存被改过。"]


async def replayed(act: Act, path: str, period: Period, against: str) -> tuple[RuleSet, Replayed]:
    """Decide every past case of a unit and a time again by other rules."""
    unit = await _unit(act, path)
    rules = await named(act, unit, against)
    return rules, await trials.replayed(unit, rules, period.since, period.until)


def replay_lines(rules: RuleSet, found: Replayed) -> list[str]:
    """Say how past cases come out."""
    numbers = {"cases": found.cases, "changed": len(found.changed), "untold": found.untold, "false": len(found.false)}
    head = f"按「{rules.title}」（摘要 {rules.digest[:16]}）重放：{rules_words.counts(numbers)}"
    lines = [f"{each.number}：{_short(each.was)} → {_short(each.now)}" for each in found.changed]
    return [head, *lines, *(f"{each}：留存和判定依据不符" for each in found.false)]


def _short(decision: Decision) -> str:
    return f"{decision.scene}，{follows(decision)[0].removeprefix('结果：').rstrip('。')}"


def replay_json(rules: RuleSet, found: Replayed) -> dict[str, object]:
    """Return how past cases come out, for programs."""
    return {
        "digest": rules.digest,
        "cases": found.cases,
        "untold": found.untold,
        "false": list(found.false),
        "changed": [
            {"number": each.number, "was": _as_json(each.was), "now": _as_json(each.now)} for each in found.changed
        ],
    }


def _as_json(decision: Decision) -> dict[str, object]:
    return {
        "rule": decision.rule,
        "allowed": decision.allowed,
        "steps": [each.name for each in decision.plans],
        "evidence": decision.evidence,
    }


async def proposed(act: Act, store: Store, path: str, file: Path, since: datetime | None) -> RulesVersion:
    """Propose a file as a unit's next version."""
    unit, content = await _unit(act, path), read_file(file)
    kept: list[RulesVersion] = []

    async def work() -> None:
        kept.append(await rules_proposals.propose(act, unit, content, since))

    await store.transact(work)
    return kept[0]

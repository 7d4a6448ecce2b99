"""规范 提交: a system administrator proposes a new version of the rules in a chat, as a file or as text.

It is the same proposal that `python -m bot policy propose` makes: checked whole, past cases replayed, decided by a
second administrator (`workflow.rules_proposals`).
"""

import json
import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from tortoise.transactions import in_transaction

from handlers import candidate_files, picking
from handlers.reading.periods import period_in
from handlers.reading.text import as_written
from handlers.refusals import sentence
from handlers.routing import Context
from handlers.rules import messages
from models import Account, Organisation, OutboxMessage
from workflow import access, exporting, outbox, rulebook, rules_proposals
from workflow.acting import Act, local
from workflow.errors import NotFound, Refusal
from workflow.log_periods import days
from workflow.permissions import RULES_PROPOSE
from workflow.rules.loading import LARGEST, parsed
from workflow.rules.ruleset import WrongRules
from workflow.rules_words import counts, described
from workflow.showing import plain

KIND: Final = "rules-file"  # the open question: the document is awaited
TOPIC: Final = "rules"  # of the row that fetches a file
LASTS: Final = timedelta(minutes=10)
MOST_NAMED: Final = 20  # mistakes said at once; who has more begins with these
ASKED: Final = re.compile(
    r"/?(?:取消)?(?:规范|规则)\s*(?:提交|提出)(?=[\s:：]|$)(?P<line>[^\n]*)(?:\n(?P<text>.*))?", re.DOTALL
)
A_DOCUMENT: Final = re.compile(r"^(?:```|[a-z_]+\s*:)", re.MULTILINE)
FENCE: Final = re.compile(r"^```[a-z]{0,8}\r?$", re.MULTILINE)
HOW: Final = "例如「规范 提交 华辰重工 生效 2026-12-01」"
Dated = Mapping[str, object]


async def takes(context: Context) -> bool:
    """Answer 规范 提交 [单位] [生效 日期] with or without the document below, and the document that was asked for."""
    text = context.incoming.text
    if asked := ASKED.fullmatch(text.strip()):
        await _asked(context, asked["line"], (asked["text"] or "").strip())
        return True
    waiting = await picking.asked(context)
    if waiting is None or waiting["kind"] != KIND or not A_DOCUMENT.search(text) or "\n" not in text:
        return False
    await _typed(context, waiting, text)
    return True


async def _asked(context: Context, line: str, text: str) -> None:
    named, since, problem = read(line, local(context.act.now))
    if problem:
        await outbox.say(context.act, context.account, f"没有提出：{problem}{HOW}。编号 {context.reference}")
        return
    unit = await rulebook.unit_seen_by(context.employee, named, context.act.now)
    if unit is None:
        raise NotFound("rules-unit-not-found")
    await access.require(context.act, RULES_PROPOSE, unit)
    wanted: dict[str, object] = {"unit": unit.path, "since": since}
    await picking.ask(context, KIND, [], wanted, LASTS)
    if text:
        await _typed(context, wanted, text)
        return
    begins = f"，{since} 起生效" if since else "，同意之时生效"
    how = (
        f"请在 {int(LASTS.total_seconds() // 60)} 分钟内把 {plain(unit.name)} 的新规范发到这里{begins}：一个 YAML 文件"
        f"（最多 {LARGEST // 1024} KB），短的直接贴文字也行。可以写 base: current，只写要改的。"
        "会整份检查、把过去的案件重放一遍，再交安全管理员决定。"
    )
    await outbox.say(context.act, context.account, f"{how}不提了发「算了」。")


def read(line: str, now: datetime) -> tuple[str, str, str]:
    """Return the unit that was named, the day from which it holds (2026-12-01), and what is unclear; each may be ""."""
    before, begins, after = as_written(line).strip(" :：").partition("生效")
    if not begins:
        return before, "", ""
    behind, ahead = period_in(after, now), period_in(before, now)
    day, rest = (behind, before) if behind else (ahead, ahead.rest if ahead else before)
    if day is None or day.first != day.last:
        return rest, "", "没看懂从哪天起生效。"
    return rest.strip().removesuffix("起").strip(), day.first.isoformat(), ""


async def _typed(context: Context, wanted: Dated, text: str) -> None:
    await _propose(context.act, context.account, wanted, text.encode(), context.reference)


async def came(context: Context) -> bool:
    """Have a file fetched that was asked for; False where none was. It is read after this transaction (design §1.1)."""
    waiting = await picking.asked(context)
    if waiting is None or waiting["kind"] != KIND:
        return False
    if len(context.incoming.files) > 1:
        text = f"没有提出：一次只收一个文件，请只发那一份。编号 {context.reference}"
        await outbox.say(context.act, context.account, text)
        return True
    (file,) = candidate_files.payloads(context)
    payload, once = {**file, "unit": waiting["unit"], "since": waiting["since"]}, candidate_files.once(file)
    await outbox.post(context.act, "fetch", TOPIC, account=context.account, payload=payload, dedupe=once)
    return True


async def fetched(act: Act, row: OutboxMessage, content: bytes, reference: str) -> str:
    """Propose what was fetched and say what came of it; returns why it was not proposed, or nothing."""
    account = await Account.get(id=row.account_id)
    try:
        async with in_transaction():
            done = await _propose(act, account, json.loads(row.payload or "{}"), content, reference)
    except Refusal as refusal:
        await exporting.note_refused(act, refusal.code, "rules")
        await outbox.say(act, account, sentence(refusal, reference))
        return refusal.code
    return "" if done else "rules-wrong"


async def lost(act: Act, row: OutboxMessage) -> None:
    """Tell the sender that the platform did not give us the file."""
    text = "没有提出：平台没有把文件交给我们。请重新发「规范 提交」，再发一次文件，或直接贴文字。"
    await outbox.say(act, await Account.get(id=row.account_id), text)


async def _propose(act: Act, account: Account, wanted: Dated, content: bytes, reference: str) -> bool:
    """Propose a document; tells what came of it, and False where it has mistakes, which are all said."""
    unit = await Organisation.get(path=str(wanted["unit"]))
    since = days(str(wanted["since"]), "").since if wanted["since"] else None
    try:
        version = await rules_proposals.propose(act, unit, parsed(_bare(content)), since)
    except WrongRules as wrong:
        await exporting.note_refused(act, "rules-wrong", "rules")
        await _tell(act, account, _mistakes(unit, wrong, reference))
        again = {"kind": KIND, "items": [], "unit": wanted["unit"], "since": wanted["since"]}
        await picking.ask_account(act, account, again, LASTS)
        return False
    await picking.drop_account(account)
    when = f"{wanted['since']} 起生效" if since else "同意之时生效"
    text = (
        f"已提出 {described(version)}，{when}，等安全管理员决定，结果会告诉你。"
        f"重放过去的案件：{counts(version.replayed)}。"
        f"同意以前可以发「撤回 {version.number}」收回。编号 {version.number}"
    )
    await outbox.say(act, account, text)
    return True


def _bare(content: bytes) -> bytes:
    """Return a document without the fence in which people paste one."""
    try:
        return FENCE.sub("", content.decode("utf-8-sig")).encode()
    except UnicodeDecodeError:
        return content


def _mistakes(unit: Organisation, wrong: WrongRules, reference: str) -> list[str]:
    count = len(wrong.problems)
    more = [f"（还有 {count - MOST_NAMED} 处，改好这些再发）"] if count > MOST_NAMED else []
    head = f"没有提出：给 {plain(unit.name)} 的这份规范有 {count} 处不对，什么都没有变。冒号前是哪一项："
    tail = f"改好后在 {int(LASTS.total_seconds() // 60)} 分钟内直接再发一次，过后先发「规范 提交」。编号 {reference}"
    return [head, *(plain(each, 200) for each in wrong.problems[:MOST_NAMED]), *more, tail]


async def _tell(act: Act, account: Account, lines: list[str]) -> None:
    for text in messages(lines):
        await outbox.say(act, account, text)

"""《AI面试取消管理规范》 as a document: the three sections, whose rules they are, which version, and its digest."""

import asyncio

from bot import certificates, printouts
from bot.exporting import Asking
from models import Organisation
from platforms.printing.document import Column, Document
from workflow import rulebook
from workflow.acting import local
from workflow.rules.ruleset import RuleSet
from workflow.rules.words import TITLE, document

COLUMNS = (Column("章", 1.6), Column("内容", 7.4))


async def handed_out(by: Asking, path: str) -> bytes:
    """Return the signed print of a unit's rules for somebody's browser; that they took it is on record before."""
    unit, rules = await by.store.transact(lambda: rulebook.take(by.act, path))
    signing = await asyncio.to_thread(certificates.signing, by.settings, by.act.now)
    return await printouts.file_of(rules_document(unit, rules, by), signing)


def rules_document(unit: Organisation, rules: RuleSet, by: Asking) -> Document:
    """Return the print of a unit's rules: a row for each line."""
    who, name = by.printed, f"{unit.name}（{unit.path}）"
    rows = [(part.heading, line.strip()) for part in document(rules) for line in part.lines]
    facts = (
        ("单位", name),
        ("规则", rules.title),
        ("版本", f"第 {rules.version} 版"),
        ("摘要", rules.digest),
        ("打印", f"{who.who}，{local(who.at):%Y-%m-%d %H:%M:%S}（北京时间）"),
    )
    notes = (
        "摘要是这一版规则全文的 SHA-256；每件申请都记着判定它的那一版的摘要。",
        "以前提交的申请按当时的版本办，不受新版本影响。",
    )
    footer = f"守约 · {TITLE} · {who.who} 打印于 {local(who.at):%Y-%m-%d %H:%M}"
    return Document(TITLE, facts, COLUMNS, tuple(rows), notes, footer, who.mark, local(who.at), subject=name)

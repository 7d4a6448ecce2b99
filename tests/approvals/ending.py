"""What a history leaves behind: the rows say what the log says, the log holds, each decision is stated and signed."""

import json
from collections.abc import Sequence

from models import ApprovalStatement, AuditRecord, CancellationRequest, Employee
from workflow import comparing, notes, signing, statements, verifying

DECISIONS = {"yes": "approved", "no": "rejected", "back": "sent_back", "return": "returned"}


async def faults(request: CancellationRequest, log: str, decided: Sequence[tuple[str, str]]) -> str:
    """Return what is wrong with what a request left behind, or nothing; `decided` is what was accepted, by whom."""
    if differs := comparing.said(await comparing.differences(request.number)):
        return f"rows and log: {differs}"
    _, first_bad, reason = await verifying.verify(log)
    if first_bad is not None:
        return f"log: {reason}"
    rows = await ApprovalStatement.filter(request=request).order_by("place")
    return _unsound(rows, log) or await _unlike(rows, decided) or await _unnamed(rows, request.number)


def _unsound(rows: Sequence[ApprovalStatement], log: str) -> str:
    """Return the first statement that is not signed, or does not follow the one before it."""
    [key] = signing.signing().keys_of(log)
    before = statements.FIRST
    for row in rows:
        note = notes.parse_note(statements.note_of(row.text, row.signatures))
        if not all(key.verifies(note.text, each) for each in note.signatures):
            return f"statement {row.place}: its signature is wrong"
        if row.digest != statements.digest_of(row.text) or json.loads(row.text)["prev"] != before:
            return f"statement {row.place}: it does not follow the one before"
        before = row.digest
    return ""


async def _unlike(rows: Sequence[ApprovalStatement], decided: Sequence[tuple[str, str]]) -> str:
    people = {f"u_{each.id.hex[:16]}": each.key for each in await Employee.all()}
    said = [json.loads(each.text) for each in rows]
    found = [(each["decision"], people[each["approver"]]) for each in said]
    wanted = [(DECISIONS[what], who) for what, who in decided]
    return "" if found == wanted else f"statements: {found}, accepted: {wanted}"


async def _unnamed(rows: Sequence[ApprovalStatement], number: str) -> str:
    records = await AuditRecord.filter(subject=number).order_by("seq")
    data = [json.loads(each.line)["data"] for each in records]
    named = [each["statement"] for each in data if "statement" in each]
    return "" if named == [each.digest for each in rows] else "the log names other statements"

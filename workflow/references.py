"""编号 E…: what became of one thing that came in, for the administrator who is told its number; nobody's words."""

from dataclasses import dataclass
from datetime import datetime

from models import Account, AuditRecord, InboundMessage, InboundStatus, Organisation, OutboxMessage
from workflow import access, timeline
from workflow.acting import Act
from workflow.masking import masked_mail
from workflow.permissions import GRANT_READ
from workflow.rights_words import name_of
from workflow.timeline import REFUSED, Entry

ENDS = 2  # characters shown at each end of an account
SHORTEST = 3 * ENDS  # of a shorter one nothing is shown
MOST = 3  # of one number: six hexadecimal digits come again after years


@dataclass(frozen=True)
class Happened:
    """One thing that came in: `account` is masked, `who` names a colleague, and no candidate; `refused` is a code."""

    at: datetime
    platform: str
    kind: str
    account: str
    who: str
    unbound: bool  # it came from an account that belongs to nobody yet
    failed: bool  # by our own fault
    refused: str


def masked(address: str) -> str:
    """Return an account so that who knows it knows it again: ma****23, z***@host."""
    if "@" in address:
        return masked_mail(address)
    return f"{address[:ENDS]}****{address[-ENDS:]}" if len(address) > SHORTEST else "****"


async def happened(act: Act, reference: str) -> list[Happened]:
    """Return what this number was given for, the newest first; of units out of reach nothing (I12)."""
    employee = await access.require_employee(act)
    scopes = await access.scopes(employee, GRANT_READ, act.now)
    rows = InboundMessage.filter(reference=reference.upper()).order_by("-received_at").limit(MOST)
    found = [await _happened(each, scopes) for each in await rows]
    return [each for each in found if each is not None]


async def _happened(row: InboundMessage, scopes: list[str]) -> Happened | None:
    account, attempt = await _answered(row), await _attempt(row)
    unit = await _unit_of(account)
    if not scopes or (unit is not None and not any(access.covers(each, unit.path) for each in scopes)):
        return None
    return Happened(
        at=row.received_at,
        platform=row.platform,
        kind=row.kind,
        account=masked(str(account.address)) if account else "",
        who=_who(account, attempt, row),
        unbound=account is not None and unit is None,
        failed=row.status == InboundStatus.DEAD,
        refused=attempt.why if attempt else "",
    )


async def _answered(row: InboundMessage) -> Account | None:
    """Return the account that was told this number: nothing else says which one it came from."""
    rows = OutboxMessage.filter(kind="say", platform=row.platform, posted_at=row.received_at, account_id__isnull=False)
    for each in await rows.prefetch_related("account__employee__organisation", "account__candidate__organisation"):
        if row.reference in str(each.payload):
            return each.account
    return None


async def _attempt(row: InboundMessage) -> Entry | None:
    """Return the record of what was refused at that very moment on that platform."""
    records = await AuditRecord.filter(action=REFUSED, at=row.received_at)
    entries = [each for each in await timeline.read(records) if each.via == row.platform]
    named = [each for each in entries if each.subject == row.reference]
    if named:
        return named[0]
    return entries[0] if len(entries) == 1 else None


async def _unit_of(account: Account | None) -> Organisation | None:
    if account is None:
        return None
    person = account.employee or account.candidate
    return person.organisation if person else None


def _who(account: Account | None, attempt: Entry | None, row: InboundMessage) -> str:
    if account is not None and account.employee is not None:
        return name_of(account.employee)
    if row.person_id is not None:
        return "候选人"
    return attempt.named if attempt else ""

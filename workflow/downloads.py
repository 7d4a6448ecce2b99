"""导出 in a chat: a link to one case, good once and for minutes, and the code that shows whose it is (S45, T24).

The link alone opens nothing: the code stands in the chat of the person who asked, and their right is asked for again.
"""

import hmac
import re
import unicodedata
from datetime import datetime, timedelta

from tortoise.connection import get_connection

from models import DownloadLink, Organisation
from models.vault import vault
from workflow import access, audit, export_requests, exporting
from workflow.acting import Act
from workflow.exporting import TakenCase, TakenLog
from workflow.periods import Period
from workflow.permissions import CASE_EXPORT
from workflow.timeline import Case

LASTS = timedelta(minutes=15)
MOST_TRIES = 5
TOKEN = re.compile(r"[a-z2-7]{26}")


async def offer(act: Act, case: Case) -> DownloadLink:
    """Make a link of the acting person's to this case; it is on record before anybody has it."""
    await access.require(act, CASE_EXPORT, case.organisation)
    return await _made(act, case.organisation, "case", case.number)


async def offer_log(act: Act, number: str) -> DownloadLink:
    """Make a link of the acting person's to the log that somebody else agreed they may take out."""
    request = await export_requests.usable(act, number)
    return await _made(act, request.organisation, "export", request.number)


async def _made(act: Act, organisation: Organisation, kind: str, number: str) -> DownloadLink:
    employee = await access.require_employee(act)
    link = DownloadLink(employee=employee, number=number, created_at=act.now, expires_at=act.now + LASTS)
    link.token_index = vault().index("download", token_of(link.id.hex))
    await link.save()
    data = {"until": audit.stamp(link.expires_at)}
    await audit.record(act, organisation, f"{kind}.link_made", (kind, number, 1), data=data)
    return link


def token_of(link_id: str) -> str:
    """Return what stands in the address of the link with this id; it is stored nowhere."""
    return vault().token("download", link_id)


def code_of(link: DownloadLink) -> str:
    """Return the six digits that go with a link; they are stored nowhere."""
    return f"{int(vault().index('download-code', link.id.hex), 16) % 10**6:06d}"


def seal_of(link: DownloadLink) -> str:
    """Return what only a form of this link's own page carries (CSRF)."""
    return vault().token("download-form", link.id.hex)


async def find(token: str, now: datetime, *, lock: bool = False) -> DownloadLink | None:
    """Return a link that still works; an unknown, an expired, a used and a guessed-at one look the same: None.

    `lock` holds the row until the transaction ends; SQLite's transaction holds the write lock anyway.
    """
    if not TOKEN.fullmatch(token):
        return None
    found = DownloadLink.filter(token_index=vault().index("download", token), ended_at=None)
    if lock and get_connection("default").capabilities.support_for_update:
        found = found.select_for_update()
    link = await found.filter(expires_at__gt=now, tries__lt=MOST_TRIES).first()
    if link is not None:
        await link.fetch_related("employee__organisation")
    return link


def is_proven(link: DownloadLink, given: str) -> bool:
    """Tell whether this is the link's code, full-width or half."""
    code = "".join(unicodedata.normalize("NFKC", given).split())
    return hmac.compare_digest(code_of(link).encode(), code.encode())


async def note_wrong_code(act: Act, link: DownloadLink) -> int:
    """Count a wrong code, record it, and return how many tries are left; with none the link is dead."""
    link.tries += 1
    await link.save(update_fields=["tries"])
    await exporting.note_refused(act, "wrong-code", "export")
    return MOST_TRIES - link.tries


async def take(act: Act, link: DownloadLink) -> TakenCase | TakenLog:
    """Take the case or the log out as the link's owner, as far as they may now, and end the link."""
    await end(act, link)
    if not link.number.startswith("X"):
        return await exporting.take_case(act, link.number, "pdf")
    request = await export_requests.usable(act, link.number)
    period = Period(request.since, request.until)
    return await exporting.take_log(act, request.organisation.path, request.form, period, request.number)


async def end(act: Act, link: DownloadLink) -> None:
    """Let the link work no more."""
    link.ended_at = act.now
    await link.save(update_fields=["ended_at"])

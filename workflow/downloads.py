"""导出 in a chat: a link to one case, good once and for minutes, and the code that shows whose it is (S45, T24).

The link alone opens nothing: the code stands in the chat of the person who asked, and their right is asked for again.
"""

from datetime import datetime, timedelta

from models import DownloadLink, Employee, Organisation, Purge
from workflow import access, audit, export_requests, exporting, one_time
from workflow.acting import Act
from workflow.errors import NotFound
from workflow.exporting import TakenCase, TakenLog
from workflow.log_periods import Period
from workflow.permissions import CASE_EXPORT, RETENTION_READ
from workflow.timeline import Case

LASTS = timedelta(minutes=15)
MOST_TRIES = one_time.MOST_TRIES
PURPOSE = "download"
PDF, PACK = "pdf", "pack"  # a case as its printed timeline, or as 证据包
RULES = "取消规范"  # stands for a number in a link to the rules of the unit in `report`


async def offer(act: Act, case: Case, form: str = PDF) -> DownloadLink:
    """Make a link of the acting person's to this case as `form`; it is on record before anybody has it."""
    employee = await require_alone(act, case, form)
    return await _made(act, employee, case.organisation, ("case", case.number, 1), form)


async def require_alone(act: Act, case: Case, form: str) -> Employee:
    """Return who is acting if they may take this case out now with nobody's consent, or refuse."""
    employee = await access.require(act, CASE_EXPORT, case.organisation)
    wanted = exporting.of_case(case, form)
    await export_requests.require_alone(act, wanted, await wanted.portion())
    return employee


async def offer_certificate(act: Act, purge: Purge) -> DownloadLink:
    """Make a link of the acting person's to the certificate of a purge that they may know of."""
    employee = await access.require_employee(act)
    if not await access.may_any(employee, RETENTION_READ, purge.organisation, act.now):
        raise NotFound("purge-not-found")
    return await _made(act, employee, purge.organisation, ("purge", purge.number, 1))


async def offer_rules(act: Act, organisation: Organisation) -> DownloadLink:
    """Make a link of the acting person's to the printed rules of a unit."""
    employee = await access.require_employee(act)
    return await _made(act, employee, organisation, ("rules", organisation.path[-64:], 1), report=organisation.path)


async def offer_log(act: Act, number: str) -> DownloadLink:
    """Make a link of the acting person's to what somebody else agreed they may take out."""
    request = await export_requests.usable(act, number)
    return await _made(act, await access.require_employee(act), request.organisation, ("export", request.number, 1))


async def _made(
    act: Act,
    employee: Employee,
    organisation: Organisation,
    subject: tuple[str, str, int],
    form: str = PDF,
    report: str = "",
) -> DownloadLink:
    link = DownloadLink(employee=employee, number=RULES if report else subject[1], form=form, report=report)
    link.created_at, link.expires_at = act.now, act.now + LASTS
    link.token_index = one_time.index_of(PURPOSE, token_of(link.id.hex))
    await link.save()
    data = {"until": audit.stamp(link.expires_at), **({"format": form} if form != PDF else {})}
    await audit.record(act, organisation, f"{subject[0]}.link_made", subject, data=data)
    return link


def token_of(link_id: str) -> str:
    """Return what stands in the address of the link with this id; it is stored nowhere."""
    return one_time.token_of(PURPOSE, link_id)


def code_of(link: DownloadLink) -> str:
    """Return the six digits that go with a link; they are stored nowhere."""
    return one_time.code_of(PURPOSE, link.id)


def seal_of(link: DownloadLink) -> str:
    """Return what only a form of this link's own page carries (CSRF)."""
    return one_time.seal_of(PURPOSE, link.id)


async def find(token: str, now: datetime, *, lock: bool = False) -> DownloadLink | None:
    """Return a link that still works; `lock` holds its row until the transaction ends."""
    return await one_time.find(DownloadLink, PURPOSE, token, now, lock=lock)


def is_proven(link: DownloadLink, given: str) -> bool:
    """Tell whether this is the link's code, full-width or half."""
    return one_time.is_code(code_of(link), given)


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
        return await exporting.take_case(act, link.number, link.form)
    request = await export_requests.usable(act, link.number)
    if request.case_number:
        return await exporting.take_case(act, request.case_number, request.form, request.number)
    period = Period(request.since, request.until)
    return await exporting.take_log(act, request.organisation.path, request.form, period, request.number)


async def end(act: Act, link: DownloadLink) -> None:
    """Let the link work no more."""
    link.ended_at = act.now
    await link.save(update_fields=["ended_at"])

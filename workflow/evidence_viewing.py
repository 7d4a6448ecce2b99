"""看证据: a link to the evidence of one request, good once and for minutes, for who decides, files or audits (S85).

The link alone shows nothing: the code stands in the chat of the person who asked, and their right is asked for again.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from models import CancellationRequest, DownloadLink, Employee, Evidence, RequestStatus, StepStatus
from models.vault import Unsealable
from workflow import access, audit, evidence, one_time, places, requests, standing_in, twins, viewing
from workflow.acting import Act
from workflow.errors import NotAllowed, NotFound, NotNow
from workflow.permissions import AUDIT_READ, EVIDENCE_READ
from workflow.sight import sight_of

LASTS = timedelta(minutes=15)
PURPOSE = "evidence"  # by it a link of this page is none of another page's


@dataclass(frozen=True)
class Piece:
    """One piece as it is shown: `content` is empty when it cannot be opened any more; `place` counts from 1."""

    place: int
    piece: Evidence
    content: bytes


@dataclass(frozen=True)
class Viewed:
    """What somebody may look at now: the request's pieces, all of them or one, and where else they are used."""

    number: str
    pieces: tuple[Piece, ...]
    used: tuple[str, ...]
    alone: bool


async def pieces_of(request: CancellationRequest) -> list[Evidence]:
    """Return the pieces in the order in which they came."""
    return list(await Evidence.filter(request=request).order_by("created_at", "id"))


async def ask(act: Act, number: str, place: int = 0) -> tuple[DownloadLink, int]:
    """Make a link of the acting person's to a request's evidence or one piece; returns it and how many there are."""
    request = await _request_for(act, number)
    employee = await _require(act, request)
    count = len(await pieces_of(request))
    if not count or place > count:
        raise NotFound("no-such-piece", number=request.number, count=count)
    link = DownloadLink(employee=employee, number=request.number, report=f"{PURPOSE}/{place}", created_at=act.now)
    link.expires_at = act.now + LASTS
    link.token_index = one_time.index_of(PURPOSE, token_of(link.id.hex))
    await link.save()
    data = {"until": audit.stamp(link.expires_at), "pieces": count}
    await audit.record(act, request.organisation, "evidence.link_made", ("case", request.number, 1), data=data)
    return link, count


async def _request_for(act: Act, number: str) -> CancellationRequest:
    found = await CancellationRequest.get_or_none(number=number.upper())
    if found is None:
        raise NotFound(what="request")
    return await access.request_for(act, found.id)


async def _require(act: Act, request: CancellationRequest) -> Employee:
    """Refuse who neither decides, nor files in its unit, nor audits; everybody once the data are only kept.

    Whoever is asked now sees it whatever their roles: the rules, or a colleague who handed on, named them. So does who
    answered while others still decide: they are told of what came later, and may take their answer back.
    """
    asked = await _has_a_place(act, request)
    employee = await (
        access.require_employee(act) if asked else access.require(act, EVIDENCE_READ, request.organisation)
    )
    if request.booking.candidate.secret is None:
        raise NotNow("erased")
    if request.booking.candidate.restricted_at is not None:
        raise NotNow("restricted")
    if asked:
        return employee
    sight = await sight_of(employee, request.booking, act.now)
    if not sight.full and not await access.may(employee, AUDIT_READ, request.organisation, act.now):
        raise NotAllowed(permission=EVIDENCE_READ)
    return employee


async def _has_a_place(act: Act, request: CancellationRequest) -> bool:
    """Tell whether somebody answered or is asked while a request is decided; who only names a decider sees nothing."""
    employee = await access.require_employee(act)
    if request.status != RequestStatus.AWAITING_APPROVAL:
        return False
    for step in (each for each in places.live(request.steps, request.revision) if not places.only_names(each)):
        if step.status == StepStatus.APPROVED and employee.id == (step.decided_by_id or step.approver_id):
            return True
        if step.status == StepStatus.OPEN and await standing_in.may_answer(request, step, employee, act.now):
            return True
    return False


def token_of(link_id: str) -> str:
    """Return what stands in the address of the link with this id (hex); it is stored nowhere."""
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


async def view(act: Act, link: DownloadLink) -> Viewed:
    """Return what the link is for, if its owner may still see it, on record, and end the link."""
    found = await _request_for(act, link.number)
    await _require(act, found)
    request = await requests.reload(found.id)
    await _end(act, link)
    place = int(link.report.partition("/")[2] or 0)
    every = list(enumerate(await pieces_of(request), start=1))
    shown = [each for each in every if place in (0, each[0])]
    lines = [{"ct": piece.cipher_digest, "size": piece.size, "type": piece.media_type} for _, piece in shown]
    data = {"pieces": [at for at, _ in shown]}
    subject = ("case", request.number, 1)
    await audit.record(act, request.organisation, "evidence.viewed", subject, data=data, evidence=lines)
    await viewing.arrange(act)
    used = await twins.seen([piece for _, piece in shown], act.employee, act)
    return Viewed(request.number, tuple([await _opened(at, piece) for at, piece in shown]), used, place > 0)


async def _opened(place: int, piece: Evidence) -> Piece:
    try:
        return Piece(place, piece, await evidence.open_piece(piece))
    except Unsealable:
        return Piece(place, piece, b"")


async def note_wrong_code(act: Act, link: DownloadLink) -> int:
    """Count a wrong code, record it, and return how many tries are left; with none the link is dead."""
    link.tries += 1
    await link.save(update_fields=["tries"])
    await _refused(act, link, "wrong-code")
    return one_time.MOST_TRIES - link.tries


async def refuse(act: Act, link: DownloadLink, why: str) -> None:
    """End a link whose owner may not see that evidence any more, and record the attempt."""
    await _end(act, link)
    await _refused(act, link, why)


async def _end(act: Act, link: DownloadLink) -> None:
    link.ended_at = act.now
    await link.save(update_fields=["ended_at"])


async def _refused(act: Act, link: DownloadLink, why: str) -> None:
    request = await CancellationRequest.get_or_none(number=link.number).prefetch_related("organisation")
    organisation = request.organisation if request else None
    await audit.record(act, organisation, "evidence.view_refused", ("case", link.number, 1), ok=False, why=why)
    await viewing.arrange(act)

"""归档: a case that is over goes to the archive as a package, through the outbox, until it gives a receipt (S43).

A package is sealed once; every try sends the same bytes under the same number. What it lacks stops it visibly.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from models import (
    ArchiveBlob,
    ArchivePackage,
    ArchiveStatus,
    Booking,
    CancellationRequest,
    Employee,
    Organisation,
    OutboxMessage,
    OutboxStatus,
    Role,
)
from models.vault import vault
from workflow import access, archive_words, audit, outbox
from workflow.acting import Act
from workflow.errors import NotFound, NotNow
from workflow.permissions import ARCHIVE_READ, ARCHIVE_SEND
from workflow.policy import WrongRules
from workflow.rulebook import rules_of
from workflow.states import OPEN_REQUESTS

KIND = "archive"  # of the outbox row
TOPIC = "hr_not_archived"
AFTER = timedelta(minutes=15)  # by then the candidate's notice has its receipt, or went another way


async def wants(organisation: Organisation, now: datetime) -> bool:
    """Tell whether a unit's cases go to the archive; where its rules cannot be read they do, which harms nobody."""
    try:
        return (await rules_of(organisation, now)).archive
    except WrongRules:
        return True


async def arrange(act: Act, request: CancellationRequest) -> None:
    """Have a case that is over archived, once what was said about it has arrived."""
    if await wants(request.organisation, act.now):
        await _post(act, request, 1, act.now + AFTER)


async def _post(act: Act, request: CancellationRequest, number: int, at: datetime) -> ArchivePackage:
    package = await ArchivePackage.create(
        request=request, round=number, number=f"GD-{request.number}-{number}", created_at=act.now
    )
    payload = {"package": str(package.id)}
    await outbox.post(act, KIND, not_before=at, request=request, payload=payload, dedupe=_key(package))
    return package


@dataclass(frozen=True)
class ArchiveState:
    """What became of a case's packages, the newest first; `due` is whether its unit archives at all.

    `stuck`: a fault of our own ended the newest one before anything was known of it. `retry` is what is known of one
    that is still to be delivered.
    """

    number: str
    over: bool
    due: bool
    stuck: bool
    packages: tuple[ArchivePackage, ...]
    retry: "Retry | None" = None


@dataclass(frozen=True)
class Retry:
    """Why a package is not at the archive yet (the code of the last try, or empty), and when it is tried next."""

    code: str
    at: datetime


async def state_of(act: Act, number: str) -> ArchiveState:
    """Return how the archiving of a request stands, for who may know of it."""
    request = await _request(act, number, ARCHIVE_READ)
    packages = await ArchivePackage.filter(request=request).order_by("-round")
    over, waiting = (
        request.status not in OPEN_REQUESTS,
        [each for each in packages if each.status == ArchiveStatus.WAITING],
    )
    stuck = bool(waiting) and not await _is_under_way(waiting[0])
    retry = await _retry(waiting[0]) if waiting else None
    wanted = await wants(request.organisation, act.now)
    return ArchiveState(request.number, over, wanted, stuck, tuple(packages), retry)


async def _retry(package: ArchivePackage) -> Retry | None:
    row = await OutboxMessage.get_or_none(dedupe=_key(package), status=OutboxStatus.WAITING)
    return Retry(row.reason, row.not_before) if row else None


async def again(act: Act, number: str) -> ArchivePackage:
    """Have a case that is over archived anew, as another package (重新归档); refuses while one is under way."""
    request = await _request(act, number, ARCHIVE_SEND)
    if not await wants(request.organisation, act.now):
        raise NotNow(state="no-archive")
    if request.status in OPEN_REQUESTS:
        raise NotNow(state="not-over")
    last = await ArchivePackage.filter(request=request).order_by("-round").first()
    if last is not None and last.status == ArchiveStatus.WAITING:
        if await _is_under_way(last):
            raise NotNow(state="archiving")
        await _settle(act, last, ArchiveStatus.FAILED, ["fault"])
    package = await _post(act, request, last.round + 1 if last else 1, act.now)
    await _record(act, package, request, "archive.asked_again")
    return package


async def _is_under_way(package: ArchivePackage) -> bool:
    """Tell whether a package's row is still to be delivered; a fault of our own may have ended it."""
    row = OutboxMessage.filter(dedupe=_key(package), status=OutboxStatus.DEAD)
    return not await row.exists()


def _key(package: ArchivePackage) -> str:
    return f"archive:{package.id}"


async def _request(act: Act, number: str, permission: str) -> CancellationRequest:
    """Fetch a request by its number for the acting employee; for the operator at the command line without asking."""
    found = await CancellationRequest.get_or_none(number=number.upper()).prefetch_related("organisation")
    if found is None:
        raise NotFound(what="request")
    if act.employee is not None:
        found = await access.request_for(act, found.id)
        await access.require(act, permission, found.organisation)
    return found


async def packed(act: Act, package: ArchivePackage, content: bytes, records: int) -> None:
    """Keep the bytes of a package until the archive has it, and record what they are."""
    package.digest, package.size = hashlib.sha256(content).hexdigest(), len(content)
    await package.save(update_fields=["digest", "size"])
    await ArchiveBlob.create(id=package.id, sealed=vault().seal(content, _place(package)))
    data = {"sha256": package.digest, "size": package.size, "records": records}
    await _record(act, package, await _of(package), "archive.packed", data)


async def content_of(package: ArchivePackage) -> bytes | None:
    """Return the bytes of a package that is on its way; None when it was never packed."""
    blob = await ArchiveBlob.get_or_none(id=package.id)
    return vault().unseal(bytes(blob.sealed), _place(package)) if blob else None


def _place(package: ArchivePackage) -> str:
    return f"archive_blob.sealed.{package.id}"


async def incomplete(act: Act, package: ArchivePackage, faults: Sequence[str]) -> None:
    """Note that a package lacks something and is not sent; who is responsible is told once."""
    await _settle(act, package, ArchiveStatus.INCOMPLETE, faults)
    request = await _of(package)
    await _record(act, package, request, "archive.incomplete", {"faults": list(faults)}, why=faults[0])
    await _tell(act, package, request, "、".join(map(archive_words.why, faults)))


async def given_up(act: Act, package: ArchivePackage, code: str) -> None:
    """Note that the archive did not take a package; who is responsible is told once."""
    await _settle(act, package, ArchiveStatus.FAILED, [code])
    await ArchiveBlob.filter(id=package.id).delete()
    request = await _of(package)
    await _record(act, package, request, "archive.failed", why=code)
    await _tell(act, package, request, f"档案系统没有收下（{archive_words.why(code)}）")


async def forget(request_ids: Sequence[object], now: datetime) -> int:
    """Drop what of these cases is on its way to the archive, as their person is erased; returns how many had bytes.

    What the archive has taken is the archive's; its receipt stays here.
    """
    packages = ArchivePackage.filter(request_id__in=list(request_ids))
    ids = await packages.values_list("id", flat=True)
    waiting = packages.filter(status=ArchiveStatus.WAITING)
    await waiting.update(status=ArchiveStatus.FAILED, faults=["erased"], settled_at=now)
    return await ArchiveBlob.filter(id__in=list(ids)).delete()


async def received(act: Act, package: ArchivePackage, receipt: str, at: datetime) -> None:
    """Keep the archive's receipt; the bytes are no longer needed."""
    package.receipt, package.receipt_at = receipt[:160], at
    await package.save(update_fields=["receipt", "receipt_at"])
    await _settle(act, package, ArchiveStatus.ARCHIVED, [])
    await ArchiveBlob.filter(id=package.id).delete()
    data = {"receipt": package.receipt, "received": audit.stamp(at), "sha256": package.digest, "to": package.archive}
    await _record(act, package, await _of(package), "archive.received", data)


async def _settle(act: Act, package: ArchivePackage, status: ArchiveStatus, faults: Sequence[str]) -> None:
    package.status, package.faults, package.settled_at = status, list(faults), act.now
    await package.save(update_fields=["status", "faults", "settled_at"])


async def _of(package: ArchivePackage) -> CancellationRequest:
    return await CancellationRequest.get(id=package.request_id).prefetch_related("organisation", "requester")


async def _record(
    act: Act,
    package: ArchivePackage,
    request: CancellationRequest,
    action: str,
    data: Mapping[str, object] | None = None,
    why: str = "",
) -> None:
    """Record under the request's number, so that its timeline tells of the archive too."""
    subject = ("archive_package", request.number, package.round)
    facts = {"package": package.number, **(data or {})}
    await audit.record(act, request.organisation, action, subject, ok=not why, why=why, data=facts)


async def _tell(act: Act, package: ArchivePackage, request: CancellationRequest, words: str) -> None:
    booking = await Booking.get(id=request.booking_id)
    for person in await _responsible(act, request):
        account = await outbox.account_of(person)
        if account is not None:
            await outbox.post(
                act,
                "notice",
                TOPIC,
                account=account,
                booking=booking,
                request=request,
                payload={"words": words},
                dedupe=f"{TOPIC}:{package.id.hex}:{person.id.hex}",
            )


async def _responsible(act: Act, request: CancellationRequest) -> list[Employee]:
    """Return who asked for it while they still are HR there, else everybody who is."""
    people = await access.holders(Role.HR, request.organisation, act.now)
    asked = [each for each in people if each.id == request.requester_id]
    return asked or people

"""What an administrator, the importer and the demo enter: units, people, accounts and bookings."""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from models import (
    Account,
    Booking,
    BookingStatus,
    BookingTerm,
    Candidate,
    Employee,
    EntryLink,
    Grant,
    Invitation,
    Organisation,
    Platform,
    Position,
    Preset,
    Role,
)
from models.vault import vault
from workflow import access, audit, finding, outbox, rights
from workflow.acting import Act
from workflow.numbering import booking_number
from workflow.permissions import DIRECTORY_MANAGE

INVITATION_LASTS = timedelta(days=30)


async def add_organisation(act: Act, path: str, name: str, preset: Preset | None) -> Organisation:
    """Enter a unit, or change the name and preset of the one at this path."""
    await access.require_desk(act, DIRECTORY_MANAGE, Organisation(path=path, name=name))
    organisation, _ = await Organisation.update_or_create({"name": name, "preset": preset}, path=path)
    await audit.record(
        act, organisation, "organisation.entered", ("organisation", path, 1), data={"preset": str(preset or "")}
    )
    return organisation


async def add_employee(
    act: Act, key: str, name: str, organisation: Organisation, roles: Iterable[Role], platforms: Iterable[Platform]
) -> Employee:
    """Enter an employee with their roles in one unit and the platforms on which `key` is their userid."""
    await access.require_desk(act, DIRECTORY_MANAGE, organisation)
    employee = await Employee.get_or_none(key=key) or Employee(key=key, organisation=organisation, name=name)
    employee.name, employee.organisation = name, organisation
    await employee.save()
    for role in roles:
        await rights.require_separation(employee, role, organisation, act.now)
        _, is_new = await Grant.get_or_create(
            {"given_at": act.now}, employee=employee, organisation=organisation, role=role
        )
        if is_new:
            person = rights.pseudonym(employee)
            await audit.record(act, organisation, "grant.given", ("employee", person, 1), data={"role": str(role)})
    for platform in platforms:
        await add_account(platform, key, employee=employee)
    return employee


async def add_account(
    platform: Platform, address: str, *, employee: Employee | None = None, candidate: Candidate | None = None
) -> Account:
    """Bind an address on a platform to a person; binding it again changes nothing."""
    index = address_index(platform, address)
    found = await Account.get_or_none(platform=platform, address_index=index, employee=employee, candidate=candidate)
    return found or await Account.create(
        platform=platform, address_index=index, address=address, employee=employee, candidate=candidate
    )


def address_index(platform: Platform, address: str) -> str:
    """Return the keyed hash of an address; userids and mail addresses are case-insensitive."""
    return vault().index(f"address:{platform}", address.casefold())


@dataclass(frozen=True)
class NewCandidate:
    """A candidate as entered; `phone` in E.164 or national digits, already normalised."""

    name: str
    phone: str = ""
    email: str = ""
    preferred: Platform | None = None
    key: str = ""


async def add_candidate(organisation: Organisation, new: NewCandidate) -> Candidate:
    """Enter a candidate, or return the one of this unit with the same name and the same phone or mail address."""
    phone_index = vault().index("phone", new.phone) if new.phone else None
    email_index = vault().index("email", new.email.casefold()) if new.email else None
    known = await _known(organisation, new.name, phone_index, email_index)
    if known:
        return known
    candidate = await Candidate.enter(
        organisation=organisation,
        key_index=key_index(organisation, new.key) if new.key else None,
        name=new.name,
        phone=new.phone or None,
        email=new.email or None,
        phone_index=phone_index,
        email_index=email_index,
        preferred=new.preferred,
    )
    if new.phone:
        await add_account(Platform.SMS, new.phone, candidate=candidate)
    if new.email:
        await add_account(Platform.EMAIL, new.email, candidate=candidate)
    return candidate


def key_index(organisation: Organisation, key: str) -> str:
    """Return the keyed hash of the id by which a unit's own source knows a candidate."""
    return vault().index("key", f"{organisation.path}/{key}")


async def _known(
    organisation: Organisation, name: str, phone_index: str | None, email_index: str | None
) -> Candidate | None:
    same = Candidate.filter(organisation=organisation)
    matches = await (same.filter(phone_index=phone_index) if phone_index else same.filter(email_index=email_index))
    return next((each for each in matches if each.name == name), None)


@dataclass(frozen=True)
class NewBooking:
    """A booking as entered; `terms` are the search terms of the candidate's name and phone."""

    position: str
    starts_at: datetime
    terms: frozenset[str]
    duration_min: int = 45
    round: str = ""
    status: BookingStatus = BookingStatus.SCHEDULED
    number: str = ""
    link: str = ""
    interviewer: Employee | None = None
    created_at: datetime | None = None
    confirmed_at: datetime | None = None
    sensitive: bool | None = None
    import_id: str = ""
    extra: dict[str, str] = field(default_factory=dict)


async def add_booking(act: Act, organisation: Organisation, candidate: Candidate, new: NewBooking) -> Booking:
    """Enter a booking and tell nobody. Its room at the interview provider is made only when there is one to make."""
    await access.require_desk(act, access.CANCEL, organisation)
    position, _ = await Position.get_or_create(organisation=organisation, name=new.position)
    if new.sensitive is not None and position.sensitive != new.sensitive:
        position.sensitive = new.sensitive
        await position.save(update_fields=["sensitive"])
    booking = await Booking.create(
        number=new.number or await booking_number(act.now),
        organisation=organisation,
        candidate=candidate,
        position=position,
        interviewer=new.interviewer,
        starts_at=new.starts_at,
        duration_min=new.duration_min,
        round=new.round,
        status=new.status,
        room_url=new.link,
        import_id=new.import_id,
        created_at=new.created_at or act.now,
        confirmed_at=new.confirmed_at,
    )
    await finding.remember(booking, new.terms)
    await issue_link(act, booking)
    data = {"starts": audit.stamp(booking.starts_at), "status": str(booking.status)}
    name = {"name": audit.commitment(candidate, "name", candidate.name)}
    await audit.record(act, organisation, "booking.entered", ("booking", booking.number, 1), data=data, personal=name)
    return booking


async def change_booking(act: Act, booking: Booking, new: NewBooking) -> Booking:
    """Bring an imported booking up to date; nobody is told."""
    await access.require_desk(act, access.CANCEL, booking.organisation)
    position, _ = await Position.get_or_create(organisation=booking.organisation, name=new.position)
    booking.position, booking.interviewer, booking.starts_at = position, new.interviewer, new.starts_at
    booking.duration_min, booking.round, booking.status = new.duration_min, new.round, new.status
    booking.revision += 1
    await booking.save()
    await BookingTerm.filter(booking=booking).delete()
    await finding.remember(booking, new.terms)
    data = {"starts": audit.stamp(booking.starts_at), "status": str(booking.status)}
    subject = ("booking", booking.number, booking.revision)
    await audit.record(act, booking.organisation, "booking.changed", subject, data=data)
    return booking


async def make_room(act: Act, booking: Booking) -> None:
    """Let the interview provider make the room that the candidate's link will lead to."""
    await access.require_desk(act, access.CANCEL, await booking.organisation)
    await outbox.post(act, "room", "create", booking=booking, dedupe=f"room:{booking.id}:{booking.revision}")


async def issue_link(act: Act, booking: Booking) -> str:
    """Give the booking a link of its own and return its token; only the keyed hash is stored."""
    await access.require_desk(act, access.CANCEL, await booking.organisation)
    link = EntryLink(booking=booking, created_at=act.now)
    token = vault().token("entry", link.id.hex)
    link.token_index = vault().index("entry", token)
    await link.save()
    return token


async def link_token(booking: Booking) -> str:
    """Return the token of the booking's newest link that still works for showing its state."""
    link = await EntryLink.filter(booking=booking, revoked_at=None).order_by("-created_at").first()
    return vault().token("entry", link.id.hex) if link else ""


async def invite(act: Act, candidate: Candidate) -> str:
    """Return the secret part of the candidate's personal WeChat link; whoever opens it first is bound."""
    await access.require_desk(act, access.CANCEL, await candidate.organisation)
    token = secrets.token_hex(16)
    await Invitation.create(
        candidate=candidate, token_index=vault().index("invitation", token), expires_at=act.now + INVITATION_LASTS
    )
    return token

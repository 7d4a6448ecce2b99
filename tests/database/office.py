"""A small office for tests of the workflow on a real database: units, people, bookings, and who acts when."""

import secrets
from datetime import UTC, datetime, timedelta

from handlers.reading.names import search_terms
from models import Booking, Candidate, Employee, Organisation, Platform, Preset, Role
from workflow import administering
from workflow.acting import Act

NOW = datetime(2026, 11, 24, 1, 30, tzinfo=UTC)
SOURCE = "5f" * 32


def by(who: Employee | Candidate | None = None, *, now: datetime = NOW, via: str = "dingtalk") -> Act:
    """Return somebody acting."""
    return Act(
        now,
        via,
        "test",
        employee=who if isinstance(who, Employee) else None,
        candidate=who if isinstance(who, Candidate) else None,
        source=SOURCE,
    )


async def unit(path: str = "huachen/net", preset: Preset | None = Preset.FAST) -> Organisation:
    """Enter a unit."""
    return await administering.add_organisation(by(), path, f"单位 {path}", preset)


async def employee(key: str, organisation: Organisation, *roles: Role, name: str = "王芳") -> Employee:
    """Enter an employee who is reached on DingTalk."""
    return await administering.add_employee(by(), key, name, organisation, roles, [Platform.DINGTALK])


async def booking(
    organisation: Organisation,
    name: str = "张伟",
    phone: str = "13800008123",
    ahead: timedelta = timedelta(days=2),
    interviewer: Employee | None = None,
) -> Booking:
    """Enter a candidate with one booking; returns it with everything it belongs to."""
    candidate = await administering.add_candidate(organisation, administering.NewCandidate(name, phone))
    terms = frozenset(search_terms(name) | {f"t:{phone[-4:]}"})
    new = administering.NewBooking("Java后端", NOW + ahead, terms, interviewer=interviewer)
    made = await administering.add_booking(by(), organisation, candidate, new)
    return await Booking.get(id=made.id).prefetch_related("organisation", "candidate", "position", "interviewer")


async def old_booking(organisation: Organisation, name: str = "赵久", phone: str = "13800001111") -> Booking:
    """Enter an interview that was over four years ago, and was entered before."""
    long_ago = NOW - timedelta(days=4 * 366)
    made = await booking(organisation, name, phone, long_ago - NOW)
    await Booking.filter(id=made.id).update(created_at=long_ago - timedelta(days=7))
    return made


def some_phone() -> str:
    """Return a phone number drawn by chance."""
    return f"13{secrets.randbelow(10**9):09d}"

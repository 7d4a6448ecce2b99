"""The candidate's own link: how long it works, what proves the person behind it, when guessing ends (I16, T9, T10)."""

import hmac
import re
import unicodedata
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from tortoise.connection import get_connection

from models import Booking, Candidate, EntryLink
from models.vault import vault
from workflow.finding import BOOKING_RELATIONS

TOKEN = re.compile(r"[a-z2-7]{26}")
OUTLIVES = timedelta(days=7)  # how long after the interview its link still says what became of it
MOST_TRIES = 5  # wrong second facts on one link
MOST_TRIES_A_DAY = 10  # on all links of one candidate: a new link gives a guesser no new chances
ACTIONS = ("cancel", "reschedule", "enter", "copy", "correct", "erase")


def ends_at(booking: Booking) -> datetime:
    """Return when the interview is over."""
    return booking.starts_at + timedelta(minutes=booking.duration_min)


async def find(token: str, now: datetime, *, lock: bool = False) -> EntryLink | None:
    """Return the link with its booking; None for one that is unknown, revoked or expired, which all look the same.

    `lock` holds the row until the transaction ends; SQLite's transaction holds the write lock anyway.
    """
    if not TOKEN.fullmatch(token):
        return None
    found = EntryLink.filter(token_index=vault().index("entry", token), revoked_at=None)
    if lock and get_connection("default").capabilities.support_for_update:
        found = found.select_for_update()
    link = await found.first()
    if link is None:
        return None
    await link.fetch_related("booking", *(f"booking__{each}" for each in BOOKING_RELATIONS))
    return link if now <= opens_until(link.booking) else None


def opens_until(booking: Booking) -> datetime:
    """Return until when the page of a booking opens."""
    return ends_at(booking) + OUTLIVES


def fact_of(candidate: Candidate) -> str:
    """Return which second fact is asked for: the phone's last four digits, else the mail address before its @."""
    if candidate.phone:
        return "phone"
    return "email" if candidate.email else ""


def readable(given: str, fact: str) -> str:
    """Return what was given in the form it is compared in, or nothing when it cannot be a second fact at all."""
    normal = unicodedata.normalize("NFKC", given).strip().casefold()
    if fact == "phone":
        return normal if re.fullmatch(r"[0-9]{4}", normal) else ""
    return normal.partition("@")[0]


def is_proven(candidate: Candidate, given: str) -> bool:
    """Tell whether the second fact is right; `given` comes from `readable`."""
    fact = fact_of(candidate)
    if not fact:
        return False
    known = str(candidate.phone)[-4:] if fact == "phone" else str(candidate.email).casefold().partition("@")[0]
    return hmac.compare_digest(known.encode(), given.encode())


async def is_locked(link: EntryLink, now: datetime) -> bool:
    """Tell whether too much was guessed: on this link, or within a day on all links of the candidate."""
    if link.tries >= MOST_TRIES:
        return True
    recent = EntryLink.filter(
        booking__candidate_id=link.booking.candidate_id, tried_at__gt=now - timedelta(days=1), tries__gt=0
    )
    return sum(each.tries for each in await recent) >= MOST_TRIES_A_DAY


async def failed(link: EntryLink, now: datetime) -> int:
    """Count a wrong second fact and return how many tries are left."""
    link.tries, link.tried_at = link.tries + 1, now
    await link.save(update_fields=["tries", "tried_at"])
    return 0 if await is_locked(link, now) else MOST_TRIES - link.tries


async def succeeded(link: EntryLink) -> None:
    """Forget earlier slips: the right person is here."""
    if link.tries:
        link.tries = 0
        await link.save(update_fields=["tries"])


@dataclass(frozen=True)
class Form:
    """What a form on the page may do once: one action on one revision of the booking; `turn` counts wishes."""

    action: str
    revision: int
    turn: int = 0

    def key(self, link: EntryLink) -> str:
        """Return the business key under which sending this form again is a repeat."""
        return f"page:{link.id.hex}:{self.action}:{self.revision}:{self.turn}"

    def seal(self, link: EntryLink) -> str:
        """Return what only a form of this very page carries (CSRF)."""
        return vault().token("page", link.id.hex, self.action, str(self.revision), str(self.turn))


def unique_key(link: EntryLink) -> str:
    """Return a key for what is kept but repeats nothing."""
    return f"page:{link.id.hex}:{uuid.uuid4().hex}"


def form_in(fields: Mapping[str, str], link: EntryLink) -> Form | None:
    """Return the form that was sent, or None when this link's page never showed it."""
    action, revision, turn = (fields.get(name, "") for name in ("action", "revision", "turn"))
    if action not in ACTIONS or not all(re.fullmatch(r"[0-9]{1,9}", each) for each in (revision, turn)):
        return None
    form = Form(action, int(revision), int(turn))
    return form if hmac.compare_digest(form.seal(link).encode(), fields.get("form", "").encode()) else None

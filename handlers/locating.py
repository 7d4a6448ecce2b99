"""What a command names: the bookings that may be meant, and the request whose number was typed."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from handlers.reading.dates import When
from handlers.reading.grammar import Command
from handlers.reading.names import is_surname, query_terms, rank, surname_of
from handlers.reading.people import Who, as_typed
from handlers.routing import Context
from handlers.spans import between
from models import Booking, CancellationRequest
from workflow import access, finding
from workflow.errors import NotFound
from workflow.finding import NamedPosition

CERTAIN = 0  # handlers.reading.names.rank: the very name
BY_SOUND = 1
SHORTEST_PART = 2  # of a position's name; one character alone is somebody's surname
UNDERSTOOD = ("附言", "仅预览")


@dataclass(frozen=True)
class Asked:
    """Whom a command means, as far as it was understood: `unread` is what was not, and has to be said."""

    who: Who
    positions: tuple[object, ...] | None = None  # ids; None when no position was named
    unread: tuple[str, ...] = ()
    typed: str = ""  # the whole message

    @property
    def name(self) -> str:
        return self.who.name or self.who.latin or ""

    @property
    def spoken(self) -> str:
        """Say it as it was typed, not as it was read."""
        words = (self.who.spoken() or "").split()
        return " ".join(as_typed(self.typed, each) for each in words) or "、".join(self.unread)


@dataclass(frozen=True)
class Found:
    """Bookings that may be meant; `certain` when the only one is named beyond doubt.

    `by_sound` when nobody has that very name and these only sound like it.
    """

    bookings: list[Booking] = field(default_factory=list)
    certain: bool = False
    by_sound: bool = False


async def asked_for(context: Context, command: Command, permission: str) -> Asked:
    """Take every word of a command for a position or a name, and keep those that are neither."""
    who, unread = command.who, []
    known = await finding.positions(context.employee, permission, context.act.now)
    ids = _named_exactly(known, who.position) if who.position else None
    for word in command.rest.split():
        part = _holding(known, word) if ids is None else []
        if part:
            ids, who = part, replace(who, position=word)
        elif not (who.name or who.latin or who.tail or who.booking or who.request):
            who = replace(who, name=word)
        else:
            unread.append(as_typed(context.incoming.text, word))
    unread += [f"{key}={value}" for key, value in command.options.items() if key not in UNDERSTOOD]
    return Asked(who, None if ids is None else tuple(ids), tuple(unread), context.incoming.text)


def _named_exactly(known: Sequence[NamedPosition], name: str) -> list[object]:
    return [each.id for each in known if _folded(each.name) == _folded(name)]


def _holding(known: Sequence[NamedPosition], part: str) -> list[object]:
    if len(part) < SHORTEST_PART:
        return []
    return [each.id for each in known if _folded(part) in _folded(each.name)]


def _folded(name: str) -> str:
    return "".join(name.split()).casefold()


async def locate(
    context: Context, asked: Asked, when: When | None, permission: str = access.CANCEL, *, live: bool = True
) -> Found:
    """Find the bookings that match everything that was said, among those the person holds this permission for."""
    return await located(context, asked, between(when), permission, live=live)


async def located(
    context: Context, asked: Asked, period: tuple[datetime, datetime] | None, permission: str, *, live: bool
) -> Found:
    """Do the same where the time is a range that nobody typed."""
    who, name = asked.who, asked.name
    bookings = await finding.find(
        context.employee,
        permission,
        context.act.now,
        any_of=query_terms(name or who.tail or ""),
        number=who.booking or "",
        between=period,
        positions=asked.positions,
        live=live,
        most=finding.MOST_LISTED,
    )
    left = [each for each in bookings if _fits(each, who)]
    ranks = {each.id: _rank(name, str(each.candidate.name)) for each in left}
    left = [each for each in left if ranks[each.id] is not None]
    exact = [each for each in left if ranks[each.id] == CERTAIN or who.tail or who.booking]
    by_sound = bool(left) and all(ranks[each.id] == BY_SOUND for each in left) and not name.isascii()
    return Found(left, len(left) == 1 and len(exact) == 1, by_sound and not (who.tail or who.booking))


def _rank(query: str, name: str) -> int | None:
    """Tell how a name fits; a surname alone means those who are called so, not who has it somewhere in the name."""
    if not query:
        return CERTAIN
    if is_surname(query) and surname_of(name) != query and name != query:
        return None
    return rank(query, name)


def fits(booking: Booking, who: Who) -> bool:
    """Tell whether everything that was said of a person holds for this booking."""
    position_fits = not who.position or _folded(who.position) in _folded(booking.position.name)
    named = _rank(who.name or who.latin or "", str(booking.candidate.name)) is not None
    numbered = not who.booking or who.booking == booking.number
    return named and position_fits and numbered and _fits(booking, who)


def _fits(booking: Booking, who: Who) -> bool:
    return not who.tail or str(booking.candidate.phone or "").endswith(who.tail)


async def request_meant(context: Context, command: Command) -> CancellationRequest | None:
    """Fetch the request whose number was typed; None when none was."""
    if not command.who.request:
        return None
    return await request_named(context, command.who.request)


async def request_named(context: Context, number: str) -> CancellationRequest:
    """Fetch a request by the number that was typed; a foreign one is as absent as none."""
    found = await CancellationRequest.get_or_none(number=number.upper())
    if found is None:
        raise NotFound(what="request")
    return await access.request_for(context.act, found.id)

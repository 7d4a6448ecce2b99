"""抹去: every column of every table about one person is emptied, or its rows deleted (reliability.md R6).

Sealed columns are found by walking over the tables, so that none is forgotten; `PLAIN` lists the others. What stays
are numbers, moments, states and codes: they tell what happened, and no longer to whom.
"""

from collections.abc import AsyncIterator, Iterator
from datetime import datetime
from uuid import UUID

from tortoise.expressions import F
from tortoise.models import Model

from models import (
    Account,
    Attempt,
    Booking,
    BookingTerm,
    CancellationRequest,
    Candidate,
    Card,
    Dialogue,
    DownloadLink,
    EntryLink,
    Evidence,
    EvidenceBlob,
    ExportRequest,
    GrantChange,
    Hold,
    InboundMessage,
    Invitation,
    LinkCode,
    OutboxMessage,
    OutboxStatus,
    Purge,
    RevealLink,
    RulesVersion,
    person_key,
)
from models.sealed import SealedModel, columns
from workflow import archiving
from workflow.showing import plain

STRUCTURED = frozenset({"sealed_payload", "sealed_state"})  # read as JSON: nothing may stand there, also no word
GONE = (Dialogue,)  # tables of a person's rows that are deleted: without their text they mean nothing
PLAIN: dict[type[Model], dict[str, object]] = {
    Candidate: {
        "key_index": None,
        "phone_index": None,
        "email_index": None,
        "sealed_secret": b"",
        "preferred": None,
        "restricted_at": None,
        "privacy_shown": "",
        "erase_after": None,
    },
    Account: {"address_index": "", "heard_at": None, "sent_since_heard": 0},
    Evidence: {  # the digest of a short reply can be guessed
        "digest": F("cipher_digest"),
        "source": "",
        "raw_digest": "",
        "look": "",
        "shape": 0,
        "facts": None,
        "twins": None,
    },
    Attempt: {"provider_id": "", "error": ""},
    Card: {"closed": True, "update_codes": []},
    InboundMessage: {"answer": {}},
}
"""Columns that are not sealed and tell of the person, with what stands there afterwards."""

MENTIONING: tuple[type[SealedModel], ...] = (
    InboundMessage,
    OutboxMessage,
    Attempt,
    Card,
    ExportRequest,
    GrantChange,
    Purge,
    RulesVersion,
)
"""Tables in which colleagues may have named the person; rows about the person are wiped whole."""

UNSETTLED = (OutboxStatus.WAITING, OutboxStatus.CLAIMED, OutboxStatus.SENDING)
PORTION = 500  # rows opened at once where somebody else's are searched
SHORTEST_NAME = 2  # characters: a shorter name would be found in every second sentence


def tables() -> list[type[SealedModel]]:
    """Return every table with rows about candidates."""
    return sorted((each for each in _below(SealedModel) if each.PERSON), key=lambda each: each.__name__)


def _below(table: type[SealedModel]) -> Iterator[type[SealedModel]]:
    for each in table.__subclasses__():
        yield each
        yield from _below(each)


async def wipe(candidate: Candidate, now: datetime) -> dict[str, int]:
    """Destroy a person's secret and empty all that is about them; returns the rows of each table, by its name.

    Runs inside the caller's transaction. What was said about them to somebody else, in rows that are about nobody, is
    looked through as well, as long as their name and numbers can still be read.
    """
    counts = await _wipe_mentions(_words_of(candidate, await Account.filter(candidate=candidate)))
    await person_key.destroy(candidate.id, now)
    await _stop_what_waits(candidate.id, now)
    counts["evidence_blob"] = await _empty_blobs(candidate.id)
    for table in tables():
        counts[table._meta.db_table] = counts.get(table._meta.db_table, 0) + await _wipe_rows(table, candidate.id)
    counts |= await _wipe_ways(candidate.id) | await _wipe_of_cases(candidate.id, now)
    return {table: count for table, count in counts.items() if count}


async def _stop_what_waits(person: UUID, now: datetime) -> None:
    """Let nothing more be sent: a worker that holds such a row finds its lease lost."""
    waiting = OutboxMessage.filter(person_id=person, status__in=UNSETTLED)
    values = {"status": OutboxStatus.SUPPRESSED, "reason": "erased", "settled_at": now, "fence": F("fence") + 1}
    await waiting.update(**values)


async def _empty_blobs(person: UUID) -> int:
    """Empty the evidence; its row stays, as the database lets none go before its case is purged."""
    pieces = await Evidence.filter(person_id=person).values_list("id", flat=True)
    return await EvidenceBlob.filter(id__in=list(pieces)).update(sealed=b"")


async def _wipe_rows(table: type[SealedModel], person: UUID) -> int:
    rows = table.filter(**{table.PERSON: person})
    if table in GONE:
        return await rows.delete()
    for column in columns(table):
        written = rows.filter(**{f"{column}__isnull": False})
        await written.update(**{column: None if column in STRUCTURED else b""})
    if table in PLAIN:
        await rows.update(**PLAIN[table])
    return await rows.count()


async def _wipe_ways(person: UUID) -> dict[str, int]:
    """Delete the ways to find or reach somebody: search terms, links, invitations, the rooms of their interviews."""
    accounts = await Account.filter(candidate_id=person).values_list("id", flat=True)
    terms = await BookingTerm.filter(booking__candidate_id=person).values_list("id", flat=True)
    links = await EntryLink.filter(booking__candidate_id=person).values_list("id", flat=True)
    bookings = Booking.filter(candidate_id=person)
    await bookings.update(room_id="", room_url="", import_id="")
    return {
        "booking": await bookings.count(),
        "booking_term": await BookingTerm.filter(id__in=list(terms)).delete(),
        "entry_link": await EntryLink.filter(id__in=list(links)).delete(),
        "link_code": await LinkCode.filter(account_id__in=list(accounts)).delete(),
        "invitation": await Invitation.filter(candidate_id=person).delete(),
    }


async def _wipe_of_cases(person: UUID, now: datetime) -> dict[str, int]:
    """Wipe what colleagues made of the cases: links that show or print them, packages on their way, why one is held."""
    bookings = dict(await Booking.filter(candidate_id=person).values_list("id", "number"))
    requests = dict(await CancellationRequest.filter(booking_id__in=list(bookings)).values_list("id", "number"))
    numbers = [*bookings.values(), *requests.values()]
    return {
        "reveal_link": await RevealLink.filter(booking_id__in=list(bookings)).delete(),
        "download_link": await DownloadLink.filter(number__in=numbers).delete(),
        "archive_blob": await archiving.forget(list(requests), now),
        "hold": await Hold.filter(candidate_id=person).update(sealed_reason=b""),
    }


def _words_of(candidate: Candidate, accounts: list[Account]) -> tuple[str, ...]:
    """Return what tells of somebody wherever it stands: name, phone, mail, accounts; nothing without a secret."""
    if candidate.secret is None:
        return ()
    name = str(candidate.name)
    told = [candidate.phone, candidate.email, *(each.address for each in accounts)]
    names = [name, plain(name)] if len(name) >= SHORTEST_NAME else []
    return tuple({str(each) for each in (*names, *told) if each})


async def _wipe_mentions(words: tuple[str, ...]) -> dict[str, int]:
    """Empty what was typed by, or said to, colleagues where it names the person: such rows are about nobody.

    What still waits to be sent is left: it goes out within seconds, and may be about somebody of the same name.
    """
    counts = {}
    for table in MENTIONING:
        named: set[UUID] = set()
        for column in columns(table):
            found = [each async for each in _naming(table, column, words)]
            await table.filter(id__in=found).update(**{column: None if column in STRUCTURED else b""})
            named |= set(found)
        counts[table._meta.db_table] = len(named)
    return counts


async def _naming(table: type[SealedModel], column: str, words: tuple[str, ...]) -> AsyncIterator[UUID]:
    """Yield the rows about nobody whose text holds one of these words."""
    rows = table.filter(**{f"{column}__isnull": False})
    if table.PERSON:
        rows = rows.filter(**{f"{table.PERSON}__isnull": True})
    if table is OutboxMessage:
        rows = rows.filter(status__not_in=UNSETTLED)
    last: UUID | None = None
    while portion := await (rows.filter(id__gt=last) if last else rows).order_by("id").limit(PORTION):
        for each in portion:
            text = str(getattr(each, column.removeprefix("sealed_")))
            if any(word in text for word in words):
                yield each.pk
        last = portion[-1].pk

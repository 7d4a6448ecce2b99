"""Which keys seal what is stored, and sealing anew what an older key did; beside a running program.

Evidence stays as it is: the digest of its ciphertext stands in the audit log.
"""

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from tortoise.connection import get_connection

from models import person_key
from models.person_key import PersonKey
from models.sealed import SealedModel, bring_secrets, columns
from models.store import Store
from models.vault import Unsealable, is_theirs, key_id, vault

PORTION = 200  # rows of one transaction
PAUSE = 0.02  # seconds between two, in which others write
EVIDENCE = ("evidence_blob", "sealed")
SECRETS = ("person_key", "sealed")


@dataclass(frozen=True)
class Sealing:
    """How many values of a table one key seals; `personal`: together with the secret of the person they are about."""

    table: str
    key: int
    personal: bool
    values: int
    old: bool  # to be sealed anew


@dataclass
class Resealed:
    """What was done: values sealed anew, and those that do not open at all."""

    values: int = 0
    damaged: int = 0


def tables() -> list[type[SealedModel]]:
    """Return every table with sealed columns."""
    return sorted(_below(SealedModel), key=lambda each: each.__name__)


def _below(table: type[SealedModel]) -> Iterator[type[SealedModel]]:
    for each in table.__subclasses__():
        yield each
        yield from _below(each)


async def sealings() -> list[Sealing]:
    """Count every sealed value but evidence, by table, key and kind."""
    found: dict[tuple[str, int, bool, bool], int] = {}
    for table in tables():
        person = table.PERSON or "NULL"
        for column in columns(table):
            for head, about, count in await _heads(table._meta.db_table, column, person):
                old = key_id(head) != vault().current or (about and not is_theirs(head))
                place = (table._meta.db_table, key_id(head), is_theirs(head), old)
                found[place] = found.get(place, 0) + count
    for head, _, count in await _heads(*SECRETS):
        place = (SECRETS[0], key_id(head), False, key_id(head) != vault().current)
        found[place] = found.get(place, 0) + count
    return [Sealing(table, key, personal, count, old) for (table, key, personal, old), count in sorted(found.items())]


async def evidence_sealings() -> list[Sealing]:
    """Count the pieces of evidence by key; they are never sealed anew."""
    heads = await _heads(*EVIDENCE)
    return [Sealing(EVIDENCE[0], key_id(head), is_theirs(head), count, False) for head, _, count in sorted(heads)]


async def _heads(table: str, column: str, person: str = "NULL") -> list[tuple[bytes, bool, int]]:
    """Return the first three bytes of a column's values, whether a row is about somebody, and how many there are."""
    query = (
        f"SELECT substr({column}, 1, 3) AS head, ({person}) IS NOT NULL AS about, count(*) AS n "  # noqa: S608
        f"FROM {table} WHERE length({column}) > 0 GROUP BY 1, 2"  # names of ours, from the tables themselves
    )
    rows = await get_connection("default").execute_query_dict(query)
    return [(bytes(each["head"]), bool(each["about"]), int(each["n"])) for each in rows]


async def reseal(store: Store, progress: Callable[[str, int], object] = lambda table, values: None) -> Resealed:
    """Seal anew, portion by portion, whatever an older key sealed, or the installation's alone though it is somebody's.

    Each portion is one transaction that holds the writer's lock, so that nothing written meanwhile is lost; what was
    done before a kill stays done, and is passed over the next time.
    """
    done = Resealed()
    everywhere: list[Any] = [*tables(), PersonKey]
    for table in everywhere:
        last: UUID | None = None
        while True:
            portion = await store.transact(lambda table=table, last=last: _portion(table, last))  # type: ignore[misc]
            done.values, done.damaged = done.values + portion.values, done.damaged + portion.damaged
            progress(table._meta.db_table, done.values)
            if portion.last is None:
                break
            last = portion.last
            await asyncio.sleep(PAUSE)
    return done


@dataclass
class Portion(Resealed):
    """What one transaction did; `last` is the id of its last row, None after the end of the table."""

    last: UUID | None = None


async def _portion(table: Any, last: UUID | None) -> Portion:
    rows = await (table.filter(id__gt=last) if last else table.all()).order_by("id").limit(PORTION)
    portion = Portion(last=rows[-1].id if len(rows) == PORTION else None)
    if table is PersonKey:
        portion.values = await _renew(rows)
        return portion
    waiting = [row for row in rows if any(_is_old(row, value) for value in _values(row).values())]
    await bring_secrets(waiting, None, always=True)
    for row in waiting:
        await _reseal_row(row, portion)
    return portion


async def _renew(rows: list[PersonKey]) -> int:
    old = [row for row in rows if row.sealed and key_id(bytes(row.sealed)) != vault().current]
    for row in old:
        await person_key.renew(row)
    return len(old)


def _values(row: SealedModel) -> dict[str, bytes]:
    found = {column: getattr(row, column) for column in columns(type(row))}
    return {column: bytes(value) for column, value in found.items() if value}


def _is_old(row: SealedModel, value: bytes) -> bool:
    return key_id(value) != vault().current or (row.person is not None and not is_theirs(value))


async def _reseal_row(row: SealedModel, portion: Portion) -> None:
    """Seal a row's old values; of somebody erased there is nothing that opens, and nothing to keep."""
    if row.person is not None and row.secret is None:
        return
    renewed = {}
    for column, value in _values(row).items():
        if _is_old(row, value):
            try:
                plain = vault().unseal(value, row.place_of(column), row.secret if is_theirs(value) else None)
            except Unsealable:
                portion.damaged += 1
                continue
            renewed[column] = vault().seal(plain, row.place_of(column), row.secret)
    if renewed:
        await type(row).filter(id=row.pk).update(**renewed)
        portion.values += len(renewed)

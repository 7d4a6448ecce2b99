"""What lies in a test's databases: every column in the clear is an artefact, every sealed one is opened and learnt."""

import asyncio
import sqlite3
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg

from models import EvidenceBlob
from models.sealed import SealedModel, columns
from models.store import config
from models.vault import Unsealable, Vault
from tests.canary.learning import Learnt, middle, tables
from tests.canary.searching import Artefact

Row = Mapping[str, Any]
Rows = dict[str, list[Row]]
OUR_OWN = {"audit_record.line": "audit line", "attempt.error": "error text", "outbox_message.reason": "error text"}
SQLITE = b"SQLite format 3\0"


def of_file(file: Path) -> Rows:
    """Return every row of an SQLite file; a damaged or an empty one has none."""
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as database:
        database.row_factory = sqlite3.Row
        try:
            names = [row[0] for row in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
            return {name: [dict(row) for row in database.execute(f'SELECT * FROM "{name}"')] for name in names}
        except sqlite3.DatabaseError:
            return {}


def of_server(url: str) -> Rows:
    """Return every row of a PostgreSQL database; of one that a test only names, and nobody serves, none."""
    with ThreadPoolExecutor(1) as pool:
        try:
            return pool.submit(asyncio.run, _of_server(url)).result()
        except OSError:
            return {}


async def _of_server(url: str) -> Rows:
    credentials = config(url)["connections"]["default"]["credentials"]
    connection = await asyncpg.connect(**{k: v for k, v in credentials.items() if k not in ("minsize", "maxsize")})
    try:
        names = await connection.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        return {name: [dict(row) for row in await connection.fetch(f'SELECT * FROM "{name}"')] for (name,) in names}
    finally:
        await connection.close()


def in_the_clear(rows: Rows, where: str) -> Iterator[Artefact]:
    """Return the columns of each table as they lie there, one artefact for each column."""
    for table, found in rows.items():
        for column in found[0] if found else ():
            place = f"{table}.{column}"
            text = "\n".join(str(row[column]) for row in found if not isinstance(row[column], bytes | None))
            if text:
                yield Artefact(OUR_OWN.get(place, "column in the clear"), f"{where} {place}", text.encode())


def learn(learnt: Learnt, rows: Rows, vault: Vault) -> None:
    """Open every sealed column that this vault opens, and remember what it held."""
    learnt.userids |= {row["key"] for row in rows.get("employee", ())}
    secrets = {str(row["id"]): _secret(vault, row) for row in rows.get("person_key", ())}
    for table in tables():
        if issubclass(table, SealedModel):
            for row in rows.get(str(table._meta.db_table), ()):
                _learn_row(learnt, vault, table, row, secrets)
    people = {str(row["id"]): str(row["person_id"]) for row in rows.get("evidence", ())}
    for row in rows.get(EvidenceBlob._meta.db_table, ()):
        place, secret = f"evidence_blob.sealed.{row['id']}", secrets.get(people.get(str(row["id"]), ""))
        content = _opened(vault, row["sealed"], place, secret)
        learnt.add("bytes of evidence", middle(content) if content else None)


def _learn_row(
    learnt: Learnt, vault: Vault, table: type[SealedModel], row: Row, secrets: Mapping[str, bytes | None]
) -> None:
    secret = secrets.get(str(row.get(_person_column(table))))
    for column in columns(table):
        place = f"{table._meta.db_table}.{column}.{UUID(str(row['id']))}"
        opened = _opened(vault, row.get(column), place, secret)
        learnt.add_text(f"{table._meta.db_table}.{column.removeprefix('sealed_')}", opened.decode() if opened else None)
    learnt.add("secret of a person", secret)


def _person_column(table: type[SealedModel]) -> str:
    return table.PERSON or "person_id"


def _secret(vault: Vault, row: Row) -> bytes | None:
    place = f"candidate.sealed_secret.{UUID(str(row['id']))}"
    opened = _opened(vault, row.get("sealed"), place, None)
    return bytes.fromhex(opened.decode()) if opened else None


def _opened(vault: Vault, sealed: bytes | None, place: str, secret: bytes | None) -> bytes | None:
    try:
        return vault.unseal(bytes(sealed), place, secret) if sealed else None
    except Unsealable:
        return None

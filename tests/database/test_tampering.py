"""Ten thousand ways to tamper with a signed log in SQLite: none goes unseen by who kept its checkpoints outside.

Half of them are naive: rows are changed and the chain is not mended. In the other half everything in the database is
made to fit again (numbers, chain, columns, head, and the stored checkpoints are removed); only the signing key lacks.
"""

import json
import random
import sqlite3
from collections.abc import Sequence

import pytest

from models import AuditRecord
from models.store import Store
from tests.database import office, test_audit_chain
from tests.database.signed import LOG, installed_signing, sign, written
from tests.database.test_audit_chain import Row, Tamper, changed
from workflow import verifying
from workflow.lines import digest_of
from workflow.telling import Claim

__all__ = ["installed_signing"]

TAMPERINGS = 10_000
TABLES = ("audit_record", "audit_head", "checkpoint")
RECORDS, EVERY = 9, 3
ATTACKS: tuple[Tamper, ...] = (
    test_audit_chain.edit,
    test_audit_chain.delete,
    test_audit_chain.insert,
    test_audit_chain.swap,
    test_audit_chain.back_date,
    test_audit_chain.duplicate,
    test_audit_chain.truncate,
)


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    return sqlite_url


class Attacker:
    """Somebody with a connection of their own and every right to the file; `restore` undoes what they did."""

    def __init__(self, url: str) -> None:
        self.connection = sqlite3.connect(url.removeprefix("sqlite://"), isolation_level=None)
        self.connection.execute("PRAGMA synchronous = OFF")
        for table in TABLES:
            for verb in ("update", "delete", "replace"):
                self.connection.execute(f"DROP TRIGGER IF EXISTS {table}_no_{verb}")
        self.kept = {table: self.connection.execute(f"SELECT * FROM {table}").fetchall() for table in TABLES}

    def put(self, rows: Sequence[Row]) -> None:
        """Put these rows in place of the log."""
        self.connection.execute("DELETE FROM audit_record WHERE log = ?", [LOG])
        self.connection.executemany(
            "INSERT INTO audit_record (log, seq, at, action, subject, line) VALUES (?, ?, ?, ?, ?, ?)",
            [[LOG, e.seq, str(e.at), e.action, e.subject, e.line] for e in rows],
        )

    def mend_the_rest(self, chance: random.Random, rows: Sequence[Row]) -> None:
        """Make the head fit, and leave, move or remove the stored checkpoints."""
        digest = digest_of(rows[-1].line) if rows else "0" * 64
        self.connection.execute("UPDATE audit_head SET seq = ?, digest = ? WHERE log = ?", [len(rows), digest, LOG])
        if chance.random() < 0.7:
            size = chance.choice([0, EVERY])
            self.connection.execute("DELETE FROM checkpoint WHERE log = ? AND size > ?", [LOG, size])
            self.connection.execute("UPDATE audit_head SET signed = ? WHERE log = ?", [size, LOG])

    def restore(self) -> None:
        """Put everything back."""
        for table, rows in self.kept.items():
            self.connection.execute(f"DELETE FROM {table}")
            marks = ", ".join("?" * len(rows[0]))
            self.connection.executemany(f"INSERT INTO {table} VALUES ({marks})", rows)


def mended(rows: Sequence[Row]) -> list[Row]:
    """Number the rows and chain them anew, as somebody can who knows the format."""
    found: list[Row] = []
    previous = "0" * 64
    for seq, row in enumerate(rows, start=1):
        at = office.NOW if row.at is None else row.at
        found.append(Row(seq, at, row.action, row.subject, changed(row, seq=seq, prev=previous).line))
        previous = digest_of(found[-1].line)
    return found


def unchanged(rows: Sequence[Row], kept: Sequence[Row]) -> int:
    """Return how many lines at the beginning are as they were."""
    pairs = enumerate(zip(rows, kept, strict=False))
    return next((place for place, (new, old) in pairs if new.line != old.line), min(len(rows), len(kept)))


def first_bad_of(rows: Sequence[Row], kept: Sequence[Row]) -> int:
    """Return the position that the kept checkpoints alone can tell of a mended log."""
    same = unchanged(rows, kept)
    return len(rows) + 1 if len(rows) < (same // EVERY + 1) * EVERY else same // EVERY * EVERY + 1


def naive(attacker: Attacker, chance: random.Random, tamper: Tamper, kept: list[Row]) -> set[int]:
    """Tamper; return which record has to be named: the first that does not fit, or what a checkpoint sees before."""
    rows, bad = tamper(chance, list(kept))
    attacker.put(rows)
    return {bad, first_bad_of(rows, kept)}


def thorough(attacker: Attacker, chance: random.Random, tamper: Tamper, kept: list[Row]) -> set[int]:
    """Tamper and make everything fit again. What is only put on behind the last checkpoint nobody outside can tell."""
    rows = kept
    while unchanged(rows, kept) == len(kept):
        rows = mended(fitting_columns(tamper(chance, list(kept))[0]))
    attacker.put(rows)
    attacker.mend_the_rest(chance, rows)
    return {first_bad_of(rows, kept)}


def fitting_columns(rows: Sequence[Row]) -> list[Row]:
    return [Row(row.seq, json.loads(row.line)["at"], row.action, row.subject, row.line) for row in rows]


async def test_ten_thousand_tamperings_are_all_found_and_named(store: Store) -> None:
    claims, kept = await a_signed_log(store)
    attacker, chance, missed = Attacker(store.url), random.Random(20261124), list[object]()
    for number in range(TAMPERINGS):
        attack = naive if number % 2 else thorough
        tamper = ATTACKS[number // 2 % len(ATTACKS)]
        attacker.connection.execute("BEGIN IMMEDIATE")
        named = attack(attacker, chance, tamper, kept)
        attacker.connection.execute("COMMIT")
        _, first_bad, reason = await verifying.verify(LOG, claims)
        if first_bad not in named or f"record {first_bad}" not in reason:
            missed.append((attack.__name__, tamper.__name__, number, first_bad, named, reason))
        attacker.connection.execute("BEGIN IMMEDIATE")
        attacker.restore()
        attacker.connection.execute("COMMIT")
    assert missed == []
    assert await verifying.verify(LOG, claims) == (RECORDS, None, "")
    attacker.connection.close()


async def a_signed_log(store: Store) -> tuple[list[Claim], list[Row]]:
    """Write a log with a checkpoint every few records; return what somebody keeps of it, and its rows."""
    unit = await written(store, EVERY)
    made = [await sign(store)]
    for _ in range(RECORDS // EVERY - 1):
        await written(store, EVERY, unit)
        made.append(await sign(store))
    claims = [Claim(each.log, each.size, each.root, "the checkpoint in a drawer") for each in made if each]
    assert [claim.size for claim in claims] == [3, 6, 9]
    assert await verifying.verify(LOG, claims) == (RECORDS, None, "")
    rows = await AuditRecord.filter(log=LOG).order_by("seq")
    return claims, [Row(e.seq, e.at, e.action, e.subject, e.line) for e in rows]

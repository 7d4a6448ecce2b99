"""What stands in the file of a store, read past the program: a connection of its own that only reads."""

import json
import sqlite3
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

TIMER = "kind = 'timer' AND status = 'waiting' AND topic IN ({})"
CARDS = """SELECT DISTINCT o.card_id FROM outbox_message o JOIN card c ON c.id = o.card_id
    JOIN employee e ON e.id = c.holder_id
    WHERE o.kind IN ('card', 'card_update') AND o.status = 'waiting' AND c.purpose = 'approval' AND e.key = ?"""
SAID = """SELECT o.id FROM outbox_message o JOIN account a ON a.id = o.account_id
    JOIN employee e ON e.id = a.employee_id WHERE o.kind = 'say' AND e.key = ?"""
ASKED = """SELECT e.key FROM step s JOIN employee e ON e.id = s.approver_id
    WHERE s.request_id = ? AND s.revision = ? AND s.status = 'open' ORDER BY e.key"""


class Rows:
    """The rows of one SQLite file as they are committed."""

    def __init__(self, path: Path) -> None:
        self._file = sqlite3.connect(f"file:{path}?mode=ro", uri=True, isolation_level=None)

    def close(self) -> None:
        """Let the file go."""
        self._file.close()

    def _all(self, query: str, *values: Any) -> list[Any]:
        return self._file.execute(query, values).fetchall()

    def next_timer(self, topics: Sequence[str], now: datetime) -> datetime | None:
        """Return when the first of the timers that are due by now was to ring."""
        query = f"SELECT min(not_before) FROM outbox_message WHERE {TIMER.format(_marks(topics))}"
        [(first,)] = self._all(query, *topics)
        at = datetime.fromisoformat(first) if first else None
        return at if at and at <= now else None

    def cards_for(self, who: str) -> list[str]:
        """Return the ids of the cards of approvals that have not reached an employee as they are now."""
        return [card for (card,) in self._all(CARDS, who)]

    def said_to(self, who: str) -> list[str]:
        """Return the ids of everything that was said to an employee."""
        return [message for (message,) in self._all(SAID, who)]

    def standing(self, request: str) -> tuple[str, list[str]]:
        """Return the status of a request, and the keys of those who are asked."""
        [(status, revision)] = self._all("SELECT status, revision FROM cancellation_request WHERE id = ?", request)
        return str(status), [key for (key,) in self._all(ASKED, request, revision)]

    def records(self, number: str, actions: Sequence[str], after: int) -> list[tuple[int, str, dict[str, Any]]]:
        """Return row, action and line of the records of a request that came after a row of the log."""
        query = f"SELECT id, line FROM audit_record WHERE subject = ? AND id > ? AND action IN ({_marks(actions)})"
        lines = [(row, json.loads(line)) for row, line in self._all(query, number, after, *actions)]
        return [(row, str(line["type"]), line) for row, line in lines]

    def pseudonyms(self) -> dict[str, str]:
        """Return whom each word of the log means: the pseudonym of an employee, and their key."""
        return {f"u_{each.replace('-', '')[:16]}": key for each, key in self._all("SELECT id, key FROM employee")}


def _marks(values: Sequence[str]) -> str:
    return ",".join("?" * len(values))

"""T23: an administrator of the database who edits the log is stopped, or named afterwards.

Ten thousand ways: tests/database/test_tampering.py; what the database's own roles may not: tests/database.
"""

import json
import sqlite3

import pytest

from models import AuditRecord
from tests.scenarios.company import Company
from tests.scenarios.steps import on_the_table
from workflow import audit, verifying

EDITS = (
    "UPDATE audit_record SET action = 'approval.approved' WHERE action = 'request.filed'",
    "DELETE FROM audit_record WHERE action = 'request.filed'",
    "UPDATE audit_record SET seq = seq + 1000 WHERE action = 'request.filed'",
    "INSERT OR REPLACE INTO audit_record SELECT * FROM audit_record WHERE action = 'request.filed'",
)


async def test_the_database_itself_refuses_to_edit_what_is_written(company: Company) -> None:
    await on_the_table(company)
    with sqlite3.connect(company.settings.database.url.removeprefix("sqlite://"), isolation_level=None) as file:
        for edit in EDITS:
            with pytest.raises(sqlite3.DatabaseError):
                file.execute(edit)


async def test_who_removes_the_triggers_is_named_by_verify(company: Company) -> None:
    """One word in one record, the row's own digest and everything after it left as it was."""
    await on_the_table(company)
    record = await AuditRecord.get(action="request.filed")
    line = json.loads(record.line)
    line["actor"]["sub"] = "u_0000000000000000"
    with sqlite3.connect(company.settings.database.url.removeprefix("sqlite://"), isolation_level=None) as file:
        for name in [row[0] for row in file.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")]:
            file.execute(f'DROP TRIGGER "{name}"')
        changed = json.dumps(line, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
        file.execute("UPDATE audit_record SET line = ? WHERE id = ?", [changed, record.pk])
    found = {name: (await verifying.verify(name))[1] for name in await audit.logs()}
    assert found.pop(record.log) in (record.seq, record.seq + 1)
    assert set(found.values()) <= {None}

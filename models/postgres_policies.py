"""The SQL of PostgreSQL's own guards: who may touch which table, and which rows of it (T7, T23; decision 0013).

Pure: given the tables of a database it returns statements that can be run again and again. They are owner's work; the
program itself connects as `APP`, whoever reads the database beside it as a login of their own inside `READER`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

APP = "shouyue_app"  # what the program connects as
READER = "shouyue_reader"  # the group of those who read the tables directly: auditors, reports
GUARD = "shouyue_guard"  # the schema of what only the owner may change
UNITS = "shouyue.units"  # paths, a line each, in which the program reads just now; empty: it acts for itself

OF_A_UNIT = "organisation_id IN (SELECT {within})"
OF_A_LOG = f"log IN (SELECT {GUARD}.logs_of_reader())"
OF_A_REQUEST = "request_id IN (SELECT id FROM cancellation_request)"  # which is filtered itself
READABLE = {
    "organisation": "id IN (SELECT {within})",
    "position": OF_A_UNIT,
    "booking": OF_A_UNIT,
    "candidate": OF_A_UNIT,
    "cancellation_request": OF_A_UNIT,
    "correction_request": OF_A_UNIT,
    "erasure_request": OF_A_UNIT,
    "employee": OF_A_UNIT,
    "grant_": OF_A_UNIT,
    "grant_change": OF_A_UNIT,
    "step": OF_A_REQUEST,
    "evidence": OF_A_REQUEST,
    "audit_head": OF_A_LOG,
    "audit_record": OF_A_LOG,
    "checkpoint": OF_A_LOG,
    "anchor": "checkpoint_id IN (SELECT id FROM checkpoint)",
}
"""What a reader may see: the table, and the condition on its rows. Any other table does not exist for them."""

NARROWED = ("booking", "candidate", "cancellation_request", "position")
"""Where the program's own reading is narrowed to the acting person's units: all that its searches look through."""

HIDDEN = ("key", "room_id", "room_url", "import_id", "look")
"""Columns no reader gets, beside sealed ones and blind indexes: they name or admit a person."""


@dataclass(frozen=True)
class Table:
    """One table as the catalogue has it: its columns with their types, and whether triggers keep it append-only."""

    name: str
    columns: Mapping[str, str]
    append_only: bool

    @property
    def shown(self) -> list[str]:
        """Return the columns a reader may see."""
        return [name for name, kind in self.columns.items() if kind != "bytea" and not _is_secret(name)]


def _is_secret(column: str) -> bool:
    return column in HIDDEN or column.endswith("_index")


def statements(schema: str, tables: Iterable[Table]) -> list[str]:
    """Return everything that guards these tables, in order."""
    found = [*_places(schema)]
    for table in tables:
        found += [*_of_the_program(schema, table), *_of_readers(schema, table)]
    return found


def _places(schema: str) -> list[str]:
    functions = f"{GUARD}.units_of_reader(), {GUARD}.logs_of_reader()"
    return [
        f'REVOKE CREATE ON SCHEMA "{schema}" FROM PUBLIC, {APP}, {READER}',
        f'GRANT USAGE ON SCHEMA "{schema}" TO {APP}, {READER}',
        f'REVOKE ALL ON ALL TABLES IN SCHEMA "{schema}" FROM PUBLIC, {APP}, {READER}',
        f'REVOKE ALL ON ALL SEQUENCES IN SCHEMA "{schema}" FROM PUBLIC, {APP}, {READER}',
        f'GRANT USAGE ON ALL SEQUENCES IN SCHEMA "{schema}" TO {APP}',
        f"CREATE SCHEMA IF NOT EXISTS {GUARD}",
        f"REVOKE ALL ON SCHEMA {GUARD} FROM PUBLIC",
        f"GRANT USAGE ON SCHEMA {GUARD} TO {APP}, {READER}",
        _table_of_readers(schema),
        f"REVOKE ALL ON ALL TABLES IN SCHEMA {GUARD} FROM PUBLIC, {APP}, {READER}",
        _units_of_reader(schema),
        _logs_of_reader(schema),
        _units_of_act(schema),
        f"REVOKE ALL ON ALL FUNCTIONS IN SCHEMA {GUARD} FROM PUBLIC",
        f"GRANT EXECUTE ON FUNCTION {functions} TO {READER}",
        f"GRANT EXECUTE ON FUNCTION {GUARD}.units_of_act() TO {APP}",
    ]


def _table_of_readers(schema: str) -> str:
    return (
        f"CREATE TABLE IF NOT EXISTS {GUARD}.reader (role name NOT NULL, "
        f'organisation_id uuid NOT NULL REFERENCES "{schema}".organisation ON DELETE CASCADE, '
        "PRIMARY KEY (role, organisation_id))"
    )


def _units_of_reader(schema: str) -> str:
    """Look the units up by `session_user`: no SET ROLE and no setting of the reader's own changes it."""
    return (
        f"CREATE OR REPLACE FUNCTION {GUARD}.units_of_reader() RETURNS SETOF uuid LANGUAGE sql STABLE SECURITY DEFINER "
        f'SET search_path = "{schema}", pg_temp AS $$ '
        f"SELECT below.id FROM {GUARD}.reader r JOIN organisation top ON top.id = r.organisation_id "
        "JOIN organisation below ON below.path = top.path OR starts_with(below.path, top.path || '/') "
        "WHERE r.role = session_user $$"
    )


def _logs_of_reader(schema: str) -> str:
    return (
        f"CREATE OR REPLACE FUNCTION {GUARD}.logs_of_reader() RETURNS SETOF text LANGUAGE sql STABLE SECURITY DEFINER "
        f'SET search_path = "{schema}", pg_temp AS $$ '
        f"SELECT 'shouyue/' || path FROM organisation WHERE id IN (SELECT {GUARD}.units_of_reader()) $$"
    )


def _units_of_act(schema: str) -> str:
    return (
        f"CREATE OR REPLACE FUNCTION {GUARD}.units_of_act() RETURNS SETOF uuid LANGUAGE sql STABLE "
        f'SET search_path = "{schema}", pg_temp AS $$ '
        "SELECT id FROM organisation, "
        f"unnest(string_to_array(current_setting('{UNITS}', true), chr(10))) AS top "
        "WHERE path = top OR starts_with(path, top || '/') $$"
    )


def _of_the_program(schema: str, table: Table) -> list[str]:
    return [f'GRANT {_verbs(table)} ON "{schema}"."{table.name}" TO {APP}']


def _verbs(table: Table) -> str:
    if table.append_only:
        return "SELECT, INSERT"
    if table.name == "audit_head":
        return "SELECT, INSERT, UPDATE"  # it is locked and moved on with each record, and never taken away
    return "SELECT" if table.name == "tortoise_migrations" else "SELECT, INSERT, UPDATE, DELETE"


def _of_readers(schema: str, table: Table) -> list[str]:
    """Return the column grants and the policies; the owner stays outside of both, as migrations and dumps need it."""
    if table.name not in READABLE:
        return []
    place, condition = f'"{schema}"."{table.name}"', READABLE[table.name]
    columns = ", ".join(f'"{each}"' for each in table.shown)
    return [
        f"GRANT SELECT ({columns}) ON {place} TO {READER}",
        f"ALTER TABLE {place} ENABLE ROW LEVEL SECURITY",
        f"DROP POLICY IF EXISTS readers ON {place}",
        f"CREATE POLICY readers ON {place} FOR SELECT TO {READER} USING "
        f"({condition.format(within=f'{GUARD}.units_of_reader()')})",
        f"DROP POLICY IF EXISTS program ON {place}",
        f"CREATE POLICY program ON {place} TO {APP} USING ({_of_act(table.name)})",
    ]


def _of_act(name: str) -> str:
    """Return the condition on the program's rows; the first half is asked once for a query, not once for a row."""
    if name not in NARROWED:
        return "true"
    unbound = f"(SELECT coalesce(current_setting('{UNITS}', true), '') = '')"
    return f"{unbound} OR {OF_A_UNIT.format(within=f'{GUARD}.units_of_act()')}"

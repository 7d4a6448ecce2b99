"""A migrated database has what the models say, no more and no less, on both engines."""

from dataclasses import dataclass

import pytest
from tortoise import Model, Tortoise
from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.fields.relational import ForeignKeyFieldInstance
from tortoise.migrations.recorder import MigrationRecorder

import models
from models import AuditRecord
from models.store import Store

NOUNS = [getattr(models, name) for name in models.__all__]
TABLES = [noun for noun in NOUNS if issubclass(noun, Model)]
GUARDED = ("audit_record", "checkpoint", "anchor", "purge_certificate")
CASES = (
    "cancellation_request",
    "step",
    "evidence",
    "evidence_blob",
    "outbox_message",
    "attempt",
    "approval_statement",
    "request_comment",
    "signing_order",
)
TRIGGERS = {
    "sqlite": {f"{table}_no_{verb}" for table in GUARDED for verb in ("update", "delete", "replace")}
    | {f"{table}_{what}" for table in CASES for what in ("no_early_delete", "kept", "no_replace")}
    | {"hold_no_delete", "hold_no_replace", "purge_permit_no_update"}
    | {f"purge_permit_earned_{place}" for place in (1, 2, 3, 4)},
    "postgres": {f"{table}_no_{verb}" for table in GUARDED for verb in ("update", "delete", "truncate")}
    | {f"{table}_{what}" for table in CASES for what in ("no_early_delete", "kept", "no_truncate")}
    | {"hold_no_delete", "hold_no_truncate", "purge_permit_earned", "purge_permit_no_update"},
}


@dataclass(frozen=True)
class Column:
    table: str
    name: str
    kind: str
    required: bool


@dataclass(frozen=True)
class Index:
    table: str
    columns: tuple[str, ...]
    unique: bool


@dataclass(frozen=True)
class Reference:
    table: str
    column: str
    target: str
    on_delete: str


def connection() -> BaseDBAsyncClient:
    return Tortoise.get_connection("default")


async def rows(sql: dict[str, str]) -> list[dict[str, object]]:
    client = connection()
    return await client.execute_query_dict(sql[client.capabilities.dialect])


def column_of(model: type[Model], field: str) -> str:
    return model._meta.fields_map[field].source_field or field


def expected_columns(dialect: str) -> set[Column]:
    return {
        Column(model._meta.db_table, column, declared(model, field, dialect), not model._meta.fields_map[field].null)
        for model in TABLES
        for field, column in model._meta.fields_db_projection.items()
    }


def declared(model: type[Model], name: str, dialect: str) -> str:
    field = model._meta.fields_map[name]
    numbered = field.pk and field.generated
    kind = str(field.get_for_dialect(dialect, "GENERATED_SQL" if numbered else "SQL_TYPE")).upper()
    return kind.split()[0] if numbered else kind


def expected_indexes() -> set[Index]:
    expected = set()
    for model in TABLES:
        meta = model._meta
        together = [(fields, True) for fields in meta.unique_together] + [(fields, False) for fields in meta.indexes]
        single = [
            ((name,), field.pk or field.unique)
            for name, field in meta.fields_map.items()
            if name in meta.fields_db_projection and (field.pk or field.unique or field.index)
        ]
        expected |= {
            Index(meta.db_table, tuple(column_of(model, name) for name in fields), unique)
            for fields, unique in together + single
        }
    return expected


def expected_references() -> set[Reference]:
    return {
        Reference(
            model._meta.db_table,
            str(field.source_field),
            field.related_model._meta.db_table,
            str(field.on_delete.value),
        )
        for model in TABLES
        for field in model._meta.fields_map.values()
        if isinstance(field, ForeignKeyFieldInstance)
    }


async def actual_columns() -> set[Column]:
    found = await rows(
        {
            "sqlite": """
                SELECT t.name AS "table", c.name AS name, c.type AS kind, c."notnull" OR c.pk AS required
                FROM sqlite_master t, pragma_table_info(t.name) c WHERE t.type = 'table'""",
            "postgres": """
                SELECT c.relname AS table, a.attname AS name, format_type(a.atttypid, a.atttypmod) AS kind,
                    a.attnotnull AS required
                FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
                WHERE c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped
                    AND c.relnamespace = current_schema()::regnamespace""",
        }
    )
    return {
        Column(str(row["table"]), str(row["name"]), str(row["kind"]).upper(), bool(row["required"]))
        for row in found
        if ours(row["table"])
    }


async def actual_indexes() -> list[Index]:
    found = await rows(
        {
            "sqlite": """
                SELECT t.name AS "table", group_concat(c.name, ',') AS columns, i."unique" AS "unique"
                FROM sqlite_master t, pragma_index_list(t.name) i, pragma_index_info(i.name) c
                WHERE t.type = 'table' GROUP BY t.name, i.name""",
            "postgres": """
                SELECT c.relname AS table, i.indisunique AS unique, (
                    SELECT string_agg(coalesce(a.attname, '?'), ',' ORDER BY k.place)
                    FROM unnest(i.indkey::int[]) WITH ORDINALITY k(number, place)
                    LEFT JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.number) AS columns
                FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
                WHERE c.relnamespace = current_schema()::regnamespace AND i.indisvalid""",
        }
    )
    return [
        Index(str(row["table"]), tuple(str(row["columns"]).split(",")), bool(row["unique"]))
        for row in found
        if ours(row["table"])
    ]


async def actual_references() -> set[Reference]:
    found = await rows(
        {
            "sqlite": """
                SELECT t.name AS "table", f."from" AS "column", f."table" AS target, f.on_delete AS on_delete
                FROM sqlite_master t, pragma_foreign_key_list(t.name) f WHERE t.type = 'table'""",
            "postgres": """
                SELECT c.relname AS table, a.attname AS column, t.relname AS target,
                    CASE k.confdeltype WHEN 'c' THEN 'CASCADE' WHEN 'r' THEN 'RESTRICT' WHEN 'n' THEN 'SET NULL'
                        WHEN 'd' THEN 'SET DEFAULT' ELSE 'NO ACTION' END AS on_delete
                FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid JOIN pg_class t ON t.oid = k.confrelid
                JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = k.conkey[1]
                WHERE k.contype = 'f' AND k.connamespace = current_schema()::regnamespace""",
        }
    )
    return {
        Reference(str(row["table"]), str(row["column"]), str(row["target"]), str(row["on_delete"])) for row in found
    }


def ours(table: object) -> bool:
    return table != MigrationRecorder(None).table_name and not str(table).startswith("sqlite_")


async def spelled_by_postgres(column: Column) -> Column:
    """Let PostgreSQL itself say how it calls a declared type; a serial is a number with a default."""
    kind = {"SERIAL": "INT", "BIGSERIAL": "BIGINT", "SMALLSERIAL": "SMALLINT"}.get(column.kind, column.kind)
    type_modifier = "atttypid, atttypmod"
    await connection().execute_script(f"DROP TABLE IF EXISTS pg_temp.spelling; CREATE TEMP TABLE spelling (c {kind})")
    found = await connection().execute_query_dict(
        f"SELECT format_type({type_modifier}) AS kind FROM pg_attribute "
        "WHERE attrelid = 'pg_temp.spelling'::regclass AND attname = 'c'"
    )
    return Column(column.table, column.name, found[0]["kind"].upper(), column.required)


async def test_the_tables_are_those_of_the_models(store: Store) -> None:
    assert {column.table for column in await actual_columns()} == {model._meta.db_table for model in TABLES}


async def test_every_column_has_the_type_and_the_obligation_of_its_field(store: Store) -> None:
    dialect = connection().capabilities.dialect
    expected = expected_columns(dialect)
    if dialect == "postgres":
        expected = {await spelled_by_postgres(column) for column in expected}
    assert await actual_columns() == expected


async def test_the_indexes_and_uniques_are_those_of_the_models(store: Store) -> None:
    expected = expected_indexes()
    if store.is_sqlite:  # a whole-number key is the table itself there
        numbers = {(model._meta.db_table, model._meta.db_pk_column) for model in TABLES if model._meta.pk.generated}
        expected = {index for index in expected if (index.table, *index.columns) not in numbers}
    assert set(await actual_indexes()) == expected


async def test_no_index_is_there_twice(store: Store) -> None:
    found = await actual_indexes()
    assert sorted(map(repr, found)) == sorted(map(repr, set(found)))


async def test_the_references_are_those_of_the_models(store: Store) -> None:
    assert await actual_references() == expected_references()


async def test_the_triggers_are_there(store: Store) -> None:
    found = await rows(
        {
            "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger'",
            "postgres": "SELECT tgname AS name FROM pg_trigger WHERE NOT tgisinternal AND tgenabled = 'O'",
        }
    )
    assert {row["name"] for row in found} == TRIGGERS[connection().capabilities.dialect]


FIELDS = "log, seq, at, action, subject, line"
VALUES = "'l', 1, '2026-01-01', 'a', 's', 'x'"
STATEMENTS = [
    "UPDATE audit_record SET line = 'forged'",
    "UPDATE audit_record SET seq = 7 WHERE seq = 1",
    "DELETE FROM audit_record",
    "DELETE FROM audit_record WHERE seq = 1",
    f"REPLACE INTO audit_record (id, {FIELDS}) VALUES (1, {VALUES})",
    f"REPLACE INTO audit_record ({FIELDS}) VALUES ({VALUES})",
    f"INSERT INTO audit_record (id, {FIELDS}) VALUES (9, {VALUES}) ON CONFLICT (log, seq) DO UPDATE SET line = 'x'",
    "TRUNCATE audit_record",
]


@pytest.mark.parametrize("statement", STATEMENTS)
async def test_no_statement_changes_a_written_audit_record(store: Store, statement: str) -> None:
    async def write() -> None:
        await AuditRecord.create(log="l", seq=1, at="2026-01-01T00:00:00Z", action="a", subject="s", line="true")
        await AuditRecord.create(log="l", seq=2, at="2026-01-01T00:00:00Z", action="a", subject="s", line="true")

    await store.transact(write)
    with pytest.raises(Exception, match=r"append-only|syntax error"):
        await store.transact(lambda: connection().execute_query(statement))
    assert await AuditRecord.all().order_by("seq").values_list("seq", "line") == [(1, "true"), (2, "true")]

"""Tortoise's migration executor without three of its faults.

It cuts SQLite's statements at any `;`, also in a comment or trigger; it names an index's relation instead of its
column, which PostgreSQL refuses and SQLite takes for a constant; and it looks for its table by letting a query fail,
which ends a transaction on PostgreSQL.
"""

from collections.abc import Sequence
from typing import Any

from tortoise.migrations.executor import MigrationExecutor
from tortoise.migrations.schema_editor import AsyncpgSchemaEditor, BaseSchemaEditor, SqliteSchemaEditor
from tortoise.models import Model

from models.sqlite_immediate import statements


class StatementEditor(SqliteSchemaEditor):
    """The SQLite schema editor, cutting only where a statement ends."""

    async def _run_sql(self, sql: str) -> None:
        for statement in statements(sql):
            await self.client.execute_query(statement)

    def _get_index_sql(self, model: type[Model], field_names: Sequence[str], *args: Any, **options: Any) -> str:
        return super()._get_index_sql(model, columns(model, field_names), *args, **options)


class PostgresEditor(AsyncpgSchemaEditor):
    """The PostgreSQL schema editor."""

    def _get_index_sql(self, model: type[Model], field_names: Sequence[str], *args: Any, **options: Any) -> str:
        return super()._get_index_sql(model, columns(model, field_names), *args, **options)


class Executor(MigrationExecutor):
    """Applies migrations through our editors, inside the transaction of the connection it is given."""

    async def apply_pending(self) -> None:
        """Apply everything that is not recorded yet."""
        await self.recorder.ensure_schema(self._schema_editor())
        await self.migrate(direction="forward")

    def _schema_editor(self, atomic: bool = True, collect_sql: bool = False) -> BaseSchemaEditor:
        editor = StatementEditor if self.connection.capabilities.dialect == "sqlite" else PostgresEditor
        return editor(self.connection, atomic=atomic, collect_sql=collect_sql)


async def widen_unique(editor: BaseSchemaEditor, table: str, before: Sequence[str], after: Sequence[str]) -> None:
    """Let a unique constraint on some columns hold for more of them; rows, columns and names stay as they are.

    SQLite has to rebuild the table for it, which it does with foreign keys off; indexes and triggers are made again.
    """
    rebuild = _rebuilt if editor.DIALECT == "sqlite" else _constrained
    await rebuild(editor.client, table, before, after)


def _quoted(names: Sequence[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)


async def _rebuilt(client: Any, table: str, before: Sequence[str], after: Sequence[str]) -> None:
    found = await client.execute_query_dict("SELECT type, name, sql FROM sqlite_master WHERE tbl_name = ?", [table])
    made = next(str(each["sql"]) for each in found if each["type"] == "table")
    wider = made.replace(f"({_quoted(before)})", f"({_quoted(after)})").replace(f'"{table}"', f'"{table}_wider"', 1)
    parts = await client.execute_query_dict(f"SELECT name FROM pragma_table_info('{table}')")  # noqa: S608
    names = _quoted([str(each["name"]) for each in parts])
    await client.execute_query("PRAGMA legacy_alter_table = ON")  # what refers to the table goes on referring to it
    for statement in (
        wider,
        f'INSERT INTO "{table}_wider" ({names}) SELECT {names} FROM "{table}"',  # noqa: S608 - a catalogue's names
        f'DROP TABLE "{table}"',
        f'ALTER TABLE "{table}_wider" RENAME TO "{table}"',
        *(str(each["sql"]) for each in found if each["type"] != "table" and each["sql"]),
    ):
        await client.execute_query(statement)
    await client.execute_query("PRAGMA legacy_alter_table = OFF")


UNIQUES = """
    SELECT k.conname AS name FROM pg_constraint k WHERE k.conrelid = to_regclass($1) AND k.contype = 'u'
    AND (SELECT array_agg(a.attname::text ORDER BY a.attname) FROM pg_attribute a
        WHERE a.attrelid = k.conrelid AND a.attnum = ANY (k.conkey)) = $2::text[]
    """


async def _constrained(client: Any, table: str, before: Sequence[str], after: Sequence[str]) -> None:
    [found] = await client.execute_query_dict(UNIQUES, [table, sorted(before)])
    name = found["name"]
    await client.execute_query(f'ALTER TABLE "{table}" DROP CONSTRAINT "{name}"')
    await client.execute_query(f'ALTER TABLE "{table}" ADD CONSTRAINT "{name}" UNIQUE ({_quoted(after)})')


def columns(model: type[Model], field_names: Sequence[str]) -> list[str]:
    """Translate fields into the columns that hold them."""
    return [getattr(model._meta.fields_map.get(name), "source_field", None) or name for name in field_names]

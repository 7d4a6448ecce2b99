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


def columns(model: type[Model], field_names: Sequence[str]) -> list[str]:
    """Translate fields into the columns that hold them."""
    return [getattr(model._meta.fields_map.get(name), "source_field", None) or name for name in field_names]

"""What a database holds, as far as a migration may not lose it: tables, columns, indexes, triggers, rows."""

from dataclasses import dataclass

from tortoise.backends.base.client import BaseDBAsyncClient

TABLES = {
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'",
    "postgres": "SELECT tablename AS name FROM pg_tables WHERE schemaname = current_schema()",
}
PARTS = {
    "sqlite": """
        SELECT 'column ' || t.name || '.' || c.name AS part FROM sqlite_master t, pragma_table_info(t.name) c
            WHERE t.type = 'table'
        UNION ALL SELECT type || ' ' || tbl_name || '.' || name FROM sqlite_master WHERE type IN ('index', 'trigger')
        """,
    "postgres": """
        SELECT 'column ' || table_name || '.' || column_name AS part FROM information_schema.columns
            WHERE table_schema = current_schema()
        UNION ALL SELECT 'index ' || tablename || '.' || indexname FROM pg_indexes WHERE schemaname = current_schema()
        UNION ALL SELECT 'trigger ' || c.relname || '.' || g.tgname FROM pg_trigger g
            JOIN pg_class c ON c.oid = g.tgrelid AND NOT g.tgisinternal
            WHERE c.relnamespace = current_schema()::regnamespace
        UNION ALL SELECT 'constraint ' || c.relname || '.' || k.conname FROM pg_constraint k
            JOIN pg_class c ON c.oid = k.conrelid WHERE k.connamespace = current_schema()::regnamespace
        """,
}


@dataclass(frozen=True)
class Catalogue:
    """The state of a database at one moment: named parts, and rows per table."""

    parts: frozenset[str]
    rows: dict[str, int]

    def losses(self, later: "Catalogue") -> list[str]:
        """Name what was there and is there no more."""
        gone = [f"缺少 {part}" for part in sorted(self.parts - later.parts)]
        fewer = [
            f"{table} 由 {count} 行变为 {later.rows.get(table, 0)} 行"
            for table, count in sorted(self.rows.items())
            if later.rows.get(table, 0) < count
        ]
        return gone + fewer


async def tables(client: BaseDBAsyncClient) -> list[str]:
    """Return the names of all tables, sorted."""
    return sorted(row["name"] for row in await client.execute_query_dict(TABLES[client.capabilities.dialect]))


async def take(client: BaseDBAsyncClient) -> Catalogue:
    """Describe the database as this connection sees it now."""
    parts = await client.execute_query_dict(PARTS[client.capabilities.dialect])
    rows = {table: await _count(client, table) for table in await tables(client)}
    return Catalogue(frozenset(row["part"] for row in parts), rows)


async def dangling(client: BaseDBAsyncClient) -> list[str]:
    """Name the SQLite tables with references that lead nowhere; PostgreSQL never lets them arise."""
    if client.capabilities.dialect != "sqlite":
        return []
    rows = await client.execute_query_dict("PRAGMA foreign_key_check")
    return sorted({f"{row['table']} 指向 {row['parent']} 的引用失效" for row in rows})


async def _count(client: BaseDBAsyncClient, table: str) -> int:
    rows = await client.execute_query_dict(f'SELECT count(*) AS rows FROM "{table}"')  # noqa: S608 - a catalogue's name
    return int(rows[0]["rows"])

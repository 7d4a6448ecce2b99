"""Tortoise's SQLite engine with transactions that wait for the write lock, and that end when they end.

The stock engine begins deferred transactions: a read followed by a write fails at once with "database is locked", and
`busy_timeout` never applies. It also keeps its lock for ever when a transaction cannot begin or its task is cancelled
meanwhile (reliability.md L4), and commits what a failed commit left behind. The module's name has to contain
"sqlite": the migrator picks its schema editor by it.
"""

import asyncio
import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, cast

from tortoise.backends.base.client import ConnectionWrapper, TransactionalDBClient, TransactionContext
from tortoise.backends.sqlite.client import SqliteClient, SqliteTransactionContext, SqliteTransactionWrapper
from tortoise.connection import get_connections
from tortoise.exceptions import TransactionManagementError


def _as_stored(moment: datetime) -> str:
    """Write a moment in UTC: SQLite compares text, and the same moment in two zones would be two texts."""
    return moment.astimezone(UTC).isoformat(" ")


sqlite3.register_adapter(datetime, _as_stored)  # after Tortoise's own, which keeps whatever zone it is given


class ImmediateTransaction(SqliteTransactionWrapper):
    """A transaction that holds the write lock from its first statement."""

    async def begin(self) -> None:
        """Take the write lock, waiting up to `busy_timeout`."""
        try:
            await self.roll_back_leftovers()
            await self._connection.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as error:
            raise TransactionManagementError(error) from error

    async def roll_back_leftovers(self) -> None:
        """End whatever transaction the connection is still in, without keeping any of it."""
        if self._connection.in_transaction:
            await self._connection.rollback()

    def acquire_connection(self) -> ConnectionWrapper[Any]:
        """Refuse to run statements after the end: they would land in somebody else's transaction."""
        if self._finalized:
            raise TransactionManagementError("the transaction of this task has ended")
        return super().acquire_connection()

    async def execute_script(self, query: str) -> None:
        """Run several statements inside the transaction (`executescript` would commit it first)."""
        for statement in statements(query):
            await self.execute_query(statement)


class ImmediateContext(SqliteTransactionContext):
    """Enters and leaves a transaction so that the connection's lock is always given back."""

    __slots__ = ()

    async def __aenter__(self) -> TransactionalDBClient:
        await self._trxlock.acquire()
        try:
            await self.ensure_connection()
            await self.connection.begin()
        except BaseException:
            await asyncio.shield(asyncio.ensure_future(self._give_up()))
            raise
        self.token = get_connections().set(self.connection_name, self.connection)
        return cast(TransactionalDBClient, self.connection)

    async def __aexit__(self, exc_type: Any, exc_val: Any, exc_tb: Any) -> None:
        get_connections().reset(self.token)
        try:
            if exc_type is None:
                await self.connection.commit()
        finally:
            if self.connection._finalized:  # the commit is done
                self._trxlock.release()
            else:
                await asyncio.shield(asyncio.ensure_future(self._give_up()))

    async def _give_up(self) -> None:
        """Roll back what is not committed and free the connection; runs to its end whoever is cancelled."""
        self.connection._finalized = True
        try:
            if self.connection._connection:
                await self.connection._connection.execute("SELECT 1")  # after this, what was under way has ended
                await self.connection.roll_back_leftovers()
        finally:
            self._trxlock.release()


class ImmediateClient(SqliteClient):
    """The SQLite client whose transactions are immediate."""

    def _in_transaction(self) -> TransactionContext:
        return cast(TransactionContext, ImmediateContext(ImmediateTransaction(self), self._lock))

    async def execute_many(self, query: str, values: list[list[Any]]) -> None:
        """Run one statement for many rows, all or nothing."""
        async with self._in_transaction() as transaction:
            await transaction.execute_many(query, values)


def statements(script: str) -> Iterator[str]:
    """Split a script where SQLite itself sees a statement's end: not at a `;` in a comment, string or trigger."""
    statement = ""
    for piece in script.split(";")[:-1]:
        statement += piece + ";"
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""
    statement += script.rsplit(";", 1)[-1]
    if statement.strip():
        yield statement


client_class = ImmediateClient

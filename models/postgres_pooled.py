"""Tortoise's asyncpg engine with transactions that give their connection back.

The stock engine loses a pooled connection when a transaction cannot begin, or its task is cancelled meanwhile, and
leaves the task convinced that it is still inside; after eight of these the process waits for ever.
"""

import asyncio
from typing import Any, cast

from tortoise.backends.asyncpg.client import AsyncpgDBClient, TransactionWrapper
from tortoise.backends.base.client import TransactionalDBClient, TransactionContext, TransactionContextPooled
from tortoise.connection import get_connections


class PooledContext(TransactionContextPooled):
    """Enters and leaves a transaction so that the connection always returns to the pool."""

    __slots__ = ()

    async def __aenter__(self) -> TransactionalDBClient:
        await self.ensure_connection()
        self.client._connection = await self.client._parent._pool.acquire()
        try:
            await self.client.begin()
        except BaseException:
            await asyncio.shield(asyncio.ensure_future(self._release()))
            raise
        self.token = get_connections().set(self.connection_name, self.client)
        return self.client

    async def __aexit__(self, exc_type: Any, exc_val: Any, exc_tb: Any) -> None:
        get_connections().reset(self.token)
        try:
            await (self.client.commit() if exc_type is None else self.client.rollback())
        finally:
            await asyncio.shield(asyncio.ensure_future(self._release()))

    async def _release(self) -> None:
        """Return the connection; the pool ends a transaction that is still open, whoever is cancelled."""
        self.client._finalized = True
        if pool := self.client._parent._pool:
            await pool.release(self.client._connection)


class PooledClient(AsyncpgDBClient):
    """The asyncpg client whose transactions always end."""

    def _in_transaction(self) -> TransactionContext:
        return PooledContext(cast(TransactionalDBClient, TransactionWrapper(self)), self._pool_init_lock)


client_class = PooledClient

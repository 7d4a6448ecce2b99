"""The second net under a search: for its time PostgreSQL itself answers nothing of other units (T7; decision 0013)."""

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager

from tortoise.connection import get_connection
from tortoise.transactions import in_transaction

from models.postgres_policies import UNITS

NOWHERE = "-"  # no path: an empty setting would mean that the program acts for itself


@asynccontextmanager
async def only_within(paths: Iterable[str]) -> AsyncIterator[None]:
    """Let what is read inside see bookings, requests, candidates and positions of these units and below, no others.

    It holds where the program connects as its lesser role, and is taken back at the end or with the savepoint. SQLite
    has nothing of the kind: there the query's own predicate stands alone.
    """
    if get_connection("default").capabilities.dialect != "postgres":
        yield
        return
    set_units = f"SELECT set_config('{UNITS}', $1, true)"
    async with in_transaction() as transaction:
        await transaction.execute_query(set_units, ["\n".join(paths) or NOWHERE])
        yield
        await transaction.execute_query(set_units, [""])

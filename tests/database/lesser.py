"""A PostgreSQL database with its guards up, and connections as each of its roles."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

import asyncpg

from bot.database_roles import as_owner
from models import postgres_roles
from models.postgres_policies import APP
from models.store import config


def as_role(url: str, role: str) -> str:
    """Return the address of the same database for another role; the test's server asks nobody for a password."""
    parts = urlsplit(url)
    return parts._replace(netloc=f"{role}@{parts.netloc.rpartition('@')[2]}").geturl()


async def guarded(url: str) -> str:
    """Put the guards up; returns the address the program would use."""
    await as_owner(url, postgres_roles.protect)
    return as_role(url, APP)


@asynccontextmanager
async def connected(url: str, role: str = "") -> AsyncIterator[asyncpg.Connection]:
    """Yield a plain connection, as whoever the address names or as this role."""
    credentials = config(as_role(url, role) if role else url)["connections"]["default"]["credentials"]
    connection = await asyncpg.connect(**{k: v for k, v in credentials.items() if k not in ("minsize", "maxsize")})
    try:
        yield connection
    finally:
        await connection.close()

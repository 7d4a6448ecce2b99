"""Opening the store, and the one way to write to it: `transact`.

All writes of a process queue for one writer. It runs what is waiting in one transaction, each piece of work in a
savepoint of its own, commits once, and only then lets the callers go on (design.md §1.1, performance.md §1). As the
transaction belongs to the writer's task, a caller that is cancelled can neither break it nor leave its lock behind
(reliability.md L4).
"""

import asyncio
import contextvars
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import parse_qs, unquote, urlsplit

import asyncpg
from tortoise import Tortoise
from tortoise.backends.base.client import TransactionalDBClient
from tortoise.backends.base.executor import EXECUTOR_CACHE
from tortoise.context import TortoiseContext
from tortoise.exceptions import OperationalError, TransactionManagementError
from tortoise.transactions import in_transaction

T = TypeVar("T")
MODULES = ["models"]
LARGEST_BATCH = 64
TRIES = 5  # of work that lost against another process
FIRST_PAUSE = 0.05  # seconds before trying again, doubled each time

# Work reads, decides, and writes: as on SQLite, one process at a time may. Without this, two gateways that get the two
# halves of a double tap would both find the step open. Held to the end of the transaction, which makes no calls; a
# process that is stopped in the middle of it loses its session after five seconds, and holds nobody up for longer.
ONE_WRITER = "SELECT set_config('idle_in_transaction_session_timeout', '5000', true), pg_advisory_xact_lock(7237145)"

_inside_work: contextvars.ContextVar[bool] = contextvars.ContextVar("inside_work", default=False)
_news: contextvars.ContextVar[asyncio.Event | None] = contextvars.ContextVar("news", default=None)


def announce() -> None:
    """Say, inside work, that it leaves something to send: after its commit the workers are woken."""
    news = _news.get()
    if news is not None:
        news.set()


def connection(url: str) -> dict[str, Any]:
    """Translate `sqlite://PATH` or `postgres://USER:PASSWORD@HOST:PORT/NAME[?host=SOCKET_DIR]` for Tortoise."""
    parts = urlsplit(url)
    if parts.scheme == "sqlite":
        credentials = {
            "file_path": url.removeprefix("sqlite://"),
            "busy_timeout": 8000,
            "synchronous": "FULL",
            "secure_delete": "ON",
        }
        return {"engine": "models.sqlite_immediate", "credentials": credentials}
    if parts.scheme not in ("postgres", "postgresql"):
        raise ValueError(f"unknown database scheme {parts.scheme!r}")
    host = parse_qs(parts.query).get("host", [parts.hostname or "127.0.0.1"])[0]
    credentials = {
        "host": host,
        "port": parts.port or 5432,
        "user": unquote(parts.username or "postgres"),
        "password": unquote(parts.password or ""),
        "database": parts.path.lstrip("/"),
        "minsize": 1,
        "maxsize": 8,
    }
    return {"engine": "models.postgres_pooled", "credentials": credentials}


def config(url: str) -> dict[str, Any]:
    """Return Tortoise's configuration for this database."""
    app = {"models": MODULES, "default_connection": "default", "migrations": "models.migrations"}
    return {
        "connections": {"default": connection(url)},
        "apps": {"models": app},
        "use_tz": True,
        "timezone": "UTC",
    }


class StoreClosed(Exception):
    """The store is not open, or was closed before this work's outcome was known."""


def _for_its_owner_alone(file: Path) -> None:
    """Make the database file readable by its owner only; SQLite gives its WAL the same mode."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.touch(mode=0o600)
    file.chmod(0o600)


@dataclass
class Job:
    """One piece of work that waits for the writer."""

    work: Callable[[], Awaitable[Any]]
    done: asyncio.Future[Any]
    tries: int = 0

    def settle(self, result: Any, failure: BaseException | None) -> None:
        """Let the caller go on."""
        if not self.done.done():
            self.done.set_result(result) if failure is None else self.done.set_exception(failure)


class Store:
    """The open database and its writer; `patience` bounds one piece of work, in seconds."""

    def __init__(self, url: str, *, patience: float = 30.0) -> None:
        self.url = url
        self.is_sqlite = url.startswith("sqlite")
        self.committed = asyncio.Event()  # set after every commit; whoever waits clears it
        self.posted = asyncio.Event()  # set when there may be something to send; the worker clears it
        self.when_posted: list[Callable[[], None]] = []  # called after a commit of ours that left something to send
        self._patience = patience
        self._jobs: asyncio.Queue[Job | None] = asyncio.Queue()  # None wakes the writer for closing
        self._context: TortoiseContext | None = None
        self._writer: asyncio.Task[None] | None = None
        self._closing = False

    async def open(self) -> None:
        """Connect and start the writer. The schema has to be there (`models.migrating.migrate`)."""
        if self.is_sqlite:
            _for_its_owner_alone(Path(self.url.removeprefix("sqlite://")))
        EXECUTOR_CACHE.clear()  # it keeps SQL by table name, whatever the engine was before
        self._context = await Tortoise.init(config=config(self.url), _enable_global_fallback=True)
        try:
            await self._context.connections.get("default").execute_query("SELECT 1")
        except BaseException:
            await self._context.close_connections()
            raise
        self._writer = asyncio.create_task(self._write_forever(contextvars.copy_context()), name="store-writer")

    async def close(self) -> None:
        """Let the writer finish what is queued, then disconnect."""
        self._closing = True
        try:
            if self._writer:
                self._jobs.put_nowait(None)
                await asyncio.gather(self._writer, return_exceptions=True)
        finally:
            self._writer = None
            if self._context:
                await self._context.close_connections()

    async def transact(self, work: Callable[[], Awaitable[T]]) -> T:
        """Run `work` in a transaction and return its result after the commit.

        What `work` raises rolls its own changes back and is raised here. Work that lost against another process is
        called again, so it has to read what it decides on. A caller that is cancelled only stops waiting: the work
        still commits or rolls back as a whole. If the connection breaks during the commit itself, its error is raised
        and the outcome is open: look for the work's business key before repeating it.
        """
        if self._closing or self._writer is None:
            raise StoreClosed(self.url.partition("://")[0])
        if _inside_work.get():
            raise RuntimeError("transact inside transact, or in a task that was started inside: it would wait for ever")
        done: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        done.add_done_callback(_retrieved)
        self._jobs.put_nowait(Job(work, done))
        return await asyncio.shield(done)

    async def _write_forever(self, context: contextvars.Context) -> None:
        """Commit batch after batch, each in a copy of `context`: a failed transaction leaves its mark in there."""
        batch: list[Job] = []
        try:
            while not (self._closing and self._jobs.empty()):
                batch = await self._next_batch()
                await asyncio.create_task(self._commit(batch), name="store-commit", context=context.copy())
        finally:
            self._closing = True
            for job in [*batch, *self._waiting()]:
                job.settle(None, StoreClosed("closed before the outcome was known"))

    async def _next_batch(self) -> list[Job]:
        first = await self._jobs.get()
        return [job for job in (first, *self._waiting(LARGEST_BATCH - 1)) if job]

    def _waiting(self, most: int | None = None) -> list[Job]:
        """Take what is in the queue now."""
        count = self._jobs.qsize() if most is None else min(most, self._jobs.qsize())
        return [job for job in [self._jobs.get_nowait() for _ in range(count)] if job]

    async def _commit(self, batch: list[Job]) -> None:
        _inside_work.set(True)
        news = asyncio.Event()
        _news.set(news)
        during = "begin"
        try:
            async with in_transaction() as transaction:
                if not self.is_sqlite:
                    await transaction.execute_query(ONE_WRITER)
                during = "work"
                outcomes = [await self._attempt(transaction, job) for job in batch]
                during = "commit"
        except Exception as error:
            await self._after_failure(batch, error, during)
        else:
            for job, (result, failure) in zip(batch, outcomes, strict=True):
                self._settle(job, result, failure)
            self.committed.set()
            if news.is_set():
                self._tell()

    def _tell(self) -> None:
        self.posted.set()
        for listener in self.when_posted:
            listener()

    async def _attempt(self, transaction: TransactionalDBClient, job: Job) -> tuple[Any, BaseException | None]:
        """Run one job in its own savepoint; hand back its result or what it raised.

        Our own savepoint, because Tortoise leaves PostgreSQL's transaction broken when work swallowed a database error
        (its COMMIT then rolls back without saying so), and keeps the changes of work that raises its own
        TransactionManagementError.
        """
        await transaction.execute_query("SAVEPOINT work")
        try:
            result = await self._within_patience(job)
            await transaction.execute_query("RELEASE SAVEPOINT work")
        except Exception as error:
            await transaction.execute_query("ROLLBACK TO SAVEPOINT work")
            await transaction.execute_query("RELEASE SAVEPOINT work")
            return None, error
        return result, None

    async def _within_patience(self, job: Job) -> Any:
        try:
            async with asyncio.timeout(self._patience):
                return await job.work()
        except asyncio.CancelledError as error:
            task = asyncio.current_task()
            if task is None or task.cancelling():
                raise
            raise RuntimeError("the work awaited something that was cancelled") from error

    async def _after_failure(self, batch: list[Job], error: Exception, during: str) -> None:
        """Decide what becomes of a batch whose transaction failed as a whole, in its `begin`, `work` or `commit`."""
        again = is_contention(error) or during == "begin" or (during == "work" and is_connection_loss(error))
        if during == "work" and not again and len(batch) > 1:  # one of them broke the transaction: find out which
            for job in batch:
                await self._commit([job])
            return
        if again:
            await asyncio.sleep(FIRST_PAUSE * 2 ** max(job.tries for job in batch))
        for job in batch:
            self._settle(job, None, error, again=again)

    def _settle(self, job: Job, result: Any, failure: BaseException | None, *, again: bool = False) -> None:
        if failure is not None and (again or is_contention(failure)) and job.tries < TRIES:
            job.tries += 1
            self._jobs.put_nowait(job)
        else:
            job.settle(result, failure)


def is_contention(error: BaseException) -> bool:
    """Tell whether trying again may succeed: another process held what we needed."""
    causes = (error, error.__cause__, error.args[0] if error.args else None)
    retryable = (asyncpg.SerializationError, asyncpg.DeadlockDetectedError, asyncpg.LockNotAvailableError)
    locked = isinstance(error, OperationalError | TransactionManagementError) and "locked" in str(error)
    return locked or any(isinstance(cause, retryable) for cause in causes)


def is_connection_loss(error: BaseException) -> bool:
    """Tell whether the database server went away or is starting."""
    of_the_server = (asyncpg.PostgresConnectionError, asyncpg.exceptions.OperatorInterventionError)
    of_the_client = (asyncpg.InterfaceError, asyncpg.InternalClientError, OSError)
    return isinstance(error, of_the_server + of_the_client)


def _retrieved(future: asyncio.Future[Any]) -> None:
    """Mark an exception as seen, so that a caller who went away does not leave a warning behind."""
    if not future.cancelled():
        future.exception()

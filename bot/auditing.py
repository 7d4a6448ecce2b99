"""Reading the audit logs from the command line: verify all of them, name their public keys."""

from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import TypeVar

from bot import installing, receipts
from bot.settings import Settings, SettingsError
from models.store import Store
from workflow import audit, notes, signing
from workflow.telling import Claim
from workflow.verifying import Codes, Finding, verify_all

T = TypeVar("T")


class NotUsable(Exception):
    """What was kept outside cannot be compared: the text says why."""


async def with_store(settings: Settings, work: Callable[[Store], Awaitable[T]]) -> T:
    """Open the store beside a running program, do something, and close it whatever happens."""
    installing.install(settings)
    store = Store(settings.database.url)
    _check_there(store)
    await store.open()
    try:
        return await work(store)
    finally:
        await store.close()


def _check_there(store: Store) -> None:
    """Refuse before an empty SQLite file is made by opening it."""
    if store.is_sqlite and not Path(store.url.removeprefix("sqlite://")).is_file():
        raise SettingsError(f"database.url：没有 {store.url}，先运行 python -m bot setup；弄丢了就从备份恢复")


def kept_in(files: Sequence[Path]) -> list[Claim]:
    """Read checkpoints that somebody kept. Whoever gives them vouches for them: their signature is not asked."""
    return [_kept_in(file) for file in files]


def codes_in(said: Sequence[str]) -> Codes:
    """Read codes as people type them from a card; raises NotUsable for what can be none."""
    try:
        return Codes(frozenset(map(notes.parse_code, said)))
    except ValueError:
        shown = "、".join(said)
        raise NotUsable(f"{shown} 里有的不是存证码：存证码是 8 个字母和数字，形如 7F3K-Q2MD，请再看一遍卡片") from None


def _kept_in(file: Path) -> Claim:
    try:
        origin, size, root = notes.parse_checkpoint(notes.parse_note(file.read_bytes()).text)
    except (OSError, ValueError) as wrong:
        raise NotUsable(f"{file} 不是检查点：{wrong}") from None
    return Claim(origin, size, root.hex(), f"the checkpoint in {file.name}", outside=True)


async def verify_logs(settings: Settings, kept: Sequence[Claim], codes: Codes) -> list[Finding]:
    """Walk every log, each beside what is kept of it outside, and what those outside gave us for it."""

    async def work(_: Store) -> list[Finding]:
        given = [claim async for claim in receipts.claims()]
        return await verify_all([*kept, *given], codes if codes.wanted else None)

    return await with_store(settings, work)


async def public_keys(settings: Settings) -> list[str]:
    """Return the key of every log, for people who keep them outside: one a line, as `verify.py` takes them."""

    async def work(_: Store) -> list[str]:
        return [key.vkey for log in await audit.logs() for key in signing.signing().keys_of(log)]

    return await with_store(settings, work)

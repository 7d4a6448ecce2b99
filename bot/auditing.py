"""Reading the audit logs from the command line: verify all of them, export one byte for byte."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

from bot import keys
from bot.clock import Clock
from bot.settings import Settings
from models import AuditRecord, Organisation
from models.store import Store
from models.vault import Vault, install
from workflow import audit
from workflow.acting import Act

T = TypeVar("T")


async def with_store(settings: Settings, work: Callable[[Store], Awaitable[T]]) -> T:
    """Open the store beside a running program, do something, and close it whatever happens."""
    install(Vault(keys.read(settings)))
    store = Store(settings.database.url)
    await store.open()
    try:
        return await work(store)
    finally:
        await store.close()


async def verify_all(settings: Settings) -> list[dict[str, object]]:
    """Walk every log; nothing is anchored outside yet, so every record counts as unanchored."""

    async def work(_: Store) -> list[dict[str, object]]:
        found: list[dict[str, object]] = []
        for log in await audit.logs():
            records, first_bad, reason = await audit.verify(log)
            row = {"log": log, "records": records, "first_bad": first_bad, "reason": reason}
            found.append({**row, "unanchored": records})
        return found

    return await with_store(settings, work)


async def export_lines(settings: Settings, org: str, out: Path) -> int | None:
    """Write one unit's log, a line each; the export itself is recorded first. None when there is no such unit."""
    clock = Clock(settings.demo.clock_file if settings.demo else None)

    async def work(store: Store) -> int | None:
        organisation = await Organisation.get_or_none(path=org)
        if organisation is None:
            return None
        act = Act(clock.now(), "cli", "operator")
        subject = ("log", organisation.path, 1)
        await store.transact(lambda: audit.record(act, organisation, "log.exported", subject))
        lines = await AuditRecord.filter(log=organisation.origin).order_by("seq").values_list("line", flat=True)
        out.write_bytes(b"".join(str(line).encode() + b"\n" for line in lines))
        return len(lines)

    return await with_store(settings, work)

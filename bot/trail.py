"""What the program itself leaves in the audit trail: a start that differs, a clock that jumped, checkpoints."""

import base64
import hashlib
import json
import tomllib
from pathlib import Path
from urllib.parse import urlsplit

import structlog

from bot.clock import Clock
from bot.settings import Settings
from models import AuditRecord
from models.store import Store
from workflow import audit, briefing, checkpoints, retention, signing
from workflow.acting import Act
from workflow.lines import read

ROOT = Path(__file__).parent.parent
PROGRAM = ("program", "shouyue", 1)
log = structlog.get_logger(__name__)


class Trail:
    """Writes to the installation's own log, which belongs to no unit."""

    def __init__(self, store: Store, clock: Clock, settings: Settings) -> None:
        self._store = store
        self._clock = clock
        self._settings = settings

    async def started(self) -> None:
        """Record version, settings and keys when they are not those of the last start; sign what was left unsigned."""
        data = self._present()

        async def work() -> None:
            act = self._act()
            last = await AuditRecord.filter(log=audit.GROUP_LOG, action="program.started").order_by("-seq").first()
            before = (read(last.line) or {}).get("data") if last else None
            if before != {**data, "in": ""}:
                await audit.record(act, None, "program.started", PROGRAM, data=data)
            await retention.arrange(act)
            await briefing.arrange(act)
            for name in await checkpoints.due():
                await audit.sign_later(act, name)

        await self._store.transact(work)

    async def stepped(self, by_ms: int) -> None:
        """Record that this machine's clock jumped."""
        work = audit.record
        await self._store.transact(lambda: work(self._act(), None, "clock.stepped", PROGRAM, data={"by_ms": by_ms}))

    async def ended(self) -> None:
        """Sign every log; a store that is gone must not keep the program from ending."""
        try:
            await self._store.transact(lambda: checkpoints.sign_all(self._act()))
        except Exception:
            log.exception("the logs were not signed at the end")

    def _act(self) -> Act:
        return Act(self._clock.now(), "clock", "system")

    def _present(self) -> dict[str, object]:
        return {
            "version": version(),
            "settings": settings_digest(self._settings),
            "vault_keys": sorted(self._settings.vault_files),
            "log_key": base64.b64encode(signing.signing().public).decode(),
        }


def version() -> str:
    """Return this program's version, as its project file says."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    return str(project["version"])


def settings_digest(settings: Settings) -> str:
    """Return the SHA-256 over all settings, without the secrets among them."""
    shown = settings.model_dump(mode="json")
    for section in ("database", "redis"):
        for name in ("url", "owner_url"):
            if shown[section].get(name):
                shown[section][name] = _without_password(shown[section][name])
    return hashlib.sha256(json.dumps(shown, sort_keys=True).encode()).hexdigest()


def _without_password(url: str) -> str:
    parts = urlsplit(url)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2], query="").geturl()

"""The units from the command line: entering one, listing them all."""

from bot.auditing import with_store
from bot.clock import Clock
from bot.settings import Settings
from models import Preset
from models.store import Store
from workflow import entering_units
from workflow.acting import Act
from workflow.entering_units import UnitView
from workflow.errors import Refusal


class NotEntered(Exception):
    """Nothing was entered; the text is the refusal's code."""


async def enter(settings: Settings, path: str, name: str, preset: str) -> None:
    """Enter a unit, or raise NotEntered."""
    act = Act(Clock.of(settings).now(), "cli", "operator")

    async def work(store: Store) -> None:
        await store.transact(lambda: entering_units.enter(act, path, name, Preset(preset)))

    try:
        await with_store(settings, work)
    except Refusal as refusal:
        raise NotEntered(refusal.code) from None


async def listed(settings: Settings) -> list[UnitView]:
    """Return every unit."""
    return await with_store(settings, lambda _: entering_units.listed())

"""Rights from the command line: the first administrators, and what one employee may do."""

from dataclasses import asdict
from datetime import datetime

from bot.auditing import with_store
from bot.clock import Clock
from bot.settings import Settings
from handlers.rights_words import told
from models import Employee, Platform, Role
from models.store import Store
from workflow.acting import Act
from workflow.errors import Refusal
from workflow.founding import Founder, found
from workflow.rights_views import RightsView, rights_of

REFUSED = {
    "founded": "已经有管理员了，没有任何变化。以后由管理员在聊天里发「授权 姓名 系统管理员 单位」，另一类管理员同意。",
    "separated": "系统管理员和安全管理员要是两个人，而且不能兼任别的角色，没有任何变化。",
}


class NotFounded(Exception):
    """Nobody was entered; the text says why."""


def founder(said: str) -> Founder:
    """Read `zhoukai=周凯`; without a name the userid stands for it."""
    key, _, name = (part.strip() for part in said.partition("="))
    if not key:
        raise NotFounded(f"「{said}」要写成 userid=姓名，例如 zhoukai=周凯。")
    return Founder(key, name or key)


def _now(settings: Settings) -> datetime:
    return Clock.of(settings).now()


async def enter_founders(settings: Settings, unit: str, platform: Platform, admin: str, security: str) -> list[str]:
    """Enter the first two administrators; returns who they are, or raises NotFounded."""
    people = {Role.SYSTEM_ADMIN: founder(admin), Role.SECURITY_ADMIN: founder(security)}
    act = Act(_now(settings), "cli", "operator")

    async def work(store: Store) -> list[str]:
        entered = await store.transact(lambda: found(act, founder(unit), platform, people))
        return [str(each.name) for each in entered]

    try:
        return await with_store(settings, work)
    except Refusal as refusal:
        raise NotFounded(REFUSED.get(refusal.code, REFUSED["separated"])) from None


async def rights_named(settings: Settings, person: str) -> list[RightsView]:
    """Return the rights of everybody with this name or staff number."""

    async def work(_: Store) -> list[RightsView]:
        everybody = Employee.all().order_by("key").prefetch_related("organisation")
        meant = [each async for each in everybody if person in (str(each.name), each.key)]
        return [await rights_of(each, _now(settings)) for each in meant]

    return await with_store(settings, work)


def as_json(view: RightsView) -> dict[str, object]:
    """Return the rights as the command prints them with --json."""
    return asdict(view)


def as_text(view: RightsView) -> str:
    """Return the rights in the words of the chat."""
    return told(view, own=False)

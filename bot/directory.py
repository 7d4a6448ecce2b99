"""Reading the directories: every night whole, and one person at once when a platform says that something changed."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any, Protocol

import structlog

from bot.clock import Clock
from bot.settings_sections import Directory
from bot.wires import Wires
from models import Organisation, OutboxMessage, OutboxStatus, Platform
from models.store import Store
from notifier import claims
from platforms.dingtalk.api import DingTalk
from platforms.errors import PlatformError, Unreachable
from platforms.wecom.api import Member, WeCom
from workflow import directory, outbox
from workflow.acting import SHANGHAI, Act, local
from workflow.directory import Person

log = structlog.get_logger(__name__)
KIND = "directory"
NIGHT = "night"
AT_NIGHT = time(2, 30)
GONE = frozenset({"60121", "33012", "60111"})  # the platform says: no such member; all else leaves things as they are
DINGTALK_PEOPLE = frozenset({"user_add_org", "user_modify_org", "user_leave_org", "user_active_org"})
WECOM_PEOPLE = frozenset({"create_user", "update_user", "delete_user"})


class Source(Protocol):
    """One platform's directory. Both calls raise PlatformError rather than tell half of it."""

    async def everybody(self) -> list[Person]:
        """Read everybody in the units that are ours."""

    async def one(self, address: str) -> Person | None:
        """Read one person; None where the platform says there is none, or they are in no unit of ours."""


@dataclass(frozen=True)
class Tree:
    """Departments by id with the one above, and which of them are units of ours."""

    above: Mapping[int, int | None]
    units: Mapping[int, str]

    def unit_of(self, department: int) -> str:
        """Return the unit of a department: its own, or that of the nearest above; empty where there is none."""
        seen: set[int] = set()
        at: int | None = department
        while at is not None and at not in seen:
            if at in self.units:
                return self.units[at]
            seen.add(at)
            at = self.above.get(at)
        return ""

    def unit(self, departments: tuple[int, ...]) -> str:
        """Return the unit of somebody in these departments: the first that is one."""
        return next((unit for each in departments if (unit := self.unit_of(each))), "")


class DingTalkDirectory:
    """DingTalk's directory, department by department, page by page."""

    def __init__(self, api: DingTalk, units: Mapping[int, str]) -> None:
        self._api = api
        self._units = units

    async def _tree(self) -> Tree:
        above: dict[int, int | None] = dict.fromkeys(self._units)
        waiting = list(self._units)
        while waiting:
            parent = waiting.pop()
            for each in await self._api.departments_under(parent):
                if each.department_id not in above:
                    waiting.append(each.department_id)
                above[each.department_id] = parent
        return Tree(above, self._units)

    async def everybody(self) -> list[Person]:
        """Read every department below the units' own."""
        tree = await self._tree()
        return [person for each in tree.above for person in await self._members(tree, each)]

    async def _members(self, tree: Tree, department: int) -> list[Person]:
        found: list[Person] = []
        cursor: int | None = 0
        while cursor is not None:
            page = await self._api.people(department, cursor)
            found += [
                Person(each.user_id, each.name, unit, each.staff_number, each.leads)
                for each in page.people
                if (unit := tree.unit(each.department_ids or (department,)))
            ]
            if page.cursor is not None and page.cursor <= cursor:
                raise PlatformError("cursor", "the pages do not go on")
            cursor = page.cursor
        return found

    async def one(self, address: str) -> Person | None:
        """Read one member."""
        try:
            user = await self._api.user(address)
        except Unreachable as error:
            _require_gone(error)
            return None
        unit = (await self._tree()).unit(user.department_ids)
        leads = bool(user.led_department_ids)
        return Person(user.user_id, user.name, unit, user.staff_number, leads) if unit else None


class WeComDirectory:
    """WeCom's directory as far as the app's visible range goes."""

    def __init__(self, api: WeCom, units: Mapping[int, str], staff_number: str) -> None:
        self._api = api
        self._units = units
        self._staff_number = staff_number

    async def _tree(self) -> Tree:
        return Tree({each.department_id: each.parent_id for each in await self._api.departments()}, self._units)

    async def everybody(self) -> list[Person]:
        """Read every department that belongs to a unit of ours."""
        tree = await self._tree()
        ours = [each for each in tree.above if tree.unit_of(each)]
        found = [self._person(tree, member) for each in ours for member in await self._api.members(each)]
        return [each for each in found if each is not None]

    async def one(self, address: str) -> Person | None:
        """Read one member."""
        try:
            member = await self._api.user(address)
        except Unreachable as error:
            _require_gone(error)
            return None
        return self._person(await self._tree(), member)

    def _person(self, tree: Tree, member: Member) -> Person | None:
        unit = tree.unit(member.department_ids)
        number = dict(member.attributes).get(self._staff_number, "")
        leads = bool(member.led_department_ids)
        return Person(member.userid, member.name, unit, number, leads) if unit else None


def _require_gone(error: Unreachable) -> None:
    if error.code not in GONE:
        raise error


def sources(settings: Directory, wires: Wires) -> dict[Platform, Source]:
    """Return the directories that the settings say are read."""
    found: dict[Platform, Source] = {}
    if wires.dingtalk is not None and settings.dingtalk_departments:
        found[Platform.DINGTALK] = DingTalkDirectory(wires.dingtalk, settings.dingtalk_departments)
    if wires.wecom is not None and settings.wecom_departments:
        units, attribute = settings.wecom_departments, settings.staff_number_attribute
        found[Platform.WECOM] = WeComDirectory(wires.wecom, units, attribute)
    return found


def dingtalk_asks(kind: str, data: Mapping[str, Any]) -> list[str] | None:
    """Return whom a DingTalk event wants read, empty for everybody, None when it is about something else."""
    if kind in DINGTALK_PEOPLE:
        people = data.get("userId") or data.get("UserId") or []
        return [str(each) for each in (people if isinstance(people, list) else [people])]
    return [] if kind.startswith("org_dept_") else None


def wecom_asks(kind: str, fields: Mapping[str, tuple[str, ...]]) -> list[str] | None:
    """Return whom a WeCom event wants read, empty for everybody, None when it is about something else."""
    if kind != "change_contact":
        return None
    what = next(iter(fields.get("ChangeType", ())), "")
    if what in WECOM_PEOPLE:
        return [*fields.get("UserID", ()), *fields.get("NewUserID", ())]
    return [] if what.endswith("_party") else None


async def ask(now: datetime, source: Platform, addresses: list[str], key: str) -> None:
    """Post that somebody, or everybody where none is named, is to be read; once for each key."""
    payload = {"source": str(source), "addresses": addresses}
    await outbox.post(Act(now, str(source), "platform-envelope"), KIND, payload=payload, dedupe=key[:120])


async def arrange_night(now: datetime) -> None:
    """Post the next whole reading, at half past two in Asia/Shanghai."""
    here = local(now)
    at = datetime.combine(here.date(), AT_NIGHT, SHANGHAI)
    at = at if at > here else at + timedelta(days=1)
    await outbox.post(Act(now, "clock", "system"), KIND, NIGHT, not_before=at, dedupe=f"directory:night:{at:%Y-%m-%d}")


class Directories:
    """Delivers `directory` rows: reads first, changes after, each person in a transaction of their own."""

    def __init__(self, store: Store, clock: Clock, sources: Mapping[Platform, Source], most_percent: int) -> None:
        self._store = store
        self._clock = clock
        self._sources = sources
        self._most_percent = most_percent

    async def deliver(self, row: OutboxMessage) -> None:
        """Read what is asked for and settle the row; what fails is tried again, and nothing has changed."""
        if row.topic == NIGHT:
            await self._store.transact(lambda: arrange_night(self._clock.now()))
        payload = json.loads(row.payload) if row.payload else {}
        wanted = [Platform(payload["source"])] if payload else list(self._sources)
        try:
            for source in wanted:
                await self._read(source, payload.get("addresses", []))
        except PlatformError as error:
            failure = error  # the name of an except clause ends with it
            await self._store.transact(lambda: claims.failed(row, failure, self._clock.now()))
            return
        await self._store.transact(lambda: claims.settle(row, OutboxStatus.SENT, self._clock.now()))

    async def _read(self, source: Platform, addresses: list[str]) -> None:
        if source not in self._sources:
            return
        if not addresses:
            await self.take(source, await self._sources[source].everybody())
        for address in addresses:
            await self._become(source, address, await self._sources[source].one(address))

    async def take(self, source: Platform, people: list[Person]) -> int | None:
        """Make things be as a whole reading says; returns how many people changed, None where it loses too many."""
        before, after = await directory.stored(source), directory.reading_of(people)
        changes = directory.difference(before, after)
        if directory.removes_too_many(before, changes, self._most_percent):
            gone = sum(1 for each in changes if each.after is None)
            await self._store.transact(lambda: directory.refuse(self._act(), source, gone, len(before)))
            return None
        for change in changes:
            whom = change.after or change.before
            assert whom is not None
            await self._become(source, whom.address, change.after)
        log.info("directory read", source=str(source), people=len(after), changed=len(changes))
        return len(changes)

    async def _become(self, source: Platform, address: str, after: Person | None) -> None:
        if after is not None and not await Organisation.exists(path=after.unit):
            log.warning("settings.directory names no unit of ours", path=after.unit)
            return
        await self._store.transact(lambda: directory.become(self._act(), source, address, after))

    def _act(self) -> Act:
        return Act(self._clock.now(), "directory", "platform-read")

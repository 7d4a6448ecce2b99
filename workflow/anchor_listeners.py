"""Who keeps the day's codes where no audit group is configured: each auditor who can be reached, in private (R4).

A unit's auditor is told of their unit's logs alone; the log that belongs to no unit goes to those of a topmost one.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

from models import Account, Employee, Organisation, Role
from workflow import access, outbox, signing
from workflow.audit import GROUP_LOG

OURS = f"{GROUP_LOG}/"  # how the log of a unit begins; the rest is the unit's path


@dataclass(frozen=True)
class Listener:
    """One auditor, the account on which they are reached, and the units that they audit."""

    employee: Employee
    account: Account
    paths: tuple[str, ...]

    @property
    def name(self) -> str:
        """Return who keeps a checkpoint, as its anchor has it: a pseudonym, as the log has."""
        return f"auditor:{self.employee.pseudonym}"

    def hears(self, log: str) -> bool:
        """Tell whether this auditor is told of a log."""
        return any(reaches(path, log) for path in self.paths)


def reaches(path: str, log: str) -> bool:
    """Tell whether who holds a role in the unit at a path is told of a log."""
    return "/" not in path if log == GROUP_LOG else access.covers(path, log.removeprefix(OURS))


async def listeners(now: datetime) -> list[Listener]:
    """Return every auditor who can be reached, by key."""
    grants = access.current(now).filter(role=Role.AUDITOR, employee__active=True)
    paths: dict[str, list[str]] = defaultdict(list)
    people: dict[str, Employee] = {}
    for each in await grants.prefetch_related("employee", "organisation"):
        people[each.employee.key] = each.employee
        paths[each.employee.key].append(each.organisation.path)
    reached = [(key, await outbox.account_of(people[key])) for key in sorted(people)]
    return [Listener(people[key], account, tuple(paths[key])) for key, account in reached if account]


async def anybody(now: datetime) -> bool:
    """Tell whether anybody audits at all; one query, as it is asked at each checkpoint."""
    return await access.current(now).filter(role=Role.AUDITOR, employee__active=True).exists()


async def listener_at(account: Account, now: datetime) -> Listener | None:
    """Return the auditor whom this account reaches now, if it still is one's."""
    return next((each for each in await listeners(now) if each.account.id == account.id), None)


async def is_heard(organisation: Organisation, now: datetime) -> bool:
    """Tell whether somebody is sent the daily codes of a unit's log: the audit group, or an auditor of the unit."""
    if signing.outside().group:
        return True
    return any(each.hears(organisation.origin) for each in await listeners(now))

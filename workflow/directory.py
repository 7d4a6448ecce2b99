"""通讯录: what differs between what is stored of a platform's directory and what was read of it, and making it so.

A reading is believed only whole: the caller hands in nothing where a page failed. One that would lose too many people
is not applied (`removes_too_many`), as a narrowed visible range looks exactly like everybody having left.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace

from models import Account, DirectoryEntry, Employee, Organisation, Platform, Role
from models.vault import vault
from workflow import administering, alerting, audit, leaving, rights
from workflow.acting import Act
from workflow.errors import NotAllowed

LOG_TOP = "directory"


@dataclass(frozen=True)
class Person:
    """One person of a platform's directory; `address` is the userid there, `unit` the path of our unit."""

    address: str
    name: str
    unit: str
    staff_number: str = ""
    leads: bool = False


@dataclass(frozen=True)
class Change:
    """What became of one person: nobody before is joined, nobody after is left, else what differs."""

    before: Person | None
    after: Person | None

    @property
    def kinds(self) -> tuple[str, ...]:
        """Name what happened, as the audit log does."""
        if self.before is None:
            return ("joined",)
        if self.after is None:
            return ("left",)
        aspects = {"moved": "unit", "renamed": "name", "leads": "leads", "numbered": "staff_number"}
        return tuple(kind for kind, each in aspects.items() if getattr(self.before, each) != getattr(self.after, each))


Reading = Mapping[str, Person]
"""Everybody by the case-folded address."""


def reading_of(people: list[Person]) -> dict[str, Person]:
    """Return the reading that these people are: the same one in two departments stands once, leading if in any."""
    found: dict[str, Person] = {}
    for each in people:
        key = each.address.casefold()
        same = found.get(key)
        found[key] = replace(same, leads=same.leads or each.leads) if same else each
    return found


def difference(before: Reading, after: Reading) -> list[Change]:
    """Return what has to be done to come from one reading to another; who leaves comes last.

    In this order a deputy or colleague who joins is there when somebody's work is handed on. An address that differs
    in its capitals alone is the same one.
    """
    there = [Change(before.get(key), person) for key, person in after.items()]
    return [each for each in there if each.kinds] + [
        Change(person, None) for key, person in before.items() if key not in after
    ]


def applied(before: Reading, changes: list[Change]) -> dict[str, Person]:
    """Return the reading that follows from these changes."""
    found = dict(before)
    for change in changes:
        if change.before is not None:
            found.pop(change.before.address.casefold(), None)
        if change.after is not None:
            found[change.after.address.casefold()] = change.after
    return found


def removes_too_many(before: Reading, changes: list[Change], most_percent: int) -> bool:
    """Tell whether a reading would lose a larger share of the people than an administrator allows."""
    gone = sum(1 for each in changes if each.after is None)
    return gone * 100 > len(before) * most_percent


async def stored(source: Platform) -> dict[str, Person]:
    """Return what is stored of a platform's directory."""
    entries = [each async for each in DirectoryEntry.filter(source=source)]
    return {str(each.address).casefold(): _person(each) for each in entries}


def _person(entry: DirectoryEntry) -> Person:
    return Person(str(entry.address), str(entry.name), entry.unit, str(entry.staff_number or ""), entry.leads)


async def _entry(source: Platform, address: str) -> DirectoryEntry | None:
    index = administering.address_index(source, address)
    return await DirectoryEntry.get_or_none(source=source, address_index=index).prefetch_related("employee")


async def become(act: Act, source: Platform, address: str, after: Person | None) -> tuple[str, ...]:
    """Make one person be as the directory says now, or gone; returns what happened, nothing for a repeat.

    What is stored is read again here: two readings at once end as the later one says.
    """
    if act.employee is not None:
        raise NotAllowed("desk-only")
    entry = await _entry(source, address)
    change = Change(_person(entry) if entry else None, after)
    if (change.before is None and after is None) or not change.kinds:
        return ()
    if after is None:
        assert entry is not None
        await _gone(act, source, entry)
        return change.kinds
    entry = entry or DirectoryEntry(
        source=source, address_index=administering.address_index(source, address), address=after.address
    )
    employee = await _employee(act, source, entry, after)
    await _store(entry, employee, after)
    await _follow(employee, after)
    await _record(act, employee, after.unit, source, change.kinds)
    return change.kinds


async def _store(entry: DirectoryEntry, employee: Employee, person: Person) -> None:
    entry.employee, entry.unit, entry.name, entry.leads = employee, person.unit, person.name, person.leads
    entry.staff_number = person.staff_number or None
    entry.staff_index = staff_index(person.staff_number)
    await entry.save()


def staff_index(number: str) -> str | None:
    """Return the keyed hash under which a staff number is compared."""
    return vault().index("staff", number.strip().casefold()) if number.strip() else None


async def _follow(employee: Employee, person: Person) -> None:
    """Let the employee's own row say what the directory says; a unit that is not ours any more changes nothing."""
    unit = await Organisation.get_or_none(path=person.unit)
    employee.name, employee.active = person.name, True
    if unit is not None:
        employee.organisation = unit
    await employee.save()


async def _employee(act: Act, source: Platform, entry: DirectoryEntry, person: Person) -> Employee:
    """Find whose entry this is: bound already, the one with this staff number elsewhere, or somebody new.

    The account of a colleague who is interviewed stays the candidate's: what they type there is about their interview.
    """
    if entry.employee_id is not None:
        return await Employee.get(id=entry.employee_id)
    bound = Account.filter(platform=source, address_index=entry.address_index, employee_id__not_isnull=True)
    account = await bound.prefetch_related("employee").first()
    if account is not None and account.employee is not None:
        return account.employee
    known = await _by_number(source, person.staff_number)
    employee = known or await _new(source, person)
    if not await Account.filter(
        platform=source, address_index=entry.address_index, candidate_id__not_isnull=True
    ).exists():
        await administering.add_account(source, person.address, employee=employee)
    if known is not None:
        await _record(act, known, person.unit, source, ("linked",))
    return employee


async def _by_number(source: Platform, number: str) -> Employee | None:
    """Return the one active employee with this staff number on another platform and on that one alone."""
    index = staff_index(number)
    if index is None or await DirectoryEntry.filter(source=source, staff_index=index).exists():
        return None
    others = await DirectoryEntry.filter(staff_index=index).exclude(source=source).prefetch_related("employee")
    counted = Counter(each.source for each in others)
    people = {each.employee.id: each.employee for each in others if each.employee.active}
    return next(iter(people.values())) if len(people) == 1 and max(counted.values()) == 1 else None


async def _new(source: Platform, person: Person) -> Employee:
    unit = await Organisation.get(path=person.unit)
    key = person.address[:64]
    if await Employee.exists(key=key):
        key = f"{person.address[:52]}@{source}"
    return await Employee.create(key=key, name=person.name, organisation=unit)


async def _gone(act: Act, source: Platform, entry: DirectoryEntry) -> None:
    """Forget the entry; with the last one the person has left."""
    employee, unit = entry.employee, entry.unit
    await entry.delete()
    if await DirectoryEntry.filter(employee=employee).exists():
        await _record(act, employee, unit, source, ("unlisted",))
        return
    await leaving.leave(act, employee, source=str(source))


async def _record(act: Act, employee: Employee, unit: str, source: Platform, kinds: tuple[str, ...]) -> None:
    organisation = await Organisation.get_or_none(path=unit) or await employee.organisation
    data = {"person": rights.pseudonym(employee), "source": str(source), "unit": unit}
    for kind in kinds:
        subject = ("employee", rights.pseudonym(employee), 1)
        await audit.record(act, organisation, f"person.{kind}", subject, data=data)


async def refuse(act: Act, source: Platform, gone: int, of: int) -> None:
    """Record that a reading was not believed, and tell every system administrator what to look at."""
    if act.employee is not None:
        raise NotAllowed("desk-only")
    data = {"source": str(source), "gone": gone, "of": of}
    await audit.record(act, None, "directory.refused", (LOG_TOP, str(source), 1), ok=False, why="too-many", data=data)
    label = {"dingtalk": "钉钉", "wecom": "企业微信"}.get(str(source), str(source))
    text = (
        f"{label}通讯录没有更新：这次读到的少了 {gone} 人（原有 {of} 人），超过了允许的比例，没有停用任何人。"
        "请先核对应用的通讯录权限和可见范围；确实有这么多人离职时，调高设置 directory.most_leavers_percent 再读一次"
    )
    await alerting.tell_holders(act, [Role.SYSTEM_ADMIN], f"{text}（python -m bot directory read）。")

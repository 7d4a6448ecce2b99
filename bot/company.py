"""The demo company, entered through the functions an administrator uses (design.md §9)."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from handlers.reading.names import search_terms
from models import BookingStatus, Candidate, CustomerServiceCursor, Employee, Organisation, Platform, Preset, Role
from sandbox import people
from workflow import administering
from workflow.acting import Act

SHANGHAI = ZoneInfo("Asia/Shanghai")
ROLES = {
    "hr": Role.HR,
    "interviewer": Role.INTERVIEWER,
    "department_head": Role.DEPARTMENT_HEAD,
    "leader": Role.LEADER,
    "auditor": Role.AUDITOR,
    "administrator": Role.SYSTEM_ADMIN,
    "security": Role.SECURITY_ADMIN,
}
STAFF_APPS = {"dingtalk": Platform.DINGTALK, "wecom": Platform.WECOM}
CONTACTS = {
    people.NET: "华辰互联招聘组 010-55550101",
    people.HEAVY: "华辰重工招聘组 024-55550102",
    people.WORKS: "华辰制造招聘组 0755-55550103",
}
SEED_CURSOR = "cseed0001"


@dataclass(frozen=True)
class Seed:
    """A candidate who opened their WeChat link before the demo began."""

    person: str
    scene_param: str


def terms_of(name: str, phone: str) -> frozenset[str]:
    """Return everything under which a booking of this person is found."""
    return frozenset(search_terms(name) | ({f"t:{phone[-4:]}"} if phone else set()))


async def enter(act: Act, day: date, open_kfid: str) -> list[Seed]:
    """Enter units, people and bookings; `day` is the demo's first day. Returns the WeChat links that were opened."""
    units = {each.id: await _organisation(act, each) for each in people.ORGANISATIONS}
    staff = {each.id: await _employee(act, each, units) for each in people.PEOPLE if not each.is_candidate}
    await _deputise(staff)
    seeds: list[Seed] = []
    for person in people.PEOPLE:
        if person.is_candidate:
            candidate = await _candidate(act, person, units[person.organisation], seeds)
            await _bookings(act, person, candidate, units[person.organisation], staff, day)
    await CustomerServiceCursor.update_or_create({"cursor": SEED_CURSOR}, open_kfid=open_kfid)
    return seeds


async def _organisation(act: Act, unit: people.Organisation) -> Organisation:
    return await administering.add_organisation(act, unit.id, unit.name, Preset(unit.preset) if unit.preset else None)


async def _employee(act: Act, person: people.Person, units: dict[str, Organisation]) -> Employee:
    roles = [ROLES[person.role]] if person.role in ROLES else []
    platforms = [STAFF_APPS[app] for app in person.apps if app in STAFF_APPS]
    return await administering.add_employee(act, person.id, person.name, units[person.organisation], roles, platforms)


async def _deputise(staff: dict[str, Employee]) -> None:
    for deputy in people.PEOPLE:
        if deputy.role == "deputy":
            for leader in people.PEOPLE:
                if leader.role == "leader" and leader.organisation == deputy.organisation:
                    staff[leader.id].deputy = staff[deputy.id]
                    await staff[leader.id].save(update_fields=["deputy_id"])


async def _candidate(act: Act, person: people.Person, unit: Organisation, seeds: list[Seed]) -> Candidate:
    email = person.email if "email" in person.apps else ""
    new = administering.NewCandidate(person.name, person.phone, email, Platform(person.channel), person.id)
    candidate = await administering.add_candidate(unit, new)
    if "wecom" in person.apps:
        await administering.add_account(Platform.WECOM, person.id, candidate=candidate)
    if "wechat" in person.apps:
        token = await administering.invite(act, candidate)
        account = await administering.add_account(Platform.KF, people.external_userid(person.id), candidate=candidate)
        account.heard_at = act.now - timedelta(minutes=1)
        await account.save(update_fields=["heard_at"])
        seeds.append(Seed(person.id, token))
    return candidate


async def _bookings(
    act: Act, person: people.Person, candidate: Candidate, unit: Organisation, staff: dict[str, Employee], day: date
) -> None:
    for seed in people.BOOKINGS:
        if seed.candidate != person.id:
            continue
        starts = datetime.combine(day + timedelta(days=seed.day), time.fromisoformat(seed.at), SHANGHAI)
        new = administering.NewBooking(
            position=person.position,
            starts_at=starts,
            terms=terms_of(person.name, person.phone),
            status=BookingStatus.CONFIRMED,
            interviewer=staff.get(seed.interviewer or ""),
            confirmed_at=act.now,
        )
        booking = await administering.add_booking(act, unit, candidate, new)
        await administering.make_room(act, booking)

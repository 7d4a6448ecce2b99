"""Six years on the clock: who was purged, erased on request, or held first and erased then, is in no byte (I14, R6)."""

import shutil
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from tortoise.connection import get_connection

from bot.forgetting import Forgetting, forget_again
from bot.purging import Purging
from bot.settings import Settings
from bot.timing import Timers
from models import (
    AuditRecord,
    Booking,
    Candidate,
    Employee,
    ErasureRequest,
    ErasureStatus,
    Evidence,
    EvidenceBlob,
    InboundMessage,
    OutboxMessage,
    OutboxStatus,
    PersonKey,
    Platform,
    backup,
)
from models.forgotten import forgotten
from models.sealed import columns
from models.store import Store
from tests.database import office, talking
from tests.database.office import NOW, by
from tests.database.old_cases import DAY, Desk, usual_periods, years_after
from tests.database.signed import installed_signing
from tests.database.test_purged_bytes import At, certificate, database_oid, flushed, raw
from workflow import administering, erasing, holds, purge_proposals, restricting, retention, verifying, wiping

__all__ = ["certificate", "database_oid", "installed_signing", "raw", "usual_periods"]

PEOPLE = {
    "purged": ("马超骉", "13800005566"),
    "asked": ("赵金丝雀", "13811227788"),
    "held": ("钱留存", "13822334455"),
    "stays": ("孙在场", "13833445566"),
}
SAID = ("notice", "say", "card", "card_update")
END = years_after(NOW, 6)


class Company(Desk):
    """Four people: what is to become of each is their name here."""

    async def enter(self) -> None:
        await super().enter()
        await self.strict_case(*PEOPLE["purged"])
        await self.strict_case(*PEOPLE["held"])
        await office.booking(self.net, *PEOPLE["asked"], ahead=DAY)
        await office.booking(self.net, *PEOPLE["stays"], ahead=END - NOW + timedelta(days=300))
        self.people = {key: await self._named(name) for key, (name, _) in PEOPLE.items()}
        typed = InboundMessage(key="hr", platform="dingtalk", kind="text", received_at=NOW)
        typed.content = f"查 {PEOPLE['asked'][0]}"
        await typed.save()
        await retention.arrange(by(via="clock"))

    async def _named(self, name: str) -> Candidate:
        return next(each for each in await Candidate.all() if each.name == name)

    async def number(self, key: str) -> str:
        return (await Booking.get(candidate_id=self.people[key].id)).number

    async def sealed(self, key: str) -> list[bytes]:
        """Return the beginning of everything sealed about one of them, evidence and the secret itself included."""
        person, found = self.people[key].id, []
        for table in wiping.tables():
            rows = await table.filter(**{table.PERSON: person}).values_list(*columns(table))
            found += [bytes(value) for row in rows for value in row if value]
        pieces = await Evidence.filter(person_id=person).values_list("id", flat=True)
        found += [bytes(each.sealed) for each in await EvidenceBlob.filter(id__in=list(pieces))]
        found.append(bytes((await PersonKey.get(id=person)).sealed or b""))
        return [each[:40] for each in found if each]

    async def wishes(self, key: str, now: datetime) -> list[str]:
        """Let a candidate ask that their data go; returns what stands against it."""
        candidate = await Candidate.get(id=self.people[key].id)
        return (await erasing.wished(by(candidate, now=now, via="sms"), candidate))[1]

    async def agree(self, hr: Employee, now: datetime) -> None:
        """Let HR lay what was suggested before the security administrator, who agrees."""
        erasure = await ErasureRequest.get(status=ErasureStatus.SUGGESTED)
        for who in (hr, self.security):
            await erasing.approve(by(who, now=now), await erasing.reload(erasure.id))


class Years:
    """The program's own rounds, on a clock that only this moves."""

    def __init__(self, store: Store, settings: Settings) -> None:
        self.store = store
        self.clock = At(NOW)
        self.months = 0
        self._deliver = {
            "timer": Timers(store, self.clock).deliver,
            "forget": Forgetting(store, self.clock, settings).deliver,
            "purge": Purging(store, self.clock, settings).deliver,
        }

    async def until(self, moment: datetime) -> None:
        """Ring every timer and carry out every purge and forgetting up to a moment; whatever is said arrives."""
        while True:
            said = OutboxMessage.filter(status=OutboxStatus.WAITING, kind__in=SAID)
            await self.store.transact(lambda said=said: said.update(status=OutboxStatus.SENT, settled_at=NOW))  # type: ignore[misc]
            rows = OutboxMessage.filter(status=OutboxStatus.WAITING, kind__in=list(self._deliver))
            row = await rows.filter(not_before__lte=moment).order_by("not_before", "posted_at").first()
            if row is None:
                self.clock.moment = moment
                return
            self.clock.moment = max(self.clock.moment, row.not_before)
            self.months += row.topic == retention.TIMER
            await self._deliver[row.kind](row)


class Story:
    """The company, the clock, and every byte that there is of it."""

    def __init__(self, store: Store, settings: Settings, raw: Callable[[], bytes]) -> None:
        self.store, self.settings, self._raw = store, settings, raw
        self.company, self.years = Company(), Years(store, settings)
        self.sealed: dict[str, list[bytes]] = {}

    async def begin(self) -> None:
        """Enter everybody, and have a copy of the database made."""
        await self.store.transact(self.company.enter)
        self.sealed = {key: await self.company.sealed(key) for key in PEOPLE}
        self.sealed["typed"] = [bytes((await InboundMessage.get(key="hr")).sealed_content or b"")[:40]]
        if self.store.is_sqlite:
            file = Path(self.store.url.removeprefix("sqlite://"))
            backup.copy(file, self.settings.home / "backups", "before")
        else:
            await get_connection("default").execute_query("ANALYZE")  # PostgreSQL keeps samples: as autovacuum does

    async def left(self) -> dict[str, bool]:
        """Tell of whom the files of the database still hold everything; half of it is a fault."""
        await flushed(self.store)
        content = self._raw()
        there = {key: {each in content for each in values} for key, values in self.sealed.items()}
        assert all(len(each) == 1 for each in there.values()), there
        return {key: each.pop() for key, each in there.items()}

    def in_the_home(self, *words: bytes) -> int:
        """Count these in every other file: copies, the secrets beside them, certificates."""
        own = self.store.url.removeprefix("sqlite://")
        files = [each for each in self.settings.home.rglob("*") if each.is_file() and not str(each).startswith(own)]
        return sum(word in each.read_bytes() for each in files for word in words)

    async def no_word_of(self, key: str) -> None:
        await flushed(self.store)
        content = self._raw()
        for word in PEOPLE[key]:
            assert word.encode() not in content
            assert self.in_the_home(word.encode()) == 0
        assert administering.address_index(Platform.SMS, PEOPLE[key][1]).encode() not in content

    async def purge(self, now: datetime) -> None:
        company = self.company
        purge = await self.store.transact(lambda: purge_proposals.propose(by(company.system, now=now), company.group))
        await self.store.transact(lambda: purge_proposals.approve(by(company.security, now=now), purge))
        await self.years.until(now)


@pytest.fixture
async def story(store: Store, certificate: Settings, home: Path, raw: Callable[[], bytes]) -> Story:
    database = certificate.database.model_copy(update={"url": store.url})
    shutil.copytree(certificate.home, home, dirs_exist_ok=True)
    made = Story(store, certificate.model_copy(update={"database": database, "home": home}), raw)
    await made.begin()
    return made


async def test_after_six_years_the_purged_and_the_erased_are_in_no_byte(story: Story) -> None:
    secrets = {key: values[-1] for key, values in story.sealed.items() if key in PEOPLE}
    assert all(len(values) > 3 for key, values in story.sealed.items() if key in PEOPLE)
    assert await story.left() == {"purged": True, "held": True, "asked": True, "stays": True, "typed": True}
    assert story.in_the_home(*secrets.values()) == (4 if story.store.is_sqlite else 0)

    await _first_week(story)
    assert await story.left() == {"purged": True, "held": True, "asked": False, "stays": True, "typed": False}

    await story.years.until(END)
    assert story.years.months == 72
    await story.purge(END)
    assert await story.left() == {"purged": False, "held": True, "asked": False, "stays": True, "typed": False}
    assert story.in_the_home(secrets["purged"], secrets["asked"]) == 0

    await _released(story)
    assert await story.left() == {"purged": False, "held": False, "asked": False, "stays": True, "typed": False}
    for key in ("purged", "asked", "held"):
        await story.no_word_of(key)
    assert story.in_the_home(*secrets.values()) == (1 if story.store.is_sqlite else 0)
    assert (await Candidate.get(id=story.company.people["stays"].id)).name == PEOPLE["stays"][0]
    for log in {each.log for each in await AuditRecord.all()}:
        assert (await verifying.verify(log))[1:] == (None, "")


async def _first_week(story: Story) -> None:
    """One is erased as they wished; one is held, is told why not, and is restricted instead."""
    store, company, now = story.store, story.company, NOW + 5 * DAY
    await story.years.until(now)
    number = await company.number("held")
    await store.transact(lambda: holds.place(by(company.security, now=now), number, "劳动仲裁"))
    assert await store.transact(lambda: company.wishes("held", now)) == ["kept", "held"]
    said = await talking.says(store, "liuyang", f"删除资料 {number} 依据 候选人要求", now)
    assert "有留存冻结" in said
    assert "受限" in said
    assert await store.transact(lambda: company.wishes("asked", now)) == []
    await store.transact(lambda: company.agree(company.fast_hr, now))
    await story.years.until(now + 2 * DAY)
    held = await Candidate.get(id=company.people["held"].id)
    assert (held.restricted_at, held.name) == (now, PEOPLE["held"][0])


async def _released(story: Story) -> None:
    """The hold ends: the clock asks HR by itself, and two agree."""
    store, company = story.store, story.company
    assert await restricting.obstacles(company.people["held"].id, END) == ["held"]
    number = await company.number("held")
    await store.transact(lambda: holds.release(by(company.security, now=END), number))
    later = END + 31 * DAY
    await story.years.until(later)
    await store.transact(lambda: company.agree(company.hr, later))
    await story.years.until(later + 2 * DAY)


async def test_a_restart_after_the_purge_brings_nobody_back(story: Story) -> None:
    await story.years.until(END)
    await story.purge(END)
    gone = story.company.people["purged"].id
    assert gone in forgotten(story.settings.home)
    assert await forget_again(story.store, story.settings.home, END) == 0
    assert (await PersonKey.get(id=gone)).sealed is None

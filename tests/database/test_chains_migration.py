"""0014: a database whose requests have one step per level is widened, and every step reads as it did."""

import shutil
from datetime import datetime
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from tortoise import Tortoise
from tortoise.exceptions import IntegrityError

from models import Booking, CancellationRequest, Candidate, Employee, Organisation, Position, Role, Step, person_key
from models.migrating import migrate
from models.store import Store
from models.vault import Vault, vault

FOLDER = Path(__file__).parents[2] / "models" / "migrations"
MOMENT = "2026-01-01T00:00:00+00:00"


@pytest.fixture
def before(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Return the import name of our migrations as they were before this one."""
    name = f"migrations_{uuid4().hex}"
    monkeypatch.syspath_prepend(tmp_path)
    shutil.copytree(FOLDER, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    for path in (tmp_path / name).glob("00*.py"):
        if path.stem >= "0014":
            path.unlink()
    return name


async def old_steps() -> UUID:
    """Write a request with two steps as the older program did; returns the request's id."""
    unit = await Organisation.create(path="g1", name="集团")
    position = await Position.create(organisation=unit, name="工程师")
    head = Employee(key="chenmin", organisation=unit, name="陈敏")
    of_head = {"id": head.id, "key": head.key, "organisation_id": unit.id, "active": True}
    await insert("employee", {**of_head, "sealed_name": head.sealed_name})
    person = await Candidate.enter(organisation=unit, name="张伟")
    booking = await Booking.create(
        number="Y1", candidate=person, organisation=unit, position=position, starts_at=MOMENT, created_at=MOMENT
    )
    request = uuid4()
    of_request: dict[str, object] = {"id": request, "person_id": person.id, "number": "Q1", "organisation_id": unit.id}
    of_request |= {"booking_id": booking.id, "status": "awaiting_approval", "revision": 1, "origin": "company"}
    of_request |= {"reason_code": "", "notify": True, "keep_eligibility": True, "late": False, "policy": "{}"}
    await insert("cancellation_request", {**of_request, "created_at": datetime.fromisoformat(MOMENT)})
    secret = (await person_key.read({person.id}, None))[person.id]
    for level, role in ((1, "department_head"), (2, "leader")):
        step = uuid4()
        sealed = vault().seal(f"第 {level} 级的附言".encode(), f"step.sealed_comment.{step}", secret)
        of_step = {"id": step, "person_id": person.id, "request_id": request, "level": level, "revision": 1}
        answer = {"role": role, "status": "approved", "approver_id": head.id, "sealed_comment": sealed}
        await insert("step", {**of_step, **answer})
    return request


async def insert(table: str, row: dict[str, object]) -> None:
    client = Tortoise.get_connection("default")
    is_sqlite = client.capabilities.dialect == "sqlite"
    marks = ", ".join("?" if is_sqlite else f"${place}" for place in range(1, len(row) + 1))
    given = [str(each) if is_sqlite and isinstance(each, UUID | datetime) else each for each in row.values()]
    await client.execute_query(f"INSERT INTO {table} ({', '.join(row)}) VALUES ({marks})", given)


async def test_old_steps_read_the_same_and_a_level_takes_several_people(
    empty_database_url: str, home: Path, installed_vault: Vault, before: str
) -> None:
    await migrate(empty_database_url, home, reporter=str, package=before)
    store = Store(empty_database_url)
    await store.open()
    try:
        request_id = await store.transact(old_steps)
    finally:
        await store.close()
    assert "0014_chains" in await migrate(empty_database_url, home, reporter=str)
    store = Store(empty_database_url)
    await store.open()
    try:
        request = await CancellationRequest.get(id=request_id)
        steps = await Step.filter(request=request).order_by("level").prefetch_related("approver")
        assert [(each.level, each.slot, each.round, each.role, each.comment) for each in steps] == [
            (1, 1, 1, Role.DEPARTMENT_HEAD, "第 1 级的附言"),
            (2, 1, 1, Role.LEADER, "第 2 级的附言"),
        ]
        await store.transact(lambda: another(request, 2))
        with pytest.raises(IntegrityError):
            await store.transact(lambda: another(request, 2))
        assert await Step.filter(request=request).count() == 3
    finally:
        await store.close()


async def another(request: CancellationRequest, slot: int) -> Step:
    head = await Employee.get(key="chenmin")
    return await Step.create(
        person_id=request.person_id, request=request, level=1, slot=slot, role=Role.LEADER, approver=head
    )

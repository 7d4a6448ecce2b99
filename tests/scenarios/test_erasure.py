"""From the wish to the last byte: the program itself tells the candidate, erases, and rewrites its files."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path

from models import (
    AuditRecord,
    Booking,
    Candidate,
    Employee,
    ErasureRequest,
    ErasureStatus,
    OutboxMessage,
    OutboxStatus,
    PersonKey,
    Platform,
    Role,
    backup,
)
from models.sealed import ERASED
from tests.scenarios.candidate_door import STARTS, Door, closed, opened
from workflow import administering, erasing, verifying
from workflow.acting import Act

PHONE = "13811227788"


async def until(happened: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(30):
        while not await happened():  # noqa: ASYNC110 - it is the worker that we wait for
            await asyncio.sleep(0.05)


async def agreed(door: Door, booking: Booking) -> None:
    """Let the candidate ask, HR propose and the security administrator agree."""
    now = door.clock.now()
    act = Act(now, "cli", "operator")
    security = await administering.add_employee(
        act, "hanxue", "韩雪", await booking.organisation, [Role.SECURITY_ADMIN], [Platform.DINGTALK]
    )
    candidate = await Candidate.get(id=booking.candidate_id)
    erasure, found, _ = await erasing.wished(Act(now, "sms", "platform-envelope", candidate=candidate), candidate)
    assert found == []
    for who in (await Employee.get(key="wangfang"), security):
        colleague = Act(now, "dingtalk", "stream-envelope", employee=who)
        await erasing.approve(colleague, await erasing.reload(erasure.id))


async def is_forgotten() -> bool:
    return await OutboxMessage.filter(kind="forget", status=OutboxStatus.SENT).exists()


async def said_to_hr(words: str) -> bool:
    rows = await OutboxMessage.filter(kind="say", account__employee__key="wangfang")
    return any(words in str(each.payload) for each in rows)


def everything_in(folder: Path, *, copies: bool = True) -> bytes:
    """Return every byte of the database and its log, and of its copies."""
    files = [each for each in (folder.rglob("*") if copies else folder.iterdir()) if ".db" in each.name]
    assert files
    return b"".join(each.read_bytes() for each in files)


async def test_an_agreed_erasure_reaches_the_last_byte_of_database_log_and_copies(sqlite_url: str, home: Path) -> None:
    door = await opened(sqlite_url, home)
    working = asyncio.create_task(door.app.worker.run())
    try:
        booking = await door.new_booking("赵金丝雀", PHONE)
        candidate = await Candidate.get(id=booking.candidate_id)
        secret = bytes((await PersonKey.get(id=candidate.id)).sealed or b"")
        name = bytes(candidate.sealed_name)
        backup.copy(Path(sqlite_url.removeprefix("sqlite://")), home / "backups", "before")
        assert secret in everything_in(home)
        door.clock.at = STARTS + timedelta(days=3)
        await door.app.store.transact(lambda: agreed(door, booking))
        await until(lambda: OutboxMessage.filter(topic=erasing.NOTICE, status=OutboxStatus.DEAD).exists())
        assert (await ErasureRequest.get()).status == ErasureStatus.APPROVED
        assert await said_to_hr("删除前的告知各渠道都没有成功")
        door.clock.at += timedelta(days=1)
        await until(is_forgotten)

        assert (await ErasureRequest.get()).status == ErasureStatus.CARRIED_OUT
        assert (await Candidate.get(id=candidate.id)).name == ERASED
        left = everything_in(home)
        assert secret not in left
        assert PHONE.encode() not in left
        assert "赵金丝雀".encode() not in left
        assert name not in everything_in(home, copies=False)
        for log in {each.log for each in await AuditRecord.all()}:
            assert (await verifying.verify(log, [], verifying.Codes(frozenset())))[1] is None
        assert (await door.get(door.tokens["赵金丝雀"]))[0] == 404
    finally:
        await closed(door)
        working.cancel()

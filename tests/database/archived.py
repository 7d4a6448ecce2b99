"""A strict unit with cases that are over, and what an archive would be handed."""

import io
import json
import zipfile
import zlib
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from lxml import etree

from bot import certificates
from bot.archive_pack import Packer
from bot.settings import Settings
from models import (
    ArchivePackage,
    Attempt,
    AttemptOutcome,
    AuditRecord,
    CancellationRequest,
    Employee,
    OutboxMessage,
    OutboxStatus,
    Preset,
    Role,
    StillNeeded,
)
from models.store import Store
from notifier import claims, noting
from notifier.archives import Archives
from notifier.attempts import Trier
from platforms.archives import Archive, FolderArchive
from tests.database import office
from workflow import approving, archiving, cancelling, evidence, requests, signing
from workflow.evidence import Material
from workflow.signing import Signing

LATER = office.NOW + timedelta(hours=1)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return len(data).to_bytes(4, "big") + kind + data + zlib.crc32(kind + data).to_bytes(4, "big")


PICTURE = (
    b"\x89PNG\r\n\x1a\n"
    + _chunk(b"IHDR", (2).to_bytes(4, "big") * 2 + b"\x08\x00\x00\x00\x00")
    + _chunk(b"IDAT", zlib.compress(b"\0\x10\x20" * 2))
    + _chunk(b"IEND", b"")
)
"""A picture of four grey points that every reader opens."""


class Desk:
    """The unit 华辰重工, its people, and a clock that stands at `now`."""

    def __init__(self, store: Store, settings: Settings, folder: Path) -> None:
        self.store, self.settings, self.folder = store, settings, folder
        self.now = LATER
        self.archive: Archive = FolderArchive(folder, lambda: self.now)

    async def enter(self) -> None:
        self.group = await office.unit("huachen", None)
        self.unit = await office.unit("huachen/heavy", Preset.STRICT)
        self.hr = await office.employee("liuyang", self.unit, Role.HR, name="刘洋")
        self.head = await office.employee("chenmin", self.unit, Role.DEPARTMENT_HEAD, name="陈敏")
        self.leader = await office.employee("zhaoguoqiang", self.unit, Role.LEADER, name="赵国强")
        self.auditor = await office.employee("sunjing", self.group, Role.AUDITOR, name="孙静")

    async def filed(self, name: str, phone: str, *pieces: bytes, words: str = "家中有事，需要照料") -> str:
        """File a cancellation with this evidence and return its number."""
        booking = await office.booking(self.unit, name, phone)
        wish = cancelling.Wish("conflict", words)
        made = await cancelling.request_cancellation(office.by(self.hr), booking, wish, shown=booking.revision)
        for place, piece in enumerate(pieces):
            request = await requests.reload(made.id)
            await evidence.keep_file(office.by(self.hr), request, Material(piece, f"{place}.png", f"m{place}"))
            await cancelling.evidence_came(office.by(self.hr), await requests.reload(made.id))
        return made.number

    async def agrees(self, number: str, who: Employee, now: datetime = office.NOW, comment: str = "") -> None:
        """Let somebody approve their step."""
        request = await requests.reload((await CancellationRequest.get(number=number)).id)
        step = next(each for each in request.steps if each.approver_id == who.id)
        shown = approving.Shown(request.revision)
        await approving.approve(
            office.by(who, now=now), step, shown=shown, still_needed=StillNeeded.YES, comment=comment
        )

    async def carried_out(self, name: str = "马超骉", phone: str = "13800005566", *pieces: bytes) -> str:
        """Let a cancellation go all its way, the candidate told; returns its number."""
        number = await self.filed(name, phone, *(pieces or (PICTURE,)))
        await self.agrees(number, self.head)
        await self.agrees(number, self.leader)
        return await self.ended(number)

    async def ended(self, number: str) -> str:
        """Let a cancellation to which all have agreed be carried out, and the candidate hear of it."""
        request = await requests.reload((await CancellationRequest.get(number=number)).id)
        assert await requests.carry_out(office.by(now=office.NOW + timedelta(seconds=61), via="clock"), request)
        await self.told(number)
        return number

    async def told(self, number: str) -> None:
        """Let the candidate's notice arrive."""
        row = await OutboxMessage.get(kind="notice", topic="cancelled", request__number=number)
        at = office.NOW + timedelta(seconds=62)
        await Attempt.create(
            message=row, number=1, platform="email", outcome=AttemptOutcome.SENT, started_at=at, ended_at=at
        )
        await noting.note(office.by(now=at, via="clock"), row, "notice.sent", {"channel": "email", "provider": ""})

    def archives(self) -> Archives:
        """Return what delivers packages, at the time that it is."""
        store = self.store
        return Archives(store, self.archive, Packer(self.settings, store).pack, Trier(store, self.clock), self.clock)

    def clock(self) -> datetime:
        return self.now

    async def delivers(self) -> OutboxMessage:
        """Claim the one archive row that is due and deliver it, as the worker does; returns it as it is then."""
        claimed = await claims.claim(self.store, self.now, 1e9, 30.0, 100)
        [row] = [each for each in claimed if each.kind == archiving.KIND]
        for each in claimed:
            if each.kind != archiving.KIND:
                await self._back(each)
        await self.archives().deliver(row)
        return await OutboxMessage.get(id=row.id)

    async def _back(self, row: OutboxMessage) -> None:
        held = OutboxMessage.filter(id=row.id, fence=row.fence)
        await self.store.transact(lambda: held.update(status=OutboxStatus.SUPPRESSED))

    async def package(self, number: str) -> ArchivePackage:
        """Return the newest package of a request."""
        found = await ArchivePackage.filter(request__number=number).order_by("-round").first()
        assert found is not None
        return found

    async def does(self, work: Callable[[], Awaitable[object]]) -> None:
        """Do something in one transaction."""
        await self.store.transact(work)


def unzipped(content: bytes) -> dict[str, bytes]:
    """Return the files of a package."""
    with zipfile.ZipFile(io.BytesIO(content)) as pack:
        assert pack.testzip() is None
        return {name: pack.read(name) for name in pack.namelist()}


async def over(desk: Desk) -> str:
    """Let one cancellation be carried out; returns its number."""
    found: list[str] = []

    async def work() -> None:
        found.append(await desk.carried_out())

    await desk.does(work)
    return found[0]


def kept(desk: Desk, number: str, place: int = 1) -> bytes:
    return (desk.folder / f"GD-{number}-{place}.zip").read_bytes()


async def records(action: str) -> list[dict[str, object]]:
    return [json.loads(each.line) for each in await AuditRecord.filter(action=action).order_by("id")]


def texts(document: bytes) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for each in etree.fromstring(document).iter():
        if each.text and each.text.strip():
            found.setdefault(etree.QName(each).localname, []).append(each.text)
    return found


@pytest.fixture(autouse=True)
def signs_its_logs() -> Iterator[None]:
    signing.install(Signing(bytes(range(32, 64))))
    yield
    signing.install(None)


@pytest.fixture(scope="module")
def certified(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Return settings with a certificate: making one takes a second."""
    made = Settings(home=tmp_path_factory.mktemp("certified"))
    certificates.create(made, datetime.now(UTC))
    return made


@pytest.fixture
async def desk(store: Store, certified: Settings, tmp_path: Path) -> Desk:
    made = Desk(store, certified, tmp_path / "archive")
    await store.transact(made.enter)
    return made

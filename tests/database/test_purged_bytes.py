"""Six years with their monthly rounds: what was purged is in no byte of the database, and the log holds (I14, R6)."""

import hashlib
import io
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pypdf import PdfReader
from tortoise.connection import get_connection

from bot import certificates
from bot.clock import Clock
from bot.purging import Purging
from bot.settings import Settings
from models import (
    AuditRecord,
    Booking,
    Candidate,
    DownloadLink,
    InboundMessage,
    OutboxMessage,
    OutboxStatus,
    Platform,
    Purge,
    PurgeCertificate,
)
from models.store import Store
from tests.database import office
from tests.database.office import NOW, by
from tests.database.old_cases import DUE, Desk, usual_periods, years_after
from tests.database.signed import installed_signing
from workflow import administering, outbox, purge_proposals, purging, retention, verifying
from workflow.acting import local

__all__ = ["installed_signing", "usual_periods"]

NAME, PHONE = "马超骉", "13800005566"
SEALED = ("candidate", "cancellation_request", "step", "evidence", "evidence_blob", "attempt", "account", "person_key")


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Return settings that name a certificate: making one takes a second."""
    made = Settings(home=tmp_path_factory.mktemp("certified"))
    certificates.create(made, datetime.now(UTC))
    return made


@pytest.fixture
def raw(store: Store, short_folder: Path, database_oid: str) -> Callable[[], bytes]:
    """Return what reads every byte of the database's files."""

    def read() -> bytes:
        if store.is_sqlite:
            path = Path(store.url.removeprefix("sqlite://"))
            return b"".join(each.read_bytes() for each in sorted(path.parent.glob(f"{path.name}*")))
        folder = short_folder / "pg" / "base" / database_oid
        return b"".join(each.read_bytes() for each in sorted(folder.iterdir()) if each.is_file())

    return read


@pytest.fixture
async def database_oid(store: Store) -> str:
    if store.is_sqlite:
        return ""
    query = "SELECT oid FROM pg_database WHERE datname = current_database()"
    return str((await get_connection("default").execute_query_dict(query))[0]["oid"])


async def flushed(store: Store) -> None:
    if not store.is_sqlite:
        await get_connection("default").execute_query("CHECKPOINT")


async def ciphertexts() -> list[bytes]:
    """Return the beginning of everything sealed that belongs to candidates and their cases."""
    found: list[bytes] = []
    for table in SEALED:
        for row in await get_connection("default").execute_query_dict(f"SELECT * FROM {table}"):
            if table != "account" or row["candidate_id"] is not None:
                found += [bytes(value)[:40] for name, value in row.items() if name.startswith("sealed") and value]
    return found


class At(Clock):
    """A clock that stands."""

    def __init__(self, moment: datetime) -> None:
        super().__init__(None)
        self.moment = moment

    def now(self) -> datetime:
        return self.moment


async def delivered(store: Store, settings: Settings, moment: datetime) -> None:
    """Do what the worker does with the row of a purge."""
    for row in await OutboxMessage.filter(kind=purging.KIND, status=OutboxStatus.WAITING):
        await Purging(store, At(moment), settings).deliver(row)


async def short_lived(desk: Desk) -> None:
    """Leave what people typed, an answer and a link."""
    await InboundMessage.create(
        key="dingtalk:1", platform="dingtalk", kind="text", received_at=NOW, content=f"取消 {NAME} {PHONE}"
    )
    account = await outbox.account_of(desk.hr)
    assert account is not None
    await outbox.say(by(desk.hr), account, f"找到 {NAME}")
    await OutboxMessage.filter(kind="say").update(status=OutboxStatus.SENT, settled_at=NOW)
    await DownloadLink.create(token_index="x", employee=desk.hr, number="Q1", created_at=NOW, expires_at=NOW)


async def months(store: Store, until: datetime) -> list[datetime]:
    """Ring every monthly timer up to a moment, as the worker does."""
    rung: list[datetime] = []
    while True:
        timers = OutboxMessage.filter(kind="timer", topic=retention.TIMER, status=OutboxStatus.WAITING)
        row = await timers.order_by("not_before").first()
        if row is None or row.not_before > until:
            return rung
        act = by(now=row.not_before, via="clock")
        await store.transact(lambda act=act: retention.monthly(act))
        await OutboxMessage.filter(id=row.id).update(status=OutboxStatus.SENT, settled_at=row.not_before)
        rung.append(row.not_before)


async def test_six_years_of_monthly_rounds_then_nothing_of_the_purged_is_in_any_byte(
    store: Store, certificate: Settings, raw: Callable[[], bytes]
) -> None:
    settings = certificate.model_copy(update={"database": certificate.database.model_copy(update={"url": store.url})})
    desk = Desk()

    async def enter() -> None:
        await desk.enter()
        await desk.strict_case(NAME, PHONE)
        await short_lived(desk)
        await retention.arrange(by(via="clock"))

    await store.transact(enter)
    sealed = await ciphertexts()
    texts = [bytes((await InboundMessage.get()).sealed_content or b"")[:40]]
    await flushed(store)
    before = raw()
    assert len(sealed) >= 10
    assert [each for each in [*sealed, *texts] if each not in before] == []  # so that the search below can fail
    assert NAME.encode() not in before

    rung = await months(store, years_after(NOW, 6))
    assert len(rung) == 72
    assert {local(each).day for each in rung} == {1}
    assert await Booking.all().count() == 1  # no round deletes a case
    assert (await InboundMessage.get()).sealed_content is None
    assert await DownloadLink.all().count() == 0
    told = [str(each.payload) for each in await OutboxMessage.filter(dedupe__startswith="retention-due")]
    first_due = next(each for each in rung if each >= DUE)
    assert len(told) == len([each for each in rung if each >= first_due])
    assert all("1 件" in each and "清理" in each and NAME not in each for each in told)

    late = years_after(NOW, 6)
    purge = await store.transact(lambda: purge_proposals.propose(by(desk.system, now=late), desk.group))
    await store.transact(lambda: purge_proposals.approve(by(desk.security, now=late), purge))
    await delivered(store, settings, late)
    assert (await Booking.all().count(), await Candidate.all().count()) == (0, 0)
    await flushed(store)
    after = raw()
    assert [each for each in [*sealed, *texts] if each in after] == []
    for word in (NAME, PHONE):
        assert word.encode() not in after
        assert administering.address_index(Platform.SMS, PHONE).encode() not in after
    for log in ("shouyue/huachen", "shouyue/huachen/heavy"):
        assert (await verifying.verify(log))[1:] == (None, "")
    await certified(purge, desk)


async def certified(purge: Purge, desk: Desk) -> None:
    """The certificate is there, signed, and says what went, where, and who agreed."""
    found = await PurgeCertificate.get(id=purge.id)
    content = bytes(found.content)
    assert hashlib.sha256(content).hexdigest() == found.sha256
    assert b"/ETSI.CAdES.detached" in content
    text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)
    (record,) = [json.loads(each.line) for each in await AuditRecord.filter(action="case.purged")]
    for word in (
        purge.number,
        record["obj"]["id"],
        "周凯（系统管理员）",
        "韩雪（安全管理员）",
        "已清理 1 件",
        str(record["seq"]),
    ):
        assert word in text.replace("\n", ""), word
    assert NAME not in text


async def test_a_delivery_after_a_crash_makes_no_second_certificate(store: Store, certificate: Settings) -> None:
    settings = certificate.model_copy(update={"database": certificate.database.model_copy(update={"url": store.url})})
    desk = Desk()

    async def enter() -> None:
        await desk.enter()
        await office.booking(desk.net)

    await store.transact(enter)
    purge = await store.transact(lambda: purge_proposals.propose(by(desk.system, now=DUE), desk.group))
    await store.transact(lambda: purge_proposals.approve(by(desk.security, now=DUE), purge))
    await delivered(store, settings, DUE)
    first = (await PurgeCertificate.get()).sha256
    await OutboxMessage.filter(kind=purging.KIND).update(status=OutboxStatus.WAITING)
    await delivered(store, settings, DUE + timedelta(hours=1))
    assert (await PurgeCertificate.get()).sha256 == first
    assert await AuditRecord.filter(action__in=("purge.finished", "purge.certified", "case.purged")).count() == 3

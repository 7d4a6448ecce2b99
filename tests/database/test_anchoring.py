"""What those outside keep: a witness's cosignature, a time stamp, a code; and what happens when they disagree."""

import base64
import hashlib
import json
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import time, timedelta
from pathlib import Path

import pytest
from aiohttp import web

from bot import packing, witness
from models import (
    Anchor,
    AuditRecord,
    Checkpoint,
    Employee,
    Grant,
    Organisation,
    OutboxMessage,
    OutboxStatus,
    Platform,
    Preset,
    Role,
)
from models.store import Store
from notifier.anchoring import Anchors
from notifier.attempts import Trier
from notifier.channels import Channel, Parcel
from notifier.keepers import AuthorityKeeper, GroupKeeper, WitnessKeeper
from platforms.http import Http
from platforms.timestamps import TimestampAuthority
from platforms.witnesses import WitnessApi
from tests.database import office
from tests.database.signed import LOG, SECRET, TOP, installed_signing, sign, written
from tests.unit.platforms import authority
from tests.unit.platforms.servers import Server
from workflow import administering, anchor_rounds, anchoring, audit, merkle, notes, signing, verifying
from workflow.audit import GROUP_LOG
from workflow.notes import NoteKey, VerifierKey
from workflow.signing import Outside, Signing

__all__ = ["installed_signing"]

WITNESS_NAME, SECONDS = "audit.example/w1", 1_795_000_000
VERIFY = Path(__file__).parents[2] / "docs" / "audit" / "verify.py"


def ours(*logs: str) -> list[VerifierKey]:
    return [NoteKey(log, SECRET).public for log in logs or (LOG, TOP, GROUP_LOG)]


def use(outside: Outside) -> None:
    """Have these people outside keep checkpoints."""
    signing.install(Signing(SECRET, outside=outside))


class Desk:
    """Delivers anchor rows with real sockets behind them."""

    def __init__(self, store: Store, http: Http) -> None:
        self.store = store
        self.http = http
        self.keepers: dict[tuple[str, str], GroupKeeper | WitnessKeeper | AuthorityKeeper] = {}
        self.channels: dict[Platform, Channel] = {}

    async def deliver(self) -> list[OutboxMessage]:
        """Deliver every row that waits; returns them as they are afterwards."""
        trier = Trier(self.store, lambda: office.NOW)
        anchors = Anchors(self.store, self.keepers, trier, lambda: office.NOW, self.channels)
        waiting = await OutboxMessage.filter(kind="anchor", status=OutboxStatus.WAITING)
        rows = sorted(waiting, key=lambda row: json.loads(str(row.payload))["checkpoints"])
        for row in rows:
            row.attempts += 1
            await self.store.transact(lambda: row.save(update_fields=["attempts"]))  # noqa: B023
            await anchors.deliver(row)
        return [await OutboxMessage.get(id=row.id) for row in rows]


@pytest.fixture
async def desk(store: Store) -> AsyncIterator[Desk]:
    async with Http() as http:
        yield Desk(store, http)


@asynccontextmanager
async def witnessed(desk: Desk, home: Path, name: str = WITNESS_NAME) -> AsyncIterator[witness.Witness]:
    """Run a witness, and have this installation ask it."""
    key = witness.key_in(home, name)
    running = witness.Witness(home, key, ours(), lambda: SECONDS)
    runner = web.AppRunner(witness.application(running), access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    use(Outside(witnesses=(key.public,)))
    url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    desk.keepers["witness", name] = WitnessKeeper(WitnessApi(desk.http, url), key.public)
    try:
        yield running
    finally:
        await runner.cleanup()


def examined(pack: Path) -> dict[str, object]:
    """Return what the auditor's own program says of a pack."""
    words = [sys.executable, str(VERIFY), str(pack), "--json"]
    found: dict[str, object] = json.loads(subprocess.run(words, capture_output=True, text=True, check=False).stdout)
    return found


async def refusals() -> list[tuple[str, object]]:
    rows = await AuditRecord.filter(action="anchor.refused").order_by("id")
    return [(line["why"], line["data"]["origin"]) for line in (json.loads(row.line) for row in rows)]


async def test_every_checkpoint_is_cosigned_with_a_proof_from_the_one_before(
    desk: Desk, store: Store, tmp_path: Path
) -> None:
    async with witnessed(desk, tmp_path):
        unit = await written(store, 3)
        for more in (1, 4, 9):
            await sign(store)
            await written(store, more, unit)
        await sign(store)
        done = await desk.deliver()
    assert {row.status for row in done} == {OutboxStatus.SENT}
    kept = await Anchor.filter(kind="witness", name=WITNESS_NAME, checkpoint__log=LOG).prefetch_related("checkpoint")
    assert sorted(each.checkpoint.size for each in kept) == [3, 4, 8, 17]
    assert (await verifying.examine(LOG)).unanchored == 0
    await packing.write_pack(tmp_path / "pack.zip", LOG)
    shutil.unpack_archive(tmp_path / "pack.zip", tmp_path / "pack")
    told = examined(tmp_path / "pack")
    assert (told["ok"], told["signed"], told["witnessed"]) == (True, 17, 17)


async def test_a_witness_that_was_away_is_told_where_we_are_by_its_own_size(
    desk: Desk, store: Store, tmp_path: Path
) -> None:
    """Its answer was lost: it has a checkpoint of which we do not know that it has it."""
    async with witnessed(desk, tmp_path) as running:
        unit = await written(store, 5)
        first = await sign(store)
        assert first is not None
        running.add_checkpoint(b"old 0\n\n" + first.note.encode())
        await written(store, 5, unit)
        await sign(store)
        done = await desk.deliver()
    assert {row.status for row in done} == {OutboxStatus.SENT}
    assert await Anchor.filter(checkpoint=first).count() == 1


async def test_a_checkpoint_that_a_later_one_overtook_is_left_alone(desk: Desk, store: Store, tmp_path: Path) -> None:
    async with witnessed(desk, tmp_path) as running:
        unit = await written(store, 5)
        await sign(store)
        await written(store, 5, unit)
        last = await sign(store)
        assert last is not None
        running.add_checkpoint(b"old 0\n\n" + last.note.encode())
        done = await desk.deliver()
    first = next(row for row in done if row.status == OutboxStatus.SUPPRESSED)
    assert first.reason == "superseded"
    assert await refusals() == []
    assert (await verifying.examine(LOG)).unanchored == 0


async def test_a_witness_that_has_seen_another_tree_is_an_alarm_once(desk: Desk, store: Store, tmp_path: Path) -> None:
    async with witnessed(desk, tmp_path) as running:
        text = notes.checkpoint_text(LOG, 5, bytes(32))
        other = notes.signed_note(text, [NoteKey(LOG, SECRET).sign_line(text)])
        running.add_checkpoint(b"old 0\n\n" + other)
        unit = await written(store, 5)
        for _ in range(3):
            await sign(store)
            await written(store, 2, unit)
        done = [row for row in await desk.deliver() if row.status == OutboxStatus.DEAD]
    assert {row.reason for row in done} == {"refused-422"}
    assert await refusals() == [("422", LOG)]
    assert await anchoring.refusals() == len(done) == 3
    assert (await verifying.examine(LOG)).unanchored == 11


async def test_an_alarm_reaches_those_who_can_look_and_nobody_else(desk: Desk, store: Store, tmp_path: Path) -> None:
    async def people() -> None:
        top, other = await office.unit("huachen"), await office.unit("huachen/works")
        for key, role, unit in (
            ("sunjing", Role.AUDITOR, top),
            ("zhoukai", Role.SYSTEM_ADMIN, top),
            ("hanxue", Role.SECURITY_ADMIN, top),
            ("elsewhere", Role.AUDITOR, other),
            ("wangfang", Role.HR, top),
        ):
            await office.employee(key, unit, role)

    await store.transact(people)
    async with witnessed(desk, tmp_path) as running:
        text = notes.checkpoint_text(LOG, 5, bytes(32))
        running.add_checkpoint(b"old 0\n\n" + notes.signed_note(text, [NoteKey(LOG, SECRET).sign_line(text)]))
        unit = await written(store, 5)
        for _ in range(2):
            await sign(store)
            await desk.deliver()
            await written(store, 2, unit)
    said = await OutboxMessage.filter(kind="say").prefetch_related("account__employee")
    assert {each.account.employee.key for each in said} == {"sunjing", "zhoukai", "hanxue"}
    assert len(said) == 3
    told = json.loads(str(said[0].payload))["text"]
    assert f"日志 {LOG} 的前 5 条，和 {WITNESS_NAME} 留着的不一样" in told


async def test_a_store_that_lost_what_a_witness_has_seen_is_an_alarm(desk: Desk, store: Store, tmp_path: Path) -> None:
    async with witnessed(desk, tmp_path) as running:
        text = notes.checkpoint_text(LOG, 900, bytes(32))
        running.add_checkpoint(b"old 0\n\n" + notes.signed_note(text, [NoteKey(LOG, SECRET).sign_line(text)]))
        await written(store, 5)
        await sign(store)
        await desk.deliver()
    assert await refusals() == [("unknown-size", LOG)]


@pytest.mark.parametrize("lie", ["", "junk", "other key", "other text", "no time", "changed"])
async def test_a_cosignature_that_does_not_verify_is_not_kept(desk: Desk, store: Store, lie: str) -> None:
    key = NoteKey(WITNESS_NAME, bytes(range(32)), notes.WITNESS)
    stranger = NoteKey(WITNESS_NAME, bytes(32), notes.WITNESS)

    async def answered(request: web.Request) -> web.Response:
        text = notes.parse_note((await request.read()).partition(b"\n\n")[2]).text
        good = notes.cosignature_line(key, SECONDS, text)
        lies = {
            "": "",
            "junk": "junk\n",
            "other key": notes.cosignature_line(stranger, SECONDS, text),
            "other text": notes.cosignature_line(key, SECONDS, notes.checkpoint_text(LOG, 1, bytes(32))),
            "no time": notes.cosignature_line(key, 0, text),
            "changed": good[:-8] + ("A" if good[-8] != "A" else "B") + good[-7:],
        }
        return web.Response(text=lies[lie])

    use(Outside(witnesses=(key.public,)))
    async with Server(answered) as server:
        desk.keepers["witness", WITNESS_NAME] = WitnessKeeper(WitnessApi(desk.http, server.base), key.public)
        await written(store, 5)
        await sign(store)
        [row] = [row for row in await desk.deliver() if row.status == OutboxStatus.DEAD]
    assert row.reason == "refused-cosignature"
    assert await Anchor.all().count() == 0
    assert await refusals() == [("cosignature", LOG)]


@pytest.mark.parametrize("status", [403, 404, 500, 503, 429])
async def test_a_witness_that_cannot_answer_is_asked_again(desk: Desk, store: Store, status: int) -> None:
    async def answered(_: web.Request) -> web.Response:
        return web.Response(status=status)

    key = NoteKey(WITNESS_NAME, bytes(range(32)), notes.WITNESS)
    use(Outside(witnesses=(key.public,)))
    async with Server(answered) as server:
        desk.keepers["witness", WITNESS_NAME] = WitnessKeeper(WitnessApi(desk.http, server.base), key.public)
        await written(store, 5)
        await sign(store)
        [row] = await desk.deliver()
    assert (row.status, row.not_before > office.NOW) == (OutboxStatus.WAITING, True)
    assert await refusals() == []


async def test_a_cosignature_reads_only_what_was_added(desk: Desk, store: Store, tmp_path: Path) -> None:
    """The lines before the last cosigned checkpoint can be gone: nothing of them is needed."""
    async with witnessed(desk, tmp_path):
        unit = await written(store, 40)
        first = await sign(store)
        await desk.deliver()
        await written(store, 3, unit)
        made = await sign(store)
        assert first is not None
        assert made is not None
        leaves = [
            merkle.leaf(row.line.encode()) for row in await AuditRecord.filter(log=LOG, seq__gt=40).order_by("seq")
        ]
        proof = merkle.Range.load(first.peaks).consistency(leaves)
        root = bytes.fromhex(made.root)
        assert merkle.extends(40, bytes.fromhex(first.root), 43, root, proof)
        done = await desk.deliver()
    assert {row.status for row in done} == {OutboxStatus.SENT}


async def test_once_a_day_the_newest_checkpoint_of_each_log_is_stamped(
    desk: Desk, store: Store, tmp_path: Path
) -> None:
    roots = authority.made(tmp_path / "tsa")
    use(Outside(authority="127.0.0.1"))
    unit = await written(store, 5)
    await sign(store)
    [timer] = await OutboxMessage.filter(kind="timer", topic="anchor")
    assert timer.not_before == office.NOW.replace(hour=10, minute=0)
    await written(store, 2, unit)
    async with authority.serving(tmp_path / "tsa") as url:
        api = TimestampAuthority(desk.http, url, roots)
        desk.keepers["tsa", "127.0.0.1"] = AuthorityKeeper(api)
        for _ in range(2):
            await store.transact(lambda: anchor_rounds.daily(office.by(now=timer.not_before, via="clock")))
            await desk.deliver()
    stamped = {row.checkpoint.log: row for row in await Anchor.filter(kind="tsa").prefetch_related("checkpoint")}
    assert (stamped[LOG].checkpoint.size, set(stamped)) == (7, {LOG, TOP})
    text = notes.parse_note(stamped[LOG].checkpoint.note.encode()).text.encode()
    assert authority.verified(tmp_path / "tsa", base64.b64decode(stamped[LOG].receipt), text)
    assert (await verifying.examine(LOG)).unanchored == 0


async def test_a_stamp_on_something_else_is_an_alarm(desk: Desk, store: Store, tmp_path: Path) -> None:
    authority.made(tmp_path / "stranger")
    roots = authority.made(tmp_path / "tsa")
    use(Outside(authority="127.0.0.1"))
    await written(store, 5)
    async with authority.serving(tmp_path / "stranger") as url:
        desk.keepers["tsa", "127.0.0.1"] = AuthorityKeeper(TimestampAuthority(desk.http, url, roots))
        await store.transact(lambda: anchor_rounds.daily(office.by(via="clock")))
        await desk.deliver()
    assert ("timestamp", LOG) in await refusals()
    assert await Anchor.all().count() == 0


class Wall:
    """A group whose messages can be read."""

    def __init__(self, most_bytes: int = 18_000) -> None:
        self.most_bytes = most_bytes
        self.said: list[str] = []

    async def post(self, title: str, text: str) -> str:
        self.said.append(text)
        return "key-1"


async def test_what_does_not_fit_into_the_post_is_not_called_anchored(desk: Desk, store: Store) -> None:
    use(Outside(group="审计群"))
    wall = Wall(1000)
    desk.keepers["post", "审计群"] = GroupKeeper(wall, lambda: office.NOW)
    for number in range(12):
        await store.transact(lambda: office.unit(f"huachen/u{number}"))  # noqa: B023
    await store.transact(lambda: anchor_rounds.daily(office.by(via="clock")))
    await desk.deliver()
    [text] = wall.said
    listed = text.count("`") // 2 - 2
    assert len(text.encode()) <= 1000
    assert 0 < listed == await Anchor.filter(kind="post").count() < await Checkpoint.all().count()
    assert f"另有 {await Checkpoint.all().count() - listed} 本" in text
    [receipt] = set(await Anchor.filter(kind="post").values_list("receipt", flat=True))
    assert receipt == f"sha256:{hashlib.sha256(text.encode()).hexdigest()} key-1"


class Phone:
    """A channel to people whose texts can be read."""

    def __init__(self) -> None:
        self.heard: list[Parcel] = []

    async def send(self, parcel: Parcel) -> str:
        self.heard.append(parcel)
        return f"message-{len(self.heard)}"

    async def was_sent(self, parcel: Parcel) -> bool | None:
        return None


async def audited(store: Store, units: int, platform: Platform, where: str = "huachen") -> Employee:
    """Enter a group of units and an auditor of one of them."""

    async def enter() -> Employee:
        await office.unit("huachen", None)
        for number in range(units):
            await office.unit(f"huachen/u{number}")
        unit = await Organisation.get(path=where)
        return await administering.add_employee(office.by(), "sunjing", "孙静", unit, [Role.AUDITOR], [platform])

    return await store.transact(enter)


async def daily(desk: Desk) -> list[OutboxMessage]:
    await desk.store.transact(lambda: anchor_rounds.daily(office.by(via="clock")))
    return await desk.deliver()


@pytest.mark.parametrize(("platform", "messages", "most"), [(Platform.DINGTALK, 1, 12_000), (Platform.WECOM, 3, 2048)])
async def test_without_a_group_every_log_is_anchored_with_the_auditor_in_as_many_messages_as_it_takes(
    desk: Desk, store: Store, platform: Platform, messages: int, most: int
) -> None:
    await audited(store, 18, platform)
    desk.channels[platform] = phone = Phone()
    done = await daily(desk)
    assert {row.status for row in done} == {OutboxStatus.SENT}
    assert len(phone.heard) == messages
    assert max(len(f"（重发）{each.words.text}".encode()) for each in phone.heard) <= most
    assert not any("放不下" in each.words.text for each in phone.heard)
    kept = await Anchor.filter(kind="post").values_list("checkpoint__log", flat=True)
    assert sorted(str(log) for log in kept) == sorted(await audit.logs())
    assert await daily(desk) == []


async def test_the_receipt_of_a_private_message_names_what_was_sent(desk: Desk, store: Store) -> None:
    auditor = await audited(store, 1, Platform.DINGTALK)
    desk.channels[Platform.DINGTALK] = phone = Phone()
    await daily(desk)
    [parcel] = phone.heard
    [kept] = {(each.name, each.receipt) for each in await Anchor.filter(kind="post")}
    digest = hashlib.sha256(parcel.words.text.encode()).hexdigest()
    assert kept == (f"auditor:u_{auditor.id.hex[:16]}", f"sha256:{digest} message-1")


async def test_who_audits_no_more_when_it_is_sent_is_told_nothing(desk: Desk, store: Store) -> None:
    auditor = await audited(store, 1, Platform.DINGTALK)
    desk.channels[Platform.DINGTALK] = phone = Phone()
    await store.transact(lambda: anchor_rounds.daily(office.by(via="clock")))
    await store.transact(lambda: Grant.filter(employee=auditor).delete())
    [row] = await desk.deliver()
    assert (row.status, row.reason, phone.heard) == (OutboxStatus.SUPPRESSED, "gone", [])


async def test_an_auditor_on_a_platform_that_is_not_connected_keeps_nothing(desk: Desk, store: Store) -> None:
    await audited(store, 1, Platform.WECOM)
    [row] = await daily(desk)
    assert (row.status, row.reason) == (OutboxStatus.SUPPRESSED, "not-configured")
    assert await Anchor.all().count() == 0


async def test_a_new_record_sets_a_round_as_soon_as_there_is_an_auditor(store: Store) -> None:
    await audited(store, 1, Platform.DINGTALK)
    await sign(store, "shouyue/huachen")
    assert await OutboxMessage.filter(kind="timer", topic="anchor").count() == 1


async def test_the_round_is_at_its_time_in_shanghai_whatever_the_day(installed_signing: Signing) -> None:
    use(Outside(at=time(18, 30), group="群"))
    rounds = [anchoring.next_round(office.NOW + timedelta(hours=hours)) for hours in (0, 8, 9, 10)]
    assert [f"{each:%d %H:%M}" for each in rounds] == ["24 18:30", "24 18:30", "25 18:30", "25 18:30"]
    exactly = rounds[0]
    assert anchoring.next_round(exactly) == exactly + timedelta(days=1)


async def test_nobody_outside_leaves_nothing_to_do(store: Store) -> None:
    await written(store, 5)
    await sign(store)
    await store.transact(lambda: anchor_rounds.daily(office.by(via="clock")))
    assert await OutboxMessage.filter(kind="anchor").count() == 0
    assert await OutboxMessage.filter(kind="timer", topic="anchor").count() == 0


async def test_a_unit_has_a_code_when_its_rules_want_one_and_a_checkpoint_is_there(store: Store) -> None:
    async def code(unit: Organisation) -> str:
        return await anchoring.code_of(unit, office.NOW)

    strict = await store.transact(lambda: office.unit("huachen/heavy", Preset.STRICT))
    fast = await store.transact(lambda: office.unit("huachen/net", Preset.FAST))
    assert (await code(strict), await code(fast)) == ("", "")
    for unit in (strict, fast):
        await sign(store, unit.origin)
    newest = await anchoring.latest(strict.origin)
    assert newest is not None
    assert (await code(strict), await code(fast)) == (newest.code, "")
    strict.policy, fast.policy = {"code": False}, {"code": True}
    assert await code(strict) == ""
    assert len(await code(fast)) == 9
    fast.policy = {"kode": True}
    assert await code(fast) == ""


async def test_a_code_that_was_shown_is_an_anchor_once(store: Store) -> None:
    strict = await store.transact(lambda: office.unit("huachen/heavy", Preset.STRICT))
    made = await sign(store, strict.origin)
    assert made is not None
    for receipt in ("card 1", "notice 2"):
        await store.transact(lambda: anchoring.printed(office.by(), strict, made.code, receipt))  # noqa: B023
    await store.transact(lambda: anchoring.printed(office.by(), strict, "", "card 3"))
    [anchor] = await Anchor.all()
    assert (anchor.kind, anchor.receipt) == ("code", "card 1")
    assert (await verifying.examine(strict.origin)).unanchored == 0

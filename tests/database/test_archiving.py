"""A case that is over reaches the archive whole, once, with a receipt; or it is told why it did not (S43, S44)."""

import hashlib
import json
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from lxml import etree

from bot.archive_pack import GUIDE, MANIFEST, METADATA, REPORT
from bot.archive_xml import NAMESPACE, SCHEMA
from bot.settings import Settings
from cards import timeline as lines
from handlers.archiving import told
from models import (
    ArchiveBlob,
    ArchivePackage,
    ArchiveStatus,
    Booking,
    CancellationRequest,
    OutboxMessage,
    OutboxStatus,
    Preset,
    Role,
)
from platforms.archives import Parcel, Receipt
from platforms.errors import Refused, Temporary
from tests.database import office
from tests.database.archived import (
    LATER,
    PICTURE,
    Desk,
    certified,
    desk,
    kept,
    over,
    records,
    signs_its_logs,
    texts,
    unzipped,
)
from workflow import archiving, cancelling, checkpoints, requests, timeline, verifying
from workflow.acting import local
from workflow.errors import NotAllowed, NotFound, NotNow

__all__ = ["certified", "desk", "signs_its_logs"]


async def test_a_case_that_is_over_is_in_the_archive_with_a_receipt(desk: Desk) -> None:
    number = await over(desk)
    row = await desk.delivers()
    package = await desk.package(number)
    assert (row.status, package.status, package.archive) == (OutboxStatus.SENT, ArchiveStatus.ARCHIVED, "folder")
    content = kept(desk, number)
    assert (package.digest, package.size) == (hashlib.sha256(content).hexdigest(), len(content))
    assert (package.receipt, package.receipt_at) == (f"GD-{number}-1.zip", LATER)
    assert await ArchiveBlob.all().count() == 0
    (packed,), (received,) = await records("archive.packed"), await records("archive.received")
    assert packed["data"]["sha256"] == received["data"]["sha256"] == package.digest  # type: ignore[index]
    assert (await verifying.verify(desk.unit.origin))[1:] == (None, "")


async def test_nothing_is_archived_before_the_notice_had_its_time(desk: Desk) -> None:
    await over(desk)
    row = await OutboxMessage.get(kind="archive")
    ended = (await CancellationRequest.get()).ended_at
    assert ended is not None
    assert row.not_before - ended == archiving.AFTER


async def test_the_four_mandatory_fields_and_the_archival_ones_stand_in_the_metadata(desk: Desk) -> None:
    number = await over(desk)
    await desk.delivers()
    found = texts(unzipped(kept(desk, number))[METADATA])
    assert found["取消时间"] == ["2026-11-24T09:31:01+08:00"]
    assert found["原因"] == ["候选人行程冲突"]
    assert found["操作人"] == ["刘洋"]
    assert found["审批人"] == ["陈敏", "赵国强"]
    assert (found["件号"], found["申请号"], found["年度"]) == ([f"GD-{number}-1"], [number], ["2026"])
    assert (found["责任者"], found["保管期限"], found["密级"]) == (["单位 huachen/heavy"], ["3 年"], ["内部"])
    assert found["题名"] == ["关于取消马**（尾号5566）面试预约的办理材料"]
    assert found["办理结果"] == ["已取消"]


async def test_metadata_and_report_fit_the_schema_that_lies_beside_them(desk: Desk) -> None:
    number = await over(desk)
    await desk.delivers()
    files = unzipped(kept(desk, number))
    schema = etree.XMLSchema(etree.fromstring(files[SCHEMA.name]))
    for name in (METADATA, REPORT):
        schema.assertValid(etree.fromstring(files[name]))
    for field in ("取消时间", "原因", "操作人", "审批人"):
        tree = etree.fromstring(files[METADATA])
        for each in tree.findall(f".//{{{NAMESPACE}}}{field}"):
            parent = each.getparent()
            assert parent is not None
            parent.remove(each)
        assert not schema.validate(tree), field


async def test_the_manifest_names_every_file_by_its_digest(desk: Desk, tmp_path: Path) -> None:
    number = await over(desk)
    await desk.delivers()
    files = unzipped(kept(desk, number))
    named = dict(reversed(line.split("  ", 1)) for line in files[MANIFEST].decode().splitlines())
    assert named == {name: hashlib.sha256(content).hexdigest() for name, content in files.items() if name != MANIFEST}
    assert {"timeline.pdf", "evidence/1.png", "keys.txt", "verify.py", GUIDE} <= set(named)
    assert files["evidence/1.png"] == PICTURE


async def test_the_package_verifies_without_us(desk: Desk, tmp_path: Path) -> None:
    number = await over(desk)
    await desk.delivers()
    for name, content in unzipped(kept(desk, number)).items():
        file = tmp_path / "unzipped" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
    command = [sys.executable, "-I", "-S", "verify.py", "--json"]
    done = subprocess.run(command, cwd=tmp_path / "unzipped", capture_output=True, text=True, check=False)  # noqa: ASYNC221
    found = json.loads(done.stdout)
    assert (found["ok"], done.returncode) == (True, 0)
    assert found["records"] == len([name for name in unzipped(kept(desk, number)) if name.startswith("records/")])


async def test_the_checkpoint_that_the_metadata_name_is_the_one_in_the_package(desk: Desk) -> None:
    number = await over(desk)

    async def goes_on() -> None:
        await desk.agrees(await desk.filed("林晓", "13800007788", PICTURE), desk.head)

    await desk.does(goes_on)
    await desk.delivers()
    files = unzipped(kept(desk, number))
    said = texts(files[METADATA])
    [checkpoint] = {
        proof.partition(b"\n\n")[2].split(b"\n")[1] for name, proof in files.items() if name.startswith("proofs/")
    }
    assert said["检查点条数"] == [checkpoint.decode()]
    newest = await checkpoints.latest(desk.unit.origin)
    assert newest is not None
    assert newest.size > int(checkpoint)


async def test_the_report_finds_all_four_natures_good(desk: Desk) -> None:
    number = await over(desk)
    await desk.delivers()
    report = etree.fromstring(unzipped(kept(desk, number))[REPORT])
    items = report.findall(f"{{{NAMESPACE}}}检测项")
    assert {each.get("性质") for each in items} == {"真实性", "完整性", "可用性", "安全性"}
    assert {each.findtext(f"{{{NAMESPACE}}}结果") for each in items} == {"合格"}
    assert report.findtext(f"{{{NAMESPACE}}}结论") == "合格"


async def test_the_name_and_what_would_open_it_stay_here_unless_the_settings_say_so(
    desk: Desk, certified: Settings
) -> None:
    number = await over(desk)
    await desk.delivers()
    files = unzipped(kept(desk, number))
    secret = str((await Booking.get().prefetch_related("candidate")).candidate.secret).encode()
    assert not [name for name, content in files.items() if "马超骉".encode() in content or secret in content]
    assert "openings.jsonl" not in files
    desk.settings = certified.model_copy(update={"archive": certified.archive.model_copy(update={"full_names": True})})
    await desk.does(lambda: archiving.again(office.by(desk.hr, now=LATER), number))
    await desk.delivers()
    files = unzipped(kept(desk, number, 2))
    assert texts(files[METADATA])["候选人"] == ["马超骉（尾号5566）"]
    assert "openings.jsonl" in files


class Archive:
    """An archive that does what the test says, and keeps every parcel it was handed."""

    name = "http"

    def __init__(self, *outcomes: Exception | None) -> None:
        self.parcels: list[Parcel] = []
        self.outcomes = list(outcomes)

    async def hand_over(self, parcel: Parcel) -> Receipt:
        self.parcels.append(parcel)
        if self.outcomes and (error := self.outcomes.pop(0)):
            raise error
        return Receipt(f"ARC-{parcel.number}", LATER, parcel.digest)


async def test_every_try_sends_the_same_bytes_under_the_same_number(desk: Desk) -> None:
    number = await over(desk)
    desk.archive = archive = Archive(Temporary("http-503"), Temporary("no-answer"))
    for _ in range(3):
        row = await desk.delivers()
        desk.now += timedelta(minutes=6)
    assert row.status == OutboxStatus.SENT
    assert {(each.number, each.digest) for each in archive.parcels} == {
        (f"GD-{number}-1", (await desk.package(number)).digest)
    }
    assert len(archive.parcels) == 3
    assert len(await records("archive.packed")) == 1


async def test_while_the_archive_is_away_the_bytes_are_kept_sealed(desk: Desk) -> None:
    await over(desk)
    desk.archive = archive = Archive(Temporary("connect"))
    assert (await desk.delivers()).status == OutboxStatus.WAITING
    blob = await ArchiveBlob.get()
    assert archive.parcels[0].content[:200] not in bytes(blob.sealed)


async def test_an_archive_that_refuses_leaves_a_dead_letter_and_tells_who_asked_once(desk: Desk) -> None:
    number = await over(desk)
    desk.archive = Archive(Refused("digest"))
    row, package = await desk.delivers(), await desk.package(number)
    assert (row.status, row.reason) == (OutboxStatus.DEAD, "digest")
    assert (package.status, package.faults) == (ArchiveStatus.FAILED, ["digest"])
    notices = await OutboxMessage.filter(topic=archiving.TOPIC).prefetch_related("account__employee")
    assert [each.account.employee.key for each in notices if each.account and each.account.employee] == ["liuyang"]
    assert [each["why"] for each in await records("archive.failed")] == ["digest"]


@pytest.mark.parametrize(
    ("refusal", "words"),
    [
        (Refused("digest"), "档案系统在这个编号下存的是别的内容"),
        (Refused("http-422"), "内容不合要求，HTTP 422"),
        (Refused("http-418"), "档案系统拒绝，HTTP 418"),
    ],
)
async def test_why_an_archive_did_not_take_a_package_is_said_in_words(desk: Desk, refusal: Refused, words: str) -> None:
    number = await over(desk)
    desk.archive = Archive(refusal)
    await desk.delivers()
    assert f"没有归档：档案系统没有收下（{words}）" in told(await archiving.state_of(office.by(desk.hr), number))
    [notice] = await OutboxMessage.filter(topic=archiving.TOPIC)
    assert json.loads(str(notice.payload))["words"] == f"档案系统没有收下（{words}）"
    case = await timeline.case_of(office.by(desk.hr), number)
    assert words in "\n".join(lines.what(each) for each in await timeline.entries_of(case))


async def test_a_package_on_its_way_says_why_it_is_not_there_yet_and_when_it_is_tried_next(desk: Desk) -> None:
    number = await over(desk)
    found = told(await archiving.state_of(office.by(desk.hr), number))
    assert "待归档" in found
    assert "2026-11-24 09:46 送出" in found
    desk.archive = Archive(Temporary("http-503"))
    row = await desk.delivers()
    found = told(await archiving.state_of(office.by(desk.hr), number))
    assert f"档案系统出错，HTTP 503，{local(row.not_before):%Y-%m-%d %H:%M} 再送" in found


async def test_the_same_case_can_be_archived_again_as_another_package(desk: Desk) -> None:
    number = await over(desk)
    desk.archive = Archive(Refused("digest"))
    await desk.delivers()
    desk.archive = archive = Archive()
    await desk.does(lambda: archiving.again(office.by(desk.hr, now=LATER), number))
    assert (await desk.delivers()).status == OutboxStatus.SENT
    assert [each.number for each in archive.parcels] == [f"GD-{number}-2"]
    found = await archiving.state_of(office.by(desk.hr), number)
    assert [each.status for each in found.packages] == [ArchiveStatus.ARCHIVED, ArchiveStatus.FAILED]


async def test_while_a_package_is_under_way_there_is_no_second_one(desk: Desk) -> None:
    number = await over(desk)
    with pytest.raises(NotNow, match="not-now") as refused:
        await desk.does(lambda: archiving.again(office.by(desk.hr), number))
    assert refused.value.facts == {"state": "archiving"}
    assert await ArchivePackage.all().count() == 1


async def test_a_package_that_a_fault_of_our_own_ended_can_be_archived_again(desk: Desk) -> None:
    number = await over(desk)
    await desk.does(lambda: OutboxMessage.filter(kind="archive").update(status=OutboxStatus.DEAD, reason="fault"))
    assert "系统出错，没有送出" in told(await archiving.state_of(office.by(desk.hr), number))
    await desk.does(lambda: archiving.again(office.by(desk.hr, now=LATER), number))
    assert (await desk.delivers()).status == OutboxStatus.SENT
    found = await archiving.state_of(office.by(desk.hr), number)
    assert [(each.status, each.faults) for each in found.packages] == [
        (ArchiveStatus.ARCHIVED, []),
        (ArchiveStatus.FAILED, ["fault"]),
    ]
    assert "系统出错，没有做成" in told(found)


async def test_a_package_waits_until_it_is_known_what_became_of_the_notice(desk: Desk) -> None:
    async def work() -> None:
        number = await desk.filed("马超骉", "13800005566", PICTURE)
        await desk.agrees(number, desk.head)
        await desk.agrees(number, desk.leader)
        request = await requests.reload((await CancellationRequest.get(number=number)).id)
        await requests.carry_out(office.by(now=office.NOW + timedelta(seconds=61), via="clock"), request)

    await desk.does(work)
    row = await desk.delivers()
    assert (row.status, row.reason, row.not_before) == (
        OutboxStatus.WAITING,
        "notice-under-way",
        LATER + timedelta(minutes=15),
    )
    assert row.attempts == 0
    desk.now += timedelta(hours=24)
    row, package = await desk.delivers(), await ArchivePackage.get()
    assert (row.status, package.status, package.faults) == (OutboxStatus.DEAD, ArchiveStatus.INCOMPLETE, ["notices"])
    assert not desk.folder.exists()


async def test_a_unit_whose_rules_want_no_archive_has_none(desk: Desk) -> None:
    async def work() -> None:
        fast = await office.unit("huachen/net", Preset.FAST)
        hr = await office.employee("wangfang", fast, Role.HR)
        booking = await office.booking(fast)
        await cancelling.request_cancellation(office.by(hr), booking, cancelling.Wish("plan_changed"), shown=1)
        request = await requests.reload((await CancellationRequest.get()).id)
        await requests.carry_out(office.by(now=office.NOW + timedelta(seconds=61), via="clock"), request)
        with pytest.raises(NotNow):
            await archiving.again(office.by(hr), request.number)

    await desk.does(work)
    assert not await OutboxMessage.filter(kind="archive").exists()


async def test_who_may_not_know_of_a_case_learns_nothing_of_its_archiving(desk: Desk) -> None:
    number = await over(desk)

    async def others() -> None:
        sibling = await office.unit("huachen/net")
        stranger = await office.employee("wangfang", sibling, Role.HR, name="王芳")
        admin = await office.employee("zhoukai", desk.group, Role.SYSTEM_ADMIN, name="周凯")
        for who in (stranger, admin):
            for call in (archiving.state_of, archiving.again):
                with pytest.raises(NotFound):
                    await call(office.by(who), number)  # type: ignore[operator]
        with pytest.raises(NotAllowed):
            await archiving.again(office.by(desk.auditor), number)
        assert (await archiving.state_of(office.by(desk.auditor), number)).due

    await desk.does(others)

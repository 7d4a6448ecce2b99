"""完整性检查 and 合规体检 name what is lacking, and find nothing where nothing is (S41, S46, S84)."""

import contextlib
import io
import json
import os
import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pypdf import PdfReader
from tortoise.connection import get_connection

from bot import operator_checks
from bot.archive_export import archive_zip
from bot.examining import checkup_lines, checkup_of, checkup_pdf, completeness_lines, completeness_of
from bot.exporting import Asking, NotExported
from bot.settings import Settings
from models import (
    Attempt,
    AttemptOutcome,
    AuditRecord,
    CancellationRequest,
    Checkpoint,
    Employee,
    Evidence,
    EvidenceBlob,
    Grant,
    Organisation,
    Origin,
    OutboxMessage,
    RequestStatus,
    Role,
    backup,
)
from models.store import Store
from tests.database import office
from tests.database.archived import Desk, certified, signs_its_logs, unzipped
from workflow import checkup, completeness, viewing
from workflow.acting import local
from workflow.checkup import WEIGHTS, Seen
from workflow.errors import NotAllowed, NotFound
from workflow.log_periods import days

__all__ = ["certified", "signs_its_logs"]

NOW = office.NOW + timedelta(hours=3)
YEAR = days("2026-01-01", "2026-12-31")
FINE = [Seen(code, 1, ()) for code in ("keys", "backup", "clock", "retention")]


@pytest.fixture
async def desk(store: Store, certified: Settings, tmp_path: Path) -> Desk:
    made = Desk(store, certified, tmp_path / "archive")

    async def work() -> None:
        await made.enter()
        made.number = await made.carried_out()  # type: ignore[attr-defined]

    await store.transact(work)
    return made


def number_of(desk: Desk) -> str:
    return str(desk.number)  # type: ignore[attr-defined]


async def entered(desk: Desk, number: str = "Q20261124-000001", **facts: object) -> CancellationRequest:
    """Enter a cancellation as an old or broken store would hold it."""
    booking = await office.booking(desk.unit, "林晓", office.some_phone())
    values: dict[str, object] = {
        "number": number,
        "organisation": desk.unit,
        "booking": booking,
        "status": RequestStatus.CARRIED_OUT,
        "origin": Origin.COMPANY,
        "reason_code": "plan_changed",
        "requester": desk.hr,
        "policy": {"name": "strict", "steps": [], "evidence": 0, "rule": "company"},
        "created_at": office.NOW,
        "ended_at": office.NOW,
    }
    return await CancellationRequest.create(**{**values, **facts})  # type: ignore[arg-type]


async def lacks(desk: Desk) -> dict[str, set[str]]:
    found = await completeness.examine(desk.group, YEAR, NOW)
    return {each.number: set(each.lacks) for each in found.gaps}


async def broken(desk: Desk, seq: int = 3) -> None:
    """Change a record as somebody who owns the database could."""
    trigger = "DROP TRIGGER audit_record_no_update" + ("" if desk.store.is_sqlite else " ON audit_record")
    change = f"UPDATE audit_record SET line = '{{}}' WHERE log = 'shouyue/huachen/heavy' AND seq = {seq}"

    async def work() -> None:
        for statement in (trigger, change):
            await get_connection("default").execute_query(statement)

    await desk.does(work)


async def test_a_strict_cancellation_that_went_all_its_way_lacks_nothing(desk: Desk) -> None:
    found = await completeness.examine(desk.group, YEAR, NOW)
    assert ([each.number for each in found.cases], found.gaps, found.broken) == ([number_of(desk)], [], [])
    assert {each.log for each in found.logs} == {"shouyue/huachen", "shouyue/huachen/heavy"}


@pytest.mark.parametrize(
    ("facts", "missing"),
    [
        ({}, set()),
        ({"reason_code": "whim"}, {"missing-reason"}),
        ({"requester": None}, {"missing-operator"}),
        ({"ended_at": None}, {"missing-time"}),
        ({"policy": {"name": "strict", "steps": ["leader"]}}, {"missing-approver", "approvals"}),
        ({"policy": {"name": "strict", "evidence": 1}}, {"evidence-count"}),
    ],
)
async def test_each_thing_that_is_lacking_is_named(desk: Desk, facts: dict[str, object], missing: set[str]) -> None:
    await desk.does(lambda: entered(desk, **facts))
    assert await lacks(desk) == {"Q20261124-000001": {"filed", "notices"} | missing}


async def untold() -> None:
    """Let every try at telling the candidate have failed."""
    tries = await Attempt.filter(message__topic="cancelled").values_list("id", flat=True)
    await Attempt.filter(id__in=list(tries)).update(outcome=AttemptOutcome.FAILED)


async def test_a_candidate_who_was_not_told_is_a_gap(desk: Desk) -> None:
    await desk.does(untold)
    assert await lacks(desk) == {number_of(desk): {"notices"}}


async def test_a_notice_that_is_still_on_its_way_is_none(desk: Desk) -> None:
    await desk.does(untold)
    soon = await completeness.examine(desk.group, YEAR, office.NOW + timedelta(minutes=20))
    assert soon.gaps == []


async def other_evidence(desk: Desk, sealed: bytes) -> None:
    """Put other bytes where a piece of evidence lies."""
    piece = await Evidence.get(request__number=number_of(desk))
    await desk.does(lambda: EvidenceBlob.filter(id=piece.id).update(sealed=sealed))


async def test_evidence_that_is_not_what_was_kept_is_found(desk: Desk) -> None:
    blob = await EvidenceBlob.get()
    await other_evidence(desk, bytes(blob.sealed)[:-1] + bytes([blob.sealed[-1] ^ 1]))
    assert await lacks(desk) == {number_of(desk): {"evidence-damaged"}}


async def test_what_was_carried_out_in_another_year_is_another_years(desk: Desk) -> None:
    found = await completeness.examine(desk.group, days("2025-01-01", "2025-12-31"), NOW)
    assert found.cases == []


async def test_a_broken_log_is_named_with_its_first_bad_record(desk: Desk) -> None:
    await broken(desk)
    found = await completeness.examine(desk.group, YEAR, NOW)
    assert [(each.log, each.first_bad) for each in found.broken] == [("shouyue/huachen/heavy", 3)]
    assert not found.whole
    text = "\n".join(completeness_lines(found))
    assert "shouyue/huachen/heavy 第 3 条不对" in text


def asks(desk: Desk, who: Employee | None) -> Asking:
    return Asking(desk.settings, desk.store, office.by(who, now=NOW, via="cli"), "审计")


async def test_the_answer_names_the_case_what_it_lacks_and_what_to_do_and_is_recorded(desk: Desk) -> None:
    await desk.does(untold)
    found = await completeness_of(asks(desk, desk.auditor), "huachen", 2026)
    text = "\n".join(completeness_lines(found))
    assert f"{number_of(desk)}：缺候选人通知记录（给候选人打电话" in text
    [record] = await AuditRecord.filter(action="records.examined")
    assert json.loads(record.line)["data"] == {"in": office.SOURCE, "year": 2026, "cases": 1, "gaps": 1, "broken": 0}


async def test_nobody_examines_a_unit_that_is_not_theirs(desk: Desk) -> None:
    async def strangers() -> list[Employee]:
        sibling = await office.unit("huachen/net")
        return [
            await office.employee("wangfang", sibling, Role.HR, name="王芳"),
            await office.employee("zhoukai", desk.group, Role.SYSTEM_ADMIN, name="周凯"),
        ]

    sibling, administrator = await desk.store.transact(strangers)
    for who, refused in ((sibling, NotFound), (administrator, NotAllowed), (desk.leader, NotAllowed)):
        with pytest.raises(refused):
            await completeness_of(asks(desk, who), "huachen/heavy", 2026)
        with pytest.raises(refused):
            await checkup_of(asks(desk, who), "huachen/heavy")
    for foreign in ("huachen", "huachen/none"):  # what is not theirs reads like what does not exist (I12)
        with pytest.raises(NotFound):
            await completeness_of(asks(desk, desk.hr), foreign, 2026)
    assert (await completeness_of(asks(desk, desk.hr), "huachen/heavy", 2026)).whole


def test_the_weights_are_a_hundred() -> None:
    assert sum(WEIGHTS.values()) == 100


async def separated(desk: Desk) -> None:
    """Enter the administrators that a company has to have."""
    await office.employee("zhoukai", desk.group, Role.SYSTEM_ADMIN, name="周凯")
    await office.employee("hanxue", desk.group, Role.SECURITY_ADMIN, name="韩雪")


async def scored(desk: Desk, now: datetime = NOW) -> tuple[int, dict[str, tuple[str, ...]]]:
    found = await checkup.check_up(desk.unit, now, FINE)
    return found.score, {each.code: each.bad for each in found.gaps}


async def test_a_unit_without_gaps_but_without_anchors_loses_just_their_points(desk: Desk) -> None:
    await desk.does(lambda: separated(desk))
    score, gaps = await scored(desk)
    assert set(gaps) == {"anchors"}
    assert score == 100 - WEIGHTS["anchors"]


async def test_each_gap_costs_the_share_of_its_weight(desk: Desk) -> None:
    await desk.does(lambda: separated(desk))
    await desk.does(untold)
    score, gaps = await scored(desk)
    assert gaps["told"] == (number_of(desk),)
    assert score == 100 - WEIGHTS["anchors"] - WEIGHTS["told"]
    await desk.does(lambda: desk.carried_out("林晓", "13800007788"))
    assert (await scored(desk))[0] == 100 - WEIGHTS["anchors"] - WEIGHTS["told"] // 2


async def test_late_answers_missing_packages_and_missing_administrators_are_gaps(desk: Desk) -> None:
    async def slow() -> str:
        number = await desk.filed("林晓", "13800007788", b"\x89PNG\r\n\x1a\n")
        await desk.agrees(number, desk.head, office.NOW + timedelta(hours=25))
        return number

    number = await desk.store.transact(slow)
    _, gaps = await scored(desk, office.NOW + timedelta(days=2))
    assert gaps["late"] == (number,)
    assert gaps["archive"] == (number_of(desk),)
    assert gaps["separation"] == ("缺少三员中的一员",)


async def test_one_person_in_two_roles_that_exclude_each_other_is_a_gap(desk: Desk) -> None:
    async def work() -> None:
        await separated(desk)
        await Grant.create(employee=desk.auditor, organisation=desk.unit, role=Role.HR)

    await desk.does(work)
    _, gaps = await scored(desk)
    assert gaps["separation"] == ("sunjing 兼任不能兼任的角色",)


async def test_a_broken_log_costs_all_the_points_of_the_chain(desk: Desk) -> None:
    await broken(desk)
    found = await checkup.check_up(desk.unit, NOW, FINE)
    [chain] = [each for each in found.items if each.code == "chain"]
    assert (chain.tenths, chain.bad) == (0, ("shouyue/huachen/heavy 第 3 条",))


async def test_the_print_shows_score_weights_gaps_and_that_it_is_no_certificate(desk: Desk, tmp_path: Path) -> None:
    await desk.does(untold)
    out = tmp_path / "checkup.pdf"
    await checkup_pdf(asks(desk, desk.auditor), "huachen/heavy", out)
    content = out.read_bytes()
    text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages).replace("\n", "")
    assert b"/ETSI.CAdES.detached" in content
    for words in ("合规体检", "满分 100 分", "不是任何认证", number_of(desk), "候选人已告知", "孙静"):
        assert words in text, words
    (exported,), (written,) = (
        await AuditRecord.filter(action="report.exported"),
        await AuditRecord.filter(action="report.written"),
    )
    assert json.loads(written.line)["data"]["of"] == exported.seq
    score = json.loads(exported.line)["data"]["score"]
    assert f"{score} 分" in text


async def print_of(desk: Desk, out: Path) -> str:
    await checkup_pdf(asks(desk, desk.auditor), "huachen/heavy", out)
    return "".join(page.extract_text() for page in PdfReader(out).pages).replace("\n", "")


async def test_a_log_that_was_changed_after_it_was_signed_can_be_printed_as_what_it_is(
    desk: Desk, tmp_path: Path
) -> None:
    await broken(desk)
    text = await print_of(desk, tmp_path / "checkup.pdf")
    assert "shouyue/huachen/heavy 第 3 条" in text
    assert "的检查点代码是" in text


async def test_a_log_that_was_changed_before_it_was_signed_is_printed_unsigned(desk: Desk, tmp_path: Path) -> None:
    await print_of(desk, tmp_path / "before.pdf")  # that it was written is the newest record, and not signed yet
    newest = await AuditRecord.filter(log="shouyue/huachen/heavy").order_by("-seq").first()
    assert newest is not None
    assert not await Checkpoint.filter(log="shouyue/huachen/heavy", size__gte=newest.seq)
    await broken(desk, newest.seq)
    text = await print_of(desk, tmp_path / "checkup.pdf")
    assert f"shouyue/huachen/heavy 第 {newest.seq} 条" in text
    assert "日志没有能签名" in text


async def test_the_answer_in_a_chat_names_the_gaps_and_is_no_certificate(desk: Desk) -> None:
    text = "\n".join(checkup_lines(await checkup_of(asks(desk, desk.hr), "huachen/heavy")))
    assert "满分 100" in text
    assert "三员分立：0/2 分，缺口 1 处：缺少三员中的一员" in text
    assert "不是任何认证" in text


async def installed(home: Path, unit: Organisation) -> dict[str, tuple[str, ...]]:
    settings = Settings(home=home)
    return {each.code: each.bad for each in await operator_checks.seen(settings, unit, datetime.now(UTC))}


async def test_the_installation_is_looked_at(desk: Desk, home: Path) -> None:
    found = await installed(home, desk.unit)
    assert found["keys"] == ("vault-1.key 不存在", "log-signing.key 不存在")
    assert found["backup"] == ("backups/ 里没有备份",)
    assert found["clock"] == ("没有和平台的时间对过",)
    assert found["retention"] == ()
    for folder, name in (("keys", "vault-1.key"), ("keys", "log-signing.key"), ("backups", "junk.db")):
        (home / folder).mkdir(exist_ok=True)
        (home / folder / name).write_bytes(b"x" * 32)
        (home / folder / name).chmod(0o600)
    found = await installed(home, desk.unit)
    assert (found["keys"], found["backup"]) == ((), ("backups/ 里没有打得开的备份",))
    (home / "keys" / "vault-1.key").chmod(0o644)
    assert (await installed(home, desk.unit))["keys"] == ("vault-1.key 别的用户也能读，请改成 0600",)


def some_database(file: Path) -> Path:
    """Write a database as ours begin, with one record in its log."""
    with contextlib.closing(sqlite3.connect(file)) as made:
        made.execute("CREATE TABLE audit_record (line TEXT)")
        made.execute("CREATE TABLE person_key (id CHAR(36) PRIMARY KEY, sealed BLOB, erased_at TIMESTAMP)")
        made.execute("INSERT INTO audit_record VALUES ('{}')")
        made.commit()
    return file


async def test_only_a_copy_that_can_be_read_back_is_a_backup(desk: Desk, home: Path, tmp_path: Path) -> None:
    kept = backup.copy(some_database(tmp_path / "ours.db"), home / "backups", "before")
    assert (await installed(home, desk.unit))["backup"] == ()
    for name, content in (("junk.txt", b""), ("empty.db", b""), ("half.db", kept.read_bytes()[:4096])):
        (home / "backups" / name).write_bytes(content)
    assert (await installed(home, desk.unit))["backup"] == ()
    old = datetime.now(UTC).timestamp() - timedelta(days=9).total_seconds()
    os.utime(kept, (old, old))
    assert (await installed(home, desk.unit))["backup"] == ("最近一次打得开的备份在 9 天前",)
    kept.unlink()
    assert (await installed(home, desk.unit))["backup"] == ("backups/ 里没有打得开的备份",)


async def test_a_package_can_be_taken_home_by_who_may_send_it(desk: Desk, tmp_path: Path) -> None:
    out = tmp_path / "package.zip"
    done = await archive_zip(asks(desk, desk.hr), number_of(desk), out)
    assert "元数据.xml" in unzipped(out.read_bytes())
    [exported] = await AuditRecord.filter(action="archive.exported")
    [written] = await AuditRecord.filter(action="archive.written")
    assert json.loads(written.line)["data"] == {
        "in": office.SOURCE,
        "of": exported.seq,
        "sha256": done.sha256,
        "size": out.stat().st_size,
    }
    with pytest.raises(NotAllowed):
        await archive_zip(asks(desk, desk.auditor), number_of(desk), tmp_path / "no.zip")
    assert not (tmp_path / "no.zip").exists()


async def test_auditors_hear_next_morning_who_took_a_package_home(desk: Desk, tmp_path: Path) -> None:
    await archive_zip(asks(desk, desk.hr), number_of(desk), tmp_path / "package.zip")
    assert await OutboxMessage.filter(kind="timer", topic=viewing.TIMER).count() == 1
    told = await viewing.days_of(office.by(via="clock"), local(NOW).date())
    assert [(who.key, dict(day.exporters)) for who, day in told] == [(desk.auditor.key, {desk.hr.name: 1})]


async def test_a_package_of_a_case_that_is_not_over_is_none(desk: Desk, tmp_path: Path) -> None:
    number = await desk.store.transact(lambda: desk.filed("林晓", "13800007788"))
    with pytest.raises(NotExported, match="还没有办结"):
        await archive_zip(asks(desk, desk.hr), number, tmp_path / "no.zip")

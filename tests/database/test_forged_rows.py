"""Rows that somebody with the database rewrote are never shown as proven: the signed log says something else (I15)."""

import io
import json
import sqlite3
from datetime import timedelta
from pathlib import Path

import pytest
from lxml import etree
from pypdf import PdfReader

from bot import archive_proving
from bot.archive_export import archive_zip
from bot.archive_pack import METADATA, REPORT
from bot.archive_xml import NAMESPACE
from bot.case_pack import case_pack
from bot.examining import completeness_lines, completeness_of
from bot.exporting import Asking, NotExported, case_pdf, case_text
from bot.settings import Settings
from models import ArchivePackage, ArchiveStatus, AuditRecord, CancellationRequest, Employee, OutboxMessage
from models.store import Store
from tests.database import office
from tests.database.archived import PICTURE, Desk, certified, over, signs_its_logs, unzipped
from tests.database.talking import says
from workflow import archive_words, archiving, cancelling, checkup, comparing, requests, verifying

__all__ = ["certified", "signs_its_logs"]

NOW = office.NOW + timedelta(hours=3)
LOG = "shouyue/huachen/heavy"


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    return sqlite_url


class Case:
    """A cancellation that went all its way, and somebody who owns the database."""

    def __init__(self, desk: Desk, number: str) -> None:
        self.desk, self.number = desk, number

    def sql(self, *statements: str) -> None:
        """Write what one likes: the triggers are dropped first. `{q}` and the keys of people stand for ids."""
        with sqlite3.connect(self.desk.store.url.removeprefix("sqlite://")) as connection:
            names = connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall()
            for (name,) in names:
                connection.execute(f"DROP TRIGGER {name}")
            ids = self._ids(connection)
            for statement in statements:
                changed = connection.execute(statement.format(**ids))
                assert changed.rowcount > 0, statement
        connection.close()

    def _ids(self, connection: sqlite3.Connection) -> dict[str, str]:
        """Return ids in the very form in which this database keeps them."""
        people = dict(connection.execute("SELECT key, id FROM employee").fetchall())
        [(request,)] = connection.execute("SELECT id FROM cancellation_request WHERE number = ?", [self.number])
        return {**people, "q": request}

    async def differs(self) -> dict[str, int]:
        """Return the codes of what differs, each with the first record that says so."""
        return {each.code: each.seq for each in reversed(await comparing.differences(self.number))}

    async def seq(self, action: str) -> int:
        found = await AuditRecord.filter(action=action, log=LOG).order_by("seq").first()
        assert found is not None
        return found.seq

    def asks(self, who: Employee | None) -> Asking:
        return Asking(self.desk.settings, self.desk.store, office.by(who, now=NOW, via="cli"), "审计")


@pytest.fixture
async def case(store: Store, certified: Settings, tmp_path: Path) -> Case:
    desk = Desk(store, certified, tmp_path / "archive")
    await store.transact(desk.enter)
    return Case(desk, await over(desk))


REQUESTER = "UPDATE cancellation_request SET requester_id = '{chenmin}' WHERE id = '{q}'"
APPROVERS = "UPDATE step SET decided_by_id = '{liuyang}', approver_id = '{liuyang}' WHERE request_id = '{q}'"
DECIDED = "UPDATE step SET decided_at = '2026-11-20 01:00:00+00:00' WHERE request_id = '{q}' AND level = 1"
ENDED = "UPDATE cancellation_request SET ended_at = '2026-11-20 01:00:00+00:00' WHERE id = '{q}'"
REASON = "UPDATE cancellation_request SET reason_code = 'illness' WHERE id = '{q}'"
WITHDRAWN = "UPDATE cancellation_request SET status = 'withdrawn' WHERE id = '{q}'"
FORGED_FIELDS = [
    (REQUESTER, "unproven-operator", "操作人", "request.filed"),
    (APPROVERS, "unproven-approver", "审批人", "approval.approved"),
    (DECIDED, "unproven-approver", "审批人", "approval.approved"),
    (ENDED, "unproven-time", "取消时间", "booking.cancelled"),
    (REASON, "unproven-reason", "原因", "booking.cancelled"),
    (WITHDRAWN, "unproven-result", "办理结果", "booking.cancelled"),
]


async def test_what_nobody_touched_agrees_with_the_log_and_every_field_is_proven(case: Case, tmp_path: Path) -> None:
    assert await case.differs() == {}
    out = tmp_path / "package.zip"
    await archive_zip(case.asks(case.desk.hr), case.number, out)
    report = etree.fromstring(unzipped(out.read_bytes())[REPORT])
    seen = {each.get("代码"): each.findtext(f"{{{NAMESPACE}}}结果") for each in report.iter(f"{{{NAMESPACE}}}检测项")}
    assert {code: seen[code] for code in (*archive_proving.LABELS, archive_words.DIFFERS)} == dict.fromkeys(
        (*archive_proving.LABELS, archive_words.DIFFERS), "合格"
    )


@pytest.mark.parametrize(("forgery", "code", "field", "action"), FORGED_FIELDS)
async def test_a_field_that_no_record_bears_out_stops_the_package_and_is_named_with_its_record(
    case: Case, tmp_path: Path, forgery: str, code: str, field: str, action: str
) -> None:
    case.sql(forgery)
    assert await verifying.verify(LOG) == (await AuditRecord.filter(log=LOG).count(), None, "")
    with pytest.raises(NotExported) as refused:
        await archive_zip(case.asks(case.desk.hr), case.number, tmp_path / "no.zip")
    assert not (tmp_path / "no.zip").exists()
    assert archive_words.FAULTS[code] in str(refused.value)
    [named] = [line for line in str(refused.value).splitlines() if line.startswith(f"{field}：")]
    assert f"日志第 {await case.seq(action)}" in named


async def test_a_forged_package_is_not_sent_and_who_is_responsible_is_told(case: Case) -> None:
    case.sql(REQUESTER, APPROVERS, ENDED, REASON)
    await case.desk.delivers()
    package = await ArchivePackage.get()
    assert package.status == ArchiveStatus.INCOMPLETE
    wrong = ["unproven-time", "unproven-reason", "unproven-operator", "unproven-approver", archive_words.DIFFERS]
    assert package.faults == wrong
    assert not case.desk.folder.exists()
    assert await OutboxMessage.filter(topic=archiving.TOPIC).exists()
    [record] = await AuditRecord.filter(action="archive.incomplete")
    assert json.loads(record.line)["data"]["faults"] == wrong


@pytest.mark.parametrize("which", ["approval.approved", "notice.sent"])
async def test_a_record_that_its_columns_hide_is_missed(case: Case, tmp_path: Path, which: str) -> None:
    case.sql(f"UPDATE audit_record SET subject = 'Q20200101-001' WHERE action = '{which}'")
    with pytest.raises(NotExported, match="审计日志不完好"):
        await archive_zip(case.asks(case.desk.hr), case.number, tmp_path / "no.zip")


async def test_a_time_beside_a_line_that_the_line_does_not_say_is_not_printed(case: Case, tmp_path: Path) -> None:
    case.sql("UPDATE audit_record SET at = '2026-11-20 01:00:00+00:00' WHERE action = 'booking.cancelled'")
    with pytest.raises(NotExported, match="审计日志不完好"):
        await archive_zip(case.asks(case.desk.hr), case.number, tmp_path / "no.zip")


async def test_who_was_asked_and_never_answered_is_not_named_as_an_approver(case: Case, tmp_path: Path) -> None:
    desk = case.desk
    found: list[str] = []

    async def work() -> None:
        found.append(await desk.filed("林晓", "13800007788", PICTURE))
        await desk.agrees(found[0], desk.head)
        request = await requests.reload((await CancellationRequest.get(number=found[0])).id)
        await cancelling.withdraw(office.by(desk.hr), request)

    await desk.does(work)
    out = tmp_path / "package.zip"
    await archive_zip(case.asks(desk.hr), found[0], out)
    root = etree.fromstring(unzipped(out.read_bytes())[METADATA])
    chain = [(each.text, each.get("意见")) for each in root.iter(f"{{{NAMESPACE}}}审批人")]
    assert chain == [("陈敏", "同意"), ("无", "未决定")]


RECEIPT = (
    "UPDATE archive_package SET status = 'archived', archive = 'folder', receipt = 'ARC-1', digest = '00', "
    "receipt_at = '2026-11-24 02:00:00+00:00', settled_at = '2026-11-24 02:00:00+00:00' WHERE request_id = '{q}'"
)
EVIDENCE = "UPDATE evidence SET digest = '" + "0" * 64 + "' WHERE request_id = '{q}'"
FORGED_ROWS = [
    ([REQUESTER], {"operator": "request.filed"}),
    ([APPROVERS], {"approver": "approval.approved"}),
    ([DECIDED], {"answered": "approval.approved"}),
    ([ENDED], {"ended": "booking.cancelled"}),
    ([REASON], {"reason": "booking.cancelled"}),
    ([WITHDRAWN], {"status": "booking.cancelled"}),
    ([RECEIPT], {"archive-receipt": "request.filed"}),
    ([EVIDENCE], {"evidence": "evidence.kept"}),
    (["UPDATE step SET status = 'closed' WHERE request_id = '{q}' AND level = 1"], {"approver": "approval.approved"}),
    (["UPDATE step SET role = 'hr' WHERE request_id = '{q}' AND level = 1"], {"level": "approval.approved"}),
    (["UPDATE step SET level = 9 - level WHERE request_id = '{q}'"], {"approver": "", "level": "request.filed"}),
    (
        ["UPDATE cancellation_request SET policy = '{{\"name\": \"fast\"}}' WHERE id = '{q}'"],
        {"rules": "request.filed"},
    ),
    (["UPDATE cancellation_request SET policy = 'null' WHERE id = '{q}'"], {"rules": "request.filed"}),
    (["UPDATE cancellation_request SET sealed_reason_text = NULL WHERE id = '{q}'"], {"words": "request.filed"}),
    (["UPDATE cancellation_request SET created_at = '2019-01-01 00:00:00+00:00'"], {"filed": "request.filed"}),
    (["UPDATE person_key SET sealed = NULL, erased_at = '2026-11-24 02:00:00+00:00'"], {"erased": "request.filed"}),
    (["UPDATE booking SET starts_at = '2026-12-01 01:00:00+00:00'"], {"starts": "booking.entered"}),
    (["UPDATE cancellation_request SET notify = 0 WHERE id = '{q}'"], {"notify": "booking.cancelled"}),
]


@pytest.mark.parametrize(("forgeries", "found"), FORGED_ROWS)
async def test_a_row_that_is_not_what_the_log_says_is_a_gap_named_with_its_record(
    case: Case, forgeries: list[str], found: dict[str, str]
) -> None:
    case.sql(*forgeries)
    differs = await case.differs()
    assert set(differs) == set(found)
    for code, action in found.items():
        assert not action or differs[code] == await case.seq(action), code
    seen = await completeness_of(case.asks(case.desk.auditor), "huachen", 2026)
    assert [(each.number, each.lacks[0]) for each in seen.gaps] == [(case.number, "differs")]
    assert len(seen.cases) == 1
    text = "\n".join(completeness_lines(seen))
    assert f"{case.number}：记录与日志不一致：" in text
    assert "没有缺口" not in text
    assert "以日志为准" in text


DELETED = [
    f"DELETE FROM {table} WHERE request_id = '{{q}}'"
    for table in ("card", "outbox_message", "step", "evidence", "archive_package")
]


async def test_a_case_that_only_the_log_knows_is_named(case: Case) -> None:
    attempts = "DELETE FROM attempt WHERE message_id IN (SELECT id FROM outbox_message WHERE request_id = '{q}')"
    cards = (
        "DELETE FROM outbox_message WHERE card_id IN (SELECT id FROM card WHERE request_id = '{q}' OR step_id IN "
        "(SELECT id FROM step WHERE request_id = '{q}'))"
    )
    case.sql(attempts, cards, *DELETED, "DELETE FROM cancellation_request WHERE id = '{q}'")
    seen = await completeness_of(case.asks(case.desk.auditor), "huachen", 2026)
    [gap] = seen.gaps
    assert (gap.number, gap.unit, gap.lacks) == (case.number, "huachen/heavy", ("differs",))
    assert f"日志第 {await case.seq('request.filed')} 条发起的申请，数据库里没有" in "\n".join(completeness_lines(seen))


async def test_a_notice_that_only_the_tables_know_told_nobody(case: Case) -> None:
    case.sql(
        "UPDATE audit_record SET line = replace(line, 'notice.sent', 'notice.lost'), action = 'notice.lost' "
        "WHERE action = 'notice.sent'"
    )
    seen = await completeness_of(case.asks(case.desk.auditor), "huachen", 2026)
    assert [each.lacks for each in seen.gaps] == [("notices",)]


@pytest.mark.parametrize("forgeries", [[APPROVERS], [WITHDRAWN], [RECEIPT]])
async def test_one_forged_case_costs_all_that_agreement_is_worth_and_is_named(case: Case, forgeries: list[str]) -> None:
    before = await checkup.check_up(case.desk.unit, NOW, [])
    case.sql(*forgeries)
    after = await checkup.check_up(case.desk.unit, NOW, [])
    [item] = [each for each in after.gaps if each.code == "agrees"]
    assert item.tenths == 0
    assert case.number in item.bad[0]
    assert not [each for each in before.items if each.code == "agrees" and each.bad]
    assert before.score - after.score >= checkup.WEIGHTS["agrees"]


async def test_a_forged_receipt_is_no_archive(case: Case) -> None:
    case.sql(RECEIPT)
    found = await checkup.check_up(case.desk.unit, NOW + timedelta(days=2), [])
    assert [each.bad for each in found.items if each.code == "archive"] == [(case.number,)]


async def test_a_case_pack_says_where_the_rows_are_not_what_its_records_say(case: Case, tmp_path: Path) -> None:
    whole = await case_pack(case.asks(case.desk.auditor), case.number, tmp_path / "whole.zip")
    assert whole.warnings == ()
    case.sql(REQUESTER, REASON)
    out = tmp_path / "case.zip"
    done = await case_pack(case.asks(case.desk.auditor), case.number, out)
    [warning] = done.warnings
    for words in (case.number, "操作人：日志第", "原因：日志第", "数据库里是 illness"):
        assert words in warning
    files = unzipped(out.read_bytes())
    assert f"注意：{warning}" in files["说明.txt"].decode()
    assert "数据库里的记录与日志不一致" in text_of(files["timeline.pdf"])
    assert "数据库里的记录与日志不一致" not in text_of(unzipped((tmp_path / "whole.zip").read_bytes())["timeline.pdf"])


async def test_a_printed_timeline_of_a_bad_log_says_so(case: Case, tmp_path: Path) -> None:
    case.sql("UPDATE audit_record SET at = '2026-11-20 01:00:00+00:00' WHERE action = 'booking.cancelled'")
    out, seq = tmp_path / "case.pdf", await case.seq("booking.cancelled")
    done = await case_pdf(case.asks(case.desk.auditor), case.number, out)
    assert f"第 {seq} 条不对" in done.warnings[0]
    assert f"第 {seq} 条不对" in text_of(out.read_bytes())
    with pytest.raises(LookupError):
        await case_pack(case.asks(case.desk.auditor), case.number, tmp_path / "no.zip")


def text_of(pdf: bytes) -> str:
    return "".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages).replace("\n", "")


FORGED_LINES = [
    "UPDATE audit_record SET line = replace(line, '\"ok\":true', '\"ok\":false') WHERE action = 'approval.approved'",
    "UPDATE audit_record SET line = '{{}}' WHERE action = 'approval.approved'",
    "DELETE FROM audit_record WHERE action = 'approval.approved'",
    "UPDATE audit_record SET at = '2026-11-20 01:00:00+00:00' WHERE action = 'booking.cancelled'",
]


@pytest.mark.parametrize("forgery", FORGED_LINES)
async def test_a_timeline_of_a_log_that_was_changed_says_that_it_is_no_proof(case: Case, forgery: str) -> None:
    assert "不能当作证明" not in await says(case.desk.store, "sunjing", f"时间轴 {case.number}")
    case.sql(forgery)
    told = await says(case.desk.store, "sunjing", f"时间轴 {case.number}")
    assert f"注意：审计日志 {LOG} 第 " in told
    assert "不能当作证明" in told
    assert "发起取消申请" in told
    printed = await case_text(case.asks(case.desk.auditor), case.number)
    assert printed[1].startswith(f"注意：审计日志 {LOG} 第 ")


async def test_a_request_that_no_record_knows_is_a_gap_whatever_its_state(case: Case) -> None:
    columns = "person_id, organisation_id, booking_id, origin, reason_code, policy, created_at, ended_at"
    case.sql(
        f"INSERT INTO cancellation_request ({columns}, id, number, status, revision, notify, keep_eligibility, late) "
        f"SELECT {columns}, '00000000-0000-4000-8000-000000000001', 'Q20261124-999', 'withdrawn', 1, 1, 1, 0 "
        "FROM cancellation_request WHERE id = '{q}'"
    )
    seen = await completeness_of(case.asks(case.desk.auditor), "huachen", 2026)
    assert [(each.number, each.lacks) for each in seen.gaps] == [("Q20261124-999", ("filed",))]
    found = await checkup.check_up(case.desk.unit, NOW, [])
    assert ["Q20261124-999" in each.bad[0] for each in found.gaps if each.code == "agrees"] == [True]

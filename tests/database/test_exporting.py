"""What an auditor takes home: masked by their right, recorded first, and checked without us."""

import hashlib
import hmac
import io
import json
import subprocess
import sys
import zipfile
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from openpyxl import load_workbook
from pypdf import PdfReader

from bot import certificates, keys
from bot.case_pack import case_pack
from bot.exporting import Asking, NotExported, asking, case_pdf, case_text, log_pdf, log_xlsx
from bot.settings import Settings
from bot.whole_logs import log_lines, log_pack
from models import AuditHead, AuditRecord, CancellationRequest, Employee, EvidenceBlob, Preset, Role, Step, StillNeeded
from models.store import Store
from models.vault import Vault, install
from tests.database import office
from workflow import approving, audit, cancelling, evidence, requests, signing, verifying, viewing, wiping
from workflow.acting import local
from workflow.errors import NotAllowed, NotFound
from workflow.evidence import Material
from workflow.log_periods import Period, days
from workflow.rights import pseudonym
from workflow.signing import Signing

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 40
WORDS = "家中有事，需要照料"
REMARK = "情况属实"


@pytest.fixture(autouse=True)
def signs_its_logs() -> None:
    signing.install(Signing(bytes(range(32, 64))))


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Return settings that name a certificate: making one takes a second."""
    made = Settings(home=tmp_path_factory.mktemp("certified"))
    certificates.create(made, datetime.now(UTC))
    return made


class Desk:
    """A strict unit whose one case was approved with evidence and a remark, and everybody who may ask for it."""

    def __init__(self, store: Store, settings: Settings, out: Path) -> None:
        self.store, self.settings, self.out = store, settings, out

    async def enter(self) -> None:
        self.unit = await office.unit("huachen/heavy", Preset.STRICT)
        self.hr = await office.employee("liuyang", self.unit, Role.HR, name="刘洋")
        head = await office.employee("chenmin", self.unit, Role.DEPARTMENT_HEAD, name="陈敏")
        self.head = head
        leader = await office.employee("zhaoguoqiang", self.unit, Role.LEADER, name="赵国强")
        group = await office.unit("huachen", None)
        self.auditor = await office.employee("sunjing", group, Role.AUDITOR, name="孙静")
        sibling = await office.unit("huachen/net")
        self.stranger = await office.employee("wangfang", sibling, Role.HR, name="王芳")
        self.booking = await office.booking(self.unit, name="马超骉")
        wish = cancelling.Wish("conflict", WORDS)
        made = await cancelling.request_cancellation(
            office.by(self.hr), self.booking, wish, shown=self.booking.revision
        )
        self.number = made.number
        request = await requests.reload(made.id)
        await evidence.keep_file(office.by(self.hr), request, Material(PNG, "截图.png", "msg-1"))
        await cancelling.evidence_came(office.by(self.hr), request)
        await self._agrees(head, still_needed=StillNeeded.YES, comment=REMARK)
        await self._agrees(leader)

    async def _agrees(self, who: Employee, **more: object) -> None:
        request = await requests.reload((await CancellationRequest.get(number=self.number)).id)
        step = next(each for each in request.steps if each.approver_id == who.id)
        await approving.approve(office.by(who), step, shown=approving.Shown(request.revision), **more)  # type: ignore[arg-type]

    def asks(self, who: Employee | None, role: str = "审计", *, now: datetime = office.NOW) -> Asking:
        return Asking(self.settings, self.store, office.by(who, now=now, via="cli"), role)


@pytest.fixture
async def desk(store: Store, certificate: Settings, tmp_path: Path) -> Desk:
    made = Desk(store, certificate, tmp_path / "out")
    await store.transact(made.enter)
    return made


def text_of(pdf: bytes) -> str:
    return "".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)


def verified(folder: Path) -> dict[str, object]:
    """Run the enclosed program as an auditor would: without us, without anything installed."""
    done = subprocess.run(
        [sys.executable, "-I", "-S", "verify.py", "--json"], cwd=folder, capture_output=True, text=True, check=False
    )
    return {**json.loads(done.stdout), "exit": done.returncode}


async def packed(desk: Desk, who: Employee | None) -> Path:
    await case_pack(desk.asks(who), desk.number, desk.out)
    folder = desk.out.with_name("pack")
    zipfile.ZipFile(desk.out).extractall(folder)
    return folder


def openings(folder: Path) -> list[dict[str, object]]:
    file = folder / "openings.jsonl"
    return [json.loads(line) for line in file.read_text("utf-8").splitlines()] if file.exists() else []


async def records(action: str) -> list[dict[str, object]]:
    return [json.loads(each.line) for each in await AuditRecord.filter(action=action).order_by("id")]


def stated(folder: Path) -> tuple[int, dict[str, object], list[str]]:
    """Check the statements as an auditor would; returns exit code, answer and the names of what opens them."""
    command = [sys.executable, "-I", "-S", "verify_statements.py", "--json"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    return done.returncode, json.loads(done.stdout), [each.name for each in folder.glob("statements/*.json")]


async def test_a_pack_has_a_statement_of_each_decision_opened_for_who_may_see_everything(desk: Desk) -> None:
    code, answer, opened = stated(await packed(desk, desk.hr))
    assert (code, answer["ok"], answer["statements"], len(opened)) == (0, True, 2, 2)


async def test_an_auditor_gets_the_statements_and_not_what_names_somebody(desk: Desk) -> None:
    folder = await packed(desk, desk.auditor)
    code, answer, opened = stated(folder)
    assert (code, answer["statements"], opened) == (0, 2, [])
    said = "".join(each.read_text("utf-8") for each in folder.glob("statements/*"))
    assert "马超骉" not in said
    assert REMARK not in said


async def test_the_print_names_each_confirmation_and_calls_none_a_signature(desk: Desk) -> None:
    await case_pdf(desk.asks(desk.hr), desk.number, desk.out)
    text = "".join(text_of(desk.out.read_bytes()).split())
    for place in (1, 2):
        assert f"审批确认记录{desk.number}-{place},第{place}级".replace(",", "，") in text
    assert "电子签名" not in text


async def test_the_case_of_somebody_erased_is_still_printed_packed_and_verified_and_names_nobody(desk: Desk) -> None:
    candidate = desk.booking.candidate
    await desk.store.transact(lambda: wiping.wipe(candidate, office.NOW))
    folder = await packed(desk, desk.hr)
    assert verified(folder)["ok"] is True
    assert openings(folder) == []
    assert not list(folder.glob("evidence/*"))
    await case_pdf(desk.asks(desk.hr), desk.number, desk.out)
    for text in (text_of(desk.out.read_bytes()), "\n".join(await case_text(desk.asks(desk.hr), desk.number))):
        assert "已依法删除" in text
        assert not any(each in text for each in ("马超骉", WORDS, REMARK, "8123"))


async def test_hr_takes_home_a_pack_that_opens_names_words_and_evidence_and_verifies(desk: Desk) -> None:
    folder = await packed(desk, desk.hr)
    found = verified(folder)
    assert (found["ok"], found["exit"], found["code"]) == (True, 0, "")
    assert found["records"] == await AuditRecord.filter(subject__in=[desk.number, desk.booking.number]).count() - 1
    opened = openings(folder)
    assert {each.get("label") for each in opened} == {"name", "reason", None}
    assert {each["value"] for each in opened if "value" in each} == {"马超骉", WORDS}
    assert (folder / "evidence/1.png").read_bytes() == PNG
    assert "马超骉" in text_of((folder / "timeline.pdf").read_bytes())


async def test_an_auditor_gets_the_evidence_but_no_name(desk: Desk) -> None:
    folder = await packed(desk, desk.auditor)
    assert verified(folder)["ok"] is True
    assert [each.get("label") for each in openings(folder)] == [None]
    said = text_of((folder / "timeline.pdf").read_bytes()) + (folder / "说明.txt").read_text("utf-8")
    assert "马*" in said
    assert "马超" not in said
    assert str(desk.booking.candidate.phone)[:7] not in said


async def test_the_key_of_an_opening_opens_nothing_else_of_the_person(desk: Desk) -> None:
    """An auditor who was not given the name cannot find it by trying names (R6)."""
    [opening] = openings(await packed(desk, desk.auditor))
    key, candidate = bytes.fromhex(str(opening["key"])), desk.booking.candidate
    assert candidate.secret not in (None, key)
    line = json.loads((await AuditRecord.get(action="request.filed", subject=desk.number)).line)
    for label, value in (("name", "马超骉"), ("reason", WORDS)):
        said = label.encode() + b"\0" + json.dumps(value, ensure_ascii=False).encode()
        assert hmac.new(key, said, "sha256").hexdigest() != line["pd"][label]
        own = audit.commitment_key(candidate, label)
        assert hmac.new(own, said, "sha256").hexdigest() == line["pd"][label]


async def test_the_operator_gets_neither(desk: Desk) -> None:
    folder = await packed(desk, None)
    assert verified(folder)["ok"] is True
    assert openings(folder) == []
    assert not (folder / "evidence").exists()
    assert "马超" not in text_of((folder / "timeline.pdf").read_bytes())


async def test_a_changed_record_or_opening_in_a_pack_is_named(desk: Desk) -> None:
    folder = await packed(desk, desk.hr)
    record = min((folder / "records").iterdir(), key=lambda each: int(each.stem))
    was = record.read_bytes()
    record.write_bytes(was.replace(b'"ok":true', b'"ok":false'))
    assert (verified(folder)["first_bad"], verified(folder)["code"]) == (int(record.stem), "proof")
    record.write_bytes(was)
    (folder / "evidence/1.png").write_bytes(PNG + b"x")
    assert verified(folder)["code"] == "opening"


async def test_evidence_that_was_changed_in_the_store_is_left_out_and_named(desk: Desk) -> None:
    blob = await EvidenceBlob.all().first()
    assert blob is not None
    blob.sealed = bytes(blob.sealed)[:-1] + bytes([blob.sealed[-1] ^ 1])
    await desk.store.transact(lambda: blob.save(update_fields=["sealed"]))
    folder = await packed(desk, desk.auditor)
    assert verified(folder)["ok"] is True
    assert not (folder / "evidence").exists()
    assert "有 1 份证明材料打不开" in (folder / "说明.txt").read_text("utf-8")


async def test_a_case_of_a_broken_log_is_not_taken_home(desk: Desk) -> None:
    head = await AuditHead.get(log="shouyue/huachen/heavy")
    head.digest = "0" * 64
    await desk.store.transact(lambda: head.save(update_fields=["digest"]))
    with pytest.raises(LookupError):
        await case_pack(desk.asks(desk.hr), desk.number, desk.out)
    assert not desk.out.exists()


@pytest.mark.parametrize("take", [case_pack, case_pdf])
async def test_an_export_is_recorded_before_and_with_the_digest_of_the_file(desk: Desk, take: object) -> None:
    done = await take(desk.asks(desk.auditor), desk.number, desk.out)  # type: ignore[operator]
    (exported,), (written,) = await records("case.exported"), await records("case.written")
    assert exported["actor"]["sub"] == office.by(desk.auditor).subject  # type: ignore[index]
    assert exported["data"]["names"] is False  # type: ignore[index]
    assert exported["data"]["records"] == done.records  # type: ignore[index]
    assert written["data"]["of"] == exported["seq"]  # type: ignore[index]
    assert written["data"]["sha256"] == hashlib.sha256(desk.out.read_bytes()).hexdigest() == done.sha256  # type: ignore[index]
    assert (await verifying.verify("shouyue/huachen/heavy"))[1] is None


async def test_who_may_not_export_leaves_neither_file_nor_record(desk: Desk) -> None:
    with pytest.raises(NotAllowed):
        await case_pdf(desk.asks(desk.head), desk.number, desk.out)
    assert list(desk.out.parent.glob("*out*")) == []
    assert await records("case.exported") == []


async def test_a_stranger_gets_the_answer_of_an_absent_case(desk: Desk) -> None:
    for number in (desk.number, "Q20200101-001"):
        with pytest.raises(NotFound) as refused:
            await case_pdf(desk.asks(desk.stranger), number, desk.out)
        assert refused.value.facts == {"what": "request"}


async def test_the_timeline_shows_who_did_what_and_ends_with_its_own_reading(desk: Desk) -> None:
    lines = await case_text(desk.asks(desk.hr), desk.number)
    order = (
        "刘洋 发起取消申请",
        "刘洋 收到证明",
        f"陈敏 同意：仍需招聘，附言「{REMARK}」",
        "赵国强 同意",
        "刘洋 查看时间轴",
    )
    places = [next(place for place, line in enumerate(lines) if each in line) for each in order]
    assert places == sorted(places)
    assert places[-1] == len(lines) - 1
    assert (await records("case.viewed"))[0]["data"]["names"] is True  # type: ignore[index]


async def test_a_chat_and_the_command_line_say_of_a_case_what_its_print_says(desk: Desk) -> None:
    heading = (await case_text(desk.asks(desk.hr), desk.number))[:3]
    assert heading[1:] == ["结果：已通过", f"原因：候选人行程冲突：{WORDS}"]
    await case_pdf(desk.asks(desk.hr), desk.number, desk.out)
    printed = text_of(desk.out.read_bytes()).replace("\n", "")
    assert "已通过" in printed
    assert WORDS in printed
    line = next(each for each in await case_text(desk.asks(desk.hr), desk.number) if "陈敏 同意" in each)
    assert line.endswith(" · 钉钉 · 完成")


async def test_a_signed_print_holds_the_whole_of_what_was_written(desk: Desk) -> None:
    reason = "".join(f"第{place}件事要照料，" for place in range(70))
    comment = "".join(f"意见{place}属实，" for place in range(45))

    async def write() -> None:
        request = await CancellationRequest.get(number=desk.number)
        request.reason_text = reason
        await request.save()
        step = await Step.get(request=request, level=1)
        step.comment = comment
        await step.save()

    await desk.store.transact(write)
    await case_pdf(desk.asks(desk.hr), desk.number, desk.out)
    printed = "".join(text_of(desk.out.read_bytes()).split())
    assert reason in printed
    assert all(f"意见{place}属实" in printed for place in range(45))
    said = "\n".join(await case_text(desk.asks(desk.hr), desk.number))
    assert reason not in said
    assert comment not in said


async def test_what_an_operator_does_with_somebodys_rights_is_not_that_persons_doing(desk: Desk) -> None:
    asks = desk.asks(desk.auditor)
    borrowed = replace(asks, act=replace(asks.act, auth="operator"))
    lines = await case_text(borrowed, desk.number)
    assert "操作员（按 孙静 的权限） 查看时间轴" in lines[-1]
    await case_pdf(borrowed, desk.number, desk.out)
    assert "操作员（按 孙静（审计） 的权限）" in "".join(text_of(desk.out.read_bytes()).split("\n"))
    await case_pdf(asks, desk.number, desk.out)
    found = await viewing.days_of(desk.asks(None).act, local(office.NOW).date())
    assert found[0][1].exporters == {"操作员（按 孙静 的权限）": 1, "孙静": 1}


async def test_a_units_log_of_a_period_is_printed_with_what_was_there_then(desk: Desk) -> None:
    by = desk.asks(desk.auditor)
    done = await log_pdf(by, "huachen/heavy", days("2026-11-24", "2026-11-24"), desk.out)
    text = text_of(desk.out.read_bytes())
    assert "2026-11-24 至 2026-11-24" in text
    assert "马超" not in text
    assert done.records == (await records("log.exported"))[0]["data"]["records"]  # type: ignore[index]
    later = await log_pdf(by, "huachen/heavy", days("2026-11-25", ""), desk.out)
    assert later.records == 0


async def test_a_table_of_a_log_has_a_row_for_each_record_says_who_took_it_and_has_no_formula(desk: Desk) -> None:
    done = await log_xlsx(desk.asks(desk.auditor), "huachen/heavy", Period(), desk.out)
    sheet = load_workbook(io.BytesIO(desk.out.read_bytes())).active
    assert sheet is not None
    rows = list(sheet.iter_rows(values_only=True))
    assert len(rows) == done.records + 2
    assert rows[-1][:4] == ("导出", "2026-11-24 09:30:00", desk.asks(desk.auditor).printed.who, pseudonym(desk.auditor))
    assert {each.data_type for row in sheet.iter_rows() for each in row if each.value} == {"s"}
    assert rows[1][0] == "1"


async def test_hr_of_a_unit_may_not_take_its_whole_log(desk: Desk) -> None:
    with pytest.raises(NotAllowed):
        await log_xlsx(desk.asks(desk.hr), "huachen/heavy", Period(), desk.out)
    assert not desk.out.exists()


async def test_a_grant_that_has_ended_exports_nothing(desk: Desk) -> None:
    grant = await desk.auditor.grants.all().first()  # type: ignore[attr-defined]
    grant.ends_at = office.NOW
    await desk.store.transact(lambda: grant.save())
    with pytest.raises(NotFound):
        await case_pdf(desk.asks(desk.auditor, now=office.NOW + timedelta(seconds=1)), desk.number, desk.out)


async def test_a_refused_export_leaves_a_record_of_the_attempt(
    home: Path, sqlite_url: str, tmp_path: Path, certificate: Settings
) -> None:
    settings = Settings(home=home, database={"url": sqlite_url})
    keys.create(settings)
    install(Vault(keys.read(settings)))
    store = Store(sqlite_url)
    await store.open()
    made = Desk(store, certificate, tmp_path / "out")
    await store.transact(made.enter)
    await store.close()
    with pytest.raises(NotExported, match="这次尝试已记录"):
        await asking(settings, "wangfang", lambda by: case_pdf(by, made.number, made.out))
    store = Store(sqlite_url)
    await store.open()
    (attempt,) = await records("attempt.refused")
    await store.close()
    assert (attempt["log"], attempt["ok"], attempt["why"]) == ("shouyue/huachen/net", False, "not-found")
    assert not made.out.exists()


async def test_who_does_not_exist_is_told_so(home: Path, sqlite_url: str) -> None:
    settings = Settings(home=home, database={"url": sqlite_url})
    keys.create(settings)
    with pytest.raises(NotExported, match="nobody"):
        await asking(settings, "nobody", lambda by: case_text(by, "Q1"))


@pytest.mark.parametrize("take", [log_lines, log_pack])
async def test_a_whole_log_that_is_taken_out_tells_who_as_what_and_which_file_it_became(
    desk: Desk, take: object
) -> None:
    done = await take(desk.asks(desk.auditor), "huachen/heavy", desk.out)  # type: ignore[operator]
    (exported,), (written,) = await records("log.exported"), await records("log.written")
    assert exported["actor"]["sub"] == office.by(desk.auditor).subject  # type: ignore[index]
    assert exported["data"]["format"] == {log_lines: "jsonl", log_pack: "pack"}[take]  # type: ignore[index]
    assert done.records == exported["seq"]
    assert written["data"]["of"] == exported["seq"]  # type: ignore[index]
    assert written["data"]["sha256"] == hashlib.sha256(desk.out.read_bytes()).hexdigest() == done.sha256  # type: ignore[index]
    assert desk.out.stat().st_mode & 0o077 == 0
    assert (await verifying.verify("shouyue/huachen/heavy"))[1] is None


async def test_a_whole_log_is_taken_out_byte_for_byte_the_record_of_that_included(desk: Desk) -> None:
    await log_lines(desk.asks(None), "huachen/heavy", desk.out)
    kept = await AuditRecord.filter(log="shouyue/huachen/heavy").order_by("seq").values_list("line", flat=True)
    assert desk.out.read_text("utf-8").splitlines() == kept[:-1]


@pytest.mark.parametrize("take", [log_lines, log_pack])
async def test_who_may_not_take_a_whole_log_gets_no_file_and_no_other_log_either(desk: Desk, take: object) -> None:
    for who, path, refusal in (
        (desk.hr, "huachen/heavy", NotAllowed),
        (desk.auditor, "shouyue", NotFound),
        (None, "huachen/absent", NotExported),
    ):
        with pytest.raises(refusal):
            await take(desk.asks(who), path, desk.out)  # type: ignore[operator]
    assert await records("log.exported") == []
    assert list(desk.out.parent.glob("*out*")) == []


async def test_the_log_of_no_unit_is_the_operators(desk: Desk) -> None:
    done = await log_lines(desk.asks(None), "shouyue", desk.out)
    assert [json.loads(line)["type"] for line in desk.out.read_text("utf-8").splitlines()][-1] == "log.exported"
    assert done.records == (await records("log.exported"))[0]["seq"]

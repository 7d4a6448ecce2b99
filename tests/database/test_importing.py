"""What an import leaves in the store, on both engines: nobody told, nothing twice, every line recorded."""

import asyncio
import csv
import io
import json
import os
import re
import subprocess
import sys
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.auditing import with_store
from bot.import_command import Options, import_file
from bot.importing import mapping as mappings
from bot.importing.importer import CHUNK, Company, Importer
from bot.importing.reading import read_table
from bot.importing.report import Report
from bot.settings import load
from handlers.reading.names import query_terms
from models import (
    AuditRecord,
    Booking,
    BookingStatus,
    Candidate,
    Employee,
    Organisation,
    OutboxMessage,
    Platform,
    Preset,
    Role,
)
from models.store import Store
from workflow import access, administering, finding, verifying
from workflow.acting import Act

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = ROOT / "docs/examples/import"
NOW = datetime(2026, 11, 24, 1, 30, tzinfo=UTC)
HEADER = "organisation,position,candidate,starts_at,phone"
ZHANG = "huachen/net,Java后端,张伟,2027-03-10 15:00,13800138123"


async def enter_company() -> None:
    act = Act(NOW, "demo", "administrator")
    units = {}
    for path, preset in (("huachen/net", Preset.FAST), ("huachen/heavy", Preset.STRICT), ("huachen/works", None)):
        units[path] = await administering.add_organisation(act, path, path, preset)
    for key, path in (("lilei", "huachen/net"), ("wutong", "huachen/heavy"), ("zhenghao", "huachen/works")):
        await administering.add_employee(act, key, key, units[path], [Role.INTERVIEWER], [Platform.DINGTALK])
    await administering.add_employee(act, "wangfang", "王芳", units["huachen/net"], [Role.HR], [Platform.DINGTALK])


@pytest.fixture
async def company(store: Store) -> Store:
    await store.transact(enter_company)
    return store


async def run(
    store: Store, file: Path, mapping: Path | None = None, *, dry_run: bool = False, now: datetime = NOW
) -> Report:
    table = read_table(file)
    fitted = (mappings.load(mapping) if mapping else mappings.Mapping()).fitted(table.header)
    act = Act(now, "import", "operator", source=table.digest)
    importer = Importer(None if dry_run else store, act, await Company.load(), lambda done, of: None)
    return await importer.run(table, fitted)


@pytest.fixture
def written(tmp_path: Path) -> Path:
    return tmp_path / "file.csv"


def lines(file: Path, *rows: str, header: str = HEADER) -> Path:
    file.write_text("\n".join([header, *rows]), "utf-8")
    return file


def counts(report: Report) -> tuple[int, int, int, int]:
    return report.rows, report.imported, report.updated, report.rejected


def warned(report: Report) -> list[tuple[int, str]]:
    return sorted((each.row, each.code) for each in report.warnings)


async def only_booking() -> Booking:
    return await Booking.get().prefetch_related("candidate", "position", "interviewer", "organisation")


async def test_the_dirty_example_comes_in_once_and_tells_nobody(company: Store) -> None:
    file, mapping = EXAMPLES / "dirty.csv", EXAMPLES / "dirty.yaml"
    assert counts(await run(company, file, mapping, dry_run=True)) == (60, 40, 1, 19)
    assert await Booking.all().count() == await Candidate.all().count() == 0
    report = await run(company, file, mapping)
    assert counts(report) == (60, 40, 1, 19)
    assert warned(report) == [
        (15, "clash"),
        (28, "hidden-characters"),
        (29, "hidden-characters"),
        (33, "clash"),
        (35, "past"),
        (37, "clash"),
        (39, "duplicate-in-file"),
        (41, "person-shared"),
    ]
    assert await Booking.all().count() == 40
    assert await OutboxMessage.exclude(topic="sign").count() == 0
    assert counts(await run(company, EXAMPLES / "dirty-gbk.csv", mapping)) == (60, 0, 41, 19)
    assert await Booking.all().count() == 40
    assert await Candidate.all().count() == 39


async def test_every_booking_is_in_the_log_with_the_file_s_digest(company: Store) -> None:
    report = await run(company, EXAMPLES / "dirty.csv", EXAMPLES / "dirty.yaml")
    digest = read_table(EXAMPLES / "dirty.csv").digest
    entered = [json.loads(row.line) for row in await AuditRecord.filter(action="booking.entered")]
    assert len(entered) == report.imported
    assert {line["data"]["in"] for line in entered} == {digest}
    assert {line["actor"]["via"] for line in entered} == {"import"}
    for log in ("shouyue/huachen/net", "shouyue/huachen/heavy", "shouyue/huachen/works"):
        assert (await verifying.verify(log))[1] is None


async def test_no_name_phone_or_mail_address_of_a_file_lies_open_in_the_store(
    sqlite_url: str, installed_vault: object, written: Path
) -> None:
    store = Store(sqlite_url)
    await store.open()
    try:
        await store.transact(enter_company)
        await run(store, lines(written, ZHANG + ",weizhang@mail.example", header=HEADER + ",email"))
    finally:
        await store.close()
    data = b"".join(each.read_bytes() for each in Path(sqlite_url.removeprefix("sqlite://")).parent.glob("*.db*"))
    assert "Java后端".encode() in data
    assert not re.search("张伟|13800138123|weizhang".encode(), data)


@pytest.mark.parametrize("typed", ["张伟", "zhangwei", "zw", "8123", "伟"])
async def test_what_comes_in_is_found_the_way_people_type(company: Store, written: Path, typed: str) -> None:
    await run(company, lines(written, ZHANG, ZHANG.replace("张伟", "李强").replace("8123", "4410")))
    hr = await Employee.get(key="wangfang")
    found = await finding.find(hr, access.CANCEL, NOW, any_of=query_terms(typed))
    assert [each.candidate.name for each in found] == ["张伟"]


async def test_the_same_unit_phone_and_start_is_an_update(company: Store, written: Path) -> None:
    await run(company, lines(written, ZHANG))
    before = await only_booking()
    header = HEADER + ",interviewer,duration_min,round,link,status,confirmed_at"
    row = (
        "huachen/net,架构师,张伟,2027-03-10T07:00:00Z,+86 138 0013 8123,"
        "lilei,60,二面,https://x.example/r,confirmed,2026-11-20 10:00"
    )
    assert counts(await run(company, lines(written, row, header=header))) == (1, 0, 1, 0)
    after = await only_booking()
    assert (after.id, after.number, after.revision) == (before.id, before.number, before.revision + 1)
    assert (after.position.name, after.interviewer and after.interviewer.key) == ("架构师", "lilei")
    assert (after.duration_min, after.round, after.room_url) == (60, "二面", "https://x.example/r")
    assert (after.status, after.confirmed_at) == (BookingStatus.CONFIRMED, datetime(2026, 11, 20, 2, 0, tzinfo=UTC))


async def test_empty_cells_and_absent_columns_leave_a_booking_as_it_is(company: Store, written: Path) -> None:
    header = HEADER + ",interviewer,duration_min,status"
    await run(company, lines(written, ZHANG + ",lilei,60,confirmed", header=header))
    before = await only_booking()
    for file in (lines(written, ZHANG), lines(written, ZHANG + ",,,", header=header)):
        assert counts(await run(company, file)) == (1, 0, 1, 0)
    after = await only_booking()
    assert (after.revision, after.duration_min, after.status) == (before.revision, 60, BookingStatus.CONFIRMED)


async def test_the_same_number_is_an_update_even_at_another_time(company: Store, written: Path) -> None:
    header = HEADER + ",booking_no"
    await run(company, lines(written, ZHANG + ",ATS-1", header=header))
    moved = ZHANG.replace("15:00", "16:00") + ",ATS-1"
    report = await run(company, lines(written, moved, header=header))
    assert counts(report) == (1, 0, 1, 0)
    assert warned(report) == [(2, "moved")]
    booking = await only_booking()
    assert (booking.number, booking.starts_at.hour) == ("ATS-1", 8)


async def test_two_numbers_are_two_bookings_and_a_clash(company: Store, written: Path) -> None:
    file = lines(written, ZHANG + ",ATS-1", ZHANG + ",ATS-2", header=HEADER + ",booking_no")
    report = await run(company, file)
    assert counts(report) == (2, 2, 0, 0)
    assert warned(report) == [(3, "clash")]
    assert counts(await run(company, file)) == (2, 0, 2, 0)


async def test_a_number_of_theirs_finds_the_booking_that_came_without_one(company: Store, written: Path) -> None:
    await run(company, lines(written, ZHANG))
    assert counts(await run(company, lines(written, ZHANG + ",ATS-1", header=HEADER + ",booking_no"))) == (1, 0, 1, 0)


async def test_a_number_of_another_unit_is_refused(company: Store, written: Path) -> None:
    header = HEADER + ",booking_no"
    await run(company, lines(written, ZHANG + ",ATS-1", header=header))
    report = await run(company, lines(written, ZHANG.replace("/net", "/heavy") + ",ATS-1", header=header))
    assert [(each.row, each.column, each.code) for each in report.errors] == [(2, "booking_no", "booking-no")]


async def test_the_same_person_in_two_units_at_once_is_a_clash(company: Store, written: Path) -> None:
    await run(company, lines(written, ZHANG))
    report = await run(company, lines(written, ZHANG.replace("/net", "/heavy").replace("15:00", "15:30")))
    assert counts(report) == (1, 1, 0, 0)
    assert warned(report) == [(2, "clash")]


async def test_an_interviewer_is_in_one_place_at_a_time(company: Store, written: Path) -> None:
    other = ZHANG.replace("张伟", "李强").replace("8123", "9999")
    rows = [ZHANG + ",lilei,60", other.replace("15:00", "15:59") + ",lilei,30"]
    header = HEADER + ",interviewer,duration_min"
    assert warned(await run(company, lines(written, *rows, header=header))) == [(3, "clash")]
    after = other.replace("15:00", "16:30").replace("9999", "7777") + ",lilei,30"
    assert warned(await run(company, lines(written, after, header=header))) == []


async def test_what_is_cancelled_takes_nobody_s_time(company: Store, written: Path) -> None:
    rows = [ZHANG + ",cancelled", ZHANG.replace("15:00", "15:10") + ",scheduled"]
    assert warned(await run(company, lines(written, *rows, header=HEADER + ",status"))) == []


@pytest.mark.parametrize(
    ("before", "stated", "after"),
    [
        (BookingStatus.SCHEDULED, "confirmed", BookingStatus.CONFIRMED),
        (BookingStatus.CONFIRMED, "scheduled", BookingStatus.CONFIRMED),
        (BookingStatus.SCHEDULED, "cancelled", BookingStatus.SCHEDULED),
        (BookingStatus.CANCELLED, "scheduled", BookingStatus.CANCELLED),
        (BookingStatus.FROZEN, "confirmed", BookingStatus.FROZEN),
    ],
)
async def test_an_import_walks_around_no_rule(
    company: Store, written: Path, before: BookingStatus, stated: str, after: BookingStatus
) -> None:
    await run(company, lines(written, ZHANG))
    await Booking.all().update(status=before)
    report = await run(company, lines(written, f"{ZHANG},{stated}", header=HEADER + ",status"))
    assert counts(report) == (1, 0, 1, 0)
    assert (await only_booking()).status == after
    assert ("state-kept" in {each.code for each in report.warnings}) == (after != stated)


async def test_a_booking_that_is_being_cancelled_is_not_changed(company: Store, written: Path) -> None:
    await run(company, lines(written, ZHANG))
    await Booking.all().update(status=BookingStatus.FROZEN)
    report = await run(company, lines(written, ZHANG.replace("Java后端", "架构师")))
    assert [each.code for each in report.errors] == ["in-progress"]
    assert (await only_booking()).position.name == "Java后端"


async def test_what_is_over_may_be_settled_by_a_later_file(company: Store, written: Path) -> None:
    past, header = ZHANG.replace("2027", "2025"), HEADER + ",status"
    await run(company, lines(written, past))
    report = await run(company, lines(written, past + ",no_show", header=header))
    assert (counts(report), warned(report)) == ((1, 0, 1, 0), [])
    assert (await only_booking()).status == BookingStatus.NO_SHOW


async def test_namesakes_stay_apart_and_a_shared_phone_is_pointed_out(company: Store, written: Path) -> None:
    rows = [ZHANG, ZHANG.replace("8123", "4410"), ZHANG.replace("张伟", "张玮").replace("03-10", "03-11")]
    report = await run(company, lines(written, *rows))
    assert await Candidate.all().count() == 3
    assert warned(report) == [(4, "person-shared")]


async def test_a_known_candidate_keeps_the_channel_they_chose(company: Store, written: Path) -> None:
    header = HEADER + ",channel"
    await run(company, lines(written, ZHANG + ",sms", header=header))
    report = await run(company, lines(written, ZHANG.replace("03-10", "03-11") + ",kf", header=header))
    assert warned(report) == [(2, "candidate-kept")]
    assert (await Candidate.get()).preferred == Platform.SMS


async def test_a_corrected_name_changes_whose_booking_it_is(company: Store, written: Path) -> None:
    await run(company, lines(written, ZHANG))
    assert counts(await run(company, lines(written, ZHANG.replace("张伟", "章伟")))) == (1, 0, 1, 0)
    assert (await only_booking()).candidate.name == "章伟"


async def test_an_import_that_died_half_way_is_finished_by_the_next(company: Store, written: Path) -> None:
    rows = [f"huachen/net,Java后端,张伟,2027-03-10 15:00,139{number:08d}" for number in range(CHUNK + 20)]
    file = lines(written, *rows)

    class Dead(Exception):
        pass

    def die(done: int, of: int) -> None:
        raise Dead

    table = read_table(file)
    act = Act(NOW, "import", "operator", source=table.digest)
    with pytest.raises(Dead):
        await Importer(company, act, await Company.load(), die).run(table, mappings.Mapping().fitted(table.header))
    assert await Booking.all().count() == CHUNK
    assert counts(await run(company, file)) == (CHUNK + 20, 20, CHUNK, 0)
    assert await Booking.all().count() == CHUNK + 20


RAW = """Date of Interview,Client name,Industry,Location,Position to be closed,Nature of Skillset,Interview Type,\
Name(Cand ID),Expected Attendance
13.02.2015,Hospira,Pharma,Chennai,Production- Sterile,Routine,Scheduled Walkin,Candidate 1,Yes
04/12/16,Standard Chartered Bank,BFSI,Chennai,Routine,Fresher,Scheduled ,Candidate 2,No
5.5.16,Hospira,Pharma,Chennai,Niche,Regulatory,Walkin ,Candidate 3,NA
25-5-2016,ANZ,BFSI,Chennai,Routine,Banking Operations,Sceduled walkin,Candidate 4,Yes
25 – Apr-16,Pfizer,Pharma,Chennai,Routine,Tech Lead- Mednet,Scheduled Walk In,Candidate 5,Yes
28.8.2016 & 10.30 AM,Pfizer,Pharma,Bangalore,Niche,Publishing,Scheduled Walkin,Candidate 6,Yes
22.01.2016,Standard Chartered Bank Chennai,BFSI,chennai,Routine,11.30 AM,Scheduled Walk In,Candidate 7,Uncertain
12.04.2023,Pfizer,Pharma,Chennai,Niche,Production,Scheduled ,Candidate 8,Yes
30.1.16 ,Standard Chartered Bank,BFSI,Chennai,Routine,Java,Scheduled Walk In,Candidate 1,Yes
31.02.2016,UST,IT,Bangalore,Dot Net,Routine,Scheduled Walkin,Candidate 9,Yes
,\ufeff\ufeff,,,,,,,
"""


@pytest.fixture
def raw(written: Path) -> Path:
    """Return a file with the mess of the real one."""
    written.write_text(RAW, "utf-8-sig")
    return written


async def test_real_history_comes_in_without_phones_each_reject_with_its_reason(company: Store, raw: Path) -> None:
    report = await run(company, raw, EXAMPLES / "interviews-raw.yaml")
    assert counts(report) == (11, 9, 0, 2)
    assert [(each.row, each.code) for each in report.errors] == [(11, "date"), (12, "empty")]
    bookings = await Booking.all().prefetch_related("position", "candidate").order_by("starts_at")
    assert Counter(each.status for each in bookings) == {BookingStatus.COMPLETED: 9}
    assert len({each.candidate.id for each in bookings}) == 8
    eighth = administering.key_index(await Organisation.get(path="huachen/net"), "Candidate 8")
    positions = {each.position.name for each in bookings}
    assert {"Pfizer · Tech lead-Mednet", "Standard Chartered Bank", "Hospira · Routine"} <= positions
    assert [f"{each.starts_at:%Y-%m-%d}" for each in bookings if each.candidate.key_index == eighth] == ["2016-04-12"]
    assert counts(await run(company, raw, EXAMPLES / "interviews-raw.yaml")) == (11, 0, 9, 2)


# --- the command, as an administrator runs it ---------------------------------------------------------------------


@pytest.fixture
def ready_home(home: Path) -> Path:
    """Return a home with keys, a store and a company."""
    (home / "settings.yaml").write_text(f"home: {home}\n", "utf-8")
    assert command(home, "setup").returncode == 0
    settings = load(home / "settings.yaml")
    asyncio.run(with_store(settings, lambda store: store.transact(enter_company)))
    return home


def command(home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("SHOUYUE_")}
    environment["SHOUYUE_HOME"] = str(home)
    return subprocess.run(
        [sys.executable, "-m", "bot", *arguments],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
    )


def test_the_command_prints_one_document_and_its_exit_code_says_how_it_went(ready_home: Path, written: Path) -> None:
    good = command(ready_home, "import", str(lines(written, ZHANG)), "--json")
    assert good.returncode == 0
    assert json.loads(good.stdout) == {
        "rows": 1,
        "imported": 1,
        "updated": 0,
        "rejected": 0,
        "errors": [],
        "warnings": [],
    }
    bad = command(ready_home, "import", str(lines(written, ZHANG, ZHANG.replace("net", "nat"))), "--json")
    found = json.loads(bad.stdout)
    assert (bad.returncode, found["updated"], found["rejected"]) == (1, 1, 1)
    assert {key: found["errors"][0][key] for key in ("row", "column", "code")} == {
        "row": 3,
        "column": "organisation",
        "code": "unknown-organisation",
    }
    unreadable = command(ready_home, "import", str(lines(written, header=HEADER + ",salary")), "--json")
    assert unreadable.returncode == 2
    assert "salary" in json.loads(unreadable.stdout)["error"]


def test_others_go_on_writing_while_an_import_runs(ready_home: Path, written: Path) -> None:
    rows = [f"huachen/net,Java后端,张伟,2027-03-10 15:00,139{number:08d}" for number in range(3 * CHUNK)]
    lines(written, *rows)
    act = Act(NOW, "cli", "administrator")

    async def write_beside(store: Store) -> tuple[int, int | None, int]:
        importing = asyncio.create_task(asyncio.to_thread(command, ready_home, "import", str(written), "--json"))
        times = 0
        while not importing.done():
            await store.transact(lambda: administering.add_organisation(act, "huachen/net", "华辰互联", Preset.FAST))
            times += 1
            await asyncio.sleep(0.01)
        assert json.loads((await importing).stdout)["imported"] == 3 * CHUNK
        records, first_bad, _ = await verifying.verify("shouyue/huachen/net")
        return records, first_bad, times

    records, first_bad, times = asyncio.run(with_store(load(ready_home / "settings.yaml"), write_beside))
    assert first_bad is None
    assert records >= 3 * CHUNK + times


def test_a_store_that_is_not_there_is_said_and_not_made(home: Path, written: Path) -> None:
    (home / "settings.yaml").write_text(f"home: {home}\n", "utf-8")
    said = command(home, "import", str(lines(written, ZHANG)), "--json")
    assert said.returncode == 2
    assert "setup" in json.loads(said.stdout)["error"]
    assert list(home.glob("*.db")) == []


def test_rejected_rows_are_written_safely_and_come_in_once_repaired(ready_home: Path, tmp_path: Path) -> None:
    rejected = tmp_path / "rejected.csv"
    arguments = ("import", str(EXAMPLES / "dirty.csv"), "--mapping", str(EXAMPLES / "dirty.yaml"))
    assert command(ready_home, *arguments, "--dry-run", "--errors", str(rejected)).returncode == 1
    data = rejected.read_bytes()
    assert data.startswith(b"\xef\xbb\xbf")
    assert rejected.stat().st_mode & 0o077 == 0
    rows = list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))
    assert rows[0][-2:] == ["导入行号", "导入原因"]
    assert [int(row[-2]) for row in rows[1:]] == [11, *range(44, 62)]
    assert all(row[-1] for row in rows[1:])
    assert [cell for row in rows for cell in row if re.match("[=+@＝＋－＠\t-]", cell)] == []
    formula = next(row for row in rows if row[-2] == "59")
    assert formula[2].startswith("'=HYPERLINK")
    repaired = data.decode("utf-8-sig").replace("2028年2月30日 15:00", "2028年2月29日 15:00")
    rejected.write_text(repaired, "utf-8-sig")
    settings = load(ready_home / "settings.yaml")
    report = asyncio.run(import_file(settings, Options(rejected, EXAMPLES / "dirty.yaml")))
    assert counts(report) == (19, 1, 0, 18)


def test_the_errors_file_never_overwrites_what_is_imported(ready_home: Path, written: Path) -> None:
    file = lines(written, ZHANG)
    said = command(ready_home, "import", str(file), "--errors", str(file), "--json")
    assert said.returncode == 2
    assert file.read_text("utf-8").endswith(ZHANG)


WILD = (
    "0001-01-01 00:00",
    "0001-01-01T00:00+14:00",
    "9999-12-31 23:59-12:00",
    "https://[",
    "https://℀.example/",
    "٢٠٢٧-٠٣-١٠ 15:00",
    "a\0b",
    "\u2028",
    "\ufeff",
    "=1+1",
    "' OR 1=1 --",
    "张" * 500,
    "1e309",
    "-1",
    "　",
)


async def test_whatever_stands_in_a_cell_every_row_has_its_outcome(company: Store, written: Path) -> None:
    fields = [name for name in mappings.STANDARD if name not in ("organisation", "position", "candidate")]
    good = dict(zip(HEADER.split(","), ZHANG.split(","), strict=True))
    with written.open("w", encoding="utf-8", newline="") as out:
        table = csv.DictWriter(out, mappings.STANDARD, restval="")
        table.writeheader()
        for place, (name, cell) in enumerate((name, cell) for name in mappings.STANDARD for cell in WILD):
            spread = {"starts_at": f"2027-03-{1 + place % 28:02} {8 + place // 28:02}:00"}
            table.writerow({**good, **spread, name: cell})
    report = await run(company, written)
    assert report.rows == len(mappings.STANDARD) * len(WILD)
    assert report.rows == report.imported + report.updated + report.rejected
    assert report.imported
    assert {each.column for each in report.errors} >= {"starts_at", "link", *fields[1:3]}
    again = await run(company, written)
    assert (again.rows, again.imported, again.rejected) == (report.rows, 0, report.rejected)

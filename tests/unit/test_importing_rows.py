"""Rows become entries or faults; the example file is pinned row by row."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.importing import mapping as mappings
from bot.importing.mapping import Mapping
from bot.importing.reading import SourceRow, read_table
from bot.importing.rows import Checked, Checker, Directory
from models import BookingStatus

EXAMPLES = Path(__file__).resolve().parents[2] / "docs/examples/import"
NOW = datetime(2026, 11, 24, 1, 30, tzinfo=UTC)
DIRECTORY = Directory(
    frozenset({"huachen", "huachen/net", "huachen/heavy", "huachen/works"}), frozenset({"lilei", "wutong", "zhenghao"})
)
GOOD = {
    "organisation": "huachen/net",
    "position": "Java后端",
    "candidate": "张伟",
    "starts_at": "2027-03-10 15:00",
    "phone": "13800138123",
}
REJECTED = {
    11: ["phone"],
    44: ["missing"],
    45: ["date"],
    46: ["date"],
    47: ["date"],
    48: ["date"],
    49: ["date-ambiguous"],
    50: ["date-ambiguous"],
    51: ["phone"],
    52: ["phone"],
    53: ["phone"],
    54: ["email"],
    55: ["missing"],
    56: ["unknown-interviewer"],
    57: ["unknown-organisation"],
    58: ["channel", "status"],
    59: ["name"],
    60: ["duration", "missing"],
    61: ["empty"],
}


def check(cells: dict[str, str], mapping: Mapping | None = None) -> Checked:
    header = tuple(cells)
    checker = Checker((mapping or Mapping()).fitted(header), header, DIRECTORY, NOW)
    return checker.check(SourceRow(2, tuple(cells.values())))


def faults(cells: dict[str, str], mapping: Mapping | None = None) -> list[tuple[str, str]]:
    return [(each.column, each.code) for each in check(cells, mapping).faults]


def example(name: str) -> list[Checked]:
    table = read_table(EXAMPLES / name)
    mapping = mappings.load(EXAMPLES / "dirty.yaml").fitted(table.header)
    checker = Checker(mapping, table.header, DIRECTORY, NOW)
    return [checker.check(row) for row in table.rows]


def codes(checked: Sequence[Checked]) -> dict[int, list[str]]:
    return {place: sorted(each.code for each in row.faults) for place, row in enumerate(checked, start=2) if row.faults}


def test_the_dirty_example_is_rejected_where_it_should_be_and_nowhere_else() -> None:
    checked = example("dirty.csv")
    assert len(checked) == 60
    assert codes(checked) == REJECTED


def test_its_gbk_twin_reads_the_same() -> None:
    read = [each.entry for each in example("dirty.csv")]
    assert [each.entry for each in example("dirty-gbk.csv")] == read
    assert codes(example("dirty-gbk.csv")) == REJECTED


def test_the_dirty_example_warns_of_what_cannot_be_seen() -> None:
    hidden = [
        row.entry.row
        for row in example("dirty.csv")
        for each in row.warnings
        if each.code == "hidden-characters" and row.entry
    ]
    assert hidden == [28, 29]


def test_a_row_with_the_standard_columns_becomes_an_entry() -> None:
    entry = check(GOOD | {"status": "confirmed", "interviewer": "lilei", "duration_min": "30"}).entry
    assert entry is not None
    assert entry.starts_at == datetime(2027, 3, 10, 7, 0, tzinfo=UTC)
    assert (entry.status, entry.interviewer, entry.duration_min) == (BookingStatus.CONFIRMED, "lilei", 30)


def test_every_fault_of_a_row_is_found() -> None:
    cells = GOOD | {"organisation": "huachen/nett", "starts_at": "soon", "phone": "1", "interviewer": "lileo"}
    assert faults(cells) == [
        ("organisation", "unknown-organisation"),
        ("starts_at", "date"),
        ("phone", "phone"),
        ("interviewer", "unknown-interviewer"),
    ]
    assert "是不是 huachen/net？" in check(cells).faults[0].message


@pytest.mark.parametrize("name", ["organisation", "position", "candidate", "starts_at", "phone"])
def test_what_is_required_is_missed(name: str) -> None:
    assert faults(GOOD | {name: " \u200b"}) == [(name, "missing")]


def test_a_mail_address_does_instead_of_a_phone() -> None:
    assert faults(GOOD | {"phone": "", "email": "a@mail.example"}) == []


@pytest.mark.parametrize("status", ["completed", "no_show"])
def test_what_is_ahead_has_no_outcome_yet(status: str) -> None:
    assert faults(GOOD | {"status": status}) == [("status", "status")]
    assert faults(GOOD | {"status": status, "starts_at": "2025-03-10 15:00"}) == []


def test_what_is_over_without_an_outcome_is_imported_with_a_warning() -> None:
    checked = check(GOOD | {"starts_at": "2025-03-10 15:00"})
    assert checked.entry
    assert [each.code for each in checked.warnings] == ["past"]


def test_an_hour_nobody_interviews_at_is_pointed_out() -> None:
    assert [each.code for each in check(GOOD | {"starts_at": "2027-03-10 03:30"}).warnings] == ["odd-hour"]


def test_the_app_channel_is_accepted_and_said_not_to_exist_yet() -> None:
    assert [each.code for each in check(GOOD | {"channel": "app"}).warnings] == ["channel-unavailable"]


HISTORY = Mapping.model_validate(
    {
        "columns": {
            "organisation": {"value": "huachen/net"},
            "position": {"columns": ["Client", "Skill"], "join": " · "},
            "candidate": "Id",
            "candidate_key": "Id",
            "starts_at": ["Day", "At"],
            "status": {"value": "completed"},
        },
        "values": {"position": {"11.30 AM": "", "hewitt": "Aon Hewitt"}},
        "missing": ["NA"],
        "dates": {"forms": ["%d.%m.%y", "%d-%b-%y", "%d.%m.%Y & %I.%M %p", "%d.%m.%y %H:%M"], "default_time": "09:00"},
        "history": "true",
        "identity": "candidate_key",
    }
)


@pytest.mark.parametrize(
    ("day", "at", "starts_at"),
    [
        ("21.4.16", "", "2016-04-21 01:00"),
        ("25 – Apr-16 ", "na", "2016-04-25 01:00"),
        ("28.8.2016 & 02.00 PM", "", "2016-08-28 06:00"),
        ("5.5.16", "10:30", "2016-05-05 02:30"),
    ],
)
def test_history_is_read_as_its_mapping_says(day: str, at: str, starts_at: str) -> None:
    entry = check({"Client": " Hewitt", "Skill": "11.30 AM", "Id": "Candidate 1", "Day": day, "At": at}, HISTORY).entry
    assert entry is not None
    assert (entry.position, entry.candidate_key, f"{entry.starts_at:%Y-%m-%d %H:%M}") == (
        "Aon Hewitt",
        "Candidate 1",
        starts_at,
    )


def test_history_lies_in_the_past_and_is_settled() -> None:
    row = {"Client": "UST", "Skill": "Java", "Id": "Candidate 1", "Day": "21.4.36", "At": ""}
    assert faults(row, HISTORY) == [("starts_at", "not-history")]
    live = HISTORY.model_copy(update={"columns": {k: v for k, v in HISTORY.columns.items() if k != "status"}})
    assert faults(row | {"Day": "21.4.16"}, live) == [("status", "status")]


def test_history_without_a_key_is_refused() -> None:
    row = {"Client": "UST", "Skill": "Java", "Id": "NA", "Day": "21.4.16", "At": ""}
    assert faults(row, HISTORY) == [("candidate", "missing"), ("candidate_key", "missing")]

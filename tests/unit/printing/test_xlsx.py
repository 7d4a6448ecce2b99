"""Tables for spreadsheets: texts stay texts, in two readers, and come back as they were (T15)."""

import io
import zipfile
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook
from python_calamine import CalamineWorkbook

from platforms.printing import xlsx
from platforms.printing.xlsx import Table, TooLarge, neutral, original

AT = datetime(2026, 11, 24, 10, 30)  # noqa: DTZ001 - a file's date has no zone
TITLES = ("人", "事项")
ATTACKS = [
    '=HYPERLINK("http://evil.example")',
    "+1+cmd|' /C calc'!A0",
    "-2+3",
    "@SUM(1,1)",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    "＝1+1",
    "＋1",
    "－1",
    "＠SUM",
    "'=1+1",
]


def table(*rows: tuple[str, str]) -> bytes:
    out = io.BytesIO()
    with Table(out, "审计 [日志]", TITLES, AT) as made:
        for row in rows:
            made.add(row)
    return out.getvalue()


def read(content: bytes) -> list[list[object]]:
    return CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()


@pytest.mark.parametrize("attack", ATTACKS)
def test_what_a_spreadsheet_might_calculate_is_a_text_that_begins_with_an_apostrophe(attack: str) -> None:
    content = table(("刘洋", attack), ("陈敏", "好"))
    sheet = load_workbook(io.BytesIO(content)).active
    assert sheet is not None
    cell = sheet["B2"]
    assert cell.data_type == "s"
    assert str(cell.value).startswith("'")
    assert read(content)[1:] == [["刘洋", "'" + attack, "事项"], ["陈敏", "好", ""]]
    assert original(str(read(content)[1][1])) == attack


@given(st.text(max_size=40))
def test_taking_one_apostrophe_away_gives_every_text_back(text: str) -> None:
    cell = neutral(text)
    assert cell == "" or cell[0] not in "=+-@\t\r\n＝＋－＠"
    assert (original(cell) if cell != text else cell) == text


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=60))
def test_every_character_survives_the_file(text: str) -> None:
    assert read(table(("守约", "x" + text)))[1][1] == "x" + text


def test_control_characters_and_what_looks_like_their_code_are_told_apart() -> None:
    assert read(table(("a\x07b\rc", "_x0007_")))[1][:2] == ["a\x07b\rc", "_x0007_"]


def test_no_part_of_the_file_holds_a_formula_a_link_or_a_macro() -> None:
    with zipfile.ZipFile(io.BytesIO(table(*((each, each) for each in ATTACKS)))) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml").decode()
        assert not any(f"<{word}" in sheet for word in ("f>", "f ", "hyperlink"))
        assert sheet.count('t="inlineStr"') == 3 * (len(ATTACKS) + 1)
        assert not any("vba" in name or "external" in name for name in archive.namelist())


def test_a_table_that_no_sheet_holds_is_refused() -> None:
    with pytest.raises(TooLarge):
        table(("x" * (xlsx.LONGEST + 1), ""))

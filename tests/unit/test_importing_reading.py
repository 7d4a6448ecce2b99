"""Files as people save them."""

from pathlib import Path

import pytest

from bot.importing.reading import LARGEST, MOST_ROWS, Table, neutralised, read_table
from bot.importing.report import Unreadable

TEXT = "姓名,备注\n张伟,好\n李雷,\n"


def table(tmp_path: Path, data: str | bytes) -> Table:
    file = tmp_path / "file.csv"
    file.write_bytes(data.encode() if isinstance(data, str) else data)
    return read_table(file)


def refusal(tmp_path: Path, data: str | bytes) -> str:
    with pytest.raises(Unreadable) as wrong:
        table(tmp_path, data)
    return str(wrong.value)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16"])
def test_every_encoding_people_use_reads_the_same(tmp_path: Path, encoding: str) -> None:
    read = table(tmp_path, TEXT.encode(encoding))
    assert read.header == ("姓名", "备注")
    assert [row.cells for row in read.rows] == [("张伟", "好"), ("李雷", "")]


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_the_separator_is_seen_in_the_header(tmp_path: Path, separator: str) -> None:
    assert table(tmp_path, f'"a,b;c\td"{separator}e\n1{separator}2\n').rows[0].cells == ("1", "2")


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_rows_are_numbered_as_in_a_spreadsheet(tmp_path: Path, newline: str) -> None:
    read = table(tmp_path, newline.join(["a,b", '1,"first', 'second"', "2,x", "", "3,y"]))
    assert [(row.number, row.cells[0]) for row in read.rows] == [(2, "1"), (3, "2"), (5, "3")]


def test_a_row_of_separators_is_a_row_and_is_empty(tmp_path: Path) -> None:
    assert [row.is_empty for row in table(tmp_path, "a,b\n,\n\ufeff\ufeff, \n1,\n").rows] == [True, True, False]


def test_short_rows_are_filled_and_surplus_cells_are_counted(tmp_path: Path) -> None:
    rows = table(tmp_path, "a,b,\n1\n1,2,,\n1,2,3\n").rows
    assert [(row.cells, row.surplus) for row in rows] == [(("1", ""), 0), (("1", "2"), 0), (("1", "2"), 1)]


def test_an_unclosed_quote_never_swallows_the_rest(tmp_path: Path) -> None:
    assert "引号" in refusal(tmp_path, 'a,b\n1,"open\n2,x\n3,y\n')


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "空的"),
        (b"PK\x03\x04rest", "CSV"),
        (b"a,b\n\xff\xff\xff,1\n", "第 2 行"),
        ("a,a\n1,2\n", "「a」出现了两次"),
        ("a,,b\n1,2,3\n", "第 2 列有内容"),
    ],
)
def test_what_cannot_be_read_is_said(tmp_path: Path, data: str | bytes, said: str) -> None:
    assert said in refusal(tmp_path, data)


def test_a_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match="没有这个文件"):
        read_table(tmp_path / "absent.csv")


def test_too_many_bytes_and_too_many_rows_are_refused(tmp_path: Path) -> None:
    assert "10 MB" in refusal(tmp_path, b"a\n" + b"1" * LARGEST)
    assert str(MOST_ROWS) in refusal(tmp_path, "a\n" + "1\n" * (MOST_ROWS + 1))
    assert len(table(tmp_path, "a\n" + "1\n" * MOST_ROWS).rows) == MOST_ROWS


@pytest.mark.parametrize(
    "cell", ["=1+1", "+86 138", "-1", "@SUM(A1)", "＝1", "＋1", "－1", "＠1", "\t1", "'=1", "''=1"]
)
def test_a_formula_is_neutralised_and_comes_back_unchanged(tmp_path: Path, cell: str) -> None:
    assert neutralised(cell) == f"'{cell}"
    assert table(tmp_path, f"a\n{neutralised(cell)}\n").rows[0].cells == (cell,)


@pytest.mark.parametrize("cell", ["张伟", "1+1", "'quoted'", ""])
def test_other_cells_are_left_alone(cell: str) -> None:
    assert neutralised(cell) == cell

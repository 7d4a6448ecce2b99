"""A CSV file as people save it: any of three encodings and separators, quoted line breaks, nothing lost silently."""

import csv
import hashlib
import io
import re
import unicodedata
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from bot.importing.report import Unreadable

LARGEST = 10 * 1024 * 1024  # bytes
MOST_ROWS = 50_000
SEPARATORS = ",;\t"
REASONS = ("导入行号", "导入原因")  # columns our errors file adds; a repaired one is imported as it is
_MARKS = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
_FORMULA = re.compile(r"^'*[=+\-@\t\0＝＋－＠]")


@dataclass(frozen=True)
class SourceRow:
    """One record: its row in the spreadsheet (the header is 1) and its cells, as many as the header has."""

    number: int
    cells: tuple[str, ...]
    surplus: int = 0  # filled cells beyond the header's last column

    @property
    def is_empty(self) -> bool:
        """Tell whether nothing visible stands in the row."""
        return not any(visible(cell) for cell in self.cells)


@dataclass(frozen=True)
class Table:
    """The file's header and rows; `digest` is the SHA-256 of its bytes."""

    header: tuple[str, ...]
    rows: list[SourceRow]
    digest: str


def visible(text: str) -> str:
    """Return the text without marks that nobody sees and without blanks around it."""
    return "".join(
        char for char in text if unicodedata.category(char) not in ("Cf", "Cc", "Cs") or char in "\t\n\r"
    ).strip()


def read_table(file: Path) -> Table:
    """Read a file, or raise Unreadable with what to do about it."""
    data = _bytes_of(file)
    records = _records(_text_of(data))
    header = tuple(heading(cell) for cell in records[0][1]) if records else ()
    while header and not header[-1]:
        header = header[:-1]
    if not header:
        raise Unreadable("文件是空的：第一行应为表头")
    if len(records) - 1 > MOST_ROWS:
        raise Unreadable(f"文件有 {len(records) - 1} 行，一次最多 {MOST_ROWS} 行，请分成几个文件")
    rows = [_row(number, cells, len(header)) for number, cells in records[1:]]
    _check_header(header, rows)
    return Table(header, rows, hashlib.sha256(data).hexdigest())


def _bytes_of(file: Path) -> bytes:
    try:
        if file.stat().st_size > LARGEST:
            raise Unreadable(f"文件超过 {LARGEST // 1024 // 1024} MB，请分成几个文件")
        data = file.read_bytes()
    except FileNotFoundError:
        raise Unreadable(f"没有这个文件：{file}") from None
    except OSError as wrong:
        raise Unreadable(f"打不开 {file}：{wrong.strerror}") from None
    if data[:4] == b"PK\x03\x04" or data[:4] == b"\xd0\xcf\x11\xe0":
        raise Unreadable("这是 Excel 工作簿，请在表格软件里另存为 CSV（UTF-8）再导入")
    return data


def _text_of(data: bytes) -> str:
    """Decode by the mark at the beginning, else as strict UTF-8, else as GB18030; never by guessing from statistics."""
    marked = next((name for mark, name in _MARKS.items() if data.startswith(mark)), None)
    for name in [marked] if marked else ["utf-8", "gb18030"]:
        try:
            return data.decode(name)
        except UnicodeDecodeError as wrong:
            line = data.count(b"\n", 0, wrong.start) + 1
    raise Unreadable(f"第 {line} 行的文字既不是 UTF-8 也不是 GB18030，请在表格软件里另存为 CSV（UTF-8）")


def _records(text: str) -> list[tuple[int, list[str]]]:
    """Split into records with their spreadsheet rows; a line without anything, separators included, is passed over."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_separator(text), strict=True)
    try:
        return [(number, cells) for number, cells in enumerate(reader, start=1) if cells]
    except csv.Error:
        raise Unreadable(f"文件第 {reader.line_num} 行附近的引号不成对，后面的内容分不清是哪一格") from None


def _separator(text: str) -> str:
    header = re.sub(r'"[^"]*"', "", text.lstrip("\r\n").partition("\n")[0])
    return max(SEPARATORS, key=header.count)


def heading(cell: str) -> str:
    """Return a column's name as it is compared: half-width, blanks single, nothing invisible."""
    return " ".join(visible(unicodedata.normalize("NFKC", cell)).split())


def _row(number: int, cells: list[str], width: int) -> SourceRow:
    kept = tuple(_restored(cell) for cell in cells[:width])
    surplus = sum(1 for cell in cells[width:] if visible(cell))
    return SourceRow(number, kept + ("",) * (width - len(kept)), surplus)


def _check_header(header: tuple[str, ...], rows: list[SourceRow]) -> None:
    twice = [name for name, count in Counter(header).items() if count > 1 and name]
    if twice:
        raise Unreadable(f"表头里「{twice[0]}」出现了两次")
    for place, name in enumerate(header):
        if not name and any(visible(row.cells[place]) for row in rows):
            raise Unreadable(f"第 {place + 1} 列有内容，但没有表头")


def neutralised(cell: str) -> str:
    """Return a cell as it may be opened in a spreadsheet: what would be taken for a formula gets an apostrophe first.

    Reading takes exactly one such apostrophe away again, so nothing is lost on the way (reliability.md T15).
    """
    return f"'{cell}" if _FORMULA.match(cell) else cell


def _restored(cell: str) -> str:
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell) else cell

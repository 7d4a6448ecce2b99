"""A table as an XLSX file in which every cell is a text, and none a formula (T15).

A cell that a spreadsheet might take for a formula, also after it was saved as CSV and opened again, gets one apostrophe
in front. So does one that begins with an apostrophe, so that taking one away always gives the text back. The last
column names the cells of its row that were changed.
"""

import re
import zipfile
from collections.abc import Sequence
from datetime import datetime
from typing import IO, Self
from xml.sax.saxutils import escape

DANGEROUS = frozenset("=+-@\t\r\n\0＝＋－＠")
QUOTE = "'"
NOTED = "加了撇号的列"
MOST_ROWS = 1_048_575  # of a sheet, below its heading
LONGEST = 32_767  # characters in a cell
WIDTH = 16  # of a column, in characters

UNFIT = re.compile("[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff\r]|_x[0-9A-Fa-f]{4}_")

TYPES = (
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>'
    '<Override PartName="/xl/workbook.xml" '
    'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>'
    '<Override PartName="/xl/styles.xml" '
    'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml"/>'
    '<Override PartName="/xl/worksheets/sheet1.xml" '
    'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>'
)
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
SHEETS = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
STYLES = (
    f'<styleSheet xmlns="{SHEETS}"><fonts count="2"><font><sz val="11"/></font><font><b/><sz val="11"/></font></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill>'
    '<fill><patternFill patternType="gray125"/></fill></fills>'
    '<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
    '<cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="3"><xf numFmtId="49" applyNumberFormat="1"/>'
    '<xf numFmtId="49" fontId="1" applyNumberFormat="1" applyFont="1"/>'
    '<xf numFmtId="49" applyNumberFormat="1" applyAlignment="1"><alignment vertical="top" wrapText="1"/></xf>'
    '</cellXfs><cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
)


class TooLarge(Exception):
    """The table does not fit: more rows than a sheet has, or a cell longer than one may be."""


def neutral(text: str) -> str:
    """Return the text as no spreadsheet will calculate it; `text` itself where there is no danger."""
    return QUOTE + text if text[:1] in DANGEROUS | {QUOTE} and text else text


def original(cell: str) -> str:
    """Return the text that `neutral` was given."""
    return cell.removeprefix(QUOTE)


class Table:
    """A workbook of one sheet, written row by row: `with Table(…) as table: table.add(row)`; `count` rows so far."""

    def __init__(self, out: IO[bytes], name: str, titles: Sequence[str], made_at: datetime) -> None:
        self.titles, self.count = tuple(titles), 0
        self._archive = zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED)
        date = made_at.timetuple()[:6]
        for path, text in _frame(name).items():
            self._archive.writestr(zipfile.ZipInfo(path, date), f"{HEAD}{text}", zipfile.ZIP_DEFLATED)
        sheet = zipfile.ZipInfo("xl/worksheets/sheet1.xml", date)
        sheet.compress_type = zipfile.ZIP_DEFLATED
        self._sheet = self._archive.open(sheet, "w", force_zip64=True)

    def __enter__(self) -> Self:
        self._sheet.write(_opening(self.titles))
        self._sheet.write(_row(1, [*self.titles, NOTED]))
        return self

    def add(self, row: Sequence[str]) -> None:
        """Write one row, every cell neutral; its last cell names the columns that had to be changed."""
        if self.count == MOST_ROWS:
            raise TooLarge(f"more than {MOST_ROWS} rows")
        self.count += 1
        cells = [neutral(each) for each in row]
        changed = [title for title, text, cell in zip(self.titles, row, cells, strict=True) if text != cell]
        self._sheet.write(_row(self.count + 1, [*cells, "、".join(changed)]))

    def __exit__(self, *_: object) -> None:
        self._sheet.write(b"</sheetData></worksheet>")
        self._sheet.close()
        self._archive.close()


HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'


def _frame(name: str) -> dict[str, str]:
    workbook = (
        f'<workbook xmlns="{SHEETS}" xmlns:r="{RELATIONS}"><sheets>'
        f'<sheet name="{escape(_sheet_name(name), {chr(34): "&quot;"})}" sheetId="1" r:id="rId1"/></sheets></workbook>'
    )
    return {
        "[Content_Types].xml": TYPES,
        "_rels/.rels": _relations(("officeDocument", "xl/workbook.xml")),
        "xl/workbook.xml": workbook,
        "xl/_rels/workbook.xml.rels": _relations(("worksheet", "worksheets/sheet1.xml"), ("styles", "styles.xml")),
        "xl/styles.xml": STYLES,
    }


def _relations(*targets: tuple[str, str]) -> str:
    each = "".join(
        f'<Relationship Id="rId{place}" Type="{RELATIONS}/{kind}" Target="{target}"/>'
        for place, (kind, target) in enumerate(targets, start=1)
    )
    return f'<Relationships xmlns="{PACKAGE}">{each}</Relationships>'


def _sheet_name(name: str) -> str:
    return re.sub(r"[\[\]:*?/\\']", " ", name)[:31].strip() or "1"


def _opening(titles: Sequence[str]) -> bytes:
    columns = "".join(
        f'<col min="{place}" max="{place}" width="{WIDTH + len(title)}" customWidth="1"/>'
        for place, title in enumerate([*titles, NOTED], start=1)
    )
    pane = '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/>'
    view = f'<sheetViews><sheetView workbookViewId="0">{pane}</sheetView></sheetViews>'
    return f'{HEAD}<worksheet xmlns="{SHEETS}">{view}<cols>{columns}</cols><sheetData>'.encode()


def _row(number: int, cells: Sequence[str]) -> bytes:
    style = 1 if number == 1 else 2
    return f'<row r="{number}">{"".join(_cell(each, style) for each in cells)}</row>'.encode()


def _cell(text: str, style: int) -> str:
    if len(text) > LONGEST:
        raise TooLarge(f"a cell of {len(text)} characters")
    return f'<c s="{style}" t="inlineStr"><is><t xml:space="preserve">{escape(_fit(text))}</t></is></c>'


def _fit(text: str) -> str:
    """Write what XML cannot hold the way the format says (ECMA-376, ST_Xstring): _x0007_."""
    return UNFIT.sub(lambda found: f"_x{ord(found[0][0]):04X}_" + found[0][1:], text)

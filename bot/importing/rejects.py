"""The errors file: rejected rows as they were, with reasons, safe to open in a spreadsheet and to import again."""

import csv
import io
import os
from collections import defaultdict
from pathlib import Path

from bot.importing.reading import REASONS, Table, neutralised
from bot.importing.report import Report, Unreadable


def write(file: Path, table: Table, report: Report) -> None:
    """Write the rejected rows as CSV (UTF-8 with BOM), readable by its owner alone: it holds personal data."""
    reasons: dict[int, list[str]] = defaultdict(list)
    for error in sorted(report.errors, key=lambda each: each.row):
        reasons[error.row].append(f"{error.column or '整行'}：{error.message}（{error.code}）")
    text = io.StringIO()
    writer = csv.writer(text)
    kept = [place for place, name in enumerate(table.header) if name not in REASONS]
    writer.writerow([*(neutralised(table.header[place]) for place in kept), *REASONS])
    for row in table.rows:
        if row.number in reasons:
            cells = [neutralised(row.cells[place]) for place in kept]
            writer.writerow([*cells, row.number, neutralised("；".join(reasons[row.number]))])
    _write_private(file, text.getvalue())


def _write_private(file: Path, text: str) -> None:
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8-sig", newline="") as out:
            out.write(text)
    except OSError as wrong:
        raise Unreadable(f"写不了 {file}：{wrong.strerror}") from None

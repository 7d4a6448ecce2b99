"""A child of tests/canary/planted.py: writes into every kind of file, as a program does, what it is given on stdin.

Not a test: the files of a test's own code are what it gives to the program, and are not searched.
"""

import json
import sqlite3
import sys
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID
from zipfile import ZipFile

from openpyxl import Workbook

from platforms.printing.document import Column, Document
from platforms.printing.pdf import render

COLUMNS = {"audit line": ("audit_record", "line"), "error text": ("attempt", "error")}


def main() -> None:
    """Plant each value in its kind of file, and print one."""
    folder, values = Path(sys.argv[1]), json.load(sys.stdin)
    for kind, name in (("CSV file", "list.csv"), ("page", "page.html"), ("other file", "words.txt")):
        (folder / name).write_text(f"1,{values[kind]},2\n", "utf-8")
    _database(folder / "copy.db", values)
    _workbook(folder / "book.xlsx", values)
    _print(folder / "print.pdf", values)
    with ZipFile(folder / "pack.zip", "w") as pack:
        pack.comment = values["pack"].encode()
        pack.writestr("words.txt", values["member of a pack"])
        pack.write(folder / "print.pdf", "print.pdf")
        pack.writestr("second.xlsx", (folder / "book.xlsx").read_bytes())
    sys.stdout.write(values["output of a program"])


def _database(file: Path, values: dict[str, str]) -> None:
    with closing(sqlite3.connect(file)) as database:
        database.execute("CREATE TABLE bytes (content BLOB)")
        database.execute("INSERT INTO bytes VALUES (?)", (values["backup"].encode(),))
        for kind, (table, column) in COLUMNS.items():
            database.execute(f"CREATE TABLE {table} (id TEXT, {column} TEXT)")
            database.execute(f"INSERT INTO {table} VALUES (?, ?)", (UUID(int=0).hex, values[kind]))
        database.commit()


def _workbook(file: Path, values: dict[str, str]) -> None:
    book = Workbook()
    book.worksheets[0].append([values["member of a workbook"]])
    book.save(file)
    with ZipFile(file, "a") as packed:
        packed.comment = values["workbook"].encode()


def _print(file: Path, values: dict[str, str]) -> None:
    document = Document(
        title="打印件",
        facts=(("候选人", values["text of a PDF"]),),
        columns=(Column("事项", 1),),
        rows=(("一",),),
        notes=(),
        footer="守约",
        watermark="u_0",
        made_at=datetime(2026, 11, 24, tzinfo=UTC),
    )
    file.write_bytes(render(document) + b"\n% " + values["PDF"].encode())


if __name__ == "__main__":
    main()

"""What is to be printed, before any file format: a title, facts, one table, notes."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Column:
    """One column of the table; `share` is its part of the width, relative to the others'."""

    title: str
    share: float


@dataclass(frozen=True)
class Document:
    """A document of one table.

    `facts` stand above the table as label and text, `notes` below it, a paragraph each; `footer` and `watermark` are on
    every page, the watermark line by line. `made_at` (aware) becomes the file's date. Texts are plain: nothing in
    them is markup.
    """

    title: str
    facts: tuple[tuple[str, str], ...]
    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]
    notes: tuple[str, ...]
    footer: str
    watermark: str
    made_at: datetime
    author: str = "守约"
    subject: str = ""
    language: str = "zh-CN"

"""Looks for many values at once, in every form they may take, in whatever a test left behind, packed or printed."""

import io
import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from zipfile import BadZipFile, ZipFile, is_zipfile

from pypdf import PdfReader

from tests.canary.speaking import without_us
from tests.threats import canaries

WINDOW = 4  # bytes: no form is shorter than canaries.SHORTEST
Value = str | bytes


@dataclass(frozen=True)
class Artefact:
    """Something that was left behind: its kind, where it was found, and its bytes."""

    kind: str
    where: str
    content: bytes


@dataclass(frozen=True)
class Hit:
    """A value of one kind that lies in an artefact."""

    value_kind: str
    value: Value
    artefact: Artefact


@lru_cache(100_000)
def forms(value: Value) -> frozenset[bytes]:
    """Return how a value may lie in a file."""
    return frozenset(canaries.forms(value))


class Finder:
    """Searches for a set of values; each form is sought only where its first four bytes stand somewhere."""

    def __init__(self, values: Iterable[tuple[str, Value]]) -> None:
        self._by_beginning: dict[int, set[tuple[str, Value, bytes]]] = {}
        for kind, value in values:
            for form in forms(value):
                beginning = int.from_bytes(form[:WINDOW], sys.byteorder)
                self._by_beginning.setdefault(beginning, set()).add((kind, value, form))
        self._beginnings = frozenset(self._by_beginning)

    def hits(self, artefact: Artefact) -> Iterator[Hit]:
        """Return one hit for each value that lies in an artefact and was not said by ourselves."""
        content = artefact.content
        candidates = {each for start in self._standing_in(content) for each in self._by_beginning[start]}
        found = {(kind, value) for kind, value, form in candidates if form in content}
        for kind, value in sorted(found, key=str):
            rest = without_us(content, value)
            if rest is content or any(form in rest for form in forms(value)):
                yield Hit(kind, value, artefact)

    def _standing_in(self, content: bytes) -> set[int]:
        """Return which first four bytes stand in a content, at any place."""
        found: set[int] = set()
        whole = memoryview(content)
        for first in range(WINDOW):
            length = (len(content) - first) // WINDOW * WINDOW
            if length > 0:
                found |= self._beginnings.intersection(whole[first : first + length].cast("I"))
        return found


def opened(artefact: Artefact) -> Iterator[Artefact]:
    """Return an artefact, what is packed in it, and the text of what is printed with and without its breaks."""
    yield artefact
    content = artefact.content
    if content.startswith(b"PK") and is_zipfile(io.BytesIO(content)):
        yield from _packed(artefact)
    if content.startswith(b"%PDF-"):
        yield from _printed(artefact)


def _packed(artefact: Artefact) -> Iterator[Artefact]:
    try:
        with ZipFile(io.BytesIO(artefact.content)) as pack:
            members = [(name, pack.read(name)) for name in pack.namelist()]
    except (BadZipFile, RuntimeError, NotImplementedError):  # a test damaged it, or asks for a password
        return
    for name, content in members:
        kind = "member of a workbook" if name.startswith("xl/") else "member of a pack"
        yield from opened(Artefact(kind, f"{artefact.where}/{name}", content))


def _printed(artefact: Artefact) -> Iterator[Artefact]:
    try:
        reader = PdfReader(io.BytesIO(artefact.content))
        text = "\n".join(page.extract_text() for page in reader.pages) + str(reader.metadata)
    except Exception:  # a test damaged it: its raw bytes were searched
        return
    unbroken = re.sub(r"\s", "", text)
    yield Artefact("text of a PDF", f"{artefact.where} as text", f"{text}\n{unbroken}".encode())

"""Unique strings, and the search for them in whatever a program leaves behind, however it is written there."""

import base64
import io
import random
from collections.abc import Iterator, Mapping
from html import escape
from urllib.parse import quote
from zipfile import ZipFile, is_zipfile

from pydantic import BaseModel, SecretStr
from pypdf import PdfReader

SHORTEST = 6  # bytes: shorter ones stand in any ciphertext by chance


def unique_name(chance: random.Random) -> str:
    """Return five Chinese characters that stand together nowhere else."""
    return "".join(chr(chance.randrange(0x4E00, 0x9FA5)) for _ in range(5))


def forms(value: str | bytes) -> set[bytes]:
    """Return how a value may lie in a file: encodings of its text, each also as base64, hex, URL, JSON, XML."""
    found = {value} if isinstance(value, bytes) else set(_encoded(value))
    for each in list(found):
        found |= {each.hex().encode(), each.hex().upper().encode(), quote(each, safe="").encode()}
        found |= {quote(each, safe="").lower().encode(), *_base64(each)}
    if isinstance(value, str):
        escaped = value.encode("unicode_escape")
        found |= {escaped, escaped.replace(b"\\u", b"\\\\u"), escaped.upper().replace(b"\\U", b"\\u")}
        found |= set(_referred_to(value))
    return {each for each in found if len(each) >= SHORTEST}


def _encoded(value: str) -> Iterator[bytes]:
    for name in ("utf-8", "gb18030", "utf-16-le", "utf-16-be"):
        yield value.encode(name)


def _referred_to(value: str) -> Iterator[bytes]:
    """Return a text as XML and HTML have it: openpyxl, for one, writes every Chinese character as a number."""
    marked_up = escape(value)
    yield marked_up.encode()
    yield marked_up.encode("ascii", "xmlcharrefreplace")
    yield "".join(each if ord(each) < 128 else f"&#x{ord(each):x};" for each in marked_up).encode()


def _base64(value: bytes) -> Iterator[bytes]:
    """Return the letters that stay the same whatever stands before and behind, at each of the three places."""
    for before in range(3):
        text = base64.b64encode(bytes(before) + value + bytes(3))
        kept = text[(0, 2, 3)[before] : (before + len(value)) * 4 // 3 - 1]
        yield kept
        yield kept.replace(b"+", b"-").replace(b"/", b"_")


def hits(canaries: Mapping[str, str | bytes], artefacts: Mapping[str, bytes]) -> set[tuple[str, str]]:
    """Return which canary was found in which artefact."""
    opened = dict(_opened(artefacts))
    disguised = {name: forms(value) for name, value in canaries.items()}
    return {
        (name, where)
        for where, content in opened.items()
        for name, each in disguised.items()
        if any(form in content for form in each)
    }


def _opened(artefacts: Mapping[str, bytes]) -> Iterator[tuple[str, bytes]]:
    """Return every artefact, what is packed in it, and the text of what is printed."""
    for where, content in artefacts.items():
        yield where, content
        if is_zipfile(io.BytesIO(content)):
            with ZipFile(io.BytesIO(content)) as pack:
                yield from _opened({f"{where}/{name}": pack.read(name) for name in pack.namelist()})
        if content.startswith(b"%PDF-"):
            pages = PdfReader(io.BytesIO(content)).pages
            yield f"{where} as text", "".join(page.extract_text() for page in pages).encode()


def secrets_in(settings: BaseModel, path: str = "") -> Iterator[tuple[str, str]]:
    """Return every secret of the settings with its path."""
    for name in type(settings).model_fields:
        value = getattr(settings, name)
        if isinstance(value, SecretStr) and len(value.get_secret_value()) >= SHORTEST:
            yield f"setting {path}{name}", value.get_secret_value()
        if isinstance(value, BaseModel):
            yield from secrets_in(value, f"{path}{name}.")

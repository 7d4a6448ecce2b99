"""A file that is also another one (GIFAR, a PDF that is a page): refused, as each reader would see what it likes."""

import io
import re
import zipfile

from platforms.files.verdict import Refuse

_MARKS = (
    (b"Rar!\x1a\x07", "archive"),
    (b"7z\xbc\xaf\x27\x1c", "archive"),
    (b"%PDF-", "pdf"),
    (b"GIF89a", "gif"),
    (b"\x7fELF\x02\x01\x01", "program"),
    (b"This program cannot be run in DOS mode", "program"),
)
_PAGE = re.compile(
    rb"<(?:script|iframe)[\s>]|<html[\s>]|<!doctype\s+html|<\?php\s|<svg\s[^<>]{0,200}xmlns", re.IGNORECASE
)
_END_OF_ZIP = re.compile(rb"PK\x05\x06\0\0\0\0")  # one disk: what every archive of today says
_TAIL = 66_000  # bytes in which a zip's end is looked for, its comment included


def refuse_others_inside(content: bytes, own: bytes) -> None:
    """Refuse bytes that are also an archive, a page, a program or a PDF; `own` is how the file itself begins.

    A camera may write what it likes behind its picture (a second picture, a film); that alone is no other file.
    """
    if _END_OF_ZIP.search(content[-_TAIL:]) or zipfile.is_zipfile(io.BytesIO(content)):
        raise Refuse("polyglot", "archive")
    for mark, name in _MARKS:
        if mark != own[: len(mark)] and mark in content:
            raise Refuse("polyglot", name)
    if _PAGE.search(content):
        raise Refuse("polyglot", "html")

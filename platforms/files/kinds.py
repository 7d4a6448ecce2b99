"""What a file is by its own bytes: its name and what a platform calls it are somebody's word."""

import re

PNG, JPEG, WEBP = "image/png", "image/jpeg", "image/webp"
PDF, MAIL = "application/pdf", "message/rfc822"
PICTURES = (PNG, JPEG, WEBP)

_OTHERS = (
    (b"GIF8", "gif"),
    (b"BM", "bmp"),
    (b"II*\0", "tiff"),
    (b"MM\0*", "tiff"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "ole"),  # .msg, .doc, .xls
    (b"Rar!", "archive"),
    (b"7z\xbc\xaf\x27\x1c", "archive"),
    (b"\x1f\x8b", "archive"),
    (b"BZh", "archive"),
    (b"\xfd7zXZ", "archive"),
    (b"MZ", "program"),
    (b"\x7fELF", "program"),
    (b"#!", "program"),
    (b"#!AMR", "voice"),
    (b"ID3", "voice"),
    (b"OggS", "voice"),
    (b"RIFF", "voice"),  # a WebP was told from it before
    (b"\x1aE\xdf\xa3", "video"),
    (b"%!PS", "postscript"),
    (b"{\\rtf", "office"),
)
_BRANDS = {b"heic": "heic", b"heix": "heic", b"hevc": "heic", b"mif1": "heic", b"msf1": "heic", b"heif": "heic"}
_BRANDS |= {b"avif": "avif", b"avis": "avif", b"M4A ": "voice", b"qt  ": "video"}
_FIELD = re.compile(rb"[!-9;-~]{1,70}:[ \t]?[^\r\n]*\r?\n")
_OF_MAIL = (rb"^From:", rb"^Date:", rb"^(Message-ID|Received|To|Subject):")
_HEAD = 64 * 1024


def media_type(content: bytes) -> str:
    """Return what the bytes are among what is taken; nothing for anything else."""
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return PNG
    if content.startswith(b"\xff\xd8\xff"):
        return JPEG
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return WEBP
    if content.startswith(b"%PDF-"):
        return PDF
    return MAIL if is_mail(content) else ""


def is_mail(content: bytes) -> bool:
    """Tell whether this is a message as RFC 5322 writes one: fields from the first line on, no null byte among them."""
    head = re.split(rb"\r?\n\r?\n", content[:_HEAD], maxsplit=1)[0] + b"\n"
    if b"\0" in head or not _FIELD.match(head):
        return False
    return all(re.search(each, head, re.MULTILINE | re.IGNORECASE) for each in _OF_MAIL)


def named(content: bytes) -> str:
    """Name what is not taken, as far as its first bytes tell, so that its sender hears what to send instead."""
    if content[4:8] == b"ftyp":
        return _BRANDS.get(content[8:12], "video")
    if content.startswith(b"PK\x03\x04"):
        return "office" if b"[Content_Types].xml" in content[:4096] else "archive"
    voice = content.startswith(b"#!AMR") or content.startswith(b"\x02#!SILK") or content.startswith(b"#!SILK")
    found = "voice" if voice else next((name for head, name in _OTHERS if content.startswith(head)), "")
    return found or _text(content[:4096].lower().lstrip(b"\xef\xbb\xbf \t\r\n"))


def _text(start: bytes) -> str:
    if not start:
        return "nothing"
    if b"<svg" in start:
        return "svg"
    return "html" if start.startswith((b"<!doctype", b"<html", b"<head", b"<body", b"<script", b"<?xml")) else "other"

"""Mails as files (.eml): taken apart with the standard library; nothing they point to is ever fetched."""

import codecs
import hashlib
from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from html.parser import HTMLParser

from platforms.files.kinds import MAIL
from platforms.files.verdict import Refuse, Shown, Verdict

MOST_PARTS = 100
DEEPEST = 6
LONGEST_TEXT = 20_000
LONGEST_VALUE = 500
SHOWN = ("From", "To", "Cc", "Date", "Subject", "Message-ID")
LABELS = {"From": "发件人", "To": "收件人", "Cc": "抄送", "Date": "日期", "Subject": "主题", "Message-ID": "邮件编号"}
CHARSETS = ("utf-8", "us-ascii", "gb18030", "gbk", "gb2312", "big5", "iso-8859-1", "windows-1252", "utf-16", "cp932")
_SMALL = b"""From: =?utf-8?B?5byg?= <a@example.com>
Date: Mon, 23 Nov 2026 09:00:00 +0800
Subject: x
Content-Type: multipart/mixed; boundary=b

--b
Content-Type: text/plain; charset=utf-8
Content-Disposition: attachment; filename*=utf-8''x.txt

x
--b--
"""
_PROGRAMS = (b"MZ", b"\x7fELF", b"#!")


def inspect(content: bytes) -> Verdict:
    """Return what a mail holds, by counts alone; raises Refuse for too many parts, too deep a nest, or a program."""
    mail = _read(content)
    parts = list(_parts(mail))
    files = [each for each in parts if _is_file(each)]
    if any(_bytes(each).startswith(_PROGRAMS) for each in files):
        raise Refuse("polyglot", "program")
    facts = {"parts": len(parts), "files": len(files), "signed": int("DKIM-Signature" in mail)}
    facts |= {name.lower(): int(name in mail) for name in SHOWN}
    return Verdict(media_type=MAIL, facts=tuple(facts.items()))


def draw(content: bytes) -> Shown:
    """Return a mail as text: who, to whom, when, what; what is attached by name, size and digest."""
    mail = _read(content)
    lines = [(LABELS[name], _value(mail, name)) for name in SHOWN if name in mail]
    lines.append(("DKIM 签名", _signature(mail)))
    for part in _parts(mail):
        if _is_file(part):
            held = _bytes(part)
            name = str(part.get_filename() or part.get_content_type())[:100]
            digest = hashlib.sha256(held).hexdigest()
            lines.append(("附件", f"{name}，{len(held)} 字节，SHA-256 {digest}"))
    return Shown(lines=tuple(lines), text=_text(mail)[:LONGEST_TEXT])


def _read(content: bytes) -> EmailMessage:
    mail = message_from_bytes(content, policy=policy.default)
    if not isinstance(mail, EmailMessage):
        raise Refuse("broken")
    return mail


def _parts(mail: EmailMessage) -> Iterator[EmailMessage]:
    """Yield every part that holds something, the outermost first."""
    waiting, seen = [(mail, 1)], 0
    while waiting:
        part, depth = waiting.pop(0)
        seen += 1
        if seen > MOST_PARTS:
            raise Refuse("mail-parts")
        if depth > DEEPEST:
            raise Refuse("mail-depth")
        if part.is_multipart():
            waiting += [(each, depth + 1) for each in part.iter_parts() if isinstance(each, EmailMessage)]
            if part.get_content_type() == "message/rfc822":
                inner = part.get_payload()
                waiting += [(each, depth + 1) for each in inner if isinstance(each, EmailMessage)]
        else:
            yield part


def _is_file(part: EmailMessage) -> bool:
    return part.get_content_maintype() != "text" or part.get_content_disposition() == "attachment"


def _bytes(part: EmailMessage) -> bytes:
    held = part.get_payload(decode=True)
    return held if isinstance(held, bytes) else b""


def _value(mail: EmailMessage, name: str) -> str:
    """Return a field as it reads; one that cannot be read is said to be so."""
    try:
        return " ".join(str(mail[name]).split())[:LONGEST_VALUE]
    except Exception:  # the parser of one field may stumble over anything that a stranger wrote there
        return "（读不出来）"


def _signature(mail: EmailMessage) -> str:
    """Say whether the mail carries a DKIM signature; checking one needs the sender's DNS, which is not asked."""
    if "DKIM-Signature" not in mail:
        return "没有"
    tags = dict(each.strip().partition("=")[::2] for each in _value(mail, "DKIM-Signature").split(";"))
    return f"有（域名自称 {tags.get('d', '不明')[:100]}），没有联网验证"


def _text(mail: EmailMessage) -> str:
    """Return the words of a mail: its plain text, or what is left of its page without any markup."""
    texts = [each for each in _parts(mail) if not _is_file(each)]
    plain = [each for each in texts if each.get_content_type() == "text/plain"]
    if plain:
        return "\n".join(_decoded(each) for each in plain)
    return "\n".join(_words(_decoded(each)) for each in texts)


def _decoded(part: EmailMessage) -> str:
    held = _bytes(part)
    try:
        return held.decode(part.get_content_charset("utf-8"))
    except (LookupError, ValueError, OSError):  # OSError: a codec that was not loaded, and cannot be any more
        return held.decode("gb18030", errors="replace")


class _Words(HTMLParser):
    """Collects what a page says; what it would run, draw or fetch is left out."""

    def __init__(self) -> None:
        super().__init__()
        self.said: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin a tag: what stands in a script or a style is not said."""
        self._silent += tag in ("script", "style")
        if tag in ("p", "br", "div", "tr", "li"):
            self.said.append("\n")

    def handle_endtag(self, tag: str) -> None:
        """End a tag."""
        self._silent -= tag in ("script", "style") and self._silent > 0

    def handle_data(self, data: str) -> None:
        """Keep what is said."""
        if not self._silent:
            self.said.append(data)


def _words(page: str) -> str:
    words = _Words()
    words.feed(page)
    lines = (" ".join(each.split()) for each in "".join(words.said).splitlines())
    return "\n".join(each for each in lines if each)


def get_ready() -> None:
    """Load what the standard library loads when it is first needed, while files can still be opened."""
    for name in CHARSETS:
        codecs.lookup(name)
    draw(_SMALL)


get_ready()

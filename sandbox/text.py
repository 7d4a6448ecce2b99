"""What a person reads where a platform was handed markdown or a text with links."""

import re
from urllib.parse import parse_qs, urlsplit

_IMAGE = re.compile(r"!\[([^\]]*)\]\([^)]*\)")
_LINK = re.compile(r"\[([^\]]*)\]\(([^)\s]*)\)")
_URL = re.compile(r"(?:https?|dingtalk)://[^\s<>\"'()\[\]，。；、！？）】》]+")
_ANCHOR = re.compile(r"<a\s[^>]*href=[\"']([^\"']+)[\"'][^>]*>(.*?)</a>", re.IGNORECASE | re.DOTALL)
_FONT = re.compile(r"</?(?:font|span)[^>]*>", re.IGNORECASE)
_BREAK = re.compile(r"<br\s*/?>", re.IGNORECASE)
_HEAD = re.compile(r"^\s{0,3}#{1,6}\s+")
_QUOTE = re.compile(r"^\s*(?:>\s?)+")
_BULLET = re.compile(r"^(\s*)[-*+]\s+")
_STRONG = re.compile(r"(\*\*|__)(?=\S)(.+?)(?<=\S)\1")
_ITALIC = re.compile(r"(?<![\w*])\*(?=\S)([^*\n]+?)(?<=\S)\*(?![\w*])")
_CODE = re.compile(r"`([^`\n]+)`")
_ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")
_HIDDEN = 0xE000  # private characters stand for what was escaped while the marks are taken out
_UNHIDE = {_HIDDEN + code: chr(code) for code in range(0x21, 0x7F)}


def shown(markdown: str) -> str:
    """Show markdown as the text a person reads: marks gone, links by their words, bullets as dots."""
    lines = [_line(line) for line in _BREAK.sub("\n", markdown).split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def lines_of(markdown: str) -> list[str]:
    """Show markdown as the lines a person reads, without the empty ones."""
    return [line.strip() for line in shown(markdown).split("\n") if line.strip()]


def links_in(text: str) -> tuple[str, ...]:
    """List every address in a text, markdown or HTML anchor, once, in the order it appears."""
    found = [(match.start(2), match.group(2)) for match in _LINK.finditer(text)]
    found += [(match.start(1), match.group(1)) for match in _ANCHOR.finditer(text)]
    found += [(match.start(), match.group()) for match in _URL.finditer(text)]
    return tuple(dict.fromkeys(address for _, address in sorted(found) if "://" in address))


def opened(address: str) -> str:
    """Unwrap DingTalk's own link form to the page it opens."""
    parts = urlsplit(address)
    if parts.scheme != "dingtalk":
        return address
    query = parse_qs(parts.query)
    inner = query.get("url") or query.get("pageUrl") or query.get("pcLink") or query.get("redirect_url")
    return inner[0] if inner else address


def _line(line: str) -> str:
    line = _ESCAPED.sub(lambda match: chr(_HIDDEN + ord(match[1])), line)
    line = _QUOTE.sub("", line)
    line = _BULLET.sub(r"\1· ", _HEAD.sub("", line))
    line = _LINK.sub(r"\1", _IMAGE.sub(r"\1", line))
    line = _FONT.sub("", _ANCHOR.sub(r"\2", line))
    line = _ITALIC.sub(r"\1", _STRONG.sub(r"\2", line))
    return _CODE.sub(r"\1", line).rstrip().translate(_UNHIDE)

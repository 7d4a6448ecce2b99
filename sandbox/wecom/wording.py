"""What a member reads in an app message: texts with anchors, text cards, and the byte limit that cuts them."""

import re

_ANCHOR = re.compile(r"<a\s[^>]*?href=[\"'][^\"']+[\"'][^>]*>(.*?)</a>", re.DOTALL | re.IGNORECASE)
_TAG = re.compile(r"</?div[^>]*>|<br\s*/?>", re.IGNORECASE)


def cut(text: str, most_bytes: int) -> str:
    """Cut a text to a number of UTF-8 bytes without breaking a character."""
    return text.encode()[:most_bytes].decode(errors="ignore")


def without_anchors(text: str) -> str:
    """Show links by their words, as a text message does."""
    return _ANCHOR.sub(r"\1", text)


def without_boxes(text: str) -> str:
    """Show the description of a text card, whose div boxes are lines."""
    return re.sub(r"\n{2,}", "\n", _TAG.sub("\n", text)).strip()

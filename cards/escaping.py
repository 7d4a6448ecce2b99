"""Making what people typed safe to show: their text is text, never markup, never a link (T13, T14)."""

import re
import unicodedata

LINK = re.compile(r"(?:https?|dtmd|dingtalk|javascript|data):\S+", re.IGNORECASE)
MARKUP = re.compile(r"([\\`*_{}\[\]()#<>|~!])")
LONGEST = 200


def plain(text: str, longest: int = LONGEST) -> str:
    """Return the text without control and direction characters, links and line breaks, cut with an ellipsis."""
    normal = unicodedata.normalize("NFC", text)
    visible = "".join(each if unicodedata.category(each)[0] != "C" else " " for each in normal)
    calm = " ".join(LINK.sub("［链接已隐去］", visible).split())
    return calm if len(calm) <= longest else calm[: longest - 1] + "…"


def markdown(text: str) -> str:
    """Return the text with everything escaped that DingTalk would read as markup."""
    return MARKUP.sub(r"\\\1", text)

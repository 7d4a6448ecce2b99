"""What people typed, made safe to show: their text is text, never a link, never a second line (T13, T14)."""

import re
import unicodedata

RESTRICTED = "（受限）"  # stands where the name of somebody would, whose data are only kept
# A scheme's length is bounded, so that a long word without one costs no more than it is long (T20).
LINK = re.compile(
    r"(?:[a-z][a-z0-9+.-]{0,15}://|www\.\s?|(?:dtmd|dingtalk|javascript|data|mailto|tel):)\S+", re.IGNORECASE
)
LONGEST = 200
LONGEST_NAME = 20  # a longer one would push the time out of a card's title
LONGEST_COMMENT = 80


def plain(text: str, longest: int = LONGEST) -> str:
    """Return the text without control and direction characters, links and line breaks, cut with an ellipsis.

    Invisible characters (category Cf: zero-width, bidi) go without a trace, so that they cannot hide a link from us;
    every other character that is none becomes a space.
    """
    visible = unicodedata.normalize("NFC", "".join(_shown(each) for each in text))
    calm = " ".join(LINK.sub("［链接已隐去］", visible).split())
    return calm if len(calm) <= longest else calm[: longest - 1] + "…"


def _shown(character: str) -> str:
    category = unicodedata.category(character)
    if category == "Cf":
        return ""
    return " " if category[0] == "C" else character

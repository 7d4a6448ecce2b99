"""The one font of our documents: Noto Sans SC, 30,890 characters, embedded as a subset of what a document uses.

It lies here compressed, as a wheel of a TrueType Chinese font is on no package index (docs/decisions/0011).
"""

import io
import logging
import lzma
import re
import unicodedata
from functools import lru_cache
from pathlib import Path
from typing import Any

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

NAME = "NotoSansSC"
FILE = Path(__file__).parent / "fonts" / "NotoSansSC-Regular.ttf.xz"
BEYOND_16_BITS = re.compile(r"<([0-9A-F]{2})> <([0-9A-F]{5,6})>")

logger = logging.getLogger(__name__)


class Font(TTFont):
    """The font with a right table of what its glyphs mean, so that rare characters can be found and copied.

    reportlab 5.1.0 writes characters beyond U+FFFF with five digits there; readers expect UTF-16.
    """

    def addObjects(self, doc: Any) -> None:
        """Add the subset's objects to the document; reportlab calls this by this name."""
        super().addObjects(doc)
        for name, entry in doc.idToObject.items():
            if name.startswith("toUnicodeCMap:"):
                entry.content = BEYOND_16_BITS.sub(_as_utf16, entry.content)


def _as_utf16(found: re.Match[str]) -> str:
    return f"<{found[1]}> <{chr(int(found[2], 16)).encode('utf-16-be').hex().upper()}>"


@lru_cache(maxsize=1)
def load() -> TTFont:
    """Read the font and make it known to reportlab; about half a second, once in a process."""
    font = Font(NAME, io.BytesIO(lzma.decompress(FILE.read_bytes())))
    pdfmetrics.registerFont(font)
    return font


def printable(text: str) -> str:
    """Return the text with every character that would not show written as its code: 〔U+20BB7〕.

    Invisible and direction-changing characters count among them: what is printed must be what is there.
    """
    glyphs = load().face.charToGlyph
    shown = {each: _coded(each) for each in set(text) if each != "\n" and _hidden(each, glyphs)}
    if shown:
        logger.warning("characters without a glyph: %s", " ".join(sorted(shown.values())))
    return "".join(shown.get(each, each) for each in text)


def _hidden(character: str, glyphs: dict[int, int]) -> bool:
    return ord(character) not in glyphs or unicodedata.category(character)[0] == "C"


def _coded(character: str) -> str:
    return f"〔U+{ord(character):04X}〕"


def width(text: str, size: float) -> float:
    """Return how wide the text is, in points."""
    return float(pdfmetrics.stringWidth(text, NAME, size))

"""Small whole numbers, in digits or in Chinese."""

from typing import Final

_DIGITS: Final = {
    char: value
    for value, chars in enumerate(["零〇", "一", "二两", "三", "四", "五", "六", "七", "八", "九"])
    for char in chars
}

DIGIT: Final = "[一二两三四五六七八九]"
SMALL: Final = f"(?:[0-9]{{1,3}}|[二三四五六七八九]?十{DIGIT}?|廿{DIGIT}?|卅|{DIGIT})"
"""A pattern for 0–999 in digits or 1–99 in Chinese."""


def number(text: str) -> int:
    """Read what `SMALL` matched (also 零, and digit by digit as in 二〇二六)."""
    if text.isascii():
        return int(text)
    text = text.replace("廿", "二十").replace("卅", "三十")
    tens, ten, ones = text.rpartition("十")
    if not ten:
        return int("".join(str(_DIGITS[char]) for char in text))
    return (_DIGITS[tens] if tens else 1) * 10 + (_DIGITS[ones] if ones else 0)

"""Names written with letters that only look right, such as a Cyrillic а among Latin ones (T14)."""

import unicodedata

ALPHABETS = ("LATIN", "CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE")
STAND_INS = ("CJK COMPATIBILITY IDEOGRAPH", "BOPOMOFO", "MATHEMATICAL")


def is_suspicious(name: str) -> bool:
    """Tell whether a name mixes alphabets that share shapes, or has characters that stand for others.

    Chinese with Latin letters is how people write names here; with Cyrillic or Greek ones it is not (UTS 39, 5.2).
    """
    letters = [unicodedata.name(each, "") for each in name if each.isalnum()]
    used = {alphabet for alphabet in ALPHABETS if any(each.startswith(alphabet) for each in letters)}
    is_chinese = any(each.startswith("CJK UNIFIED") for each in letters)
    mixed = len(used) > 1 or (is_chinese and bool(used - {"LATIN"}))
    return mixed or any(each.startswith(STAND_INS) for each in letters)

"""Escaping for the one place where a platform reads markup: the body of DingTalk's card (T13)."""

import re

MARKUP = re.compile(r"([\\`*_{}\[\]()#<>|~!])")


def markdown(text: str) -> str:
    """Return the text on one line, with everything escaped that DingTalk would read as markup."""
    return MARKUP.sub(r"\\\1", " ".join(text.split()))

"""Escaping for the one place where a platform reads markup: the body of DingTalk's card (T13).

Only what its markdown reads is escaped: emphasis, code, links and tags wherever they stand; a heading, a quotation or a
list where a line begins. Each backslash more is one that somebody may see. Tables and templates are no part of it, and
the ! of a picture does nothing without its bracket.
"""

import re

ANYWHERE = re.compile(
    r"[`*\[]"
    r"|\](?=\()"  # the end of a link
    r"|(?<![0-9A-Za-z])_|_(?![0-9A-Za-z])"  # inside a word it is only a letter
    r"|~(?=~)|(?<=~)~"
    r"|<(?=[A-Za-z/!?])"
    r"|\\(?=[!-/:-@\[-`{-~])"
)
AT_THE_START = re.compile(r"^(?:[#>]|[+-](?=\s|$)|=+$|-+$)")
NUMBERED = re.compile(r"^([0-9]{1,9})([.)])(?=\s|$)")


def markdown(text: str) -> str:
    """Return the text on one line, with everything escaped that DingTalk would read as markup."""
    line = ANYWHERE.sub(r"\\\g<0>", " ".join(text.split()))
    return NUMBERED.sub(r"\1\\\2", AT_THE_START.sub(r"\\\g<0>", line))

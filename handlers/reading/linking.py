"""绑定 and 绑定 7F3KQ2MD: whether a message is about linking accounts, and the code in it."""

import re
from typing import Final

from handlers.reading.text import plain

_LINK: Final = re.compile(
    r"^/?\s*(?:请|我要)?\s*(?:账号绑定|绑定账号|绑定码?)\s*[:：]?\s*(?P<code>[0-9a-z][0-9a-z \-]{0,20})?[.。!]?$"
)


def read_link(text: str) -> str | None:
    """Return the code typed behind 绑定, empty where a new one is asked for; None where it is something else."""
    match = _LINK.match(plain(text))
    if match is None:
        return None
    return re.sub(r"[ \-]", "", match["code"] or "").upper()

"""Links that one person uses once, with the code that stands beside them in a chat.

Token, code and the mark of the link's own form follow from its id under the vault's key: none of them is stored.
"""

import hmac
import unicodedata
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from tortoise.connection import get_connection

from models import DownloadLink, RevealLink
from models.vault import vault

Link = TypeVar("Link", DownloadLink, RevealLink)
MOST_TRIES = 5
TOKEN_LENGTH, ALPHABET = 26, frozenset("abcdefghijklmnopqrstuvwxyz234567")


def token_of(purpose: str, link_id: str) -> str:
    """Return what stands in the address of the link with this id (hex)."""
    return vault().token(purpose, link_id)


def index_of(purpose: str, token: str) -> str:
    """Return the keyed hash under which a link is found by its token."""
    return vault().index(purpose, token)


def code_of(purpose: str, link_id: UUID) -> str:
    """Return the six digits that go with a link."""
    return f"{int(vault().index(f'{purpose}-code', link_id.hex), 16) % 10**6:06d}"


def seal_of(purpose: str, link_id: UUID) -> str:
    """Return what only a form of this link's own page carries (CSRF)."""
    return vault().token(f"{purpose}-form", link_id.hex)


def is_code(code: str, given: str) -> bool:
    """Tell whether this is the code, full-width or half."""
    return hmac.compare_digest(code.encode(), "".join(unicodedata.normalize("NFKC", given).split()).encode())


def is_token(token: str) -> bool:
    """Tell whether this can be the token of a link at all."""
    return len(token) == TOKEN_LENGTH and ALPHABET.issuperset(token)


async def find(model: type[Link], purpose: str, token: str, now: datetime, *, lock: bool = False) -> Link | None:
    """Return a link that still works; an unknown, an expired, a used and a guessed-at one look the same: None.

    `lock` holds the row until the transaction ends; SQLite's transaction holds the write lock anyway.
    """
    if not is_token(token):
        return None
    found = model.filter(token_index=index_of(purpose, token), ended_at=None)
    if lock and get_connection("default").capabilities.support_for_update:
        found = found.select_for_update()
    link = await found.filter(expires_at__gt=now, tries__lt=MOST_TRIES).first()
    if link is not None:
        await link.fetch_related("employee__organisation")
    return link

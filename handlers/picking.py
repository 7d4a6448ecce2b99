"""The one open question with a person in a chat: a numbered list, valid for them, there, until it expires (E6)."""

import json
from datetime import timedelta

from handlers.routing import Context
from models import Dialogue
from models.vault import vault

LASTS = timedelta(minutes=2)


def _place(context: Context) -> str:
    incoming = context.incoming
    return vault().index("dialogue", f"{incoming.platform}:{incoming.address}:{incoming.in_group}")


async def ask(
    context: Context, kind: str, items: list[str], extra: dict[str, object] | None = None, lasts: timedelta = LASTS
) -> None:
    """Remember what the numbers of the list just shown mean; the question before is dropped."""
    await drop(context)
    state = json.dumps({"kind": kind, "items": items, **(extra or {})}, ensure_ascii=False)
    await Dialogue.create(place=_place(context), state=state, expires_at=context.act.now + lasts)


async def asked(context: Context) -> dict[str, object] | None:
    """Return the open question, unless it has expired."""
    found = await Dialogue.get_or_none(place=_place(context), expires_at__gt=context.act.now)
    return json.loads(found.state) if found else None


async def drop(context: Context) -> bool:
    """Forget the open question; tell whether there was one."""
    return bool(await Dialogue.filter(place=_place(context)).delete())

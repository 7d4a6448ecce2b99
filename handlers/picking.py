"""The one open question with a person in a chat: a numbered list, valid for them, there, until it expires (E6)."""

import json
from datetime import datetime, timedelta

from handlers.routing import Context
from models import Account, Dialogue, Platform
from models.vault import vault
from workflow.acting import Act

LASTS = timedelta(minutes=2)


def _place(context: Context, in_group: bool = False) -> str:
    """Return where a list stands: always in the chat with one person, whose answer is expected there as well."""
    return _chat(context.incoming.platform, context.incoming.address, in_group)


def _chat(platform: Platform, address: str, in_group: bool = False) -> str:
    return vault().index("dialogue", f"{platform}:{address}:{in_group}")


async def ask(
    context: Context, kind: str, items: list[str], extra: dict[str, object] | None = None, lasts: timedelta = LASTS
) -> None:
    """Remember what the numbers of the list just shown mean; the question before is dropped."""
    state = {"kind": kind, "items": items, **(extra or {})}
    await _remember(_place(context), state, context.act.now + lasts)


async def ask_account(act: Act, account: Account, state: dict[str, object], lasts: timedelta) -> None:
    """Remember a question that is put to an account without anything having come in."""
    await _remember(_chat(account.platform, str(account.address)), state, act.now + lasts)


async def _remember(place: str, state: dict[str, object], expires_at: datetime) -> None:
    await Dialogue.filter(place=place).delete()
    await Dialogue.create(place=place, state=json.dumps(state, ensure_ascii=False), expires_at=expires_at)


async def keep(context: Context, kind: str, state: dict[str, object], lasts: timedelta) -> None:
    """Keep something about the chat with this person beside the open question, whatever is asked there meanwhile."""
    await _remember(_beside(context, kind), state, context.act.now + lasts)


async def kept(context: Context, kind: str) -> dict[str, object] | None:
    """Return what was kept about this chat, unless it has expired."""
    found = await Dialogue.get_or_none(place=_beside(context, kind), expires_at__gt=context.act.now)
    return json.loads(found.state) if found else None


def _beside(context: Context, kind: str) -> str:
    return vault().index("dialogue", f"{_place(context)}:{kind}")


async def asked(context: Context) -> dict[str, object] | None:
    """Return the open question, unless it has expired."""
    found = await Dialogue.get_or_none(place=_place(context, context.incoming.in_group), expires_at__gt=context.act.now)
    return json.loads(found.state) if found else None


async def drop(context: Context) -> bool:
    """Forget the open question; tell whether there was one."""
    return bool(await Dialogue.filter(place=_place(context)).delete())


async def drop_account(account: Account) -> None:
    """Forget the open question in an account's own chat, when what answered it was read later."""
    await Dialogue.filter(place=_chat(account.platform, str(account.address))).delete()


def up_to(count: int) -> str:
    """Return the numbers that can be answered: 1, or 1–3."""
    return "1" if count == 1 else f"1–{count}"

"""Why nobody was found: what is true, and who may have been meant. Names are suggested, nothing is done with them."""

from collections.abc import Sequence

from handlers.locating import Asked
from handlers.reading.names import near_terms, suggest
from handlers.routing import Context
from models import Booking
from workflow import finding
from workflow.masking import tail_of
from workflow.showing import plain
from workflow.sight import Sight, sights_of

MOST_NAMED = 5


async def sentence(context: Context, asked: Asked, permission: str) -> str:
    """Say what was not found; a foreign one reads like one that does not exist."""
    if asked.positions is not None and not asked.positions:
        return await _no_position(context, asked, permission)
    spoken = plain(asked.spoken, 20)
    near = await _near(context, asked.name, permission)
    hint = f"读音相近的有：{'、'.join(near)}。" if near else ""
    return f"没找到「{spoken}」的面试，或不在你的范围内。{hint}"


async def _no_position(context: Context, asked: Asked, permission: str) -> str:
    known = dict.fromkeys(each.name for each in await finding.positions(context.employee, permission, context.act.now))
    named = _nearest(str(asked.who.position), list(known))
    there = f"有：{'、'.join(plain(each, 20) for each in named)}。" if named else ""
    return f"没有「{plain(str(asked.who.position), 20)}」这个岗位，或不在你的范围内。{there}"


def _nearest(said: str, names: Sequence[str]) -> list[str]:
    folded = said.casefold()
    near = [each for each in names if folded in each.casefold() or each.casefold() in folded]
    return (near or list(names))[:MOST_NAMED]


async def _near(context: Context, name: str, permission: str) -> list[str]:
    terms = near_terms(name) if name else []
    if not terms:
        return []
    found = await finding.find(context.employee, permission, context.act.now, any_of=terms, live=False)
    sights = await sights_of(context.employee, found, context.act.now)
    shown: dict[str, list[str]] = {}
    for each in found:
        shown.setdefault(str(each.candidate.name), []).append(_named(each, sights[each.id]))
    return list(dict.fromkeys(person for each in suggest(name, list(shown)) for person in shown[each]))


def _named(booking: Booking, sight: Sight) -> str:
    """Name a candidate so that they can be asked for: who may not see names goes by the phone."""
    name = sight.name_of(booking.candidate)
    return name if sight.full else f"{name}（尾号{tail_of(booking.candidate)}）"

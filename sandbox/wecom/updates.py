"""message/update_template_card: grey the buttons of a card, or replace it (O:94888)."""

from collections.abc import Mapping
from typing import Any

from sandbox.faults import silent
from sandbox.wecom.api import Call
from sandbox.wecom.card_rules import INTERACTIVE, check_card
from sandbox.wecom.cards import SentCard
from sandbox.wecom.directory import Receivers, receivers
from sandbox.wecom.errors import WecomError
from sandbox.wecom.messages import check_agent


async def update_template_card(call: Call) -> dict[str, object]:
    """Spend a response_code; `invaliduser` comes back as a list here, not as a joined string."""
    check_agent(call, 42015)
    code = call.corp.cards.code(call.body.get("response_code"))
    card, replaced = _change(call, code.sent)
    people, invalid = _targets(call, code.sent)
    code.used = True
    if not silent.get():
        code.sent.change(people, card, replaced, call.corp.world.clock.now())
    return {"invaliduser": invalid}


def _change(call: Call, sent: SentCard) -> tuple[Mapping[str, Any] | None, str]:
    """Read which of the two forms this is: another card, or the text of a grey button."""
    card, button = call.body.get("template_card"), call.body.get("button")
    if card is not None:
        check_card(card, updating=True)
        return card, ""
    name = button.get("replace_name") if isinstance(button, dict) else None
    kinds = {view.card.get("card_type") for view in sent.views.values()}
    if not isinstance(name, str) or not name or not kinds <= set(INTERACTIVE):
        raise WecomError(40058, "button.replace_name")
    return None, name


def _targets(call: Call, sent: SentCard) -> tuple[list[str], list[str]]:
    """Resolve who is meant; somebody who never got the card is invalid, and nobody left is 82102."""
    if call.body.get("atall") == 1:
        return list(sent.views), []
    named = _address(call)
    people = [person for person in named.people if person in sent.views]
    strangers = [person.lower() for person in named.people if person not in sent.views]
    if not people:
        raise WecomError(82102)
    return people, [*named.invalid_users, *strangers]


def _address(call: Call) -> Receivers:
    users, parties, tags = (_listed(call.body.get(name)) for name in ("userids", "partyids", "tagids"))
    if not (users or parties or tags):
        raise WecomError(82101)
    if len(users) > 1000 or len(parties) > 100 or len(tags) > 100:
        raise WecomError(40032)
    return receivers(users, parties, tags)


def _listed(value: object) -> list[str]:
    return [str(item) for item in value] if isinstance(value, list) else []

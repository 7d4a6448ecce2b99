"""App messages to members: message/send and message/recall."""

import json
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sandbox.faults import silent
from sandbox.text import links_in, shown
from sandbox.wecom import card_view
from sandbox.wecom.api import Call
from sandbox.wecom.card_rules import can_call_back, check_card
from sandbox.wecom.corp import TEXT_BYTES, Corp, SentMessage
from sandbox.wecom.directory import Receivers, receivers
from sandbox.wecom.errors import WecomError
from sandbox.wecom.wording import cut, without_anchors, without_boxes

RECALL_S = 24 * 3600
LONGEST_REPEAT_S, REPEAT_S = 4 * 3600, 1800


@dataclass(frozen=True)
class Content:
    """What lands on a phone; `card` is the platform's JSON of a template card."""

    kind: str
    text: str = ""
    links: tuple[str, ...] = ()
    card: Mapping[str, Any] | None = None


async def send(call: Call) -> dict[str, object]:
    """Send a message to members (O:90236)."""
    corp, address = call.corp, _address(call)
    check_agent(call, 301002)
    content = _content(call)
    if not address.people:
        raise WecomError(81013)
    earlier = _repeated(call)
    if earlier:
        return _receipt(address, earlier)
    msgid = secrets.token_urlsafe(24)
    code = _deliver(corp, content, address.people, msgid)
    _remember(call, msgid)
    return _receipt(address, msgid) | ({"response_code": code} if code else {})


async def recall(call: Call) -> dict[str, object]:
    """Take a message back within 24 hours (O:94867)."""
    sent = call.corp.sent.get(call.text("msgid"))
    if sent is None:
        raise WecomError(40058, "msgid")
    if call.corp.now() - sent.at > RECALL_S:
        raise WecomError(42052)
    for row in sent.rows:
        row.recalled = True
    call.corp.cards.withdraw(sent.card)
    return {}


def check_agent(call: Call, errcode: int) -> None:
    """Refuse an agentid that is not the token's."""
    if str(call.body.get("agentid")) != str(call.corp.world.config.wecom.agent_id):
        raise WecomError(errcode)


def _address(call: Call) -> Receivers:
    users, parties, tags = (_split(call.body.get(name)) for name in ("touser", "toparty", "totag"))
    if not (users or parties or tags):
        raise WecomError(82001)
    for names, most, errcode in ((users, 1000, 40032), (parties, 100, 82002), (tags, 100, 82003)):
        if len(names) > most:
            raise WecomError(errcode)
    return receivers(users, parties, tags)


def _split(value: object) -> list[str]:
    """Split `a|b`; a list is not what this call takes, and is lost like any mistyped field."""
    return [name for name in value.split("|") if name] if isinstance(value, str) else []


def _content(call: Call) -> Content:
    reader = _READERS.get(call.text("msgtype"))
    if reader is None:
        raise WecomError(40008, call.text("msgtype"))
    fields = call.body.get(call.text("msgtype"))
    return reader(call.corp, fields if isinstance(fields, dict) else {})


def _text(corp: Corp, fields: Mapping[str, Any]) -> Content:
    text = cut(_required(fields, "content", 44004), TEXT_BYTES)
    return Content("text", without_anchors(text), links_in(text))


def _markdown(corp: Corp, fields: Mapping[str, Any]) -> Content:
    text = cut(_required(fields, "content", 44004), TEXT_BYTES)
    return Content("markdown", shown(text), links_in(text))


def _textcard(corp: Corp, fields: Mapping[str, Any]) -> Content:
    title, description, url = (_required(fields, name, 41033) for name in ("title", "description", "url"))
    if len(title) > 128 or len(description) > 512 or len(url.encode()) > 2048:
        raise WecomError(45002)
    button = str(fields.get("btntxt") or "详情")[:4]
    return Content("text", f"{title}\n{without_boxes(description)}\n{button}", (url,))


def _file(corp: Corp, fields: Mapping[str, Any]) -> Content:
    return Content("file", corp.media.find(fields.get("media_id")).name)


def _template_card(corp: Corp, fields: Mapping[str, Any]) -> Content:
    check_card(fields)
    if can_call_back(fields) and not corp.world.config.wecom.callback_url:
        raise WecomError(43012)
    return Content("card", links=card_view.links(fields), card=fields)


_READERS: dict[str, Callable[[Corp, Mapping[str, Any]], Content]] = {
    "text": _text,
    "markdown": _markdown,
    "textcard": _textcard,
    "image": _file,
    "voice": _file,
    "video": _file,
    "file": _file,
    "template_card": _template_card,
}


def _deliver(corp: Corp, content: Content, people: tuple[str, ...], msgid: str) -> str:
    """Put the message on the phones of those who are not written to too often; return a response_code, if due."""
    now, reached, code, card_id = corp.now(), [], "", ""
    if content.card is not None:
        corp.cards.claim_task(str(content.card.get("task_id") or ""))
    if not silent.get():
        reached = [person for person in people if corp.pace.allows(person, now)]
    if content.card is not None:
        sent = corp.cards.add(content.card, reached, msgid, corp.world.clock.now())
        card_id = sent.id
        code = corp.cards.issue_code(sent) if can_call_back(content.card) else ""
    shape: dict[str, Any] = {"app": "wecom", "sender": "bot", "kind": content.kind, "text": content.text}
    shape |= {"links": content.links, "card": card_id or None}
    rows = [corp.world.phones.add(person, **shape) for person in reached]
    corp.sent[msgid] = SentMessage(now, rows, card_id)
    return code


def _repeated(call: Call) -> str:
    """Return the msgid of an identical request inside the interval it asks for; nothing is delivered for it again."""
    if call.body.get("enable_duplicate_check") != 1:
        return ""
    interval = min(int(call.body.get("duplicate_check_interval") or REPEAT_S), LONGEST_REPEAT_S)
    at, msgid = call.corp.repeats.get(_fingerprint(call), (float("-inf"), ""))
    return msgid if call.corp.now() - at <= interval else ""


def _remember(call: Call, msgid: str) -> None:
    if call.body.get("enable_duplicate_check") == 1:
        call.corp.repeats[_fingerprint(call)] = (call.corp.now(), msgid)


def _fingerprint(call: Call) -> str:
    return json.dumps(call.body, sort_keys=True)


def _receipt(address: Receivers, msgid: str) -> dict[str, object]:
    joined: dict[str, object] = {
        "invaliduser": "|".join(address.invalid_users),
        "invalidparty": "|".join(address.invalid_parties),
        "invalidtag": "|".join(address.invalid_tags),
    }
    return joined | {"unlicenseduser": "", "msgid": msgid}


def _required(fields: Mapping[str, Any], name: str, errcode: int) -> str:
    value = fields.get(name)
    if not isinstance(value, str) or not value:
        raise WecomError(errcode, name)
    return value

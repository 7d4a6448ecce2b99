"""What members and WeCom itself send to the app, once decrypted. No I/O.

Numbers stay strings, as they came: a MsgId is 64 bits wide and nothing is ever calculated with it.
"""

import hashlib
import json
import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field

from lxml import etree

from platforms.wecom.strict_xml import Malformed, cdata, root_of, text_of

CARD_EVENTS = frozenset({"template_card_event", "template_card_menu_event"})
KF_EVENT = "kf_msg_or_event"
MSG_ID = re.compile(r"[0-9]{0,20}")  # 64 bits
SECONDS = re.compile(r"[0-9]{1,12}")


class Foreign(Exception):
    """Authentic, but not meant for this app, or under a number that WeCom never gives; answer 200 and do nothing."""


@dataclass(frozen=True, slots=True)
class Ours:
    """Which corp and which of its apps we are."""

    corp_id: str
    agent_id: str


@dataclass(frozen=True, slots=True)
class MemberMessage:
    """What a member typed or sent; `kind` is WeCom's MsgType, `text` keeps its white space."""

    userid: str
    msg_id: str
    kind: str
    text: str
    media_id: str
    file_name: str
    created: str
    agent_id: str = ""


@dataclass(frozen=True, slots=True)
class CardClick:
    """A button, a submit or a menu item of a template card; `response_code` updates the card once."""

    userid: str
    task_id: str
    event_key: str
    card_type: str
    response_code: str
    selected: Mapping[str, tuple[str, ...]]
    created: str
    kind: str = "template_card_event"
    agent_id: str = ""


@dataclass(frozen=True, slots=True)
class KfNudge:
    """There is something to pull for this customer-service account; `token` lives ten minutes."""

    token: str = field(repr=False)
    open_kfid: str
    created: str


@dataclass(frozen=True, slots=True)
class OtherEvent:
    """Any other event: its name in lower case and its plain fields, each with all its values."""

    kind: str
    userid: str
    created: str
    fields: Mapping[str, tuple[str, ...]]


Message = MemberMessage | CardClick | KfNudge | OtherEvent


def read(xml: bytes, ours: Ours | None = None) -> Message:
    """Read one decrypted callback; raises Malformed, TooLarge, or Foreign where it is not addressed to us."""
    root = root_of(xml)
    if ours is not None:
        _check_addressee(root, ours)
    kind = text_of(root, "MsgType").strip().lower()
    if not kind:
        raise Malformed("MsgType")
    if kind != "event":
        return _member_message(root, kind)
    event = text_of(root, "Event").strip().lower()
    if event in CARD_EVENTS:
        return _card_click(root, event)
    if event == KF_EVENT:
        return KfNudge(_needed(root, "Token"), _needed(root, "OpenKfId"), _created(root))
    return OtherEvent(event, _userid(root), _created(root), _fields(root))


def business_key(message: Message) -> str:
    """Return what is the same when WeCom sends the same thing again, and different otherwise.

    Events have no MsgId and their time has a grain of one second, so a click is known by all it says.
    """
    match message:
        case MemberMessage(msg_id=msg_id) if msg_id:
            return f"wecom:message:{msg_id}"
        case MemberMessage():
            parts: list[object] = [message.userid, message.created, message.kind, message.text, message.media_id]
        case CardClick():
            parts = [message.userid, message.created, message.kind]
            parts += [message.task_id, message.event_key, message.response_code]
        case KfNudge():
            parts = [KF_EVENT, message.open_kfid, message.created, message.token]
        case OtherEvent():
            parts = [message.userid, message.created, message.kind, sorted(message.fields.items())]
    digest = hashlib.sha256(json.dumps(parts, ensure_ascii=True).encode()).hexdigest()
    return f"wecom:event:{digest}"


def dead_button(userid: str, corp_id: str, created: int, text: str) -> bytes:
    """Build the passive answer to a click that puts one grey text in place of the clicker's own buttons."""
    return (
        f"<xml><ToUserName>{cdata(userid)}</ToUserName><FromUserName>{cdata(corp_id)}</FromUserName>"
        f"<CreateTime>{created}</CreateTime><MsgType>{cdata('update_button')}</MsgType>"
        f"<Button><ReplaceName>{cdata(text)}</ReplaceName></Button></xml>"
    ).encode()


def _member_message(root: etree._Element, kind: str) -> MemberMessage:
    return MemberMessage(
        userid=_needed_userid(root),
        msg_id=_msg_id(root),
        kind=kind,
        text=text_of(root, "Content"),
        media_id=text_of(root, "MediaId").strip(),
        file_name=text_of(root, "FileName").strip(),
        created=_created(root),
        agent_id=_agent_id(root),
    )


def _card_click(root: etree._Element, event: str) -> CardClick:
    return CardClick(
        userid=_needed_userid(root),
        task_id=_needed(root, "TaskId"),
        event_key=_needed(root, "EventKey"),
        card_type=text_of(root, "CardType").strip(),
        response_code=text_of(root, "ResponseCode").strip(),
        selected=_selected(root),
        created=_created(root),
        kind=event,
        agent_id=_agent_id(root),
    )


def _selected(root: etree._Element) -> dict[str, tuple[str, ...]]:
    """Read what was chosen on the card; absent, empty, one or many are all possible."""
    chosen: dict[str, tuple[str, ...]] = {}
    for item in root.findall("SelectedItems/SelectedItem"):
        question = _needed(item, "QuestionKey")
        if question in chosen:
            raise Malformed("QuestionKey")
        options = (option.text or "" for option in item.findall("OptionIds/OptionId"))
        chosen[question] = tuple(option for option in options if option)
    return chosen


def _fields(root: etree._Element) -> dict[str, tuple[str, ...]]:
    found: defaultdict[str, list[str]] = defaultdict(list)
    for element in root:
        if not len(element):
            found[str(element.tag)].append(element.text or "")
    return {tag: tuple(values) for tag, values in found.items()}


def _needed(parent: etree._Element, tag: str) -> str:
    value = text_of(parent, tag).strip()
    if not value:
        raise Malformed(tag)
    return value


def _check_addressee(root: etree._Element, ours: Ours) -> None:
    """Refuse another corp's and another app's: the receiver in the cipher is the corp's, and keys may be shared."""
    if text_of(root, "ToUserName").strip() != ours.corp_id:
        raise Foreign("ToUserName")
    if _agent_id(root) not in ("", ours.agent_id):  # what customer service sends names no app
        raise Foreign("AgentID")


def _userid(root: etree._Element) -> str:
    # WeCom compares ids without case and returns some of them lower-cased.
    return text_of(root, "FromUserName").strip().casefold()


def _needed_userid(root: etree._Element) -> str:
    return _needed(root, "FromUserName").casefold()


def _msg_id(root: etree._Element) -> str:
    found = text_of(root, "MsgId").strip()
    if not MSG_ID.fullmatch(found):
        raise Foreign("MsgId")
    return found


def _created(root: etree._Element) -> str:
    created = text_of(root, "CreateTime").strip()
    if not SECONDS.fullmatch(created):
        raise Malformed("CreateTime")
    return created


def _agent_id(root: etree._Element) -> str:
    spellings = ("AgentID", "AgentId", "agentid")
    return next((value for tag in spellings if (value := text_of(root, tag).strip())), "")

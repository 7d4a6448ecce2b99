"""WeChat customer service (微信客服): reading and answering people outside the corp, for one account.

Five messages within 48 hours of the customer's last one, no cards, no markdown; page 94670 and 94677.
"""

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from platforms.errors import Refused, Temporary
from platforms.wecom.api import LONGEST_TEXT, WeCom, cut
from platforms.wecom.failures import KF_TOKEN_REFUSED

PAGE = 1000
CUSTOMERS_A_CALL = 100
LONGEST_MENU_TEXT = 1024
LONGEST_ITEM = 128
LONGEST_URL = 2048
MOST_CHOICES = 10
LONGEST_SCENE_PARAM = 128

FROM_CUSTOMER = 3
FROM_SYSTEM = 4
FROM_SERVICER = 5

MSGID = re.compile(r"[0-9A-Za-z_-]{1,32}")
ITEM_ID = re.compile(r"[0-9A-Za-z_]{1,128}")
SCENE = re.compile(r"[0-9A-Za-z_-]{1,32}")


@dataclass(frozen=True, slots=True)
class KfMessage:
    """One thing in the account's stream; `origin` is FROM_CUSTOMER, FROM_SYSTEM or FROM_SERVICER.

    `menu_id` tells a tap on a menu from the same words typed; `event` is set where `kind` is "event". `sent_at` is
    in seconds since 1970.
    """

    msgid: str
    kind: str
    text: str
    menu_id: str
    media_id: str
    external_userid: str
    sent_at: float
    origin: int
    event: Mapping[str, Any] | None
    digest: str = ""  # SHA-256 of the message as the platform gave it: JSON, keys sorted, no spaces, UTF-8


@dataclass(frozen=True, slots=True)
class Page:
    """Messages in order; store `next_cursor` with what was done about them, and go on while `has_more`."""

    messages: tuple[KfMessage, ...]
    next_cursor: str
    has_more: bool


@dataclass(frozen=True, slots=True)
class Customer:
    """A customer active in the past 48 hours; the nickname is self-chosen and identifies nobody.

    `scene_param` is that of the last link the customer came through: it repairs a missed enter_session.
    """

    external_userid: str
    nickname: str = field(repr=False)
    scene: str
    scene_param: str = field(repr=False)


async def accounts(wecom: WeCom) -> dict[str, str]:
    """List the accounts that the app may serve, by id with their names; 100 at most, as a corp has a handful."""
    found = await wecom.call("POST", "/kf/account/list", body={"offset": 0, "limit": 100}, writes=False)
    return {str(each["open_kfid"]): str(each.get("name", "")) for each in found.get("account_list") or ()}


class CustomerService:
    """One customer-service account, reached with the app's token."""

    def __init__(self, wecom: WeCom, open_kfid: str) -> None:
        self._wecom = wecom
        self._open_kfid = open_kfid
        self._links: dict[str, str] = {}

    @property
    def open_kfid(self) -> str:
        """The account's id, by which nudges name it."""
        return self._open_kfid

    async def pull(self, cursor: str, token: str = "") -> Page:
        """Read what came after `cursor`; an empty cursor gives the past three days.

        A stale token is left out and the page read without it, under a stricter frequency limit.
        """
        try:
            answer = await self._sync(cursor, token)
        except Temporary as error:
            if not token or error.code != str(KF_TOKEN_REFUSED):
                raise
            answer = await self._sync(cursor, "")
        messages = tuple(_message(each) for each in answer.get("msg_list") or ())
        return Page(messages, str(answer.get("next_cursor") or cursor), answer.get("has_more") == 1)

    async def send_text(self, to: str, text: str, msgid: str) -> str:
        """Send text, cut after 2,048 bytes; `msgid` makes a repeat AlreadyDone instead of a second message."""
        return await self._send(to, _text(text), msgid)

    async def send_menu(
        self,
        to: str,
        head: str,
        items: Sequence[tuple[str, str]],
        links: Sequence[tuple[str, str]] = (),
        tail: str = "",
        *,
        msgid: str,
    ) -> str:
        """Send a menu: (id, text) to tap, then (text, address) to open, ten at most together."""
        return await self._send(to, _menu(head, items, links, tail), msgid)

    async def send_on_event(
        self,
        code: str,
        head: str,
        items: Sequence[tuple[str, str]] = (),
        links: Sequence[tuple[str, str]] = (),
        tail: str = "",
        *,
        msgid: str,
    ) -> str:
        """Answer an event by its one-time code (a welcome code lives 20 seconds); without choices it is plain text."""
        message = _menu(head, items, links, tail) if items or links else _text("\n".join(filter(None, (head, tail))))
        body = {"code": code, "msgid": _checked_msgid(msgid), **message}
        answer = await self._wecom.call("POST", "/kf/send_msg_on_event", body=body)
        return str(answer.get("msgid") or msgid)

    async def link(self, scene: str, scene_param: str) -> str:
        """Return the address that opens a chat and tells us `scene_param` when it is used.

        Pass an opaque random value: the address can be forwarded, and the value comes back word for word.
        """
        if len(scene_param.encode()) > LONGEST_SCENE_PARAM:
            raise Refused("scene-param", "more than 128 bytes")
        if scene not in self._links:
            self._links[scene] = await self._contact_way(scene)
        address = self._links[scene]
        return f"{address}{'&' if '?' in address else '?'}scene_param={quote(scene_param, safe='')}"

    async def customers(self, external_userids: Sequence[str]) -> tuple[Customer, ...]:
        """Read customers active in the past 48 hours; the others are left out."""
        unique = list(dict.fromkeys(external_userids))
        found: list[Customer] = []
        for start in range(0, len(unique), CUSTOMERS_A_CALL):
            asked = unique[start : start + CUSTOMERS_A_CALL]
            body = {"external_userid_list": asked, "need_enter_session_context": 1}
            answer = await self._wecom.call("POST", "/kf/customer/batchget", body=body, writes=False)
            found += [_customer(each) for each in answer.get("customer_list") or ()]
        return tuple(found)

    async def _sync(self, cursor: str, token: str) -> dict[str, Any]:
        body = {"cursor": cursor, "token": token, "limit": PAGE, "voice_format": 0, "open_kfid": self._open_kfid}
        asked = {name: value for name, value in body.items() if value != ""}
        return await self._wecom.call("POST", "/kf/sync_msg", body=asked, writes=False)

    async def _send(self, to: str, message: Mapping[str, Any], msgid: str) -> str:
        body = {"touser": to, "open_kfid": self._open_kfid, "msgid": _checked_msgid(msgid), **message}
        answer = await self._wecom.call("POST", "/kf/send_msg", body=body)
        return str(answer.get("msgid") or msgid)

    async def _contact_way(self, scene: str) -> str:
        if not SCENE.fullmatch(scene):
            raise Refused("scene", "not of 1 to 32 letters, digits, _ -")
        body = {"open_kfid": self._open_kfid, "scene": scene}
        answer = await self._wecom.call("POST", "/kf/add_contact_way", body=body, writes=False)
        return str(answer["url"])


def _message(found: Mapping[str, Any]) -> KfMessage:
    kind = str(found.get("msgtype", ""))
    content = found.get(kind)
    content = content if isinstance(content, dict) else {}
    # An event names its customer inside, everything else outside.
    customer = content.get("external_userid", "") if kind == "event" else found.get("external_userid", "")
    return KfMessage(
        msgid=str(found["msgid"]),
        kind=kind,
        text=str(content.get("content", "")) if kind == "text" else "",
        menu_id=str(content.get("menu_id", "")) if kind == "text" else "",
        media_id=str(content.get("media_id", "")),
        external_userid=str(customer or ""),
        sent_at=float(found.get("send_time", 0)),
        origin=int(found.get("origin", 0)),
        event=content if kind == "event" else None,
        digest=_digest(found),
    )


def _digest(found: Mapping[str, Any]) -> str:
    raw = json.dumps(found, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(raw.encode()).hexdigest()


def _customer(found: Mapping[str, Any]) -> Customer:
    context = found.get("enter_session_context") or {}
    return Customer(
        external_userid=str(found["external_userid"]),
        nickname=str(found.get("nickname", "")),
        scene=str(context.get("scene", "")),
        scene_param=str(context.get("scene_param", "")),
    )


def _text(content: str) -> dict[str, Any]:
    return {"msgtype": "text", "text": {"content": cut(content, LONGEST_TEXT)}}


def _menu(head: str, items: Sequence[tuple[str, str]], links: Sequence[tuple[str, str]], tail: str) -> dict[str, Any]:
    if not 1 <= len(items) + len(links) <= MOST_CHOICES:
        raise Refused("menu", f"{len(items) + len(links)} choices; 1 to 10 are possible")
    menu: dict[str, Any] = {"list": [_click(*item) for item in items] + [_view(*link) for link in links]}
    for name, text in (("head_content", head), ("tail_content", tail)):
        if text:
            menu[name] = cut(text, LONGEST_MENU_TEXT)
    return {"msgtype": "msgmenu", "msgmenu": menu}


def _click(item_id: str, text: str) -> dict[str, Any]:
    if not ITEM_ID.fullmatch(item_id) or not text:
        raise Refused("menu-item", "an id is 1 to 128 letters, digits and _; a text is needed")
    return {"type": "click", "click": {"id": item_id, "content": cut(text, LONGEST_ITEM)}}


def _view(text: str, url: str) -> dict[str, Any]:
    if not text or len(url.encode()) > LONGEST_URL:
        raise Refused("menu-link", "a text is needed; an address has at most 2,048 bytes")
    return {"type": "view", "view": {"url": url, "content": cut(text, LONGEST_MENU_TEXT)}}


def _checked_msgid(msgid: str) -> str:
    if not MSGID.fullmatch(msgid):
        raise Refused("msgid", "not of 1 to 32 letters, digits, _ -")
    return msgid

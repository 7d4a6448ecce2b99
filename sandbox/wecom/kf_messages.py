"""What may be sent to a WeChat customer, with every limit of the send pages, and how it looks in WeChat."""

import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sandbox.text import links_in
from sandbox.wecom.errors import WecomError
from sandbox.wecom.media import MediaStore
from sandbox.wecom.wording import without_anchors

Fields = Mapping[str, Any]

MSGID = re.compile(r"[0-9a-zA-Z_-]{1,32}")
CLICK_ID = re.compile(r"[^#]+")
BUTTON_KINDS = ("click", "view", "miniprogram")


@dataclass(frozen=True)
class Content:
    """What the customer sees; `items` are the tappable lines of a menu, id to text."""

    kind: str
    text: str
    links: tuple[str, ...] = ()
    items: Mapping[str, str] = field(default_factory=dict)

    def menu(self) -> dict[str, Any] | None:
        """Build the menu of the control API, with a fresh id."""
        if not self.items:
            return None
        items = [{"id": item, "text": text} for item, text in self.items.items()]
        return {"id": "menu-" + secrets.token_hex(8), "items": items}


def content_of(body: Fields, media: MediaStore, kinds: tuple[str, ...] = ()) -> Content:
    """Check a message of send_msg or send_msg_on_event; `kinds` narrows what is allowed."""
    kind = str(body.get("msgtype"))
    if kind not in _READERS or (kinds and kind not in kinds):
        raise WecomError(40008, kind)
    fields = body.get(kind)
    return _READERS[kind](fields if isinstance(fields, dict) else {}, media)


def check_msgid(msgid: object) -> None:
    """Raise 40058 for a message id of ours that is too long or has a letter that is not allowed."""
    if not isinstance(msgid, str) or not MSGID.fullmatch(msgid):
        raise WecomError(40058, "msgid")


def _text(fields: Fields, media: MediaStore) -> Content:
    text = fields.get("content")
    if not isinstance(text, str) or not text:
        raise WecomError(44004)
    if len(text.encode()) > 2048:
        raise WecomError(45002)
    return Content("text", without_anchors(text), links_in(text))


def _link(fields: Fields, media: MediaStore) -> Content:
    title, url = _sized(fields, "title", 1, 128), _sized(fields, "url", 1, 2048)
    description = _sized(fields, "desc", 0, 512)
    media.find(fields.get("thumb_media_id"))
    return Content("text", "\n".join(line for line in (title, description) if line), (url,))


def _file(fields: Fields, media: MediaStore) -> Content:
    return Content("file", media.find(fields.get("media_id")).name)


def _menu(fields: Fields, media: MediaStore) -> Content:
    rows = fields.get("list") or []
    if not isinstance(rows, list) or len(rows) > 50:
        raise WecomError(95008, "list")
    if sum(1 for row in rows if row.get("type") in BUTTON_KINDS) > 10:
        raise WecomError(95008, "click, view and miniprogram")
    lines, links, items = [_sized(fields, "head_content", 0, 1024)], [], {}
    for row in rows:
        line, link, item = _row(row)
        lines += [line] if line else []
        links += [link] if link else []
        items.update(item)
    text = "\n".join(line for line in [*lines, _sized(fields, "tail_content", 0, 1024)] if line)
    return Content("menu", text, tuple(links) + links_in(text), items)


def _row(row: Fields) -> tuple[str, str, dict[str, str]]:
    """Read one line of a menu: its text, its link, its tappable item."""
    kind = row.get("type")
    fields = row.get(str(kind))
    fields = fields if isinstance(fields, dict) else {}
    if kind == "click":
        item = _sized(fields, "id", 1, 128)
        if not CLICK_ID.fullmatch(item):
            raise WecomError(40058, "click.id")
        return "", "", {item: _sized(fields, "content", 1, 128)}
    if kind == "view":
        return _sized(fields, "content", 1, 1024), _sized(fields, "url", 1, 2048), {}
    if kind == "text":
        return _sized(fields, "content", 1, 256).replace("\\n", "\n"), "", {}
    raise WecomError(95009, str(kind))


def _sized(fields: Fields, name: str, least: int, most: int) -> str:
    value = fields.get(name, "")
    if not isinstance(value, str) or not least <= len(value.encode()) <= most:
        raise WecomError(40058, f"{name}: {least} to {most} bytes")
    return value


_READERS: dict[str, Callable[[Fields, MediaStore], Content]] = {
    "text": _text,
    "link": _link,
    "msgmenu": _menu,
    "image": _file,
    "voice": _file,
    "video": _file,
    "file": _file,
}

"""What DingTalk pushes to us, read into plain records, and what we answer; no I/O.

Robot messages follow the platform's receive-message page, clicks its event-callback-card page. A member that is
absent never stops a message from being read; one of the wrong type raises Malformed.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from platforms.dingtalk.frames import Frame, Malformed, items, member, number, read_object, text

MessageKind = Literal["text", "picture", "file", "audio", "video", "unknown"]
Value = str | bool | list[str]

CLICK_LIMIT = 64 * 1024
FIELD_LIMIT = 64
VALUE_LIMIT = 8_000
OVER_QUOTA = "20001"


@dataclass(frozen=True)
class FileRef:
    """A file that can be fetched with its download code while the platform keeps it."""

    download_code: str = field(repr=False)
    name: str
    kind: MessageKind


@dataclass(frozen=True)
class RobotMessage:
    """What a person sent to the robot.

    `msg_id` stays the same when the message is delivered again. `sender_staff_id` is None for people outside the
    organisation. `session_webhook` is a bearer secret, valid until `webhook_expires_ms`. Moments are Unix
    milliseconds, 0 when absent. `over_quota` marks the message the platform has emptied because the organisation's
    monthly quota is used up.
    """

    msg_id: str
    kind: MessageKind
    text: str = field(repr=False)
    files: tuple[FileRef, ...]
    sender_staff_id: str | None
    sender_nick: str = field(repr=False)
    corp_id: str
    conversation_id: str
    in_group: bool
    conversation_title: str
    at_staff_ids: tuple[str, ...]
    session_webhook: str = field(repr=False)
    webhook_expires_ms: int
    robot_code: str
    over_quota: bool
    created_ms: int


@dataclass(frozen=True)
class CardClick:
    """A press on a card; only `user_id` says who, nothing in `form` or `params` may decide what is allowed.

    `action` is the pressed component's own id. A selection is its value, a multiple one a list of values.
    """

    user_id: str
    out_track_id: str
    action: str
    form: dict[str, Value] = field(repr=False)
    params: dict[str, Value] = field(repr=False)
    corp_id: str
    space_id: str


@dataclass(frozen=True)
class Event:
    """Something that happened in the organisation; `event_id` stays the same when it is delivered again."""

    event_id: str
    kind: str
    corp_id: str
    born_ms: int
    data: dict[str, Any] = field(repr=False)


def robot_message(data: str) -> RobotMessage:
    """Read the data of a robot message frame."""
    found = read_object(data, "message")
    kind, words, files = _content(found)
    return RobotMessage(
        msg_id=_needed(found, "msgId"),
        kind=kind,
        text=words.strip(),
        files=files,
        sender_staff_id=text(found, "senderStaffId") or None,
        sender_nick=text(found, "senderNick"),
        corp_id=text(found, "senderCorpId") or text(found, "chatbotCorpId"),
        conversation_id=text(found, "conversationId"),
        in_group=text(found, "conversationType") == "2",
        conversation_title=text(found, "conversationTitle"),
        at_staff_ids=_mentioned(found),
        session_webhook=text(found, "sessionWebhook"),
        webhook_expires_ms=number(found, "sessionWebhookExpiredTime"),
        robot_code=text(found, "robotCode"),
        over_quota=OVER_QUOTA in (text(found, "errorCode"), text(found, "errCode")),
        created_ms=number(found, "createAt"),
    )


def card_click(data: str) -> CardClick:
    """Read the data of a card callback: `content` or else `value`, parameters inside or beside `cardPrivateData`."""
    found = read_object(data, "click", limit=CLICK_LIMIT)
    if text(found, "userIdType") == "2":
        raise Malformed("userIdType")
    content = read_object(found.get("content") or found.get("value") or "{}", "content", limit=CLICK_LIMIT)
    private = member(content, "cardPrivateData")
    params = member(private, "params") or member(content, "params")
    form = _values(member(params, "form"))
    rest = _values({name: value for name, value in params.items() if name != "form"}, strict=False)
    return CardClick(
        user_id=_needed(found, "userId"),
        out_track_id=_needed(found, "outTrackId"),
        action=_action(private, rest),
        form=form,
        params=rest,
        corp_id=text(found, "corpId"),
        space_id=text(found, "spaceId"),
    )


def event(frame: Frame) -> Event:
    """Read an EVENT frame: what it is stands in the headers, what happened in the data."""
    return Event(
        event_id=_needed(frame.headers, "eventId"),
        kind=text(frame.headers, "eventType"),
        corp_id=text(frame.headers, "eventCorpId"),
        born_ms=number(frame.headers, "eventBornTime"),
        data=read_object(frame.data or "{}", "event"),
    )


def card_response(params: Mapping[str, str], private: Mapping[str, str] | None = None) -> dict[str, object]:
    """Word the answer to a click: it changes only these variables, and only on the screen of who pressed.

    `private` belongs to the presser and, unlike in the update call, is not keyed by person.
    """
    response: dict[str, object] = {
        "cardUpdateOptions": {"updateCardDataByKey": True, "updatePrivateDataByKey": True},
        "cardData": {"cardParamMap": param_map(params)},
    }
    if private is not None:
        response["userPrivateData"] = {"cardParamMap": param_map(private)}
    return response


def param_map(params: Mapping[str, str]) -> dict[str, str]:
    """Return card variables as the platform wants them: every value a string, arrays as JSON text."""
    for name, value in params.items():
        if not isinstance(value, str):
            raise TypeError(f"card variable {name} is {type(value).__name__}, not a string")
    return dict(params)


def text_reply(content: str, at: tuple[str, ...] = ()) -> dict[str, object]:
    """Word a reply through a session webhook; who is mentioned must stand in the text as well to be seen."""
    return _with_mentions({"msgtype": "text", "text": {"content": content}}, at)


def markdown_reply(title: str, content: str, at: tuple[str, ...] = ()) -> dict[str, object]:
    """Word a markdown reply through a session webhook."""
    return _with_mentions({"msgtype": "markdown", "markdown": {"title": title, "text": content}}, at)


def _with_mentions(payload: dict[str, object], at: tuple[str, ...]) -> dict[str, object]:
    return {**payload, "at": {"atUserIds": list(at)}} if at else payload


def _needed(found: Mapping[str, Any], name: str) -> str:
    value = text(found, name)
    if not value:
        raise Malformed(f"{name} is missing")
    return value


def _content(found: dict[str, Any]) -> tuple[MessageKind, str, tuple[FileRef, ...]]:
    content = member(found, "content")
    match text(found, "msgtype"):
        case "text":
            words = text(member(found, "text"), "content")
            return ("text" if words.strip() else "unknown"), words, ()
        case "richText":
            return _rich_text(items(content, "richText"))
        case "audio":
            return "audio", text(content, "recognition"), _file(content, "audio")
        case "picture":
            return "picture", "", _file(content, "picture")
        case "file":
            return "file", "", _file(content, "file")
        case "video":
            return "video", "", _file(content, "video")
        case _:
            return "unknown", "", ()


def _rich_text(parts: list[dict[str, Any]]) -> tuple[MessageKind, str, tuple[FileRef, ...]]:
    words = "".join(text(part, "text") for part in parts)
    files = tuple(ref for part in parts if text(part, "type") == "picture" for ref in _file(part, "picture"))
    if words.strip():
        return "text", words, files
    return ("picture" if files else "unknown"), "", files


def _file(content: dict[str, Any], kind: MessageKind) -> tuple[FileRef, ...]:
    code = text(content, "downloadCode") or text(content, "pictureDownloadCode")
    return (FileRef(code, text(content, "fileName"), kind),) if code else ()


def _mentioned(found: dict[str, Any]) -> tuple[str, ...]:
    robot = text(found, "chatbotUserId")
    people = [user for user in items(found, "atUsers") if not robot or text(user, "dingtalkId") != robot]
    return tuple(staff_id for user in people if (staff_id := text(user, "staffId")))


def _action(private: dict[str, Any], params: dict[str, Value]) -> str:
    ids = private.get("actionIds")
    if ids is not None and not isinstance(ids, list):
        raise Malformed("actionIds")
    first = ids[0] if ids else params.get("action", "")
    if not isinstance(first, str) or len(first) > VALUE_LIMIT:
        raise Malformed("actionIds")
    return first


def _values(found: dict[str, Any], *, strict: bool = True) -> dict[str, Value]:
    if len(found) > FIELD_LIMIT:
        raise Malformed("too many fields")
    read = {name: _value(name, value, strict=strict) for name, value in found.items()}
    return {name: value for name, value in read.items() if value is not None}


def _value(name: str, value: object, *, strict: bool) -> Value | None:
    if isinstance(value, dict):
        if strict and "value" not in value:
            raise Malformed(f"field {name[:40]}")
        value = value.get("value")
    if isinstance(value, list):
        return [_scalar(name, each) for each in value[:FIELD_LIMIT]]
    if value is None or isinstance(value, bool):
        return value
    return _scalar(name, value)


def _scalar(name: str, value: object) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int) or len(shown := str(value)) > VALUE_LIMIT:
        raise Malformed(f"field {name[:40]}")
    return shown

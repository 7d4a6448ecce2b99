"""What the robot's messages look like to a person: webhook message types and msgKey templates."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sandbox.dingtalk.errors import ApiError, OldApiError
from sandbox.text import links_in, shown

MSG_PARAM_BYTES = 15_000
WEBHOOK_TEXT_BYTES = 20_000
FILE_TYPES = ("xlsx", "pdf", "zip", "rar", "doc", "docx")
MSG_KEYS: dict[str, tuple[str, ...]] = {
    "sampleText": ("content",),
    "sampleMarkdown": ("title", "text"),
    "sampleImageMsg": ("photoURL",),
    "sampleLink": ("title", "text", "picUrl", "messageUrl"),
    "sampleActionCard": ("title", "text", "singleTitle", "singleURL"),
    "sampleActionCard2": ("title", "text", "actionTitle1", "actionURL1", "actionTitle2", "actionURL2"),
    "sampleActionCard6": ("title", "text", "buttonTitle1", "buttonUrl1", "buttonTitle2", "buttonUrl2"),
    "sampleAudio": ("mediaId", "duration"),
    "sampleFile": ("mediaId", "fileName", "fileType"),
}
WEBHOOK_FIELDS: dict[str, tuple[str, ...]] = {
    "text": ("content",),
    "markdown": ("title", "text"),
    "link": ("title", "text", "messageUrl"),
    "actionCard": ("title", "text"),
}


@dataclass(frozen=True)
class Shown:
    """A message as it stands on the screen."""

    kind: str
    text: str
    links: tuple[str, ...]


def from_template(msg_key: str, msg_param: object) -> Shown:
    """Read a msgKey message; `msgParam` must be a JSON string."""
    if msg_key not in MSG_KEYS:
        raise ApiError("invalidParameter.msgKey.invalid")
    if not isinstance(msg_param, str):
        raise ApiError("invalidParameter.msgParam.invalid")
    if len(msg_param.encode()) > MSG_PARAM_BYTES:
        raise ApiError("invalidParameter.msgParam.tooLong")
    param = _param(msg_param)
    if any(not str(param.get(name, "")) for name in MSG_KEYS[msg_key]):
        raise ApiError("invalidParameter.param.invalid")
    return _template(msg_key, param)


def from_webhook(body: Mapping[str, Any]) -> Shown | None:
    """Read a webhook message; nothing is shown for `empty`."""
    kind = body.get("msgtype")
    if kind == "empty":
        return None
    if kind not in WEBHOOK_FIELDS:
        raise OldApiError(400105, "unsupported msgtype")
    content, needed = body.get(str(kind)), WEBHOOK_FIELDS[str(kind)]
    if not isinstance(content, dict) or any(not isinstance(content.get(name), str) for name in needed):
        raise OldApiError(40035, "不合法的参数")
    if any(len(value.encode()) > WEBHOOK_TEXT_BYTES for value in content.values() if isinstance(value, str)):
        raise OldApiError(460101, "message too long, exceed 20000 bytes")
    return _webhook(str(kind), content)


def _param(text: str) -> dict[str, Any]:
    try:
        param = json.loads(text)
    except ValueError as error:
        raise ApiError("invalidParameter.msgParam.invalid") from error
    if not isinstance(param, dict):
        raise ApiError("invalidParameter.msgParam.invalid")
    return param


def _template(msg_key: str, param: Mapping[str, Any]) -> Shown:
    if msg_key == "sampleText":
        return Shown("text", str(param["content"]), links_in(str(param["content"])))
    if msg_key == "sampleMarkdown":
        return Shown("markdown", shown(param["text"]), links_in(param["text"]))
    if msg_key == "sampleFile":
        if param["fileType"] not in FILE_TYPES:
            raise ApiError("invalidParameter.param.invalid")
        return Shown("file", str(param["fileName"]), ())
    if msg_key in ("sampleImageMsg", "sampleAudio"):
        return Shown("file", str(param.get("photoURL", "[语音]")), links_in(str(param.get("photoURL", ""))))
    return _with_buttons(param)


def _webhook(kind: str, content: Mapping[str, Any]) -> Shown:
    if kind == "text":
        return Shown("text", content["content"], links_in(content["content"]))
    if kind == "markdown":
        return Shown("markdown", shown(content["text"]), links_in(content["text"]))
    buttons = {f"btn{n}": button for n, button in enumerate(content.get("btns") or ())}
    flat = dict(content) | {f"{key}Title": button.get("title") for key, button in buttons.items()}
    flat |= {f"{key}URL": button.get("actionURL") for key, button in buttons.items()}
    return _with_buttons(flat)


def _with_buttons(param: Mapping[str, Any]) -> Shown:
    titles = [str(value) for name, value in param.items() if name != "title" and "title" in name.lower()]
    urls = [str(value) for name, value in param.items() if name.lower().rstrip("0123456789").endswith("url")]
    text = str(param.get("text", ""))
    lines = [str(param.get("title", "")), shown(text), *titles]
    links = (*links_in(text), *(url for url in urls if "://" in url and url != param.get("picUrl")))
    return Shown("markdown", "\n".join(line for line in lines if line), tuple(dict.fromkeys(links)))

"""The JSON of Stream frames and acknowledgements; nothing here touches a socket."""

import json
import secrets
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

ROBOT_TOPIC = "/v1.0/im/bot/messages/get"
CARD_TOPIC = "/v1.0/card/instances/callback"
APP_ID = "1305d5f5-0000-484f-0000-97d9ef67aaaa"


@dataclass(frozen=True)
class Ack:
    """What a client answered to one frame; `data` is decoded, or the raw text where it is not JSON."""

    code: int
    data: Any
    message: str


@dataclass(frozen=True)
class Push:
    """One thing to tell the bot, whatever number of frames that takes; `data` is decoded."""

    kind: str
    type: str
    topic: str
    data: dict[str, Any]
    deadline_s: float
    headers: dict[str, str] = field(default_factory=dict)
    settle: Callable[[Ack], None] | None = None


def message_id() -> str:
    """Make a delivery id; a redelivery carries a new one."""
    return f"{secrets.token_hex(4)}_{secrets.randbelow(9000) + 1000:x}_{secrets.token_hex(6)}_{secrets.token_hex(4)}"


def push_frame(push: Push, connection_id: str, delivery: str, ms: int) -> str:
    """Write the frame of one delivery: `data` is a JSON string and `time` a string of milliseconds."""
    headers = {
        "appId": APP_ID,
        "connectionId": connection_id,
        "contentType": "application/json",
        "messageId": delivery,
        "time": str(ms),
        "topic": push.topic,
        **push.headers,
    }
    data = json.dumps(push.data, ensure_ascii=False, separators=(",", ":"))
    return json.dumps({"specVersion": "1.0", "type": push.type, "headers": headers, "data": data}, ensure_ascii=False)


def ping_frame(delivery: str) -> str:
    """Write a SYSTEM ping, which lacks specVersion and time."""
    headers = {"topic": "ping", "messageId": delivery, "contentType": "application/json"}
    return json.dumps({"type": "SYSTEM", "headers": headers, "data": json.dumps({"opaque": uuid.uuid4().hex[:8]})})


def disconnect_frame(reason: str) -> str:
    """Write the SYSTEM disconnect, which has neither messageId nor time."""
    headers = {"topic": "disconnect", "contentType": "application/json"}
    return json.dumps({"type": "SYSTEM", "headers": headers, "data": json.dumps({"reason": reason})})


def read_ack(text: str) -> tuple[str, Ack] | None:
    """Read an acknowledgement as the platform does: only headers.messageId is needed."""
    try:
        frame = json.loads(text)
        delivery = frame["headers"]["messageId"]
    except (ValueError, KeyError, TypeError):
        return None
    code = frame["code"] if isinstance(frame.get("code"), int) else 0
    return str(delivery), Ack(code, _decoded(frame.get("data")), str(frame.get("message")))


def _decoded(data: Any) -> Any:
    try:
        return json.loads(data)
    except (ValueError, TypeError):
        return data

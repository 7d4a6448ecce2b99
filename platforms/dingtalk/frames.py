"""Stream frames and their acknowledgements as text; no I/O, and a frame that cannot be read says why."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NoReturn


class Malformed(ValueError):
    """What arrived does not have the shape the platform documents; `reason` is free of its content."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Frame:
    """One push; `data` is the JSON text inside it, not yet read."""

    kind: str
    topic: str
    message_id: str
    headers: Mapping[str, Any] = field(repr=False)
    data: str = field(repr=False)


def read_frame(raw: str, *, limit: int = 1 << 20) -> Frame:
    """Read a text frame; SYSTEM frames may lack `messageId`, `time` and `specVersion`."""
    found = read_object(raw, "frame", limit=limit)
    headers = found.get("headers")
    data = found.get("data")
    if not isinstance(headers, dict):
        raise Malformed("headers")
    if data is not None and not isinstance(data, str):
        raise Malformed("data is not a string")
    return Frame(text(found, "type"), text(headers, "topic"), text(headers, "messageId"), headers, data or "")


def write_ack(message_id: str, data: Mapping[str, object] | str, *, code: int = 200, message: str = "OK") -> str:
    """Word the acknowledgement of one frame; `data` travels as JSON text, and text is taken to be that already."""
    shown = data if isinstance(data, str) else compact(data)
    headers = {"contentType": "application/json", "messageId": message_id}
    return compact({"code": code, "headers": headers, "message": message, "data": shown})


def compact(value: object) -> str:
    """Write JSON the way the platform does: no spaces, Chinese as it is."""
    return _ENCODER.encode(value)


def read_object(raw: object, name: str, *, limit: int = 1 << 20) -> dict[str, Any]:
    """Read JSON text that must be one object, without repeated keys, NaN or endless nesting.

    Decimal fractions stay text, as the person typed them. `limit` counts characters.
    """
    if not isinstance(raw, str):
        raise Malformed(f"{name} is not text")
    if len(raw) > limit:
        raise Malformed(f"{name} is too long")
    try:
        found = _DECODER.decode(raw)
    except Malformed:
        raise
    except (ValueError, RecursionError):
        raise Malformed(f"{name} is not JSON") from None
    if not isinstance(found, dict):
        raise Malformed(f"{name} is not an object")
    if _SUSPICIOUS.search(raw):
        return {_storable(key): _storable(value) for key, value in found.items()}
    return found


def text(found: Mapping[str, Any], name: str) -> str:
    """Return a text member, "" when it is absent; a number counts as its digits."""
    value = found.get(name)
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    raise Malformed(name)


def number(found: Mapping[str, Any], name: str) -> int:
    """Return a whole number that may be written as text, 0 when it is absent."""
    value = text(found, name)
    if not value:
        return 0
    if not (value.isascii() and value.isdigit() and len(value) < 20):
        raise Malformed(name)
    return int(value)


def member(found: Mapping[str, Any], name: str) -> dict[str, Any]:
    """Return an object member, empty when it is absent."""
    value = found.get(name)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise Malformed(name)
    return value


def items(found: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    """Return the objects in a list member; anything else in the list is left out."""
    value = found.get(name)
    if value is None:
        return []
    if not isinstance(value, list):
        raise Malformed(name)
    return [each for each in value if isinstance(each, dict)]


def _storable(value: Any) -> Any:
    """Drop what no database keeps: NUL, and halves of surrogate pairs (a client cut an emoji in two)."""
    if isinstance(value, str):
        return value.replace("\0", "").encode("utf-8", "replace").decode()
    if isinstance(value, list):
        return [_storable(each) for each in value]
    if isinstance(value, dict):
        return {_storable(key): _storable(each) for key, each in value.items()}
    return value


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise Malformed("repeated key")
    return found


def _no_constant(_: str) -> NoReturn:
    raise Malformed("not a JSON number")


_SUSPICIOUS = re.compile(r"\\u(?:0000|[dD][89a-fA-F])")
_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False)
_DECODER = json.JSONDecoder(object_pairs_hook=_unique, parse_constant=_no_constant, parse_float=str)

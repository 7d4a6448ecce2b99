"""What Alibaba Cloud pushes to us about SMS: replies from phones (SmsUp) and receipts (SmsReport). No I/O.

Answer each push with `ACCEPTED`; anything else makes the gateway push again. Pushes are not signed: their address
has to be a secret.
"""

import hashlib
import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from platforms.sms.protocol import SmsReply, SmsReport, SmsStatus

ACCEPTED: Mapping[str, Any] = {"code": 0, "msg": "接收成功"}

SHANGHAI = ZoneInfo("Asia/Shanghai")
MAX_BYTES = 256 * 1024
MOST_ROWS = 1000
LONGEST_ID = 64
MOBILE = re.compile(r"(?:\+?86|0086)?(1[0-9]{10})")
FORMATS = ("%Y-%m-%d %H:%M:%S", "%Y%m%d%H%M%S")


class BadPush(Exception):
    """The body is not a push of this kind; answer 400."""


def domestic(phone: str) -> str:
    """Return the eleven digits of a mobile number of mainland China; empty when it is none."""
    found = MOBILE.fullmatch(re.sub(r"[\s-]", "", phone))
    return found[1] if found else ""


def parse_uplink(body: bytes) -> list[SmsReply]:
    """Read the replies in one push; text is kept as it was typed."""
    return [_reply(row) for row in _rows(body)]


def parse_reports(body: bytes) -> list[SmsReport]:
    """Read the receipts in one push."""
    return [_report(row) for row in _rows(body)]


def _reply(row: Mapping[str, Any]) -> SmsReply:
    phone, text, sent = (_text(row, name) for name in ("phone_number", "content", "send_time"))
    # The gateway's number, or what stands for it: the same text from the same phone at the same second.
    number = _text(row, "sequence_id")
    digest = hashlib.sha256("\0".join((number, phone, sent, text)).encode()).hexdigest()
    key = number if 0 < len(number) <= LONGEST_ID else digest
    return SmsReply(domestic(phone) or phone, text, _moment(sent), f"sms:{key}")


def _report(row: Mapping[str, Any]) -> SmsReport:
    success = row.get("success")
    if not isinstance(success, bool):
        raise BadPush("success")
    return SmsReport(
        biz_id=_text(row, "biz_id"),
        out_id=_text(row, "out_id"),
        phone=domestic(_text(row, "phone_number")) or _text(row, "phone_number"),
        status=SmsStatus.DELIVERED if success else SmsStatus.FAILED,
        code=_text(row, "err_code"),
        at=_moment(_text(row, "report_time")),
    )


def _rows(body: bytes) -> list[Mapping[str, Any]]:
    if len(body) > MAX_BYTES:
        raise BadPush("size")
    try:
        rows = json.loads(body.decode("utf-8"), object_pairs_hook=_unique, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise BadPush("json") from None
    if not isinstance(rows, list) or len(rows) > MOST_ROWS or not all(isinstance(row, dict) for row in rows):
        raise BadPush("rows")
    return rows


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name stands twice")
    return found


def _no_constant(name: str) -> None:
    raise ValueError(name)


def _text(row: Mapping[str, Any], name: str) -> str:
    value = row.get(name)
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise BadPush(name)
    # What no database keeps: NUL, and halves of surrogate pairs.
    return str(value).replace("\0", "").encode("utf-8", "replace").decode()


def _moment(text: str) -> datetime:
    for form in FORMATS:
        try:
            return datetime.strptime(text, form).replace(tzinfo=SHANGHAI).astimezone(UTC)
        except ValueError:
            continue
    raise BadPush("time")

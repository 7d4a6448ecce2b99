"""Logs: structured, on stderr, free of secrets and personal data, one line per event.

stdout belongs to the commands: with `--json` it holds one JSON document and nothing else.
"""

import logging
import re
import sys
import unicodedata
from collections.abc import Mapping, MutableMapping
from typing import Any, Literal, TextIO

import structlog
from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError, PayloadEncodingError
from pydantic import SecretStr

HIDDEN = "***"
CAPPED = {
    "dingtalk_stream": logging.ERROR,  # the SDK logs tickets and whole frames
    "websockets": logging.WARNING,
    "asyncio": logging.WARNING,
    "tortoise": logging.WARNING,  # SQL with its values
    "aiosqlite": logging.WARNING,
    "asyncpg": logging.WARNING,
    "mail": logging.WARNING,
}
"""Libraries that say too much, and the quietest level they are held to, whatever ours is."""

_SERVER = logging.getLogger("aiohttp.server")
_UNREADABLE = (HttpProcessingError, PayloadEncodingError, web.RequestPayloadError)

_SECRET_NAME = re.compile(
    r"secret|token|ticket|password|passwd|authorization|cookie|api_?key|aes_?key|webhook|signature|welcome_code|response_code",
    re.IGNORECASE,
)
_SECRET_PAIR = re.compile(
    r"((?:access_?token|corpsecret|appsecret|client_?secret|ticket|token|session|password|api_?key|msg_signature|signature"
    r"|echostr|code|x-acs-dingtalk-access-token|authorization)[\"']?\s*[=:]\s*(?:bearer\s+|[\"'])?)[^\s&\"',;}]+",
    re.IGNORECASE,
)
_PASSWORD_IN_ADDRESS = re.compile(r"(://[^\s:/@]*:)[^\s@/]+@")
_SECRET_PATH = re.compile(r"(/i/|/sms/(?:uplink|receipt)/|/[dfr]/(?=[a-z2-7]{26}))[^\s/?#\"']+")
_PERSONAL_NUMBER = re.compile(r"(?<!\d)\d{6}(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dXx](?!\d)")
_PHONE = re.compile(r"(?<!\d)(?:\+?86[- ]?)?[1１][3-9３-９]\d(?:[- ]?\d{4}){2}(?!\d)")
_MAIL = re.compile(r"(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)+")  # begins a run: a long one is read once (T20)


def configure(
    level: Literal["debug", "info", "warning", "error"] = "info",
    style: Literal["json", "console"] = "json",
    stream: TextIO | None = None,
) -> None:
    """Send every log line of ours and of the libraries through one redacting formatter, to stderr by default."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        redact,
    ]
    renderer: structlog.typing.Processor = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if style == "json"
        else structlog.dev.ConsoleRenderer(colors=False)
    )
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.ExtraAdder(), *shared],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    _SERVER.addFilter(_in_one_line)  # the same function twice is one filter
    _cap_libraries(logging.getLevelNamesMapping()[level.upper()])
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            structlog.stdlib.PositionalArgumentsFormatter(),
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )


def redact(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Hide secrets by name, and secrets, phones, addresses and link tokens wherever they stand in a text."""
    return {key: _clean(key, value) for key, value in event.items()}


def redacted(text: str) -> str:
    """Return the text as it may be written to a log or shown in an error."""
    text = _SECRET_PAIR.sub(rf"\1{HIDDEN}", text)
    text = _PASSWORD_IN_ADDRESS.sub(rf"\1{HIDDEN}@", text)
    text = _SECRET_PATH.sub(rf"\1{HIDDEN}", text)
    text = _PERSONAL_NUMBER.sub(HIDDEN, text)
    text = _PHONE.sub(lambda found: HIDDEN + found[0][-4:], text)
    return _MAIL.sub(f"{HIDDEN}@{HIDDEN}", text)


def _clean(key: str, value: Any) -> Any:
    if key.startswith("_"):
        return value
    if value is not None and not isinstance(value, bool) and (_SECRET_NAME.search(key) or isinstance(value, SecretStr)):
        return HIDDEN
    if isinstance(value, Mapping):
        return {str(name): _clean(str(name), inner) for name, inner in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_clean(key, inner) for inner in value]
    return value if isinstance(value, bool | float | None) else _clean_text(key, value)


def _clean_text(key: str, value: Any) -> Any:
    text = redacted(str(value))
    if isinstance(value, int):
        return value if text == str(value) else text
    lines = text.splitlines() if key == "exception" else [text]
    return "\n  | ".join(map(_escaped, lines))


def _escaped(text: str) -> str:
    """Write control and direction characters as escapes, so that nobody forges a line or hides a word."""
    if text.isprintable():
        return text
    return "".join(_shown(character) for character in text)


def _shown(character: str) -> str:
    hidden = unicodedata.category(character) in ("Cc", "Cf", "Zl", "Zp", "Cs")
    return character.encode("unicode_escape").decode("ascii") if hidden else character


def _in_one_line(record: logging.LogRecord) -> bool:
    """Say of a request that nobody could read only what was wrong with it: junk writes no stack traces."""
    failure = record.exc_info[1] if record.exc_info else None
    if isinstance(failure, _UNREADABLE):
        record.msg, record.args = "unreadable request: %s", (type(failure).__name__,)
        record.exc_info, record.exc_text = None, None
        record.levelno, record.levelname = logging.WARNING, "WARNING"
    return True


def _cap_libraries(level: int) -> None:
    for name, cap in CAPPED.items():
        logger = logging.getLogger(name)
        logger.setLevel(max(level, cap))
        logger.handlers.clear()
        logger.propagate = True

"""The sandbox's configuration: one JSON file, read into frozen dataclasses; a key nobody knows is refused."""

import json
import types
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, fields, is_dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

T = TypeVar("T")


@dataclass(frozen=True)
class BotConfig:
    """Where the bot follows business time, and the secret that call carries."""

    clock_url: str
    secret: str


@dataclass(frozen=True)
class GroupRobotConfig:
    """A robot that a group's members added to their group by themselves: its token, and the key it is signed with."""

    group: str
    token: str
    secret: str


@dataclass(frozen=True)
class DingTalkConfig:
    """The one internal app DingTalk knows; `template_file` is the card template its administrator imported."""

    client_id: str
    client_secret: str
    corp_id: str
    robot_code: str
    template_id: str
    template_file: Path
    group_robots: tuple[GroupRobotConfig, ...] = ()


@dataclass(frozen=True)
class WeComConfig:
    """The one self-built app and the one customer-service account WeCom knows."""

    corp_id: str
    agent_id: int
    secret: str
    token: str
    encoding_aes_key: str
    callback_url: str
    open_kfid: str


@dataclass(frozen=True)
class KfSeed:
    """A candidate who opened their customer-service link before the sandbox started."""

    person: str
    scene_param: str


@dataclass(frozen=True)
class SmsConfig:
    """The SMS account, the file with its approved templates, and where replies and receipts are pushed."""

    access_key_id: str
    access_key_secret: str
    sign_name: str
    templates_file: Path
    uplink_url: str
    receipt_url: str


@dataclass(frozen=True)
class InterviewsConfig:
    """The interview provider's account."""

    api_key: str


@dataclass(frozen=True)
class SignaturesConfig:
    """The organisation that the certification authority knows: its number, its key, and the key callbacks carry."""

    app_id: str
    api_key: str
    callback_secret: str


@dataclass(frozen=True)
class Config:
    """Everything the sandbox is told; `now` is where business time starts, port 0 picks a free port."""

    dingtalk: DingTalkConfig
    wecom: WeComConfig
    sms: SmsConfig
    interviews: InterviewsConfig
    host: str = "127.0.0.1"
    port: int = 8600
    smtp_port: int = 8625
    now: datetime | None = None
    clock_file: Path | None = None
    bot: BotConfig | None = None
    signatures: SignaturesConfig | None = None
    kf_seed: tuple[KfSeed, ...] = ()
    kf_seed_cursor: str = ""


def load(path: Path) -> Config:
    """Read a configuration file."""
    return parse(json.loads(path.read_text("utf-8")))


def parse(data: Mapping[str, Any]) -> Config:
    """Build a configuration from decoded JSON; raise ValueError naming the key that is unknown or missing."""
    return _build(Config, data, "")


def _build(kind: type[T], data: Mapping[str, Any], where: str) -> T:
    hints = get_type_hints(kind)
    declared = {field.name: field for field in fields(kind)}  # type: ignore[arg-type]
    unknown = sorted(set(data) - set(declared))
    if unknown:
        raise ValueError(f"unknown key {where}{unknown[0]}")
    required = [name for name, field in declared.items() if field.default is MISSING and name not in data]
    if required:
        raise ValueError(f"missing key {where}{required[0]}")
    return kind(**{name: _value(hints[name], value, f"{where}{name}") for name, value in data.items()})


def _value(hint: Any, value: Any, where: str) -> Any:
    if get_origin(hint) in (Union, types.UnionType):
        return None if value is None else _value(get_args(hint)[0], value, where)
    if get_origin(hint) is tuple:
        return tuple(_value(get_args(hint)[0], item, f"{where}[]") for item in value)
    if is_dataclass(hint) and isinstance(hint, type):
        return _build(hint, value, f"{where}.")
    if hint is datetime:
        return _moment(value, where)
    if hint is Path:
        return Path(value)
    if not isinstance(value, hint):
        raise ValueError(f"{where} must be {hint.__name__}")
    return value


def _moment(value: str, where: str) -> datetime:
    moment = datetime.fromisoformat(value)
    if moment.tzinfo is None:
        raise ValueError(f"{where} must carry an offset")
    return moment

"""What DingTalk accepts of a card call, and the code it refuses with; nothing here changes a card."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sandbox.dingtalk.directory import member, member_with_union_id
from sandbox.dingtalk.errors import ApiError

PREFIX = "dtv1.card//"
SPACES = {"IM_ROBOT": "imRobotOpen", "IM_GROUP": "imGroupOpen"}
KEY_BYTES = 100
VALUE_BYTES = 1024
CARD_BYTES = 100 * 1024
ID_CHARACTERS = 100
OPEN_SPACE_CHARACTERS = 1000

Data = dict[str, str]


@dataclass(frozen=True)
class Space:
    """One place a card goes to: a person's chat with the robot, or a group."""

    type: str
    id: str


def param_map(data: Any) -> Data:
    """Read a cardParamMap: texts only, short keys, values of at most 1 KB."""
    params = data.get("cardParamMap", {}) if isinstance(data, dict) else None
    if not isinstance(params, dict):
        raise ApiError("param.invalid")
    for name, value in params.items():
        if not isinstance(value, str):
            raise ApiError("param.invalid", f"cardParamMap.{name} is not a string")
        if len(name.encode()) > KEY_BYTES or len(value.encode()) > VALUE_BYTES:
            raise ApiError("param.invalid", f"cardParamMap.{name} is too long")
    return dict(params)


def private_maps(data: Any, user_id_type: int) -> dict[str, Data]:
    """Read privateData, keyed by user id or union id, into data per person."""
    if data is None:
        return {}
    if not isinstance(data, dict):
        raise ApiError("param.invalid")
    return {person_of(user, user_id_type): param_map(value) for user, value in data.items()}


def person_of(user: str, user_id_type: int) -> str:
    """Tell which member an id means."""
    person = member_with_union_id(user) if user_id_type == 2 else member(user)
    if person is None:
        raise ApiError("param.userIdNotExist")
    return person.id


def card_id(body: Mapping[str, Any]) -> str:
    """Read the outTrackId."""
    value = body.get("outTrackId")
    if not isinstance(value, str) or not value:
        raise ApiError("param.outTrackIdEmpty")
    if len(value) > ID_CHARACTERS:
        raise ApiError("param.invalid", "outTrackId is too long")
    return value


def user_id_type(body: Mapping[str, Any]) -> int:
    """Read userIdType: 1 user id (default), 2 union id."""
    value = body.get("userIdType", 1)
    if value not in (1, 2):
        raise ApiError("param.invalid", "userIdType")
    return int(value)


def size(body: Mapping[str, Any]) -> None:
    """Refuse a card that is larger than the platform carries."""
    if len(json.dumps(body, ensure_ascii=False).encode()) > CARD_BYTES:
        raise ApiError("param.invalid", "card is too large")


def space_models(body: Mapping[str, Any]) -> dict[str, bool]:
    """Read which space types a card is made for, and whether it may be forwarded there."""
    models = {kind: body.get(f"{prefix}SpaceModel") for kind, prefix in SPACES.items()}
    given = {kind: model for kind, model in models.items() if model is not None}
    for model in given.values():
        if not isinstance(model, dict) or not isinstance(model.get("supportForward"), bool):
            raise ApiError("param.openSpaceModelInvalid")
    return {kind: bool(model["supportForward"]) for kind, model in given.items()}


def open_spaces(body: Mapping[str, Any]) -> list[Space]:
    """Read openSpaceId: dtv1.card//TYPE.id;TYPE.id, in any case, a trailing semicolon allowed."""
    text = body.get("openSpaceId")
    if not isinstance(text, str) or not text:
        raise ApiError("param.openSpaceIdEmpty")
    if not text.lower().startswith(PREFIX) or len(text) > OPEN_SPACE_CHARACTERS:
        raise ApiError("param.openSpaceIdInvalid")
    return [_space(part) for part in text[len(PREFIX) :].split(";") if part]


def deliver_models(body: Mapping[str, Any], spaces: list[Space]) -> dict[str, dict[str, Any]]:
    """Read the delivery model of each space type asked for."""
    models = {kind: body.get(f"{prefix}DeliverModel") for kind, prefix in SPACES.items()}
    given = {kind: model for kind, model in models.items() if model is not None}
    if not given:
        mixed_up = any(f"{prefix}SpaceModel" in body for prefix in SPACES.values())
        raise ApiError("param.spaceDeliverModelEmpty" if mixed_up else "param.openDeliverModelEmpty")
    if any(space.type not in given for space in spaces):
        raise ApiError("param.openDeliverModelEmpty")
    if any(not isinstance(model, dict) or not model for model in given.values()):
        raise ApiError("param.openDeliverModelError")
    if "IM_GROUP" in given and not given["IM_GROUP"].get("robotCode"):
        raise ApiError("param.openDeliverModelError")
    return given


def options(holder: Mapping[str, Any]) -> tuple[bool, bool]:
    """Read cardUpdateOptions: by key for public and for private data, both false unless said."""
    chosen = holder.get("cardUpdateOptions") or {}
    return chosen.get("updateCardDataByKey") is True, chosen.get("updatePrivateDataByKey") is True


def _space(part: str) -> Space:
    kind, dot, identifier = part.partition(".")
    if not dot or not identifier or kind.upper() not in SPACES:
        raise ApiError("param.openSpaceIdInvalid")
    return Space(kind.upper(), identifier)

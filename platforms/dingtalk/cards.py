"""Interactive card calls as bodies, and their results as records; no I/O.

Both the space model and the deliver model are always given: without the first a card is created and shown to
nobody, behind an HTTP 200.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from platforms.dingtalk.frames import text
from platforms.dingtalk.messages import param_map

TRACK_ID_LIMIT = 64
SPACE_ID_LIMIT = 1000
NOT_REPORTED = "not in the delivery report"


@dataclass(frozen=True)
class Group:
    """A group conversation a card goes to; `recipients` limits who in it sees the card."""

    conversation_id: str
    recipients: tuple[str, ...] = ()


@dataclass(frozen=True)
class Delivered:
    """Who got a card and who did not, by user id (the conversation id for a group), with the platform's reason.

    `carriers` holds each delivery's own id, with which the read status can be asked.
    """

    delivered: tuple[str, ...]
    failed: dict[str, str]
    carriers: dict[str, str] = field(default_factory=dict)


def creation(
    robot_code: str,
    out_track_id: str,
    template_id: str,
    user_ids: tuple[str, ...],
    params: Mapping[str, str],
    *,
    private: Mapping[str, Mapping[str, str]] | None,
    last_message: str,
    group: Group | None,
) -> dict[str, object]:
    """Build a createAndDeliver body; clicks come back over Stream, and the card cannot be forwarded."""
    if not 0 < len(out_track_id) <= TRACK_ID_LIMIT:
        raise ValueError(f"outTrackId must have 1 to {TRACK_ID_LIMIT} characters")
    body: dict[str, object] = {
        "cardTemplateId": template_id,
        "outTrackId": out_track_id,
        "callbackType": "STREAM",
        "userIdType": 1,
        "cardData": {"cardParamMap": param_map(params)},
        "openSpaceId": _space_id(user_ids, group),
    }
    space = {"supportForward": False, "lastMessageI18n": {"ZH_CN": last_message}}
    if private:
        body["privateData"] = _private(private)
    if user_ids:
        body["imRobotOpenSpaceModel"] = space
        body["imRobotOpenDeliverModel"] = {"spaceType": "IM_ROBOT", "robotCode": robot_code}
    if group is not None:
        body["imGroupOpenSpaceModel"] = space
        body["imGroupOpenDeliverModel"] = _group_delivery(robot_code, group)
    return body


def update(
    out_track_id: str, params: Mapping[str, str], private: Mapping[str, Mapping[str, str]] | None
) -> dict[str, object]:
    """Build an update body that changes the named variables only; the platform's default would blank the others."""
    if not params and not private:
        raise ValueError("a card update needs variables")
    body: dict[str, object] = {
        "outTrackId": out_track_id,
        "userIdType": 1,
        "cardUpdateOptions": {"updateCardDataByKey": True, "updatePrivateDataByKey": True},
    }
    if params:
        body["cardData"] = {"cardParamMap": param_map(params)}
    if private:
        body["privateData"] = _private(private)
    return body


def delivery_report(results: Iterable[Mapping[str, Any]], user_ids: tuple[str, ...], group: Group | None) -> Delivered:
    """Read the per-recipient results behind an HTTP 200.

    An error text beside a success means nothing. A recipient the report does not name has not got the card; the
    reason is then the report's general failure, such as "spaces of card is empty" for IM_ALL.
    """
    wanted = (*user_ids, *((group.conversation_id,) if group else ()))
    known = list(results)
    named = {text(each, "spaceId"): each for each in known}
    general = next((text(each, "errorMsg") for each in known if not each.get("success")), NOT_REPORTED)
    delivered = tuple(who for who in wanted if named.get(who, {}).get("success") is True)
    failed = {
        who: text(named.get(who, {}), "errorMsg") or general or NOT_REPORTED for who in wanted if who not in delivered
    }
    carriers = {who: carrier for who in delivered if (carrier := text(named[who], "carrierId"))}
    return Delivered(delivered, failed, carriers)


def _space_id(user_ids: tuple[str, ...], group: Group | None) -> str:
    if not user_ids and group is None:
        raise ValueError("a card needs somebody to go to")
    spaces = [f"IM_ROBOT.{user_id}" for user_id in user_ids]
    spaces += [f"IM_GROUP.{group.conversation_id}"] if group else []
    if any(";" in space for space in spaces):
        raise ValueError("an id with ; cannot be addressed by a card")
    joined = f"dtv1.card//{';'.join(spaces)}"
    if len(joined) > SPACE_ID_LIMIT:
        raise ValueError(f"openSpaceId is longer than {SPACE_ID_LIMIT} characters: send to fewer people at once")
    return joined


def _group_delivery(robot_code: str, group: Group) -> dict[str, object]:
    model: dict[str, object] = {"robotCode": robot_code}
    if group.recipients:
        model["recipients"] = list(group.recipients)
    return model


def _private(private: Mapping[str, Mapping[str, str]]) -> dict[str, object]:
    return {user_id: {"cardParamMap": param_map(params)} for user_id, params in private.items()}

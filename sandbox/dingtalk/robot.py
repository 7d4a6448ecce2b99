"""What the robot sends: webhook replies, single-chat batches, group messages; read status, recall, downloads."""

from typing import Any

from aiohttp import web

from sandbox.dingtalk.chats import Sent, group_with_id
from sandbox.dingtalk.directory import member
from sandbox.dingtalk.door import Body, text_of
from sandbox.dingtalk.errors import ApiError, OldApiError, old_answer
from sandbox.dingtalk.hub import Hub
from sandbox.dingtalk.messages import from_template, from_webhook
from sandbox.traffic import COUNTED

MOST_RECEIVERS = 20


def send_by_session(hub: Hub) -> Any:
    """Serve POST /robot/sendBySession; no token, HTTP 200 whatever happens."""

    async def handle(request: web.Request) -> web.Response:
        request[COUNTED] = True
        hub.limits.stream()
        try:
            await _reply(hub, request)
        except OldApiError as error:
            return old_answer(error)
        return web.json_response({"errcode": 0, "errmsg": "ok"})

    return handle


async def _reply(hub: Hub, request: web.Request) -> None:
    webhook = hub.chats.open_webhook(request.query.get("session", ""))
    if webhook is None:
        raise OldApiError(300001)
    if request.content_type != "application/json":
        raise OldApiError(43004, "无效的HTTP HEADER Content-Type")
    try:
        body = await request.json()
    except ValueError as error:
        raise OldApiError(40035, "缺少参数 json") from error
    message = from_webhook(body if isinstance(body, dict) else {})
    group = group_with_id(webhook.conversation_id)
    if message is not None:
        hub.chats.show(webhook.people, message, group.name if group else None)


async def batch_send(hub: Hub, request: web.Request, body: Body) -> Body:
    """Serve POST /v1.0/robot/oToMessages/batchSend; whoever was not reached is in the lists of a 200."""
    _own_robot(hub, body)
    ids = body.get("userIds")
    if not isinstance(ids, list) or not ids:
        raise ApiError("invalidParameter.userIds.empty")
    if len(ids) > MOST_RECEIVERS:
        raise ApiError("invalidParameter.userIds.overMax")
    message = from_template(text_of(body, "msgKey", "invalidParameter.msgKey.empty"), body.get("msgParam"))
    unique = list(dict.fromkeys(str(user) for user in ids))
    invalid = [user for user in unique if member(user) is None or hub.unreachable.get(user) == "invalid"]
    if len(invalid) == len(unique):
        raise ApiError("staffId.notExisted")
    slowed = [user for user in unique if user not in invalid and hub.unreachable.get(user) == "flow"]
    reached = [user for user in unique if user not in invalid and user not in slowed]
    sent = hub.chats.keep(hub.chats.show(reached, message))
    return {"processQueryKey": sent.key, "invalidStaffIdList": invalid, "flowControlledStaffIdList": slowed}


async def read_status(hub: Hub, request: web.Request, body: Body) -> Body:
    """Serve GET /v1.0/robot/oToMessages/readStatus."""
    if request.query.get("robotCode") != hub.config.robot_code:
        raise ApiError("invalidParameter.robotCode.invalid")
    sent = hub.chats.sent(request.query.get("processQueryKey", ""))
    if sent is None:
        raise ApiError("processQueryKey.expireTime")
    readers = [_reading(user, sent) for user in sent.messages]
    return {"sendStatus": "RECALLED" if sent.recalled else "SUCCESS", "messageReadInfoList": readers}


async def batch_recall(hub: Hub, request: web.Request, body: Body) -> Body:
    """Serve POST /v1.0/robot/otoMessages/batchRecall; recalling is silent for the person."""
    _own_robot(hub, body)
    return _recalled(hub, body, None)


async def group_send(hub: Hub, request: web.Request, body: Body) -> Body:
    """Serve POST /v1.0/robot/groupMessages/send."""
    _own_robot(hub, body)
    conversation = text_of(body, "openConversationId", "miss.openConversationId")
    group = group_with_id(conversation)
    if group is None:
        raise ApiError("invalid.openConversationId")
    message = from_template(text_of(body, "msgKey", "invalidParameter.msgKey.empty"), body.get("msgParam"))
    sent = hub.chats.keep(hub.chats.show(group.members, message, group.name), conversation)
    return {"processQueryKey": sent.key}


async def group_query(hub: Hub, request: web.Request, body: Body) -> Body:
    """Serve POST /v1.0/robot/groupMessages/query."""
    _own_robot(hub, body)
    sent = hub.chats.sent(str(body.get("processQueryKey")))
    if sent is None or sent.conversation_id != body.get("openConversationId"):
        raise ApiError("processQueryKey.expireTime")
    readers = [user for user, message in sent.messages.items() if message.read_at is not None]
    status = "RECALLED" if sent.recalled else "SUCCESS"
    return {"sendStatus": status, "readUserIds": readers, "nextToken": "", "hasMore": False}


async def group_recall(hub: Hub, request: web.Request, body: Body) -> Body:
    """Serve POST /v1.0/robot/groupMessages/recall."""
    _own_robot(hub, body)
    return _recalled(hub, body, text_of(body, "openConversationId", "miss.openConversationId"))


async def download(hub: Hub, request: web.Request, body: Body) -> Body:
    """Serve POST /v1.0/robot/messageFiles/download."""
    code = text_of(body, "downloadCode", "invalidParameter.robotCode.empty")
    if text_of(body, "robotCode", "invalidParameter.robotCode.empty") != hub.config.robot_code:
        raise ApiError("invalidParameter.robotCode.auth")
    address = hub.files.address(code)
    if address is None:
        raise ApiError("invalidParameter.robotCode.downloadCode")
    return {"downloadUrl": f"http://{request.host}/dingtalk/files/{address}"}


def file_at(hub: Hub) -> Any:
    """Serve the temporary address of a file; a plain GET without token."""

    async def handle(request: web.Request) -> web.Response:
        stored = hub.files.at(request.match_info["address"])
        if stored is None:
            return web.Response(status=404, text="NoSuchKey")
        return web.Response(body=stored.data, content_type=stored.content_type)

    return handle


def _own_robot(hub: Hub, body: Body) -> None:
    code = text_of(body, "robotCode", "invalidParameter.robotCode.empty")
    if code != hub.config.robot_code:
        raise ApiError("invalidParameter.robotCode.notExsit")


def _recalled(hub: Hub, body: Body, conversation: str | None) -> Body:
    keys = body.get("processQueryKeys")
    if not isinstance(keys, list) or not 0 < len(keys) <= MOST_RECEIVERS:
        raise ApiError("invalidParameter.param.invalid")
    found = {str(key): hub.chats.sent(str(key)) for key in keys}
    good = {key: sent for key, sent in found.items() if sent is not None and sent.conversation_id == conversation}
    if not good:
        raise ApiError("robot.processQueryKey.expired")
    for sent in good.values():
        sent.recalled = True
        for message in sent.messages.values():
            message.recalled = True
    failed = {key: "processQueryKey expired" for key in found if key not in good}
    return {"successResult": list(good), "failedResult": failed}


def _reading(user: str, sent: Sent) -> dict[str, Any]:
    person, message = member(user), sent.messages[user]
    info: dict[str, Any] = {"name": person.name if person else "", "userId": user}
    if message.read_at is None:
        return info | {"readStatus": "UNREAD", "readTimestamp": 0}
    return info | {"readStatus": "READ", "readTimestamp": int(message.read_at.timestamp() * 1000)}

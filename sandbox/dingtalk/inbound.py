"""What the robot is told: the message envelope and the card click, exactly as they are on the wire."""

import base64
import json
import secrets
from collections.abc import Mapping
from typing import Any

from sandbox.dingtalk.cards import Card
from sandbox.dingtalk.chats import Webhook
from sandbox.dingtalk.directory import union_id
from sandbox.people import Group, Person

BOT = "$:LWCP_v1:$bot"
OVER_QUOTA = {
    "errorCode": 20001,
    "errorMessage": "受调用量超量影响，当前我的消息服务已经暂停。请联系你所在的组织管理员并予以处理",
}


def envelope(
    person: Person,
    group: Group | None,
    webhook: Webhook,
    base_url: str,
    corp_id: str,
    robot_code: str,
    now_ms: int,
    content: Mapping[str, Any],
) -> dict[str, Any]:
    """Build a robot message; `content` holds msgtype and what belongs to it."""
    data: dict[str, Any] = {
        "senderPlatform": "Android",
        "conversationId": webhook.conversation_id,
        "openThreadId": webhook.conversation_id,
        "chatbotCorpId": corp_id,
        "chatbotUserId": BOT,
        "msgId": f"msg{base64.b64encode(secrets.token_bytes(16)).decode()}",
        "senderNick": person.name,
        "isAdmin": person.role == "administrator",
        "senderStaffId": person.id,
        "sessionWebhookExpiredTime": webhook.expires_ms,
        "createAt": now_ms,
        "senderCorpId": corp_id,
        "conversationType": "2" if group else "1",
        "senderId": f"$:LWCP_v1:${person.id}",
        "sessionWebhook": f"{base_url}/dingtalk/robot/sendBySession?session={webhook.session}",
        "robotCode": robot_code,
    }
    if group is not None:
        mention = {"dingtalkId": BOT, "staffId": "", "unionId": ""}
        data |= {"conversationTitle": group.name, "isInAtList": True, "atUsers": [mention]}
    return data | dict(content)


def click(card: Card, person: str, button: str, params: Mapping[str, Any], corp_id: str, space: str) -> dict[str, Any]:
    """Build a card click; content and value are equal JSON strings, and there is no id per click."""
    private = {"cardPrivateData": {"actionIds": [button], "params": dict(params)}}
    text = json.dumps(private, ensure_ascii=False, separators=(",", ":"))
    return {
        "extension": "{}",
        "corpId": corp_id,
        "spaceType": "im",
        "userIdType": card.user_id_type,
        "type": "actionCallback",
        "userId": union_id(person) if card.user_id_type == 2 else person,
        "content": text,
        "spaceId": space,
        "outTrackId": card.id,
        "value": text,
    }

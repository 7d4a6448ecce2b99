"""A card click on its way to the bot and back: over Stream or to a registered address, two seconds either way."""

import asyncio
import base64
import hashlib
import hmac
from collections.abc import Mapping
from typing import Any

import aiohttp

from sandbox.callbacks import Callback
from sandbox.dingtalk import card_rules as rules
from sandbox.dingtalk.card_api import conversation_of
from sandbox.dingtalk.cards import Card
from sandbox.dingtalk.chats import single_chat
from sandbox.dingtalk.errors import ApiError
from sandbox.dingtalk.frames import CARD_TOPIC, Ack, Push
from sandbox.dingtalk.hub import Hub
from sandbox.dingtalk.inbound import click

FAILED = "操作失败，请稍后再试"


async def click_card(hub: Hub, card: Card, person: str, button: str, params: Mapping[str, Any]) -> str | None:
    """Send a click and apply its answer; return the toast the person sees, none when all is well."""
    hub.limits.stream()
    space = conversation_of(card, person) or single_chat(person)
    data = click(card, person, button, params, hub.config.corp_id, space)
    if card.callback_type == "STREAM":
        return await _over_stream(hub, card, person, data)
    if card.callback_type == "HTTP" and card.route_key in hub.routes:
        row = await _over_http(hub, card, person, data, None)
        return None if row.status == 200 else FAILED
    return FAILED


def signature(secret: str, timestamp: str) -> str:
    """Sign an HTTP callback as the platform does."""
    return base64.b64encode(hmac.new(secret.encode(), timestamp.encode(), hashlib.sha256).digest()).decode()


async def _over_stream(hub: Hub, card: Card, person: str, data: dict[str, Any]) -> str | None:
    fine: list[bool] = []

    def settle(ack: Ack) -> None:
        response = ack.data.get("response") if isinstance(ack.data, dict) else None
        fine.append(ack.code == 200 and _applied(hub, card, person, response))

    deadline = hub.gateway.timing.card_s
    push = Push("card_action", "CALLBACK", CARD_TOPIC, data, deadline, settle=settle)
    await hub.gateway.deliver(push, deadline)
    return None if fine and fine[0] else FAILED


async def _over_http(hub: Hub, card: Card, person: str, data: dict[str, Any], again_of: Callback | None) -> Callback:
    url, secret = hub.routes[card.route_key]
    body = {name: data[name] for name in ("type", "outTrackId", "corpId", "userId", "content")}
    stamp = str(hub.world.clock.ms())
    headers = {"x-ddpaas-signature-timestamp": stamp, "x-ddpaas-signature": signature(secret, stamp)}
    row = hub.world.callbacks.start(
        "dingtalk", "card_action", body, resend=lambda row: _over_http(hub, card, person, data, row), again_of=again_of
    )
    loop = asyncio.get_running_loop()
    sent = loop.time()
    timeout = aiohttp.ClientTimeout(total=hub.gateway.timing.card_s)
    try:
        async with hub.world.http.post(url, json=body, headers=headers, timeout=timeout) as answer:
            response = await answer.json(content_type=None)
            row.answered(response, (loop.time() - sent) * 1000, answer.status)
    except (aiohttp.ClientError, TimeoutError, ValueError):
        return row
    if row.status == 200:
        _applied(hub, card, person, response)
    return row


def _applied(hub: Hub, card: Card, person: str, response: Any) -> bool:
    if not isinstance(response, dict) or not response:
        return True
    try:
        public = rules.param_map(response["cardData"]) if response.get("cardData") else None
        private = rules.param_map(response["userPrivateData"]) if response.get("userPrivateData") else None
    except ApiError:
        return False
    by_key, private_by_key = rules.options(response)
    hub.cards.answer(card, person, public, private, by_key=by_key, private_by_key=private_by_key)
    return True

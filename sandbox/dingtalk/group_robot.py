"""Robots that people add to a group themselves: an address with a token, a signature, twenty messages a minute."""

import base64
import hashlib
import hmac
from collections import defaultdict, deque

from aiohttp import web

from sandbox.config import GroupRobotConfig
from sandbox.dingtalk.errors import OldApiError, old_answer
from sandbox.dingtalk.hub import Hub
from sandbox.dingtalk.messages import from_webhook
from sandbox.people import group_named

MOST_A_MINUTE = 20
BLOCKED_S = 600
SIGNATURE_LIFE_MS = 3_600_000


class GroupRobots:
    """Serve POST /robot/send.

    It needs no token of an app and is no API call: a message costs one of the month's Webhook & Stream messages, as
    what people type to the robot does, and none of its calls.
    """

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self._lately: defaultdict[str, deque[float]] = defaultdict(deque)
        self._blocked_until: dict[str, float] = {}

    async def send(self, request: web.Request) -> web.Response:
        """Show a message to the group's members; HTTP 200 whatever happens."""
        try:
            robot = self._robot(request)
            self._keep_pace(robot)
            self._hub.limits.stream()
            await self._show(robot, request)
        except OldApiError as error:
            return old_answer(error)
        return web.json_response({"errcode": 0, "errmsg": "ok"})

    def _robot(self, request: web.Request) -> GroupRobotConfig:
        token = request.query.get("access_token", "")
        robot = next((one for one in self._hub.config.group_robots if one.token == token), None)
        if robot is None:
            raise OldApiError(300005, "token is not exist")
        stamp, sign = request.query.get("timestamp", ""), request.query.get("sign", "")
        if not stamp.isdigit() or abs(self._hub.world.clock.ms() - int(stamp)) > SIGNATURE_LIFE_MS:
            raise OldApiError(310000, "invalid timestamp")
        made = hmac.digest(robot.secret.encode(), f"{stamp}\n{robot.secret}".encode(), hashlib.sha256)
        if not hmac.compare_digest(base64.b64encode(made).decode(), sign):
            raise OldApiError(310000, "sign not match")
        return robot

    def _keep_pace(self, robot: GroupRobotConfig) -> None:
        now, lately = self._hub.world.clock.timestamp(), self._lately[robot.token]
        while lately and lately[0] <= now - 60:
            lately.popleft()
        if len(lately) >= MOST_A_MINUTE:
            self._blocked_until[robot.token] = now + BLOCKED_S
        if now < self._blocked_until.get(robot.token, 0):
            raise OldApiError(130101, "send too fast, exceed 20 times per minute")
        lately.append(now)

    async def _show(self, robot: GroupRobotConfig, request: web.Request) -> None:
        if request.content_type != "application/json":
            raise OldApiError(43004, "无效的HTTP HEADER Content-Type")
        try:
            body = await request.json()
        except ValueError as error:
            raise OldApiError(40035, "缺少参数 json") from error
        message, group = from_webhook(body if isinstance(body, dict) else {}), group_named(robot.group)
        if message is not None and group is not None:
            self._hub.chats.show(group.members, message, group.name)

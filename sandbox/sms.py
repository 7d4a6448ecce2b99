"""An SMS gateway in the form of Aliyun's: signed RPC calls in, texts on phones, replies and receipts pushed out."""

import json
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl

from aiohttp import web

from sandbox.errors import SandboxError
from sandbox.faults import silent
from sandbox.people import person_with_id, person_with_phone
from sandbox.sms_pushes import Pushes
from sandbox.sms_signature import Gate, SignatureError, SignedCall
from sandbox.text import links_in
from sandbox.world import World

MOBILE = re.compile(r"(?:\+86|0086|86)?(1[3-9]\d{9})")
VARIABLE = re.compile(r"\$\{(\w+)\}")
MOST_NUMBERS, MOST_A_DAY = 1000, 50
WAITING, FAILED, DELIVERED = 1, 2, 3
UNREACHABLE = "MOBILE_NOT_ON_SERVICE"


class SmsError(Exception):
    """A business error: HTTP 200 with another Code than OK."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code, self.message = code, message


@dataclass
class SentSms:
    """One text to one number; moments are business time."""

    biz_id: str
    number: str
    template: str
    text: str
    out_id: str
    at: datetime
    status: int = WAITING
    received_at: datetime | None = None
    error: str = ""


@dataclass
class Gateway:
    """The account: its approved templates and what it sent."""

    world: World
    gate: Gate
    pushes: Pushes
    templates: Mapping[str, str]
    sent: list[SentSms] = field(default_factory=list)

    def send(self, fields: Mapping[str, str]) -> dict[str, Any]:
        """Answer SendSms."""
        numbers = _numbers(fields.get("PhoneNumbers", ""))
        if fields.get("SignName") != self.world.config.sms.sign_name:
            raise SmsError("isv.SMS_SIGNATURE_ILLEGAL", "该账号下找不到对应签名")
        text = self._text(fields)
        for number in numbers:
            self._check_pace(number)
        biz_id = f"{secrets.randbelow(9 * 10**15) + 10**15}^0"
        for number in numbers:
            self._deliver(SentSms(biz_id, number, fields["TemplateCode"], text, fields.get("OutId", ""), self._now()))
        return {"BizId": biz_id}

    def details(self, fields: Mapping[str, str]) -> dict[str, Any]:
        """Answer QuerySendDetails: what one number was sent on one day, newest first."""
        number, day = _numbers(fields.get("PhoneNumber", ""))[0], fields.get("SendDate", "")
        size, page = _count(fields, "PageSize", 50), _count(fields, "CurrentPage", 10**6)
        found = [sms for sms in reversed(self.sent) if sms.number == number and sms.at.strftime("%Y%m%d") == day]
        found = [sms for sms in found if fields.get("BizId") in (None, "", sms.biz_id)]
        shown = found[(page - 1) * size : page * size]
        return {"TotalCount": len(found), "SmsSendDetailDTOs": {"SmsSendDetailDTO": [_detail(sms) for sms in shown]}}

    def _now(self) -> datetime:
        return self.world.clock.now()

    def _text(self, fields: Mapping[str, str]) -> str:
        template = self.templates.get(fields.get("TemplateCode", ""))
        if template is None:
            raise SmsError("isv.SMS_TEMPLATE_ILLEGAL", "该账号下找不到对应模板")
        values = _parameters(fields.get("TemplateParam", ""))
        missing = [name for name in VARIABLE.findall(template) if not values.get(name)]
        if missing:
            raise SmsError("isv.TEMPLATE_MISSING_PARAMETERS", f"模板缺少变量：{missing[0]}")
        content = VARIABLE.sub(lambda match: values[match[1]], template)
        return f"【{self.world.config.sms.sign_name}】{content}"

    def _check_pace(self, number: str) -> None:
        today = self._now().date()
        if sum(1 for sms in self.sent if sms.number == number and sms.at.date() == today) >= MOST_A_DAY:
            raise SmsError("isv.BUSINESS_LIMIT_CONTROL", f"触发号码天级流控Permits:{MOST_A_DAY}")

    def _deliver(self, sms: SentSms) -> None:
        self.sent.append(sms)
        if silent.get():
            return
        person = person_with_phone(sms.number)
        sms.status, sms.error = (DELIVERED, "DELIVERED") if person else (FAILED, UNREACHABLE)
        sms.received_at = self._now()
        if person:
            links = links_in(sms.text)
            self.world.phones.add(person.id, app="sms", sender="bot", kind="sms", text=sms.text, links=links)
        self.pushes.report(_report(sms))


class SmsPhone:
    """The text messages on a phone: a person can only answer."""

    def __init__(self, world: World, pushes: Pushes) -> None:
        self.world, self.pushes = world, pushes

    async def say(self, person: str, text: str, *, group: str | None, voice: bool) -> int:
        """Answer by SMS; it reaches the bot as an uplink push."""
        if group or voice:
            raise SandboxError(409, "an SMS is text, to one receiver", "leave out group and as")
        known = person_with_id(person)
        assert known is not None
        row = self.world.phones.add(person, app="sms", sender="me", kind="sms", text=text)
        self.pushes.uplink(known.phone, text, _stamp(row.at), self.world.config.sms.sign_name)
        return row.seq

    async def send_file(self, person: str, name: str, data: bytes, content_type: str) -> int:
        """Refuse: SMS carries no files."""
        raise SandboxError(409, "an SMS carries no files", "use another app of this person")

    async def tap(self, person: str, card: str, button: str, inputs: dict[str, object], *, force: bool) -> str | None:
        """Refuse: SMS has no cards."""
        raise SandboxError(409, "an SMS has no buttons", "answer with say, or open its link")

    async def choose(self, person: str, menu: str, item: str) -> None:
        """Refuse: SMS has no menus."""
        raise SandboxError(409, "an SMS has no menus", "answer with say, or open its link")

    def card(self, person: str, card: str) -> dict[str, Any] | None:
        """Show nothing: SMS has no cards."""
        return None


def register(world: World) -> None:
    """Put text messages on the phones."""
    world.apps["sms"] = SmsPhone(world, Pushes(world))
    world.faults.bodies["sms"] = _fault_body


def routes(world: World) -> list[web.RouteDef]:
    """Serve the gateway at /sms/."""
    config = world.config.sms
    gate = Gate(config.access_key_id, config.access_key_secret)
    templates = json.loads(config.templates_file.read_text("utf-8"))["templates"]
    gateway = Gateway(world, gate, Pushes(world), {row["code"]: row["content"] for row in templates})

    async def handle(request: web.Request) -> web.Response:
        return await _answer(gateway, request)

    return [web.route("*", "/sms/", handle)]


async def _answer(gateway: Gateway, request: web.Request) -> web.Response:
    call = await _signed_call(request)
    actions = {"SendSms": gateway.send, "QuerySendDetails": gateway.details}
    try:
        gateway.gate.check(call, gateway.world.clock.now())
        action = actions.get(call.headers["x-acs-action"])
        if action is None or call.headers["x-acs-version"] != "2017-05-25":
            raise SignatureError("InvalidAction.NotFound", 404, "Specified api is not found.")
        answer = action(dict(call.query) | _form(call))
    except SignatureError as error:
        return web.json_response(_body(error.code, error.message), status=error.status)
    except SmsError as error:
        return web.json_response(_body(error.code, error.message))
    return web.json_response(_body("OK", "OK") | answer)


async def _signed_call(request: web.Request) -> SignedCall:
    """Read what was signed; a client signs the gateway's own path or the one with our prefix."""
    headers = {name.lower(): value for name, value in request.headers.items()}
    query = tuple((name, value) for name, value in request.query.items())
    return SignedCall(request.method, ("/", request.path), query, headers, await request.read())


def _form(call: SignedCall) -> dict[str, str]:
    if not call.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        return {}
    return dict(parse_qsl(call.body.decode(), keep_blank_values=True))


def _numbers(text: str) -> list[str]:
    found = [MOBILE.fullmatch(number.strip()) for number in text.split(",")]
    if not all(found) or len(found) > MOST_NUMBERS:
        raise SmsError("isv.MOBILE_NUMBER_ILLEGAL", f"{text}invalid mobile number")
    return [match[1] for match in found if match]


def _parameters(text: str) -> dict[str, str]:
    try:
        values = json.loads(text or "{}")
    except ValueError:
        values = None
    if not isinstance(values, dict):
        raise SmsError("isv.INVALID_JSON_PARAM", "JSON参数不合法，只接受字符串值")
    return {name: str(value) for name, value in values.items()}


def _count(fields: Mapping[str, str], name: str, most: int) -> int:
    text = fields.get(name, "")
    if not text.isdigit() or not 1 <= int(text) <= most:
        raise SmsError("isv.INVALID_PARAMETERS", f"{name} is 1 to {most}")
    return int(text)


def _detail(sms: SentSms) -> dict[str, Any]:
    received = {"ReceiveDate": _stamp(sms.received_at)} if sms.received_at else {}
    row: dict[str, Any] = {"PhoneNum": sms.number, "SendStatus": sms.status, "TemplateCode": sms.template}
    row |= {"Content": sms.text, "SendDate": _stamp(sms.at), "OutId": sms.out_id, "ErrCode": sms.error}
    return row | received


def _report(sms: SentSms) -> dict[str, Any]:
    reached = sms.status == DELIVERED
    size = 1 if len(sms.text) <= 70 else -(-len(sms.text) // 67)
    return {
        "phone_number": sms.number,
        "send_time": _stamp(sms.at),
        "report_time": _stamp(sms.received_at or sms.at),
        "success": reached,
        "err_code": sms.error,
        "err_msg": "用户接收成功" if reached else "手机停机或空号",
        "sms_size": str(size),
        "biz_id": sms.biz_id,
        "out_id": sms.out_id,
    }


def _stamp(at: datetime) -> str:
    return at.strftime("%Y-%m-%d %H:%M:%S")


def _body(code: str, message: str) -> dict[str, Any]:
    return {"Code": code, "Message": message, "RequestId": secrets.token_hex(16).upper()}


def _fault_body(kind: str, path: str, value: Any) -> web.Response:
    if kind == "http":
        return web.json_response(_body("ServiceUnavailable", "The request has failed."), status=int(value or 503))
    return web.json_response(_body(str(value or "isp.SYSTEM_ERROR"), "injected"))

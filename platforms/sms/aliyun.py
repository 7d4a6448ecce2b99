"""Alibaba Cloud SMS (Dysmsapi 2017-05-25): sending approved templates and asking what became of them."""

import json
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import urlsplit

from platforms.errors import Misconfigured, PlatformError, Refused, Temporary, Unknown, Unreachable
from platforms.http import Http, Response
from platforms.sms.protocol import SmsStatus
from platforms.sms.pushes import domestic
from platforms.sms.signing import canonical_query, signed_headers

VERSION = "2017-05-25"
OK = "OK"
PAGE_SIZE = 50
MOST_PAGES = 4
NOBODY = "13000000000"

STATUSES = {1: SmsStatus.WAITING, 2: SmsStatus.FAILED, 3: SmsStatus.DELIVERED}

LIMIT = "isv.BUSINESS_LIMIT_CONTROL"
HOUR = 3600.0
TEMPORARY: Mapping[str, float | None] = {
    "isp.SYSTEM_ERROR": 30.0,
    "isp.GATEWAY_ERROR": 30.0,
    "isv.DATA_NOT_EXIST": 30.0,
    "ServiceUnavailable": 5.0,
    "InternalError": 5.0,
    "Throttling": 5.0,
    "Throttling.User": 5.0,
    "Throttling.Api": 5.0,
    "SignatureNonceUsed": 0.0,
    LIMIT: HOUR,
    "BUSINESS_LIMIT_CONTROL_MINUTE": 60.0,
    "isv.BUSINESS_LIMIT_HOUR": HOUR,
}
UNREACHABLE = frozenset(
    {
        "isv.MOBILE_NUMBER_ILLEGAL",
        "isv.PHONE_NUMBER_ILLEGAL",
        "isv.MOBILE_IN_BLACKLIST",
        "isv.DENY_IP_RANGE",
        "isv.DAY_LIMIT_CONTROL",
        "isv.BUSINESS_LIMIT_DAY",
        "BUSINESS_LIMIT_CONTROL_PHONE",
    }
)
REFUSED = frozenset(
    {
        "isv.TEMPLATE_MISSING_PARAMETERS",
        "isv.TEMPLATE_PARAMS_ILLEGAL",
        "isv.INVALID_PARAMETERS",
        "isv.INVALID_JSON_PARAM",
        "isv.BLACK_KEY_CONTROL_LIMIT",
        "isv.PARAM_LENGTH_LIMIT",
        "isv.PARAM_NOT_SUPPORT_URL",
        "isv.SMS_CONTENT_ILLEGAL",
        "isv.MOBILE_COUNT_OVER_LIMIT",
        "isv.ERROR_EMPTY_FILE",
    }
)


@dataclass(frozen=True)
class AliyunAccount:
    """An access key that may call Dysmsapi, and the approved signature that opens every message."""

    access_key_id: str
    access_key_secret: str = field(repr=False)
    sign_name: str
    api_base: str = "https://dysmsapi.aliyuncs.com"


class AliyunSms:
    """The gateway for numbers in mainland China; `now` gives seconds since 1970 and dates the signatures."""

    def __init__(self, account: AliyunAccount, http: Http, now: Callable[[], float]) -> None:
        self._account = account
        self._http = http
        self._now = now

    async def send(self, phone: str, template_code: str, params: Mapping[str, str], out_id: str) -> str:
        """Send one message and return its BizId.

        The gateway knows no idempotency key: after Unknown, ask `sent()` with the same `out_id` before trying again.
        """
        request = {
            "PhoneNumbers": _number(phone),
            "SignName": self._account.sign_name,
            "TemplateCode": template_code,
            "TemplateParam": json.dumps(dict(params), ensure_ascii=False),
            "OutId": out_id,
        }
        answer = await self._call("SendSms", request, writes=True)
        return str(answer["BizId"])

    async def sent(self, phone: str, day: date, reference: str) -> SmsStatus:
        """Ask what became of one message; 30 days back are kept.

        A BizId has a `^` and is looked up as such; any other reference is our OutId and is looked for in the day.
        """
        query = {"PhoneNumber": _number(phone), "SendDate": day.strftime("%Y%m%d"), "PageSize": str(PAGE_SIZE)}
        if is_biz_id := "^" in reference:
            query["BizId"] = reference
        for page in range(1, MOST_PAGES + 1):
            details = await self._details({**query, "CurrentPage": str(page)})
            found = [each for each in details if is_biz_id or str(each.get("OutId", "")) == reference]
            if found:
                return STATUSES.get(int(found[0].get("SendStatus", 1)), SmsStatus.WAITING)
            if len(details) < PAGE_SIZE:
                break
        return SmsStatus.NOT_FOUND

    async def reach(self, day: date) -> None:
        """Ask what became of a message that was never sent: free, and answered only for a key that may use Dysmsapi."""
        await self.sent(NOBODY, day, "shouyue-check")

    async def _details(self, query: Mapping[str, str]) -> list[Mapping[str, Any]]:
        answer = await self._call("QuerySendDetails", query, writes=False)
        listed = answer.get("SmsSendDetailDTOs") or {}
        return list(listed.get("SmsSendDetailDTO") or ())

    async def _call(self, action: str, params: Mapping[str, str], *, writes: bool) -> dict[str, Any]:
        """Call one action, its parameters in the body: an address stands in the access logs of whoever is between.

        Documented as a query; the page of signature V3 says that RPC actions take those as a form too (example 3).
        """
        url, form = self._account.api_base.rstrip("/") + "/", canonical_query(params).encode()
        try:
            headers = self._headers(action, form)
            response = await self._http.call("POST", url, data=form, headers=headers)
            return _checked(response, writes=writes)
        except Unknown as error:
            if writes:
                raise
            raise Temporary(error.code, error.message) from None

    def _headers(self, action: str, form: bytes) -> dict[str, str]:
        return signed_headers(
            self._account.access_key_id,
            self._account.access_key_secret,
            host=urlsplit(self._account.api_base).netloc,
            action=action,
            version=VERSION,
            form=form,
            nonce=secrets.token_hex(16),
            at=datetime.fromtimestamp(self._now(), UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        )


def failure(code: str, message: str) -> PlatformError:
    """Return the error that says what to do about a refused call.

    What is left over concerns the account, the signature, the template or the permission: an administrator's matter.
    """
    if code == LIMIT and "天级" in message:
        return Unreachable(code, message)
    if code == LIMIT and "分钟级" in message:
        return Temporary(code, message, retry_after=60.0)
    if code in TEMPORARY or code.startswith("Throttling"):
        return Temporary(code, message, retry_after=TEMPORARY.get(code, 5.0))
    if code in UNREACHABLE:
        return Unreachable(code, message)
    if code in REFUSED:
        return Refused(code, message)
    return Misconfigured(code, message)


def _checked(response: Response, *, writes: bool) -> dict[str, Any]:
    if writes and response.status in (502, 504):
        raise Unknown(f"http-{response.status}")
    answer = response.json()
    code = str(answer.get("Code", ""))
    if code == OK:
        return answer
    if not code:
        raise Temporary(f"http-{response.status}", "an answer without a code")
    raise failure(code, str(answer.get("Message", ""))[:200])


def _number(phone: str) -> str:
    number = domestic(phone)
    if not number:
        raise Unreachable("phone", "not a mobile number of mainland China")
    return number

"""DingTalk's two ways of saying no: the new API by HTTP status and code, the old API by errcode in a 200."""

import uuid
from typing import Any

from aiohttp import web

QPS_LIMIT = "Forbidden.AccessDenied.QpsLimitForAppkeyAndApi"
MONTH_LIMIT = "Forbidden.AccessDenied.ApiCountLimitForOrg"
OLD_PATHS = ("/topapi/", "/gettoken", "/robot/sendBySession", "/robot/send")
BY_STATUS = {
    400: ("invalidParameter", "参数错误"),
    401: ("Unauthorized", "鉴权失败"),
    403: (QPS_LIMIT, "您的企业应用调用钉钉开放平台当前接口的所有请求都被暂时禁用了"),
    404: ("itemNotFound", "itemNotFound"),
    429: ("system.busy", "system.busy"),
    500: ("system.busy", "system.busy"),
    503: ("ServiceUnavailable", "The request has failed due to a temporary failure of the server."),
    504: ("gateway.timeout", "gateway timeout"),
}
MESSAGES = {
    "InvalidAuthentication": "不合法的access_token",
    "authFailed": "鉴权失败",
    "invalidClientIdOrSecret": "无效的clientId或者clientSecret",
    QPS_LIMIT: "您的企业应用调用钉钉开放平台当前接口的所有请求都被暂时禁用了",
    MONTH_LIMIT: "您的企业调用钉钉开放平台接口的次数已达到本月上限",
}
OLD_MESSAGES = {
    -1: "系统繁忙",
    40014: "不合法的access_token",
    42001: "access_token已过期",
    90018: "您的服务器调用钉钉开放平台当前接口的所有请求都被暂时禁用了",
    300001: "session 不存在",
    60121: "找不到该用户",
    60003: "部门不存在",
}


class ApiError(Exception):
    """Refuse a call of the new API; the message repeats the code where the platform has no words for it."""

    def __init__(self, code: str, message: str = "", status: int = 400) -> None:
        super().__init__(code)
        self.code = code
        self.message = message or MESSAGES.get(code, code)
        self.status = status


class OldApiError(Exception):
    """Refuse a call of the old API; the HTTP status stays 200."""

    def __init__(self, errcode: int, errmsg: str = "") -> None:
        super().__init__(str(errcode))
        self.errcode = errcode
        self.errmsg = errmsg or OLD_MESSAGES.get(errcode, "error")


def new_answer(error: ApiError) -> web.Response:
    """Word a refusal as the new API does."""
    body = {"code": error.code, "requestid": str(uuid.uuid4()).upper(), "message": error.message}
    return web.json_response(body, status=error.status)


def old_answer(error: OldApiError) -> web.Response:
    """Word a refusal as the old API does."""
    body = {"errcode": error.errcode, "errmsg": error.errmsg, "request_id": uuid.uuid4().hex[:12]}
    return web.json_response(body)


def injected(kind: str, path: str, value: Any) -> web.Response:
    """Word an ordered fault: `value` is a status, a code of the new API, or an errcode of the old one."""
    if path.startswith(OLD_PATHS):
        return _injected_old(kind, value)
    if kind == "http":
        return new_answer(_for_status(int(value or 500), path))
    return new_answer(_for_code(str(value)))


def _injected_old(kind: str, value: Any) -> web.Response:
    if kind == "http":
        return web.Response(status=int(value or 500), text="<html><body>Service Error</body></html>",
                            content_type="text/html")  # fmt: skip
    return old_answer(OldApiError(int(value)))


def _for_status(status: int, path: str) -> ApiError:
    if status == 401 and path.startswith("/v1.0/gateway/"):
        return ApiError("authFailed", status=401)
    code, message = BY_STATUS.get(status, ("system.busy", "system.busy"))
    return ApiError(code, message, status)


def _for_code(code: str) -> ApiError:
    if code.startswith("Forbidden."):
        return ApiError(code, status=403)
    return ApiError(code, status=500 if code.startswith("system.") else 400)

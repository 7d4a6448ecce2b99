"""WeCom's API for one self-built app: messages and cards to members, media, the directory."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from email.message import Message as Headers
from typing import Any, NamedTuple

from platforms.errors import AlreadyDone, Misconfigured, Refused, Temporary, Unknown, Unreachable
from platforms.http import Http, Response
from platforms.tokens import TokenCache, Tokens
from platforms.wecom.failures import TOKEN_REFUSED, failure

LONGEST_TEXT = 2048
MOST_RECEIVERS = 1000
LARGEST_MEDIA = (20 << 20) + 4096
TASK_ID_REPEATED = "42014"

# Not `|`, which separates receivers, and not `@all`.
USERID = re.compile(r"[0-9A-Za-z_][0-9A-Za-z._@-]{0,63}")
TASK_ID = re.compile(r"[0-9A-Za-z_@-]{1,128}")


@dataclass(frozen=True)
class WeComAccount:
    """One self-built app of one corp."""

    corp_id: str
    agent_id: int
    secret: str = field(repr=False)
    api_base: str = "https://qyapi.weixin.qq.com/cgi-bin"


@dataclass(frozen=True, slots=True)
class SentMessage:
    """A message the platform took; `invalid` are the receivers it left out, in lower case.

    `response_code` updates the card once, within 72 hours; plain messages have none.
    """

    msgid: str
    response_code: str | None
    invalid: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Member:
    """A member as the app may see one; `is_active` is false for the disabled, the not yet joined and the departed."""

    userid: str
    name: str
    department_ids: tuple[int, ...]
    led_department_ids: tuple[int, ...]
    direct_leaders: tuple[str, ...]
    is_active: bool
    attributes: tuple[tuple[str, str], ...] = field(default=(), repr=False)  # 扩展属性 that the app may see


@dataclass(frozen=True, slots=True)
class Department:
    """A department the app may see; the root's parent is 0."""

    department_id: int
    name: str
    parent_id: int
    leaders: tuple[str, ...]


class Media(NamedTuple):
    """A file a person sent: bytes, the sender's name for it without any path, and its content type."""

    content: bytes
    name: str
    content_type: str


@dataclass(frozen=True, slots=True)
class _Call:
    method: str
    path: str
    params: Mapping[str, str]
    body: Mapping[str, Any] | None
    writes: bool
    timeout: float = 10.0
    limit: int | None = None


class WeCom:
    """Calls the API of one app with its own token, renewed once when it is refused."""

    def __init__(
        self, account: WeComAccount, http: Http, now: Callable[[], float], cache: TokenCache | None = None
    ) -> None:
        self._account = account
        self._http = http
        self._tokens = Tokens(self._fetch_token, now, cache)

    async def access_token(self) -> str:
        """Return the app's access token, a secret."""
        return await self._tokens.get()

    async def send_text(self, userids: Sequence[str], content: str, *, once_within_s: int = 0) -> SentMessage:
        """Send plain text, cut after 2,048 bytes with an ellipsis.

        With `once_within_s` (at most four hours) the platform drops an identical message inside that time: the way
        to repeat a call whose outcome is unknown.
        """
        body: dict[str, Any] = {"msgtype": "text", "text": {"content": cut(content, LONGEST_TEXT)}}
        if once_within_s:
            body |= {"enable_duplicate_check": 1, "duplicate_check_interval": min(once_within_s, 14_400)}
        return await self._send(userids, body)

    async def send_card(self, userids: Sequence[str], template_card: Mapping[str, Any]) -> SentMessage:
        """Send a template card; raises AlreadyDone when its task id was used before."""
        if not TASK_ID.fullmatch(str(template_card.get("task_id", ""))):
            raise Refused("task-id", "missing or not of 1 to 128 letters, digits, _ - @")
        try:
            return await self._send(userids, {"msgtype": "template_card", "template_card": template_card})
        except Refused as error:
            # The id has the right form, so the other meaning of this number remains: it has been used.
            if error.code == TASK_ID_REPEATED:
                raise AlreadyDone(error.code, error.message) from None
            raise

    async def update_card(
        self,
        response_code: str,
        *,
        userids: Sequence[str] | None = None,
        template_card: Mapping[str, Any] | None = None,
        replace_name: str | None = None,
    ) -> tuple[str, ...]:
        """Replace a sent card, or grey its buttons under `replace_name`, for these members or for all who have it.

        Returns the members it could not be changed for. Raises Refused("code-spent") when the code was used or is
        older than 72 hours: then only a new message can tell.
        """
        if (template_card is None) == (replace_name is None):
            raise ValueError("either a card or a name for its buttons")
        change = {"template_card": template_card} if template_card else {"button": {"replace_name": replace_name}}
        target: dict[str, Any] = {"atall": 1} if userids is None else {"userids": _receivers(userids), "atall": 0}
        body = {**target, "agentid": self._account.agent_id, "response_code": response_code, **change}
        answer = await self.call("POST", "/message/update_template_card", body=body)
        return tuple(str(userid) for userid in answer.get("invaliduser") or ())

    async def recall(self, msgid: str) -> None:
        """Take a message back; possible for 24 hours."""
        await self.call("POST", "/message/recall", body={"msgid": msgid})

    async def media(self, media_id: str) -> Media:
        """Fetch a file a person sent; it is kept for three days."""
        call = _Call("GET", "/media/get", {"media_id": media_id}, None, writes=False, timeout=60.0, limit=LARGEST_MEDIA)
        response = await self._answered(call)
        content_type = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
        if "Content-Disposition" not in response.headers:
            _checked(response, writes=False)
            raise Temporary("not-media", f"HTTP {response.status}")
        return Media(response.body, _file_name(response.headers["Content-Disposition"]), content_type)

    async def user(self, userid: str) -> Member:
        """Read one member; raises Unreachable for one we cannot see."""
        return _member(await self.call("GET", "/user/get", {"userid": userid}))

    async def members(self, department_id: int) -> tuple[Member, ...]:
        """List a department's own members, as far as the app may see them (O:90201)."""
        found = await self.call("GET", "/user/list", {"department_id": str(department_id)})
        return tuple(_member(each) for each in found.get("userlist", ()))

    async def departments(self, below: int | None = None) -> tuple[Department, ...]:
        """List the departments the app may see, or one and all below it."""
        params = {} if below is None else {"id": str(below)}
        found = await self.call("GET", "/department/list", params)
        return tuple(_department(each) for each in found.get("department", ()))

    async def call(
        self,
        method: str,
        path: str,
        params: Mapping[str, str] | None = None,
        *,
        body: Mapping[str, Any] | None = None,
        writes: bool | None = None,
    ) -> dict[str, Any]:
        """Call one path of the API and return its answer; a refusal is raised as the error it means.

        A call that does not write (by default: GET) is Temporary where another would be Unknown.
        """
        call = _Call(method, path, params or {}, body, method != "GET" if writes is None else writes)
        return _checked(await self._answered(call), writes=call.writes)

    async def _send(self, userids: Sequence[str], body: Mapping[str, Any]) -> SentMessage:
        to = _receivers(userids)
        envelope = {"touser": "|".join(to), "agentid": self._account.agent_id, **body}
        answer = await self.call("POST", "/message/send", body=envelope)
        left_out = f"{answer.get('invaliduser') or ''}|{answer.get('unlicenseduser') or ''}".lower()
        invalid = tuple(dict.fromkeys(userid for userid in left_out.split("|") if userid))
        if {userid.lower() for userid in to} <= set(invalid):
            raise Unreachable("invaliduser", "no receiver the app may write to")
        return SentMessage(str(answer.get("msgid", "")), answer.get("response_code") or None, invalid)

    async def _answered(self, call: _Call) -> Response:
        try:
            return await self._with_token(call)
        except Unknown as error:
            if call.writes:
                raise
            raise Temporary(error.code, error.message) from None

    async def _with_token(self, call: _Call) -> Response:
        token = await self._tokens.get()
        response = await self._request(call, token)
        if _errcode(response) not in TOKEN_REFUSED:
            return response
        response = await self._request(call, await self._tokens.renew(token))
        if (again := _errcode(response)) in TOKEN_REFUSED:
            raise Misconfigured(str(again), "a fresh access token is refused as well")
        return response

    async def _request(self, call: _Call, token: str) -> Response:
        return await self._http.call(
            call.method,
            self._account.api_base + call.path,
            params={**call.params, "access_token": token},
            json=call.body,
            timeout=call.timeout,
            limit=call.limit,
        )

    async def _fetch_token(self) -> tuple[str, float]:
        secrets = {"corpid": self._account.corp_id, "corpsecret": self._account.secret}
        response = await self._http.call("GET", f"{self._account.api_base}/gettoken", params=secrets)
        answer = _checked(response, writes=False)
        return str(answer["access_token"]), float(answer["expires_in"])


def cut(text: str, size: int) -> str:
    """Shorten text to `size` bytes of UTF-8, at a character, with an ellipsis where something was lost."""
    encoded = text.encode("utf-8", "replace")
    if len(encoded) <= size:
        return encoded.decode()
    return encoded[: size - 3].decode("utf-8", "ignore") + "…"


def _receivers(userids: Sequence[str]) -> list[str]:
    unique = list(dict.fromkeys(userids))
    if not 1 <= len(unique) <= MOST_RECEIVERS or not all(USERID.fullmatch(userid) for userid in unique):
        raise Refused("receivers", f"{len(unique)} receivers, or an id that cannot be one")
    return unique


def _checked(response: Response, *, writes: bool) -> dict[str, Any]:
    if response.status >= 500 and response.status != 503 and writes:
        raise Unknown(f"http-{response.status}")
    if response.status in (429, 503) or response.status >= 500:
        raise Temporary(f"http-{response.status}")
    answer = response.json()
    if errcode := answer.get("errcode", 0):
        raise failure(int(errcode), str(answer.get("errmsg", "")))
    if response.status >= 400:
        raise Refused(f"http-{response.status}")
    return answer


def _errcode(response: Response) -> int:
    if "Content-Disposition" in response.headers or response.status >= 500:
        return 0
    try:
        return int(response.json().get("errcode", 0))
    except (Temporary, ValueError):
        return 0


def _file_name(disposition: str) -> str:
    headers = Headers()
    headers["Content-Disposition"] = disposition
    name = headers.get_filename("") or ""
    return name.replace("\\", "/").rpartition("/")[2].strip()[:200]


def _member(found: Mapping[str, Any]) -> Member:
    ids = tuple(int(each) for each in found.get("department", ()))
    leads = found.get("is_leader_in_dept", ())
    more = (found.get("extattr") or {}).get("attrs") or ()
    return Member(
        userid=str(found["userid"]),
        name=str(found.get("name", "")),
        department_ids=ids,
        led_department_ids=tuple(each for each, is_leader in zip(ids, leads, strict=False) if is_leader == 1),
        direct_leaders=tuple(str(each) for each in found.get("direct_leader", ())),
        is_active=found.get("status") == 1,
        attributes=tuple((str(each.get("name", "")), _attribute(each)) for each in more if isinstance(each, dict)),
    )


def _attribute(found: Mapping[str, Any]) -> str:
    inner = found.get("text")
    return str(inner.get("value", "")) if isinstance(inner, dict) else str(found.get("value", ""))


def _department(found: Mapping[str, Any]) -> Department:
    leaders = tuple(str(each) for each in found.get("department_leader", ()))
    return Department(int(found["id"]), str(found.get("name", "")), int(found.get("parentid", 0)), leaders)

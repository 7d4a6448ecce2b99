"""The way every API call of one DingTalk app goes: token, one renewal, both error forms."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from platforms.dingtalk.account import DingTalkAccount
from platforms.dingtalk.answers import Refusal, read_new, read_old, settled
from platforms.errors import Misconfigured, Temporary, Unknown
from platforms.http import Http, Response
from platforms.pace import OwnPace, Pace
from platforms.tokens import TokenCache, Tokens

TOKEN_HEADER = "x-acs-dingtalk-access-token"  # noqa: S105 - a header's name
SECOND_REFUSAL_PERIOD = 60.0
PER_SECOND, BURST = 15.0, 5  # of one API; the platform takes 20 in a second


def own_pace() -> OwnPace:
    """Return the pace of a process that shares it with no other."""
    return OwnPace(PER_SECOND, BURST)


class Calls:
    """Call the new API (`api_base`) and the old one (`oapi_base`) with this app's token.

    `repeatable` says that doing it twice is the same as once: then a lost answer is Temporary, otherwise Unknown.
    """

    def __init__(
        self,
        account: DingTalkAccount,
        http: Http,
        now: Callable[[], float],
        cache: TokenCache | None,
        pace: Pace | None = None,
    ) -> None:
        self._account = account
        self._http = http
        self._pace = pace or own_pace()
        self.tokens = Tokens(self._fetch_token, now, cache)

    async def new(
        self,
        method: str,
        path: str,
        body: Mapping[str, object] | None = None,
        *,
        repeatable: bool,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> dict[str, Any]:
        """Call the new API; the token travels in a header."""

        async def attempt(token: str) -> dict[str, Any]:
            await self._pace.wait(_api(method, path))
            answer = await self._http.call(
                method,
                f"{self._account.api_base}{path}",
                params=params,
                json=body,
                headers={**(headers or {}), TOKEN_HEADER: token, "Accept": "application/json"},
            )
            return read_new(answer, repeatable=repeatable)

        return await self._with_token(attempt, repeatable=repeatable)

    async def old(self, path: str, body: Mapping[str, object], *, repeatable: bool) -> dict[str, Any]:
        """Call the old API; the token travels in the query."""

        async def attempt(token: str) -> dict[str, Any]:
            await self._pace.wait(_api("POST", path))
            answer = await self._http.call(
                "POST", f"{self._account.oapi_base}{path}", params={"access_token": token}, json=body
            )
            return read_old(answer, repeatable=repeatable)

        return await self._with_token(attempt, repeatable=repeatable)

    async def plain(self, url: str, body: Mapping[str, object]) -> dict[str, Any]:
        """Post to an address that is its own secret, such as a session webhook."""
        try:
            return read_old(await self._http.call("POST", url, json=body), repeatable=False)
        except Refusal as refusal:
            raise Misconfigured(refusal.code) from None

    async def page(self, url: str, limit: int, timeout: float) -> Response:
        """Get a file from an address that is its own secret."""
        return await self._http.call("GET", url, limit=limit, timeout=timeout)

    async def _with_token(
        self, attempt: Callable[[str], Awaitable[dict[str, Any]]], *, repeatable: bool
    ) -> dict[str, Any]:
        token = await self.tokens.get()
        try:
            try:
                return await attempt(token)
            except Refusal:
                return await attempt(await self.tokens.renew(token))
        except Refusal as refusal:
            raise Temporary(
                refusal.code, "a fresh token is refused as well", retry_after=SECOND_REFUSAL_PERIOD
            ) from None
        except Unknown as error:
            raise settled(error, repeatable=repeatable) from None

    async def _fetch_token(self) -> tuple[str, float]:
        answer = await self._http.call(
            "POST",
            f"{self._account.api_base}/v1.0/oauth2/accessToken",
            json={"appKey": self._account.client_id, "appSecret": self._account.client_secret},
            headers={"Accept": "application/json"},
        )
        try:
            found = read_new(answer, repeatable=True)
        except Refusal as refusal:
            raise Misconfigured(refusal.code, "client id or secret is refused") from None
        token, ttl = found.get("accessToken"), found.get("expireIn")
        if not isinstance(token, str) or not token or not isinstance(ttl, int | float):
            raise Temporary("no-token", "the token answer holds no token")
        return token, float(ttl)


def _api(method: str, path: str) -> str:
    """Name the API of a call without what differs from call to call, such as a user's id."""
    return " ".join((method, *path.split("/")[1:4]))

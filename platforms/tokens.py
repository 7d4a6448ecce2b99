"""Access tokens: one holder per app, fetched by one caller at a time; a cache such as Redis only shares the copy."""

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Protocol

from platforms.errors import PlatformError, Temporary, Unknown

EARLY_PERIOD = 300.0
RENEWALS = 5
RENEWAL_WINDOW = 600.0
FIRST_PAUSE = 1.0
LONGEST_PAUSE = 60.0

log = logging.getLogger(__name__)


class TokenCache(Protocol):
    """A copy of one app's token that other processes can see."""

    async def get(self) -> tuple[str, float] | None:
        """Return the token and the seconds it is still valid, if there is one."""

    async def put(self, token: str, ttl: float) -> None:
        """Keep the token for `ttl` seconds."""


class Tokens:
    """Hold one app's access token.

    `fetch` asks the platform and returns the token and its validity in seconds; `now` is any clock in seconds that
    the platform's validity can be measured on.
    """

    def __init__(
        self,
        fetch: Callable[[], Awaitable[tuple[str, float]]],
        now: Callable[[], float],
        cache: TokenCache | None = None,
    ) -> None:
        self._fetch = fetch
        self._now = now
        self._cache = cache
        self._lock = asyncio.Lock()
        self._token = ""
        self._refresh_at = float("-inf")
        self._expires_at = float("-inf")
        self._renewals: deque[float] = deque()
        self._failure: PlatformError | None = None
        self._pause = 0.0
        self._not_before = float("-inf")

    async def get(self) -> str:
        """Return a token that is good for at least five more minutes, or for half its life if that is shorter.

        When the platform cannot be asked, the token at hand is used to its very end.
        """
        if self._now() < self._refresh_at:
            return self._token
        async with self._lock:
            if self._now() < self._refresh_at:
                return self._token
            try:
                return await self._refresh("")
            except PlatformError:
                if self._now() < self._expires_at:
                    return self._token
                raise

    async def renew(self, refused: str) -> str:
        """Return a token other callers have not been refused: of N refusals of one token, one asks the platform.

        The platform may hand out the refused token again (DingTalk does inside its validity). Raises Temporary
        after five renewals in ten minutes: then the refusal is not about age.
        """
        async with self._lock:
            if self._token and self._token != refused and self._now() < self._expires_at:
                return self._token
            self._count_renewal()
            return await self._refresh(refused)

    def _count_renewal(self) -> None:
        now = self._now()
        while self._renewals and not 0 <= now - self._renewals[0] < RENEWAL_WINDOW:
            self._renewals.popleft()
        if len(self._renewals) >= RENEWALS:
            wait = RENEWAL_WINDOW - (now - self._renewals[0])
            raise Temporary("token-refused", "fresh tokens are refused as well", retry_after=wait)
        self._renewals.append(now)

    async def _refresh(self, refused: str) -> str:
        shared = await self._shared()
        if shared is not None and shared[0] != refused and shared[1] > EARLY_PERIOD:
            self._keep(*shared, EARLY_PERIOD)
            return self._token
        self._respect_pause()
        token, ttl = await self._ask()
        self._keep(token, ttl, min(EARLY_PERIOD, ttl / 2))
        await self._share(token, ttl)
        return token

    async def _ask(self) -> tuple[str, float]:
        try:
            answer = await self._fetch()
        except PlatformError as error:
            # Without a token the call it was for has not left, whatever became of the fetch.
            told = Temporary(error.code, error.message) if isinstance(error, Unknown) else error
            self._back_off(told)
            raise told from None
        self._pause, self._failure = 0.0, None
        return answer

    def _back_off(self, failure: PlatformError) -> None:
        asked = getattr(failure, "retry_after", None) or 0.0
        self._pause = min(max(2 * self._pause, FIRST_PAUSE), LONGEST_PAUSE)
        self._not_before = self._now() + max(self._pause, asked)
        self._failure = failure

    def _respect_pause(self) -> None:
        wait = self._not_before - self._now()
        if self._failure is None or wait <= 0:
            return
        if isinstance(self._failure, Temporary):
            raise Temporary(self._failure.code, self._failure.message, retry_after=wait)
        raise type(self._failure)(self._failure.code, self._failure.message)

    def _keep(self, token: str, ttl: float, early: float) -> None:
        self._token = token
        self._expires_at = self._now() + ttl
        self._refresh_at = self._expires_at - early

    async def _shared(self) -> tuple[str, float] | None:
        if self._cache is None:
            return None
        try:
            return await self._cache.get()
        except Exception as error:
            log.warning("token cache not readable: %s", type(error).__name__)
            return None

    async def _share(self, token: str, ttl: float) -> None:
        if self._cache is None:
            return
        try:
            await self._cache.put(token, ttl)
        except Exception as error:
            log.warning("token cache not writable: %s", type(error).__name__)

"""What was turned away at the addresses that anybody can reach, counted by door and cause; `/health` shows it."""

from collections import Counter
from collections.abc import Awaitable, Callable

from aiohttp import web

DOORS = ("wecom", "sms", "page", "signature")
CAUSES = ("forged", "malformed", "replayed", "too_large", "foreign", "gone", "unproven")
Handler = Callable[[web.Request], Awaitable[web.Response]]


class Refused:
    """The counters of one program.

    forged: no right signature, secret or form; malformed and too_large: nobody can read it; replayed: this ciphertext
    was here before; foreign: authentic, but not meant for this app; gone: no such link; unproven: a wrong second fact.
    """

    def __init__(self) -> None:
        self._counted: Counter[tuple[str, str]] = Counter()

    def count(self, door: str, cause: str) -> None:
        """Count one refusal."""
        self._counted[door, cause] += 1

    def by_cause(self) -> dict[str, int]:
        """Return how many there were of each cause, whatever the door."""
        return {cause: sum(self._counted[door, cause] for door in DOORS) for cause in CAUSES}

    def by_door(self) -> dict[str, dict[str, int]]:
        """Return for each door the causes there were."""
        return {door: {cause: count for cause in CAUSES if (count := self._counted[door, cause])} for door in DOORS}


def counting(refused: Refused, door: str, handle: Handler) -> Handler:
    """Count what a handler refuses by raising: 403 is forged, 413 too large, 400 and an unreadable body malformed."""

    async def counted(request: web.Request) -> web.Response:
        try:
            return await handle(request)
        except web.HTTPForbidden:
            refused.count(door, "forged")
            raise
        except web.HTTPRequestEntityTooLarge:
            refused.count(door, "too_large")
            raise
        except (web.HTTPBadRequest, web.RequestPayloadError):
            refused.count(door, "malformed")
            raise

    return counted

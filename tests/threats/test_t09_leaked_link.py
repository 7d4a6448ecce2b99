"""T9: a candidate's link is nowhere but in their own message; scanners that open it change nothing.

The page's own rules: tests/scenarios/test_candidate_page.py.
"""

import asyncio
import sqlite3
from pathlib import Path

from models import EntryLink
from models.vault import vault
from tests.scenarios.candidate_door import closed, everything, opened

SCANNERS = ("DingTalkBot-LinkService/1.0", "MicroMessenger", "Slackbot-LinkExpanding 1.0", "Googlebot/2.1", "")


async def test_link_previews_of_every_kind_change_nothing_and_may_keep_nothing(sqlite_url: str, home: Path) -> None:
    door = await opened(sqlite_url, home)
    try:
        await door.new_booking("张伟", "13800008123")
        token, before = door.tokens["张伟"], await everything()

        async def visit(method: str, agent: str) -> int:
            headers = {"User-Agent": agent, "Referer": "https://evil.example/", "Purpose": "prefetch"}
            async with door.http.request(method, door.address(token), headers=headers) as answer:
                assert answer.headers["Cache-Control"] == "no-store"
                assert answer.headers["Referrer-Policy"] == "no-referrer"
                assert token not in str(answer.headers)
                return answer.status

        visits = [visit(method, agent) for method in ("GET", "HEAD") for agent in SCANNERS for _ in range(10)]
        assert set(await asyncio.gather(*visits)) == {200}
        for method in ("PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"):
            assert await visit_status(door, method, token) == 405
        assert await everything() == before
    finally:
        await closed(door)


async def test_the_database_does_not_hold_what_opens_the_page(sqlite_url: str, home: Path) -> None:
    door = await opened(sqlite_url, home)
    try:
        await door.new_booking("张伟", "13800008123")
        token, link = door.tokens["张伟"], await EntryLink.get()
        assert link.token_index == vault().index("entry", token) != token
        file = sqlite3.connect(sqlite_url.removeprefix("sqlite://"))
        assert token not in "\n".join(file.iterdump())
        assert (await door.get(link.token_index[:26]))[0] == 404
    finally:
        await closed(door)


async def visit_status(door, method: str, token: str) -> int:  # type: ignore[no-untyped-def]
    async with door.http.request(method, door.address(token)) as answer:
        return int(answer.status)

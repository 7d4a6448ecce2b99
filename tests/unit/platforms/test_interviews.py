"""The interview provider against a real server."""

from collections.abc import AsyncIterator
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from aiohttp import web

from platforms.errors import Misconfigured, PlatformError, Refused, Temporary
from platforms.http import Http
from platforms.interviews.protocol import InterviewProvider, InterviewSession
from platforms.interviews.sessions import HttpSessions, SessionsAccount
from tests.unit.platforms.recorder import Recorder, recording

STARTS = datetime(2026, 11, 24, 15, tzinfo=ZoneInfo("Asia/Shanghai"))
ROOM = {"id": "s/1", "url": "https://rooms.example.com/s1"}
SESSION = InterviewSession("s/1", "https://rooms.example.com/s1")


@pytest.fixture
async def server() -> AsyncIterator[Recorder]:
    async with recording() as recorder:
        yield recorder


@pytest.fixture
async def provider(server: Recorder) -> AsyncIterator[InterviewProvider]:
    async with Http() as http:
        yield HttpSessions(SessionsAccount(server.base + "/interviews/", "k3y"), http)


async def test_a_room_is_opened_with_a_key_that_makes_a_repeat_harmless(
    server: Recorder, provider: InterviewProvider
) -> None:
    server.on("/interviews/v1/sessions", ROOM)
    assert await provider.create("B1", STARTS, 45, "create-B1-0") == SESSION
    call = server.calls[0]
    assert (call.method, call.headers["Authorization"], call.headers["Idempotency-Key"]) == (
        "POST",
        "Bearer k3y",
        "create-B1-0",
    )
    assert call.body == {"booking_no": "B1", "starts_at": "2026-11-24T15:00:00+08:00", "duration_min": 45}


async def test_a_room_is_moved(server: Recorder, provider: InterviewProvider) -> None:
    server.on("/interviews/v1/sessions/s/1", ROOM, lambda call: web.json_response({}, status=404))
    assert await provider.move("s/1", STARTS, 30, "move-1") == SESSION
    assert (server.calls[0].method, server.calls[0].body["duration_min"]) == ("PATCH", 30)
    with pytest.raises(Refused) as caught:
        await provider.move("s/1", STARTS, 30, "move-2")
    assert caught.value.code == "gone"


async def test_a_closed_room_stays_closed(server: Recorder, provider: InterviewProvider) -> None:
    closed = [204, 404, 410]
    server.on("/interviews/v1/sessions/s/1", lambda call: web.Response(status=closed.pop(0)))
    for _ in range(3):
        await provider.revoke("s/1", "revoke-1")
    assert [call.method for call in server.calls] == ["DELETE"] * 3


async def test_without_an_answer_the_same_call_may_be_repeated(server: Recorder, provider: InterviewProvider) -> None:
    server.on("/interviews/v1/sessions", None)
    with pytest.raises(Temporary):
        await provider.create("B1", STARTS, 45, "k")


@pytest.mark.parametrize(
    ("status", "expected"),
    [(401, Misconfigured), (403, Misconfigured), (429, Temporary), (500, Temporary), (409, Refused), (422, Refused)],
)
async def test_the_type_of_a_refusal_says_what_to_do(
    server: Recorder, provider: InterviewProvider, status: int, expected: type[PlatformError]
) -> None:
    refusal = web.json_response
    path = "/interviews/v1/sessions"
    for each in (path, path + "/s1"):
        server.on(each, lambda call: refusal({}, status=status, headers={"Retry-After": "7"}))
    for call in (provider.create("B1", STARTS, 45, "k"), provider.revoke("s1", "k")):
        with pytest.raises(PlatformError) as caught:
            await call
        assert type(caught.value) is expected
        if isinstance(caught.value, Temporary):
            assert caught.value.retry_after == 7.0


@pytest.mark.parametrize("room", [{}, {"id": "s1"}, {"id": 1, "url": "https://x"}, {"id": "s1", "url": "javascript:x"}])
async def test_an_answer_without_a_usable_address_is_no_room(
    server: Recorder, provider: InterviewProvider, room: dict[str, object]
) -> None:
    server.on("/interviews/v1/sessions", room)
    with pytest.raises(Temporary):
        await provider.create("B1", STARTS, 45, "k")


def test_an_account_shows_its_key_to_no_log() -> None:
    assert "k3y" not in repr(SessionsAccount("https://x", "k3y"))

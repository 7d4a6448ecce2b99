"""The interview provider: rooms made once, moved, revoked, and the page behind the link."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.sandbox.wecom_bot import Rig, running

ROOM = {"booking": "B-1", "starts_at": "2026-11-24T15:00:00+08:00", "duration_min": 45, "candidate_alias": "候选人"}


@pytest.fixture
async def rig(tmp_path: Path) -> AsyncIterator[Rig]:
    async with running(tmp_path) as rig:
        yield rig


async def call(
    rig: Rig, method: str, path: str = "", body: Any = None, key: str = "", api_key: str = "k3y"
) -> tuple[int, dict[str, Any]]:
    headers = {"Authorization": f"Bearer {api_key}"} | ({"Idempotency-Key": key} if key else {})
    url = f"{rig.world.base_url}/interviews/v1/sessions{path}"
    async with rig.http.request(method, url, json=body, headers=headers) as response:
        return response.status, await response.json() if response.content_type == "application/json" else {}


async def page(rig: Rig, url: str) -> tuple[int, str]:
    async with rig.http.get(url) as response:
        return response.status, await response.text()


async def test_a_room_is_made_once_per_idempotency_key(rig: Rig) -> None:
    status, room = await call(rig, "POST", body=ROOM, key="k1")
    assert status == 201
    assert (await call(rig, "POST", body=ROOM, key="k1")) == (200, room)
    assert (await call(rig, "POST", body=ROOM, key="k2"))[1]["id"] != room["id"]
    status, text = await page(rig, room["url"])
    assert status == 200
    assert "面试间" in text


async def test_a_moved_room_keeps_its_link(rig: Rig) -> None:
    _, room = await call(rig, "POST", body=ROOM)
    _, moved = await call(rig, "PATCH", f"/{room['id']}", {"starts_at": "2026-11-27T10:00:00+08:00"})
    assert (moved["url"], moved["starts_at"], moved["duration_min"]) == (room["url"], "2026-11-27T10:00:00+08:00", 45)
    assert (await call(rig, "GET", f"/{room['id']}"))[1] == moved


async def test_a_revoked_room_is_gone_and_revoking_again_changes_nothing(rig: Rig) -> None:
    _, room = await call(rig, "POST", body=ROOM)
    assert [(await call(rig, "DELETE", f"/{room['id']}"))[0] for _ in range(2)] == [204, 204]
    status, text = await page(rig, room["url"])
    assert status == 410
    assert "已失效" in text
    assert (await call(rig, "PATCH", f"/{room['id']}", {"duration_min": 30}))[0] == 410
    assert (await call(rig, "GET", f"/{room['id']}"))[1]["state"] == "revoked"


async def test_the_provider_refuses_strangers_and_nonsense(rig: Rig) -> None:
    assert (await call(rig, "POST", body=ROOM, api_key="other"))[0] == 401
    assert (await call(rig, "POST", body=ROOM | {"starts_at": "2026-11-24T15:00:00"}))[0] == 422
    assert (await call(rig, "POST", body=ROOM | {"duration_min": 0}))[0] == 422
    assert (await call(rig, "GET", "/nothing"))[0] == 404


async def test_a_dropped_answer_can_be_asked_for_again(rig: Rig) -> None:
    await rig.fault("/v1/sessions", "http", 503, platform="interviews")
    assert (await call(rig, "POST", body=ROOM, key="k1"))[0] == 503
    assert (await call(rig, "POST", body=ROOM, key="k1"))[0] == 201

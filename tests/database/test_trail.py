"""A changed version, setting or key is in the trail, and nothing secret is; so is a clock that jumped."""

import base64
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot import keys
from bot.clock import Clock
from bot.settings import Settings
from bot.trail import Trail, settings_digest, version
from models import AuditRecord, OutboxMessage
from models.store import Store
from workflow import clocking, signing, verifying
from workflow.audit import GROUP_LOG


@pytest.fixture
def settings(home: Path) -> Iterator[Settings]:
    made = Settings(home=home)
    keys.create(made)
    signing.install(keys.read_signing(made))
    yield made
    signing.install(None)


async def recorded(kind: str) -> list[dict[str, object]]:
    rows = await AuditRecord.filter(log=GROUP_LOG, action=kind).order_by("seq")
    return [json.loads(row.line) for row in rows]


async def test_a_start_is_recorded_when_something_differs_from_the_last(store: Store, settings: Settings) -> None:
    await Trail(store, Clock(), settings).started()
    await Trail(store, Clock(), settings).started()
    [first] = await recorded("program.started")
    assert first["data"] == {
        "version": version(),
        "settings": settings_digest(settings),
        "vault_keys": [1],
        "log_key": base64.b64encode(signing.signing().public).decode(),
        "in": "",
    }
    changed = settings.model_copy(update={"port": 8001})
    await Trail(store, Clock(), changed).started()
    await Trail(store, Clock(), changed).started()
    signing.install(signing.Signing(bytes(32)))
    await Trail(store, Clock(), changed).started()
    digests = [line["data"]["settings"] for line in await recorded("program.started")]  # type: ignore[index]
    assert digests == [settings_digest(settings), settings_digest(changed), settings_digest(changed)]


def test_secrets_are_not_in_the_digest_and_everything_else_is(home: Path) -> None:
    def digest(**more: object) -> str:
        return settings_digest(Settings(home=home, **more))  # type: ignore[arg-type]

    url = "postgres://shouyue:{}@db.example.cn:5432/shouyue"
    assert digest(database={"url": url.format("one")}) == digest(database={"url": url.format("two")})
    assert digest(database={"url": url.format("one")}) != digest()
    assert digest(dingtalk={"client_secret": "one"}) == digest(dingtalk={"client_secret": "two"})
    assert digest(dingtalk={"client_id": "one"}) != digest(dingtalk={"client_id": "two"})
    assert digest(worker={"concurrency": 3}) != digest()


async def test_a_step_of_the_clock_is_a_record_that_says_so_itself(store: Store, settings: Settings) -> None:
    clocking.state.off_ms, clocking.state.step = 12, True
    try:
        await Trail(store, Clock(), settings).stepped(-4000)
    finally:
        clocking.state.off_ms, clocking.state.step = None, False
    [line] = await recorded("clock.stepped")
    assert (line["data"], line["clk"]) == ({"by_ms": -4000, "in": ""}, {"off_ms": 12, "step": True})


async def test_what_a_killed_program_left_unsigned_is_signed_soon_after_the_next_start(
    store: Store, settings: Settings
) -> None:
    await Trail(store, Clock(), settings).started()
    await OutboxMessage.all().delete()
    await Trail(store, Clock(), settings).started()
    [timer] = await OutboxMessage.filter(kind="timer", topic="sign")
    assert (json.loads(timer.payload), timer.not_before <= Clock().now()) == ({"log": GROUP_LOG}, True)


async def test_the_end_signs_everything(store: Store, settings: Settings) -> None:
    await Trail(store, Clock(), settings).stepped(1)
    await Trail(store, Clock(), settings).ended()
    assert await verifying.verify(GROUP_LOG) == (1, None, "")
    assert (await verifying.examine(GROUP_LOG)).signed == 1


async def test_a_store_that_is_gone_does_not_keep_the_program_from_ending(store: Store, settings: Settings) -> None:
    trail = Trail(store, Clock(), settings)
    await store.close()
    await trail.ended()

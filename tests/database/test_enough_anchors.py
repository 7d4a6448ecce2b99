"""`bot check` names the strict units whose log too few people outside can vouch for."""

from pathlib import Path
from typing import Any

import pytest

from bot import anchors
from bot.settings import Settings
from models import Preset
from models.store import Store
from tests.database import office
from tests.unit.test_witness import key_of

GROUP = {"post_group": "审计群", "post_webhook": "https://oapi.dingtalk.com/robot/send?access_token=x"}


def settings_with(home: Path, url: str, audit: dict[str, Any]) -> Settings:
    return Settings(home=home, database={"url": url}, audit=audit)  # type: ignore[arg-type]


@pytest.mark.parametrize(("kinds", "named"), [((), True), (("post",), False), (("witness",), False), (("tsa",), False)])
async def test_a_strict_unit_wants_two_kinds(
    store: Store, home: Path, database_url: str, kinds: tuple[str, ...], named: bool
) -> None:
    witness = {"witnesses": [{"url": "http://10.0.0.9:8700", "vkey": key_of(home).vkey}]}
    stamp = {"tsa_url": "http://tsa.example.cn", "tsa_ca_file": "/ca.pem"}
    audit = {
        key: value for kind in kinds for key, value in {"post": GROUP, "witness": witness, "tsa": stamp}[kind].items()
    }
    await store.transact(lambda: office.unit("huachen", None))
    await store.transact(lambda: office.unit("huachen/net", Preset.FAST))
    await store.transact(lambda: office.unit("huachen/heavy", Preset.STRICT))
    found = anchors.too_few(settings_with(home, database_url, audit), await anchors.units(database_url, office.NOW))
    assert [each.title for each in found] == (["给「单位 huachen/heavy」再配一种锚定"] if named else [])


async def test_a_unit_that_prints_no_code_needs_one_more(store: Store, home: Path, database_url: str) -> None:
    async def enter() -> None:
        unit = await office.unit("huachen/heavy", Preset.STRICT)
        unit.policy = {"code": False}
        await unit.save(update_fields=["policy"])

    await store.transact(enter)
    found = anchors.too_few(settings_with(home, database_url, GROUP), await anchors.units(database_url, office.NOW))
    assert "只有审计群" in found[0].why


@pytest.mark.parametrize("url", ["sqlite:///nowhere/at/all.db", "postgres://a:b@127.0.0.1:1/none"])
async def test_a_database_that_is_not_there_names_no_unit(url: str) -> None:
    assert await anchors.units(url, office.NOW) == []

"""`bot check` names the strict units whose log too few people outside can vouch for."""

from pathlib import Path
from typing import Any

import pytest

from bot import anchors
from bot.settings import Settings
from models import Organisation, Preset, Role
from models.store import Store
from tests.database import office
from tests.unit.test_witness import key_of
from workflow import administering

GROUP = {"post_group": "审计群", "post_webhook": "https://oapi.dingtalk.com/robot/send?access_token=x"}


def settings_with(home: Path, url: str, audit: dict[str, Any], *, connected: bool = True) -> Settings:
    dingtalk = {"enabled": connected, "client_id": "ding", "client_secret": "s", "corp_id": "corp"}
    return Settings(home=home, database={"url": url}, audit=audit, dingtalk=dingtalk)  # type: ignore[arg-type]


async def lacking(home: Path, url: str, audit: dict[str, Any], *, connected: bool = True) -> list[str]:
    company = await anchors.known(url, office.NOW)
    return [each.title for each in anchors.lacking(settings_with(home, url, audit, connected=connected), company)]


async def entered(preset: Preset = Preset.STRICT) -> None:
    await office.unit("huachen", None)
    await office.unit("huachen/net", Preset.FAST)
    await office.unit("huachen/heavy", preset)


NOBODY, ONE_MORE = "让一位审计每天收到存证码", "给「单位 huachen/heavy」再配一种锚定"


@pytest.mark.parametrize(
    ("kinds", "named"),
    [((), [NOBODY, ONE_MORE]), (("post",), []), (("witness",), [NOBODY]), (("tsa",), [NOBODY])],
)
async def test_a_strict_unit_wants_two_kinds(
    store: Store, home: Path, database_url: str, kinds: tuple[str, ...], named: list[str]
) -> None:
    witness = {"witnesses": [{"url": "http://10.0.0.9:8700", "vkey": key_of(home).vkey}]}
    stamp = {"tsa_url": "http://tsa.example.cn", "tsa_ca_file": "/ca.pem"}
    audit = {
        key: value for kind in kinds for key, value in {"post": GROUP, "witness": witness, "tsa": stamp}[kind].items()
    }
    await store.transact(entered)
    assert await lacking(home, database_url, audit) == named


@pytest.mark.parametrize(("where", "named"), [("huachen", []), ("huachen/heavy", []), ("huachen/net", [ONE_MORE])])
async def test_an_auditor_who_can_be_reached_is_one_kind_for_their_units(
    store: Store, home: Path, database_url: str, where: str, named: list[str]
) -> None:
    """The code and the post are there without a word in the settings (R4)."""

    async def enter() -> None:
        await entered()
        await office.employee("sunjing", await Organisation.get(path=where), Role.AUDITOR)

    await store.transact(enter)
    assert await lacking(home, database_url, {}) == named


async def test_an_auditor_whom_nobody_can_reach_is_none(store: Store, home: Path, database_url: str) -> None:
    async def enter() -> None:
        await entered()
        group = await Organisation.get(path="huachen")
        await administering.add_employee(office.by(), "sunjing", "孙静", group, [Role.AUDITOR], [])

    await store.transact(enter)
    assert await lacking(home, database_url, {}) == [NOBODY, ONE_MORE]


async def test_an_auditor_on_a_platform_that_is_not_connected_is_none(
    store: Store, home: Path, database_url: str
) -> None:
    async def enter() -> None:
        await entered()
        await office.employee("sunjing", await Organisation.get(path="huachen"), Role.AUDITOR)

    await store.transact(enter)
    assert await lacking(home, database_url, {}, connected=False) == [NOBODY, ONE_MORE]
    assert await lacking(home, database_url, {}) == []


async def test_a_unit_that_prints_no_code_needs_one_more(store: Store, home: Path, database_url: str) -> None:
    async def enter() -> None:
        unit = await office.unit("huachen/heavy", Preset.STRICT)
        unit.policy = {"code": False}
        await unit.save(update_fields=["policy"])

    await store.transact(enter)
    company = await anchors.known(database_url, office.NOW)
    found = anchors.too_few(settings_with(home, database_url, GROUP), company)
    assert "只有审计群" in found[0].why


@pytest.mark.parametrize("url", ["sqlite:///nowhere/at/all.db", "postgres://a:b@127.0.0.1:1/none"])
async def test_a_database_that_is_not_there_names_no_unit(url: str, home: Path) -> None:
    company = await anchors.known(url, office.NOW)
    assert company == anchors.NOTHING
    assert anchors.lacking(Settings(home=home), company) == []

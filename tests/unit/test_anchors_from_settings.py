"""From the settings to those who keep checkpoints: each by its kind and name, and a key that was mistyped is said."""

from datetime import time
from pathlib import Path
from typing import Any

import pytest

from bot import keys
from bot.anchors import OwnRobot, keepers
from bot.clock import Clock
from bot.settings import Settings, SettingsError
from bot.wires import wires
from notifier.keepers import AuthorityKeeper, GroupKeeper, WitnessKeeper
from platforms.dingtalk.group_robot import DingTalkGroupRobot
from platforms.http import Http
from platforms.wecom.group_robot import WeComGroupRobot
from tests.unit.test_witness import LOG, key_of

DINGTALK = {"enabled": True, "client_id": "a", "client_secret": "b", "corp_id": "c"}


def built(home: Path, audit: dict[str, Any], **more: Any) -> dict[tuple[str, str], Any]:
    settings, http, clock = Settings(home=home, audit=audit, **more), Http(), Clock()
    return dict(keepers(settings, wires(settings, http, clock), http, clock))


def test_nothing_written_is_nobody(home: Path) -> None:
    assert built(home, {}) == {}


@pytest.mark.parametrize(
    ("url", "robot"),
    [
        ("https://oapi.dingtalk.com/robot/send?access_token=x", DingTalkGroupRobot),
        ("https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=x", WeComGroupRobot),
    ],
)
def test_a_group_is_written_to_by_its_own_robot(home: Path, url: str, robot: type) -> None:
    found = built(home, {"post_group": "群", "post_webhook": url, "post_secret": "SEC"})
    keeper = found["post", "群"]
    assert isinstance(keeper, GroupKeeper)
    assert isinstance(keeper.group, robot)


def test_without_a_robot_of_its_own_the_app_s_robot_writes(home: Path) -> None:
    dingtalk = {**DINGTALK, "group_conversations": {"群": "cid=="}}
    keeper = built(home, {"post_group": "群"}, dingtalk=dingtalk)["post", "群"]
    assert isinstance(keeper.group, OwnRobot)


def test_witnesses_and_the_authority_are_known_by_name(home: Path) -> None:
    key = key_of(home).public
    audit = {
        "post_at": "17:30",
        "witnesses": [{"url": "http://10.0.0.9:8700/", "vkey": key.vkey}],
        "tsa_url": "http://tsa.example.cn/tsr",
        "tsa_ca_file": "/ca.pem",
    }
    found = built(home, audit)
    witness, authority = found["witness", key.name], found["tsa", "tsa.example.cn"]
    assert isinstance(witness, WitnessKeeper)
    assert isinstance(authority, AuthorityKeeper)
    outside = keys.outside(Settings(home=home, audit=audit).audit)  # type: ignore[arg-type]
    assert (outside.at, outside.witnesses, outside.authority) == (time(17, 30), (key,), "tsa.example.cn")


def test_a_witness_s_key_that_was_mistyped_or_is_a_log_s_is_said(home: Path) -> None:
    good = key_of(home).vkey
    for wrong in (f"x{good}", LOG.vkey):
        settings = Settings(home=home, audit={"witnesses": [{"url": "http://10.0.0.9", "vkey": wrong}]})  # type: ignore[arg-type]
        with pytest.raises(SettingsError, match=r"audit\.witnesses\.0\.vkey"):
            keys.outside(settings.audit)

"""What `python -m bot check` tells an administrator: each missing step, in order, and what a live try showed."""

import asyncio
from pathlib import Path

import pytest

from bot.checks import missing, probe
from bot.settings import Settings
from platforms.errors import Misconfigured, Temporary

AES_KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"


def complete(home: Path) -> dict[str, object]:
    (home / "keys").mkdir()
    (home / "keys/vault-1.key").write_bytes(b"k" * 32)
    return {
        "home": home,
        "public_url": "https://hr.example.cn",
        "dingtalk": {
            "enabled": True,
            "client_id": "d",
            "client_secret": "s",
            "corp_id": "c",
            "card_template_id": "t.schema",
        },
        "wecom": {
            "enabled": True,
            "corp_id": "ww1",
            "agent_id": 1,
            "secret": "s",
            "token": "t",
            "encoding_aes_key": AES_KEY,
            "customer_service": {"open_kfid": "wk1"},
        },
        "email": {"host": "smtp.example.cn", "sender": "hr@example.cn"},
        "sms": {
            "access_key_id": "a",
            "access_key_secret": "s",
            "sign_name": "守约",
            "callback_secret": "0123456789abcdef",
        },
        "interviews": {"base": "https://interviews.example.cn", "api_key": "k"},
    }


def test_nothing_is_missing_when_everything_is_there(tmp_path: Path) -> None:
    assert missing(Settings(**complete(tmp_path))) == []


@pytest.mark.parametrize(
    ("section", "title"),
    [
        ("public_url", "给本服务一个外网 https 地址"),
        ("dingtalk", "启用钉钉"),
        ("wecom", "启用企业微信"),
        ("email", "接入邮件"),
        ("sms", "接入短信"),
        ("interviews", "接入 AI 面试服务"),
    ],
)
def test_what_is_left_out_is_a_step(tmp_path: Path, section: str, title: str) -> None:
    given = complete(tmp_path)
    del given[section]
    assert title in [step.title for step in missing(Settings(**given))]


def test_an_absent_key_file_is_a_step_that_says_how(tmp_path: Path) -> None:
    given = complete(tmp_path)
    (tmp_path / "keys/vault-1.key").unlink()
    [step] = missing(Settings(**given))
    assert "python -m bot setup" in step.how


def test_the_callback_address_to_enter_is_told() -> None:
    settings = Settings(public_url="https://hr.example.cn")
    [step] = [step for step in missing(settings) if step.title == "启用企业微信"]
    assert "https://hr.example.cn/wecom/callback" in step.how


def test_an_address_without_a_name_can_have_no_passkeys_and_the_step_says_so() -> None:
    titles = [step.title for step in missing(Settings(public_url="https://10.0.0.8"))]
    assert "让员工能用通行密钥" in titles
    for address in ("https://hr.example.cn", "http://127.0.0.1:8000"):
        assert "让员工能用通行密钥" not in [step.title for step in missing(Settings(public_url=address))]


async def test_a_live_try_says_what_was_seen_or_what_to_change() -> None:
    async def well() -> str:
        return "取得令牌"

    async def wrong_ip() -> str:
        raise Misconfigured("60020", "not allow to access from your ip, access_token=tok1")

    async def busy() -> str:
        raise Temporary("-1")

    async def silent() -> str:
        await asyncio.sleep(60)
        return ""

    tries = {"钉钉": well, "企业微信": wrong_ip, "短信": busy, "邮件": silent}
    outcomes = {outcome.name: outcome for outcome in await probe(tries, timeout_s=0.05)}
    assert outcomes["钉钉"].ok
    assert outcomes["钉钉"].said == "取得令牌"
    assert "60020" in outcomes["企业微信"].said
    assert "tok1" not in outcomes["企业微信"].said
    assert not outcomes["短信"].ok
    assert "没有回答" in outcomes["邮件"].said

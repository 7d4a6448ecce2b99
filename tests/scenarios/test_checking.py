"""`python -m bot check` against platforms that answer, refuse, are slow or away: each line says what to do next."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest
import yaml
from aiohttp import web

from bot import keys
from bot.check_command import check
from bot.checks import Outcome
from bot.demo_home import Ports, made_secrets, sandbox_config, settings_of
from bot.probes import try_all
from bot.settings import Settings
from models import OutboxMessage
from sandbox.config import parse
from sandbox.server import start
from sandbox.world import World
from tests.redis_server import RedisServer
from tests.scenarios.company import START, Company, free_ports
from tests.scenarios.programs import opened, said_by

ALL = [
    "数据库",
    "钉钉访问令牌",
    "钉钉 Stream 连接",
    "钉钉卡片模板",
    "企业微信访问令牌（应用 1000002）",
    "微信客服账号",
    "邮件",
    "短信",
    "AI 面试服务",
    "签名服务",
    "本机时钟",
]
WECOM_TOKEN = ALL[4]


@dataclass
class Office:
    """A home whose settings name a sandbox that runs; no bot."""

    values: dict[str, Any]
    world: World

    def settings(self, **changes: dict[str, Any]) -> Settings:
        """Return the settings with some sections changed."""
        given = {name: {**self.values.get(name, {}), **section} for name, section in changes.items()}
        return Settings(**{**self.values, **given})

    def fault(self, platform: str, match: str, kind: str, value: Any = None) -> None:
        """Let the calls to one path go wrong."""
        self.world.faults.add(platform, match, kind, value, times=5)

    async def tried(self, timeout_s: float = 10.0, **changes: dict[str, Any]) -> dict[str, Outcome]:
        """Try everything, and return what became of it by name."""
        return {each.name: each for each in await try_all(self.settings(**changes), timeout_s)}


@pytest.fixture
async def office(home: Path, sqlite_url: str) -> AsyncIterator[Office]:
    """Yield the demo's settings with a sandbox behind them."""
    ports = Ports(*free_ports(3))
    values = settings_of(home, ports, made_secrets()) | {"database": {"url": sqlite_url}}
    settings = Settings(**values)  # type: ignore[arg-type]
    keys.create(settings)
    world, close = await start(parse(sandbox_config(settings, [], START, ports)))
    yield Office(values, world)
    await close()


def failed(outcomes: dict[str, Outcome]) -> set[str]:
    """Return the names of what did not work; each has to say what to do."""
    wrong = {name: each for name, each in outcomes.items() if not each.ok}
    assert all(each.todo for each in wrong.values()), wrong
    return set(wrong)


async def test_beside_a_running_demo_everything_is_well_and_the_bot_notices_nothing(
    home: Path, sqlite_url: str
) -> None:
    async with opened(Company(home, sqlite_url)) as company:
        gateway = company.world.parts["dingtalk"].gateway  # type: ignore[attr-defined]
        await company.settled()
        sockets, before = list(gateway._connections), await company.calls(counted=True)
        posted = await OutboxMessage.all().count()
        outcomes = await try_all(company.settings)
        assert [(each.name, each.ok, each.warning, each.todo) for each in outcomes] == [
            (name, True, False, "") for name in ALL
        ]
        assert gateway._connections == sockets
        assert await company.calls(counted=True) == before
        assert await OutboxMessage.all().count() == posted
        await company.says("wangfang", "帮助")
        await company.sees("wangfang", "取消")


@pytest.mark.parametrize(
    ("section", "key", "lines", "todo"),
    [
        ("dingtalk", "client_secret", {"钉钉访问令牌", "钉钉 Stream 连接"}, "dingtalk__client_secret"),
        ("dingtalk", "client_id", {"钉钉访问令牌", "钉钉 Stream 连接"}, "凭证与基础信息"),
        ("wecom", "secret", {WECOM_TOKEN, "微信客服账号"}, "wecom__secret"),
        ("wecom", "corp_id", {WECOM_TOKEN, "微信客服账号"}, "wecom.corp_id"),
        ("sms", "access_key_secret", {"短信"}, "sms__access_key_secret"),
        ("sms", "access_key_id", {"短信"}, "sms.access_key_id"),
        ("interviews", "api_key", {"AI 面试服务"}, "interviews__api_key"),
        ("signatures", "api_key", {"签名服务"}, "signatures__api_key"),
    ],
)
async def test_a_wrong_secret_fails_its_own_lines_and_is_never_told(
    office: Office, section: str, key: str, lines: set[str], todo: str
) -> None:
    wrong = "wrong0123456789abcdef"
    outcomes = await office.tried(**{section: {key: wrong}})
    assert failed(outcomes) == lines
    assert all(todo in outcomes[each].todo for each in lines)
    found = await check(office.settings(**{section: {key: wrong}}), offline=False)
    told = "\n".join(found.lines()) + json.dumps(found.as_json(), ensure_ascii=False)
    assert not found.ok
    assert wrong not in told
    assert not [each for each in found.secrets if each in told]
    # A second wrong secret in a row can cost an hour: each check asks for a token once.
    if section == "wecom":
        assert len([each for each in office.world.traffic.rows(0) if each["path"] == "/cgi-bin/gettoken"]) == 2


@pytest.mark.parametrize(
    ("platform", "path", "kind", "value", "line", "said", "todo"),
    [
        ("wecom", "/cgi-bin/kf/account/list", "errcode", 60020, "微信客服账号", "可信 IP", "一分钟后生效"),
        ("wecom", "/cgi-bin/kf/account/list", "errcode", 48002, "微信客服账号", "48002", "可调用接口的应用"),
        ("wecom", "/cgi-bin/gettoken", "errcode", 40001, WECOM_TOKEN, "40001", "wecom__secret"),
        ("wecom", "/cgi-bin/gettoken", "errcode", 40125, WECOM_TOKEN, "40125", "wecom__secret"),
        ("wecom", "/cgi-bin/gettoken", "errcode", 45009, WECOM_TOKEN, "限流", "一小时"),
        ("wecom", "/cgi-bin/gettoken", "garbage", None, WECOM_TOKEN, "网页", "接口地址"),
        ("wecom", "/cgi-bin/gettoken", "http", 404, WECOM_TOKEN, "", ""),
        ("wecom", "/cgi-bin/gettoken", "errcode", 99999, WECOM_TOKEN, "99999", "错误码"),
        (
            *("dingtalk", "/v1.0/oauth2", "errcode", "Forbidden.AccessDenied.IpNotInWhiteList"),
            *("钉钉访问令牌", "名单", "出口 IP"),
        ),
        (
            *("dingtalk", "/v1.0/gateway", "errcode", "Forbidden.AccessDenied.AccessTokenPermissionDenied"),
            *("钉钉 Stream 连接", "权限", "权限管理"),
        ),
        ("dingtalk", "/v1.0/gateway", "http", 403, "钉钉 Stream 连接", "限流", "一分钟"),
        ("dingtalk", "/v1.0/gateway", "drop-before", None, "钉钉 Stream 连接", "没有等到答复", "再运行"),
        ("stream", "", "refuse-open", 503, "钉钉 Stream 连接", "暂时不能服务", "几分钟"),
        ("sms", "/", "errcode", "isp.RAM_PERMISSION_DENY", "短信", "没有短信权限", "授权"),
        ("sms", "/", "http", 503, "短信", "暂时不能服务", "几分钟"),
        ("interviews", "/v1/sessions", "http", 503, "AI 面试服务", "暂时不能服务", "几分钟"),
        ("interviews", "/v1/sessions", "http", 401, "AI 面试服务", "不认这个密钥", "interviews.api_key"),
        ("signatures", "/v1/orders", "http", 503, "签名服务", "暂时不能服务", "几分钟"),
    ],
)
async def test_what_a_platform_answers_becomes_what_to_do(
    office: Office, platform: str, path: str, kind: str, value: Any, line: str, said: str, todo: str
) -> None:
    office.fault(platform, path, kind, value)
    outcomes = await office.tried()
    others = {"微信客服账号"} if line == WECOM_TOKEN else set()
    assert failed(outcomes) == {line} | others
    assert said in outcomes[line].said
    assert todo in outcomes[line].todo


async def test_a_platform_that_does_not_answer_costs_its_own_line_alone(office: Office) -> None:
    office.fault("dingtalk", "/v1.0/gateway", "timeout", 30)
    began = asyncio.get_running_loop().time()
    outcomes = await office.tried(timeout_s=3.0)
    assert failed(outcomes) == {"钉钉 Stream 连接"}
    assert "3 秒内没有回答" in outcomes["钉钉 Stream 连接"].said
    assert asyncio.get_running_loop().time() - began < 25


async def test_a_port_where_nobody_listens_says_what_to_check(office: Office) -> None:
    [port] = free_ports(1)
    away = f"http://127.0.0.1:{port}"
    outcomes = await office.tried(
        email={"port": port},
        dingtalk={"api_base": away},
        wecom={"api_base": away},
        sms={"api_base": away},
        interviews={"base": away},
        signatures={"base": away},
    )
    assert failed(outcomes) == set(ALL) - {"数据库", "钉钉卡片模板", "本机时钟"}
    assert "没有连上" in outcomes["邮件"].said
    assert "端口" in outcomes["邮件"].todo
    assert "本机时钟" not in outcomes  # nobody answered, so there is nothing to compare with


async def test_a_customer_service_account_of_another_app_lists_our_own(office: Office) -> None:
    own = office.values["wecom"]["customer_service"]["open_kfid"]
    outcomes = await office.tried(wecom={"customer_service": {"open_kfid": "wkOther"}})
    assert failed(outcomes) == {"微信客服账号"}
    assert "wkOther" in outcomes["微信客服账号"].said
    assert own in outcomes["微信客服账号"].said
    outcomes = await office.tried(wecom={"customer_service": None})
    assert outcomes["微信客服账号"].ok
    assert own in outcomes["微信客服账号"].said


async def test_credentials_can_be_tried_before_a_platform_is_enabled(office: Office) -> None:
    outcomes = await office.tried(dingtalk={"enabled": False}, wecom={"enabled": False})
    assert list(outcomes) == ALL
    assert failed(outcomes) == set()


async def test_what_is_not_configured_is_not_tried(home: Path, sqlite_url: str) -> None:
    assert [each.name for each in await try_all(Settings(home=home, database={"url": sqlite_url}))] == ["数据库"]


async def test_a_database_that_is_absent_old_or_no_database_is_told_and_left_alone(office: Office, home: Path) -> None:
    absent, junk = home / "absent.db", home / "junk.db"
    outcomes = await office.tried(database={"url": f"sqlite://{absent}"})
    assert "python -m bot setup" in outcomes["数据库"].todo
    assert not absent.exists()
    junk.write_bytes(b"this is no database, " * 200)
    outcomes = await office.tried(database={"url": f"sqlite://{junk}"})
    assert "打不开" in outcomes["数据库"].said
    [port] = free_ports(1)
    settings = office.settings(database={"url": f"postgres://shouyue:hunter2secret@127.0.0.1:{port}/shouyue"})
    found = await check(settings, offline=False)
    assert [each.name for each in found.tried if not each.ok] == ["数据库"]
    assert "hunter2secret" not in "\n".join(found.lines())


async def test_redis_is_tried_when_there_is_one(office: Office, short_folder: Path) -> None:
    server = RedisServer(short_folder)
    await server.start()
    outcomes = await office.tried(redis={"url": server.url})
    assert outcomes["Redis"].ok
    await server.kill()
    outcomes = await office.tried(redis={"url": server.url})
    assert failed(outcomes) == {"Redis"}
    assert "照常工作" in outcomes["Redis"].said


@asynccontextmanager
async def platforms_at(ahead_s: float) -> AsyncIterator[str]:
    """Serve WeCom's two calls with a Date that is so far ahead of ours."""

    async def answer(request: web.Request) -> web.Response:
        date = format_datetime(datetime.now(UTC) + timedelta(seconds=ahead_s), usegmt=True)
        found = {"access_token": "t", "expires_in": 7200, "account_list": [{"open_kfid": "wk1", "name": "面试"}]}
        return web.json_response(found, headers={"Date": date})

    served = web.Application()
    served.add_routes([web.get("/gettoken", answer), web.post("/kf/account/list", answer)])
    runner = web.AppRunner(served)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    await runner.cleanup()


@pytest.mark.parametrize(
    ("ahead_s", "ok", "warning", "said"),
    [
        (0, True, False, "一致"),
        (-12, True, False, "快 1"),
        (45, True, True, "慢 4"),
        (-45, True, True, "快 4"),
        (900, False, False, "被拒绝"),
    ],
)
async def test_a_clock_that_is_off_is_told_before_it_hurts(
    home: Path, sqlite_url: str, ahead_s: float, ok: bool, warning: bool, said: str
) -> None:
    async with platforms_at(ahead_s) as base:
        wecom = {"corp_id": "ww1", "secret": "s", "agent_id": 1, "api_base": base}
        outcomes = await try_all(Settings(home=home, database={"url": sqlite_url}, wecom=wecom))
    clock = outcomes[-1]
    assert (clock.name, clock.ok, clock.warning) == ("本机时钟", ok, warning)
    assert said in clock.said
    assert ("时间同步" in clock.todo) is (not ok or warning)


async def test_the_command_says_it_in_chinese_or_in_one_document_and_its_exit_code_agrees(office: Office) -> None:
    home = Path(office.values["home"])
    (home / "settings.yaml").write_text(yaml.safe_dump(office.values, allow_unicode=True), "utf-8")
    variables = {"SHOUYUE_HOME": str(home), "SHOUYUE_LOGGING__LEVEL": "error"}
    code, out, err = await said_by("check", **variables)
    assert (code, err) == (1, "")  # a demo's address leads nowhere outside
    assert "给本服务一个外网 https 地址" in out
    assert [line[2:].partition("：")[0] for line in out.splitlines() if line.startswith("✔ ")] == ALL
    assert "✘" not in out

    code, out, _ = await said_by("check", "--json", **variables)
    document = json.loads(out)
    assert code == 1
    assert set(document) == {"ok", "missing", "tried"}
    assert [each["name"] for each in document["tried"] if each["ok"]] == ALL

    calls = len(office.world.traffic.rows(0))
    code, out, _ = await said_by("check", "--offline", "--json", **variables)
    assert (code, json.loads(out)["tried"]) == (1, [])
    assert len(office.world.traffic.rows(0)) == calls

    (home / "settings.yaml").write_text("prot: 8000\n", "utf-8")
    code, out, err = await said_by("check", "--json", **variables)
    assert code == 2
    assert json.loads(out)["ok"] is False
    assert "prot" in json.loads(out)["error"]
    assert "prot" in err


async def test_with_nothing_missing_the_command_ends_with_zero_and_with_one_when_a_connection_fails(
    office: Office, home: Path
) -> None:
    values = {**office.values, "public_url": "https://hr.example.cn"}
    (home / "settings.yaml").write_text(yaml.safe_dump(values, allow_unicode=True), "utf-8")
    variables = {"SHOUYUE_HOME": str(home), "SHOUYUE_LOGGING__LEVEL": "error"}
    code, out, _ = await said_by("check", **variables)
    assert code == 0, out
    assert "设置都齐了" in out
    assert "都成了" in out
    office.fault("wecom", "/cgi-bin/kf/account/list", "errcode", 60020)
    code, out, _ = await said_by("check", **variables)
    assert code == 1
    assert "✘ 微信客服账号" in out
    assert "怎么办：应用 → 企业可信 IP" in out


@pytest.mark.parametrize(
    ("finds", "todo"),
    [("EICAR-STANDARD", ""), ("nothing-at-all", "更新病毒库"), ("harmless", "从标准输入读文件")],
)
async def test_a_scanner_has_to_pass_what_is_harmless_and_to_find_what_every_scanner_finds(
    office: Office, finds: str, todo: str
) -> None:
    command = ["sh", "-c", f"if grep -q {finds}; then exit 1; else exit 0; fi"]
    tried = (await office.tried(evidence={"scanner": command}))["证明的病毒检查"]
    assert (tried.ok, todo in tried.todo) == (not todo, True)

"""What settings promise: the three sources, their order, and errors that name the key."""

from pathlib import Path

import pytest

from bot.purging import periods_of
from bot.settings import Settings, SettingsError, load, settings_file
from bot.settings_signatures import authority_of
from workflow.periods import Periods

AES_KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name in ("SHOUYUE_HOME", "SHOUYUE_SETTINGS", "SHOUYUE_SECRETS", "SHOUYUE_LOGGING__LEVEL"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


def loaded(text: str) -> Settings:
    Path("settings.yaml").write_text(text, encoding="utf-8")
    return load()


def refused(text: str) -> str:
    with pytest.raises(SettingsError) as raised:
        loaded(text)
    return str(raised.value)


def test_the_example_in_the_repository_loads_as_it_is(here: Path) -> None:
    settings = load(ROOT / "settings.yaml")
    assert settings.database.url == f"sqlite://{here}/.shouyue/shouyue.db"
    assert settings.public_url == "http://127.0.0.1:8000"
    assert not settings.dingtalk.enabled
    assert settings.vault_files == {1: here / ".shouyue/keys/vault-1.key"}


def test_a_missing_file_is_an_error_and_not_an_empty_one() -> None:
    with pytest.raises(SettingsError, match=r"找不到设置文件 settings\.yaml"):
        load()


def test_an_unknown_key_is_named_with_its_path_and_the_likely_one() -> None:
    assert "dingtalk.clientid：没有这一项；是不是 client_id？" in refused("dingtalk: {clientid: x}")
    assert "postgres：没有这一项" in refused("postgres: 1")


def test_a_wrong_value_is_named_with_what_was_expected_and_an_example() -> None:
    said = refused("port: 八千")
    assert "port：应为整数" in said
    assert "例如 port: 8000" in said
    assert "SHOUYUE_PORT" in said


def test_every_problem_is_told_at_once() -> None:
    said = refused("port: 八千\nretention: {records_years: 1, audit_years: 4}\nlogging: {level: loud}")
    assert "有 4 处" in said
    for path in ("port", "retention.records_years", "retention.audit_years", "logging.level"):
        assert f"  {path}：" in said


def test_an_enabled_platform_names_each_key_it_lacks() -> None:
    said = refused("dingtalk: {enabled: true, client_id: dingabc}")
    assert "dingtalk.client_secret：启用后必填" in said
    assert "dingtalk.corp_id：启用后必填" in said
    assert "dingtalk.client_id" not in said


def test_no_error_repeats_a_secret() -> None:
    assert "hunter2" not in refused("wecom: {encoding_aes_key: hunter2, token: 'hunter2!'}")
    assert "hunter2" not in refused("database: {url: 'mysql://u:hunter2@h/d'}")


def test_no_text_of_settings_holds_a_secret() -> None:
    settings = loaded(
        "dingtalk: {client_secret: hunter2}\ndatabase: {url: 'postgres://u:hunter2@h/d'}\nredis: {url: 'redis://:hunter2@h'}"
    )
    assert "hunter2" not in repr(settings) + str(settings)


def test_the_environment_wins_over_secret_files_and_these_over_the_file(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    secrets = here / ".shouyue" / "secrets"
    secrets.mkdir(parents=True)
    (secrets / "dingtalk__client_secret").write_text("from-file\n")
    (secrets / "wecom__secret").write_text("from-file\n")
    monkeypatch.setenv("SHOUYUE_WECOM__SECRET", "from-environment")
    settings = loaded("dingtalk: {client_secret: from-yaml, client_id: kept}\nwecom: {secret: from-yaml}")
    assert settings.dingtalk.client_secret.get_secret_value() == "from-file"
    assert settings.dingtalk.client_id == "kept"
    assert settings.wecom.secret.get_secret_value() == "from-environment"


def test_a_secret_file_that_fits_no_setting_is_an_error(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (here / "creds").mkdir()
    (here / "creds" / "dingtalk__secret").write_text("x")
    monkeypatch.setenv("SHOUYUE_SECRETS", str(here / "creds"))
    assert "dingtalk.secret：没有这一项" in refused("port: 8000")


def test_a_misspelt_environment_variable_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHOUYUE_DINGTALC__CLIENT_ID", "x")
    assert "环境变量 SHOUYUE_DINGTALC__CLIENT_ID：没有这一项" in refused("port: 8000")


def test_variables_of_the_demo_are_not_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHOUYUE_SANDBOX_PORT", "8601")
    monkeypatch.setenv("SHOUYUE_DEMO_NOW", "2026-11-23T09:30:00+08:00")
    assert loaded("port: 8000").port == 8000


def test_an_optional_section_can_come_from_the_environment_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHOUYUE_EMAIL__HOST", "smtp.example.cn")
    monkeypatch.setenv("SHOUYUE_EMAIL__SENDER", "hr@example.cn")
    email = loaded("email: null").email
    assert email is not None
    assert (email.host, email.port, email.tls) == ("smtp.example.cn", 587, "starttls")


def test_the_file_is_named_by_variable_or_found_in_the_home_or_here(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert settings_file() == Path("settings.yaml")
    (here / ".shouyue").mkdir()
    (here / ".shouyue/settings.yaml").write_text("port: 8001")
    assert load().port == 8001
    monkeypatch.setenv("SHOUYUE_HOME", str(here / "elsewhere"))
    assert settings_file() == Path("settings.yaml")
    monkeypatch.setenv("SHOUYUE_SETTINGS", "/etc/shouyue.yaml")
    assert settings_file() == Path("/etc/shouyue.yaml")


def test_the_home_moves_the_database_and_the_keys(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHOUYUE_HOME", str(here / "elsewhere"))
    settings = loaded("home: ignored")
    assert settings.home == here / "elsewhere"
    assert settings.database.url == f"sqlite://{here}/elsewhere/shouyue.db"
    assert settings.vault_files[1] == here / "elsewhere/keys/vault-1.key"


def test_yaml_reads_what_people_wrote() -> None:
    assert loaded("dingtalk: {client_id: NO, corp_id: 12:30}").dingtalk.client_id == "NO"
    assert "“port”写了两次" in refused("port: 1\nport: 2")
    assert "wecom.agent_id：应为整数" in refused("wecom: {agent_id: 12:30}")
    assert "最外层" in refused("- port")
    assert "不是正确的 YAML" in refused("port: [1")


def test_an_empty_line_means_the_default() -> None:
    settings = loaded("redis:\ndatabase:\n  url:\nlogging:\n")
    assert settings.redis.url is None
    assert settings.logging.level == "info"


@pytest.mark.parametrize("wrong", ["short", AES_KEY + "x", AES_KEY[:-1] + "+"])
def test_an_aes_key_is_43_letters_or_digits(wrong: str) -> None:
    assert loaded(f"wecom: {{encoding_aes_key: {AES_KEY}}}").wecom.encoding_aes_key.get_secret_value() == AES_KEY
    assert "wecom.encoding_aes_key：应为 43 个字母或数字" in refused(f"wecom: {{encoding_aes_key: {wrong}}}")


def test_secrets_never_travel_in_plain_text() -> None:
    assert "dingtalk.api_base：" in refused("dingtalk: {api_base: 'http://api.example.cn'}")
    assert "public_url：" in refused("public_url: http://hr.example.cn")
    assert "starttls 或 tls" in refused("email: {host: smtp.example.cn, tls: none, sender: a@example.cn}")
    assert loaded("dingtalk: {api_base: 'http://127.0.0.1:8600/dingtalk/'}").dingtalk.api_base.endswith("/dingtalk")


def test_the_robot_is_the_app_unless_said_otherwise() -> None:
    assert loaded("dingtalk: {client_id: dingabc}").dingtalk.robot_code == "dingabc"
    assert loaded("dingtalk: {client_id: dingabc, robot_code: dingxyz}").dingtalk.robot_code == "dingxyz"


def test_only_a_demo_that_stays_on_this_machine_may_move_the_clock(here: Path) -> None:
    demo = "demo: {clock_file: .shouyue/clock.json, clock_secret: 0123456789abcdef}\n"
    assert loaded(demo).demo is not None
    assert "只有演示可以写 demo" in refused(demo + "host: 0.0.0.0")
    assert "只有演示可以写 demo" in refused(demo.replace(".shouyue/", "/var/"))
    real = "wecom: {enabled: true, corp_id: ww1, agent_id: 1, secret: s, token: t, encoding_aes_key: " + AES_KEY + "}"
    assert "只有演示可以写 demo" in refused(demo + real)


def test_settings_never_change_while_the_program_runs() -> None:
    settings = loaded("port: 8000")
    with pytest.raises(ValueError, match="frozen"):
        settings.port = 1  # type: ignore[misc]


VKEY = "audit/witness+1a2b3c4d+" + "A" * 44
HOOK = "https://oapi.dingtalk.com/robot/send?access_token=hidden"


@pytest.mark.parametrize(
    ("audit", "why"),
    [
        ("{post_at: '25:00'}", "audit.post_at"),
        ("{post_group: 审计群}", "dingtalk.group_conversations 里也没有这个群"),
        (f"{{post_webhook: '{HOOK}'}}", "也要写 post_group"),
        (
            "{post_group: 群, post_webhook: 'https://oapi.dingtalk.com/robot/else?access_token=hidden'}",
            "群机器人的地址",
        ),
        ("{post_group: 群, post_webhook: 'http://oapi.dingtalk.com/robot/send?access_token=hidden'}", "https://"),
        ("{tsa_url: 'http://tsa.example.cn'}", "要一起写"),
        ("{witnesses: [{url: 'http://10.0.0.9:1'}]}", "audit.witnesses.0.vkey"),
        ("{witnesses: [{url: 'ftp://10.0.0.9', vkey: '" + VKEY + "'}]}", "应为以 https:// 或 http:// 开头"),
        ("{witnesses: [{url: 'http://10.0.0.9', vkey: 'x'}]}", "打印的公钥"),
    ],
)
def test_who_keeps_checkpoints_is_written_whole_or_refused(audit: str, why: str) -> None:
    said = refused(f"audit: {audit}")
    assert why in said
    assert "hidden" not in said


def test_who_keeps_checkpoints_can_be_written(here: Path) -> None:
    text = f"audit: {{post_at: '17:30', post_group: 群, post_webhook: '{HOOK}', witnesses: [{{url: 'http://10.0.0.9/', "
    audit = loaded(f"{text}vkey: '{VKEY}'}}], tsa_url: 'http://tsa.example.cn/tsr', tsa_ca_file: ca.pem}}").audit
    assert (audit.post_at, audit.witnesses[0].url, audit.post_group) == ("17:30", "http://10.0.0.9", "群")
    assert "hidden" not in repr(audit)
    loaded("dingtalk: {group_conversations: {群: cid==}}\naudit: {post_group: 群}")


@pytest.mark.parametrize(
    ("key", "below", "floor", "why"),
    [
        ("records_years", 2, 3, "申请单、审批记录、通知记录"),
        ("audit_years", 4, 5, "审计日志"),
        ("inbound_days", 29, 30, "出了错要能查"),
        ("answers_days", 29, 30, "答复"),
        ("links_days", 0, 1, "下载链接"),
        ("dialogues_days", 0, 1, "提问"),
    ],
)
def test_nothing_is_kept_for_less_than_its_floor(key: str, below: int, floor: int, why: str) -> None:
    said = refused(f"retention: {{{key}: {below}}}")
    assert f"retention.{key}：应不小于 {floor}" in said
    assert why in said
    assert f"SHOUYUE_RETENTION__{key.upper()}" in said
    assert getattr(loaded(f"retention: {{{key}: {floor}}}").retention, key) == floor


def test_the_shipped_periods_are_those_that_the_program_uses() -> None:
    assert periods_of(loaded("")) == Periods()


SIGNING = (
    "signatures: {name: 某某认证, base: 'https://ca.example.cn', app_id: hc, api_key: k,"
    " callback_secret: 0123456789abcdef, roots: ROOTS}"
)


def test_a_signing_service_needs_roots_that_can_be_read_and_says_which_key_is_wrong(here: Path) -> None:
    root = ROOT / "sandbox" / "authority_root.pem"
    section = loaded(SIGNING.replace("ROOTS", str(root))).signatures
    authority = authority_of(section)
    assert authority is not None
    assert (len(authority.roots), authority.account_of("chenmin")) == (1, "chenmin")
    assert authority_of(None) is None
    (here / "empty.pem").write_text("没有证书")
    for file, said in (("nowhere.pem", "读不到"), (str(here / "empty.pem"), "应为 PEM")):
        wrong = refused(SIGNING.replace("ROOTS", file))
        assert "signatures.roots" in wrong
        assert said in wrong
    wrong = refused("signatures: {name: 某某认证}")
    for key in ("base", "app_id", "api_key", "callback_secret", "roots"):
        assert f"signatures.{key}" in wrong

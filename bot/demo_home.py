"""What a demo's home holds: its settings, its secrets, its company, and what the sandbox is told."""

import json
import os
import secrets
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

import yaml

from bot import certificates, company, keys
from bot.settings import Settings, load
from models.migrating import migrate
from models.store import Store
from models.vault import Vault, install
from workflow import signing
from workflow.acting import Act
from workflow.working_days import UnknownYear, is_working

SHANGHAI = ZoneInfo("Asia/Shanghai")
ROOT = Path(__file__).parent.parent
TEMPLATE_ID = "7c1d9a52-4b1e-4f0b-9a55-5e0a1c2d3e4f.schema"
OPEN_KFID = "wkHuachenDemo0001"
AUDIT_GROUP = "审计群"


@dataclass(frozen=True)
class Ports:
    """Where the demo listens."""

    bot: int
    sandbox: int
    smtp: int


def ports() -> Ports:
    """Return the ports, moved by the environment (design.md §8)."""

    def port(name: str, default: int) -> int:
        return int(os.environ.get(name) or default)

    return Ports(
        port("SHOUYUE_PORT", 8000), port("SHOUYUE_SANDBOX_PORT", 8600), port("SHOUYUE_SANDBOX_SMTP_PORT", 8625)
    )


def home() -> Path:
    """Return where the demo keeps everything."""
    return Path(os.environ.get("SHOUYUE_HOME") or ".shouyue").absolute()


def first_day(today: date) -> date:
    """Return the first working day after today that is followed by another."""
    day = today + timedelta(days=1)
    while not (_works(day) and _works(day + timedelta(days=1))):
        day += timedelta(days=1)
    return day


def _works(day: date) -> bool:
    try:
        return is_working(day)
    except UnknownYear:  # the calendar of that year is not published yet: Monday to Friday
        return day.weekday() < 5


def starting_moment(real_now: datetime) -> datetime:
    """Return when the demo's clock starts: 09:30 on its first day, or SHOUYUE_DEMO_NOW."""
    given = os.environ.get("SHOUYUE_DEMO_NOW")
    if given:
        moment = datetime.fromisoformat(given)
        return moment if moment.tzinfo else moment.replace(tzinfo=SHANGHAI)
    day = first_day(real_now.astimezone(SHANGHAI).date())
    return datetime(day.year, day.month, day.day, 9, 30, tzinfo=SHANGHAI)


def settings_of(place: Path, where: Ports, made: dict[str, str]) -> dict[str, object]:
    """Return the settings of a demo that lives in `place`."""
    sandbox = f"http://127.0.0.1:{where.sandbox}"
    templates = json.loads((ROOT / "notifier" / "sms_templates.json").read_text("utf-8"))
    return {
        "home": str(place),
        "host": "127.0.0.1",
        "port": where.bot,
        "public_url": f"http://127.0.0.1:{where.bot}",
        "dingtalk": {
            "enabled": True,
            "client_id": "dingdemo0a1b2c3d4e5f",
            "client_secret": made["dingtalk"],
            "robot_code": "dingdemo0a1b2c3d4e5f",
            "corp_id": "ding9733d0950000000000000000000000aa",
            "card_template_id": TEMPLATE_ID,
            "api_base": f"{sandbox}/dingtalk",
            "oapi_base": f"{sandbox}/dingtalk",
        },
        "wecom": {
            "enabled": True,
            "corp_id": "wwdemo0000000001",
            "agent_id": 1000002,
            "secret": made["wecom"],
            "token": made["token"],
            "encoding_aes_key": made["aes"],
            "api_base": f"{sandbox}/wecom/cgi-bin",
            "customer_service": {"open_kfid": OPEN_KFID},
        },
        "email": {"host": "127.0.0.1", "port": where.smtp, "sender": "interview@huachen.example", "tls": "none"},
        "sms": {
            "access_key_id": "LTAIdemo0001",
            "access_key_secret": made["sms"],
            "sign_name": templates["sign_name"],
            "api_base": f"{sandbox}/sms",
            "callback_secret": made["callback"],
        },
        "interviews": {"base": f"{sandbox}/interviews", "api_key": made["rooms"]},
        "signatures": {
            "name": "沙盒电子认证（演示）",
            "base": f"{sandbox}/signatures",
            "app_id": "huachen-demo",
            "api_key": made["signing"],
            "callback_secret": made["signed"],
            "roots": str(ROOT / "sandbox" / "authority_root.pem"),
        },
        "contacts": company.CONTACTS,
        "audit": {
            "post_group": AUDIT_GROUP,
            "post_webhook": f"{sandbox}/dingtalk/robot/send?access_token={made['group_token']}",
            "post_secret": made["group_sign"],
        },
        "demo": {"clock_file": str(place / "clock.json"), "clock_secret": made["clock"]},
        "logging": {"level": "info", "format": "console"},
    }


def made_secrets() -> dict[str, str]:
    """Return fresh secrets for both platforms, the gateway and the clock."""
    names = ["dingtalk", "wecom", "token", "sms", "callback", "rooms", "clock", "group_token", "group_sign"]
    names += ["signing", "signed"]
    made = {name: secrets.token_hex(16) for name in names}
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
    return {**made, "aes": "".join(secrets.choice(letters) for _ in range(42)) + "A"}


def sandbox_config(settings: Settings, seeds: list[company.Seed], now: datetime, where: Ports) -> dict[str, object]:
    """Return the sandbox\'s configuration for these settings."""
    assert settings.sms is not None
    assert settings.demo is not None
    assert settings.interviews is not None
    assert settings.signatures is not None
    assert settings.wecom.customer_service is not None
    dingtalk, wecom, sms, base = settings.dingtalk, settings.wecom, settings.sms, settings.public_url
    return {
        "host": "127.0.0.1",
        "port": where.sandbox,
        "smtp_port": where.smtp,
        "now": now.isoformat(),
        "clock_file": str(settings.demo.clock_file),
        "bot": {"clock_url": f"{base}/demo/clock", "secret": settings.demo.clock_secret.get_secret_value()},
        "dingtalk": {
            "client_id": dingtalk.client_id,
            "client_secret": dingtalk.client_secret.get_secret_value(),
            "corp_id": dingtalk.corp_id,
            "robot_code": dingtalk.robot_code,
            "template_id": TEMPLATE_ID,
            "template_file": str(ROOT / "cards" / "dingtalk_template.json"),
            "group_robots": [_group_robot(settings)],
        },
        "wecom": {
            "corp_id": wecom.corp_id,
            "agent_id": wecom.agent_id,
            "secret": wecom.secret.get_secret_value(),
            "token": wecom.token.get_secret_value(),
            "encoding_aes_key": wecom.encoding_aes_key.get_secret_value(),
            "callback_url": settings.wecom_callback_url,
            "open_kfid": wecom.customer_service.open_kfid if wecom.customer_service else "",
        },
        "kf_seed": [{"person": each.person, "scene_param": each.scene_param} for each in seeds],
        "kf_seed_cursor": company.SEED_CURSOR,
        "sms": {
            "access_key_id": sms.access_key_id,
            "access_key_secret": sms.access_key_secret.get_secret_value(),
            "sign_name": sms.sign_name,
            "templates_file": str(ROOT / "notifier" / "sms_templates.json"),
            "uplink_url": f"{base}/sms/uplink/{sms.callback_secret.get_secret_value()}",
            "receipt_url": f"{base}/sms/receipt/{sms.callback_secret.get_secret_value()}",
        },
        "interviews": {"api_key": settings.interviews.api_key.get_secret_value()},
        "signatures": {
            "app_id": settings.signatures.app_id,
            "api_key": settings.signatures.api_key.get_secret_value(),
            "callback_secret": settings.signatures.callback_secret.get_secret_value(),
        },
    }


def _group_robot(settings: Settings) -> dict[str, str]:
    audit = settings.audit
    assert audit.post_webhook is not None
    token = parse_qs(urlsplit(audit.post_webhook.get_secret_value()).query)["access_token"][0]
    return {"group": audit.post_group, "token": token, "secret": audit.post_secret.get_secret_value()}


async def prepare(place: Path, where: Ports, real_now: datetime) -> Path:
    """Make settings, keys, store and company in a fresh home; returns the sandbox's configuration file.

    A home that has been used keeps its store and goes on at its own time; the phones begin empty.
    """
    place.mkdir(parents=True, exist_ok=True)
    settings_file, sandbox_file = place / "settings.yaml", place / "sandbox.json"
    fresh = not sandbox_file.exists()
    kept = {} if fresh else json.loads((place / "demo-secrets.json").read_text("utf-8"))
    made = {**made_secrets(), **kept}
    if made != kept:  # a new home, or one of an earlier version that lacks some
        _write_secret(place / "demo-secrets.json", json.dumps(made))
    _write_secret(settings_file, yaml.safe_dump(settings_of(place, where, made), allow_unicode=True, sort_keys=False))
    settings = load(settings_file)
    keys.create(settings)
    certificates.create(settings, real_now)
    now = starting_moment(real_now) if fresh else _moment_of(settings, real_now)
    seeds = await _entered(settings, now, fresh, sandbox_file)
    _write_secret(sandbox_file, json.dumps(sandbox_config(settings, seeds, now, where), ensure_ascii=False, indent=1))
    return sandbox_file


def _moment_of(settings: Settings, real_now: datetime) -> datetime:
    assert settings.demo is not None
    offset = json.loads(settings.demo.clock_file.read_text("utf-8"))["offset_s"]
    return (real_now + timedelta(seconds=offset)).astimezone(SHANGHAI)


def _write_secret(file: Path, text: str) -> None:
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as out:
        out.write(text)


async def _entered(settings: Settings, now: datetime, fresh: bool, sandbox_file: Path) -> list[company.Seed]:
    install(Vault(keys.read(settings)))
    signing.install(keys.read_signing(settings))
    await migrate(settings.database.url, settings.home, reporter=lambda _: None)
    if not fresh:
        seeds = json.loads(sandbox_file.read_text("utf-8"))["kf_seed"]
        return [company.Seed(each["person"], each["scene_param"]) for each in seeds]
    store = Store(settings.database.url)
    await store.open()
    try:
        act = Act(now, "demo", "administrator")
        return await store.transact(lambda: company.enter(act, now.date(), OPEN_KFID))
    finally:
        await store.close()

"""One live try for each thing the program connects to; none sends anything, costs a quota or disturbs a running bot."""

import statistics
import time
from collections.abc import Callable
from datetime import datetime
from email.utils import parsedate_to_datetime
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from bot.checks import Doubt, Outcome, Probe, Wrong, probe
from bot.clock import Clock
from bot.database_roles import role_seen
from bot.inspection import CLEAN, INFECTED, scanned
from bot.settings import Settings
from bot.wires import Wires, dingtalk_account, wires
from models.migrating import MigrationRefused, pending, sqlite_path
from platforms.dingtalk.gateway import open_connection, socket_address
from platforms.errors import Misconfigured
from platforms.http import Http, Response
from platforms.sms.aliyun import AliyunSms
from platforms.wecom import kf
from platforms.wecom.api import WeCom

EICAR_BACKWARDS = rb"*H+H$!ELIF-TSET-SURIVITNA-DRADNATS-RACIE$}7)CC7)^P(45XZP\4[PA@%P!O5X"  # so that ours is not one
SAME_S = 2.0  # a Date has whole seconds, and a call takes some
DOUBTFUL_S = 30.0
REFUSED_S = 300.0  # WeCom's callbacks are refused beyond
SHANGHAI = ZoneInfo("Asia/Shanghai")


class DatedHttp(Http):
    """Calls out, and compares the Date of each answer with our clock."""

    def __init__(self) -> None:
        super().__init__()
        self.offsets: list[float] = []

    async def call(self, method: str, url: str, **given: Any) -> Response:
        """Send one request; note by how many seconds our clock is ahead of who answered."""
        asked_at = time.time()
        answer = await super().call(method, url, **given)
        dated = _moment(answer.headers.get("Date", ""))
        if dated is not None:
            self.offsets.append((asked_at + time.time()) / 2 - dated.timestamp())
        return answer


async def try_all(settings: Settings, timeout_s: float = 10.0) -> list[Outcome]:
    """Try everything that the settings are complete enough for, all at once; the clock last, by what answered."""
    async with DatedHttp() as http:
        outcomes = await probe(probes(settings, http), timeout_s)
        clock: dict[str, Probe] = {"本机时钟": partial(_clock, http.offsets)} if http.offsets else {}
        return outcomes + await probe(clock, timeout_s)


def probes(settings: Settings, http: Http) -> dict[str, Probe]:
    """Return what can be tried, by name, in the order it is shown."""
    settings = _as_if_enabled(settings)
    clock = Clock.of(settings)
    wired = wires(settings, http, clock)
    return {
        "数据库": partial(_database, settings.database.url),
        **({"Redis": partial(_redis, settings.redis.url)} if settings.redis.url else {}),
        **_dingtalk(settings, wired, http),
        **(_wecom(wired.wecom, settings) if wired.wecom else {}),
        **({"邮件": partial(_mail, wired, settings)} if wired.mailer else {}),
        **({"短信": partial(_sms, wired.sms, clock.now)} if wired.sms else {}),
        **({"AI 面试服务": partial(_rooms, wired)} if wired.rooms else {}),
        **({"签名服务": partial(_signing, wired)} if wired.signatures else {}),
        **_scanning(settings),
    }


def _as_if_enabled(settings: Settings) -> Settings:
    """Let a platform whose credentials are written be tried before it is enabled."""
    dingtalk, wecom = settings.dingtalk, settings.wecom
    ready = {
        "dingtalk": (dingtalk, dingtalk.client_id and dingtalk.client_secret.get_secret_value()),
        "wecom": (wecom, wecom.corp_id and wecom.secret.get_secret_value()),
    }
    return settings.model_copy(
        update={name: section.model_copy(update={"enabled": bool(given)}) for name, (section, given) in ready.items()}
    )


def _dingtalk(settings: Settings, wired: Wires, http: Http) -> dict[str, Probe]:
    dingtalk, template = wired.dingtalk, settings.dingtalk.card_template_id
    if dingtalk is None:
        return {}

    async def token() -> str:
        await dingtalk.access_token()
        return "取得令牌"

    async def gateway() -> str:
        # Only the ticket: each open socket of the app would take its share of the pushes from a bot that runs.
        account = dingtalk_account(settings)
        socket_address(*await open_connection(account, http), secure=account.api_base.startswith("https:"))
        return "网关给了连接票据（没有真的连接，不影响正在运行的机器人）"

    async def card() -> str:
        return f"已配置 {template}；有没有发布，发第一张卡片时才知道"

    tries: dict[str, Probe] = {"钉钉访问令牌": token, "钉钉 Stream 连接": gateway}
    return {**tries, "钉钉卡片模板": card} if template else tries


def _wecom(wecom: WeCom, settings: Settings) -> dict[str, Probe]:
    service = settings.wecom.customer_service

    async def token() -> str:
        await wecom.access_token()
        return "取得令牌"

    async def accounts() -> str:
        found = await kf.accounts(wecom)
        listed = "、".join(f"{id}（{name}）" for id, name in found.items())
        if service is None:
            return f"这个应用能管理 {listed or '0 个账号'}；选一个写进 wecom.customer_service.open_kfid"
        if service.open_kfid not in found:
            raise Wrong(
                f"这个应用不能管理 {service.open_kfid}；能管理的是：{listed or '没有'}",
                "改 wecom.customer_service.open_kfid，或在微信客服 → API 里勾上这个账号（docs/wecom-setup.md 第 5 节）",
            )
        return f"能管理 {service.open_kfid}（{found[service.open_kfid]}）"

    return {f"企业微信访问令牌（应用 {settings.wecom.agent_id}）": token, "微信客服账号": accounts}


async def _mail(wired: Wires, settings: Settings) -> str:
    assert wired.mailer is not None
    assert settings.email is not None
    await wired.mailer.greet()
    how = {"none": "没有加密，只用于本机", "starttls": "STARTTLS 加密", "tls": "TLS 加密"}[settings.email.tls]
    return f"连上发信服务器（{how}{'，已登录' if settings.email.username else ''}），没有发信"


async def _sms(sms: AliyunSms, now: Callable[[], datetime]) -> str:
    await sms.reach(now().astimezone(SHANGHAI).date())
    return "服务商认得这个 AccessKey；没有发短信，签名和模板要发第一条时才知道"


def _scanning(settings: Settings) -> dict[str, Probe]:
    command, waits_s = settings.evidence.scanner, settings.evidence.scanner_s
    return {"证明的病毒检查": partial(_scanner, command, waits_s)} if command else {}


async def _scanner(command: list[str], waits_s: float) -> str:
    """Let the scanner look at a harmless file, and at the one that every scanner calls a virus (EICAR)."""
    if await scanned(command, b"harmless", waits_s) != CLEAN:
        raise Wrong("对无害的文件没有回答 0", "改 evidence.scanner：它要从标准输入读文件，干净时以 0 退出")
    if await scanned(command, EICAR_BACKWARDS[::-1], waits_s) != INFECTED:
        raise Wrong("认不出国际通用的测试文件 EICAR", "更新病毒库，或改 evidence.scanner：有毒时要以 1 退出")
    return "放过了无害的文件，认出了测试用的病毒"


async def _rooms(wired: Wires) -> str:
    assert wired.rooms is not None
    try:
        await wired.rooms.reach()
    except Misconfigured as refused:
        todo = "向服务商核对 interviews.api_key，存进密钥文件 interviews__api_key"
        raise Wrong(f"面试服务不认这个密钥（{refused.code}）", todo) from None
    return "连上了，密钥有效；没有建面试间"


async def _signing(wired: Wires) -> str:
    assert wired.signatures is not None
    try:
        await wired.signatures.reach()
    except Misconfigured as refused:
        todo = "向认证机构核对 signatures.app_id 和 signatures.api_key，密钥存进密钥文件 signatures__api_key"
        raise Wrong(f"签名服务不认这个密钥（{refused.code}）", todo) from None
    return "连上了，密钥有效；没有请谁签署"


async def _database(url: str) -> str | Doubt:
    kind = "SQLite" if url.startswith("sqlite") else "PostgreSQL"
    try:
        lacking = await pending(url)
    except MigrationRefused as refused:
        raise Wrong(str(refused), "换回新版的程序，或恢复这个版本的数据库备份") from None
    except Exception as error:  # each driver has its own tree
        raise Wrong(
            f"{kind} 打不开（{type(error).__name__}）", "检查 database.url、口令、磁盘权限，以及数据库是否在运行"
        ) from None
    if lacking:
        raise Wrong(
            f"缺 {len(lacking)} 个结构更新：{'、'.join(lacking)}",
            "第一次：运行 python -m bot setup；升级之后：运行 python -m bot migrate",
        )
    seen = f"{kind} 打得开，结构是最新的"
    return seen if sqlite_path(url) else await role_seen(url, seen)


async def _redis(url: str) -> str:
    from redis.asyncio import Redis  # here, because most installations never need the import
    from redis.exceptions import AuthenticationError, RedisError

    redis = Redis.from_url(url, socket_timeout=5.0, socket_connect_timeout=5.0)
    try:
        await redis.ping()
    except AuthenticationError:
        raise Wrong("Redis 不认这个口令", "核对 redis.url 里的用户名和口令，或放进密钥文件 redis__url") from None
    except (RedisError, OSError) as error:
        raise Wrong(
            f"Redis 没有连上（{type(error).__name__}）；机器人照常工作，只是慢一些", "启动 Redis，或把 redis.url 写成空"
        ) from None
    finally:
        await redis.aclose()
    return "Redis 答复 PONG"


async def _clock(offsets: list[float]) -> str | Doubt:
    offset = statistics.median(offsets)
    if abs(offset) < SAME_S:
        return f"和平台的时间一致（相差不到 {SAME_S:.0f} 秒）"
    said = f"比平台{'快' if offset > 0 else '慢'} {abs(offset):.0f} 秒"
    todo = "打开系统的时间同步（chrony 或 systemd-timesyncd）"
    if abs(offset) > REFUSED_S:
        raise Wrong(f"{said}：企业微信的推送会因为时间不对被拒绝", todo)
    return Doubt(f"{said}；超过 {REFUSED_S:.0f} 秒，企业微信的推送会被拒绝", todo) if abs(offset) > DOUBTFUL_S else said


def _moment(date: str) -> datetime | None:
    try:
        return parsedate_to_datetime(date)
    except ValueError:
        return None

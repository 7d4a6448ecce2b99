"""The platforms that are configured, put together from the settings: for the program, and for trying them out."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot import addresses
from bot.clock import Clock
from bot.settings import Settings
from platforms.dingtalk.account import DingTalkAccount
from platforms.dingtalk.api import DingTalk
from platforms.dingtalk.calls import own_pace
from platforms.email import Mailer
from platforms.http import Http
from platforms.interviews.sessions import HttpSessions, SessionsAccount
from platforms.signatures.remote import RemoteAccount, RemoteSigning
from platforms.sms.aliyun import AliyunAccount, AliyunSms
from platforms.wecom.api import WeCom, WeComAccount
from platforms.wecom.kf import CustomerService

if TYPE_CHECKING:
    from bot.shared import Shared


@dataclass
class Wires:
    """The platforms that are configured."""

    dingtalk: DingTalk | None
    wecom: WeCom | None
    service: CustomerService | None
    sms: AliyunSms | None
    mailer: Mailer | None
    rooms: HttpSessions | None
    signatures: RemoteSigning | None


def wires(settings: Settings, http: Http, clock: Clock, shared: "Shared | None" = None) -> Wires:
    """Put together the platforms that are configured; nothing is connected yet."""

    def now() -> float:
        return clock.now().timestamp()

    dingtalk = _dingtalk(settings, http, now, shared)
    wecom = _wecom(settings, http, now, shared)
    service = settings.wecom.customer_service
    rooms = settings.interviews
    return Wires(
        dingtalk=dingtalk,
        wecom=wecom,
        service=CustomerService(wecom, service.open_kfid) if wecom and service else None,
        sms=_sms(settings, http, now),
        mailer=_mailer(settings, now),
        rooms=HttpSessions(SessionsAccount(rooms.base, rooms.api_key.get_secret_value()), http) if rooms else None,
        signatures=_signatures(settings, http),
    )


def dingtalk_account(settings: Settings) -> DingTalkAccount:
    """Return which DingTalk app we are."""
    section = settings.dingtalk
    return DingTalkAccount(
        section.client_id,
        section.client_secret.get_secret_value(),
        section.robot_code,
        section.corp_id,
        section.api_base,
        section.oapi_base,
    )


def _dingtalk(settings: Settings, http: Http, now: Callable[[], float], shared: "Shared | None") -> DingTalk | None:
    section = settings.dingtalk
    if not section.enabled:
        return None
    app = ("dingtalk", section.corp_id, section.client_id)
    cache, pace = (shared.tokens(*app), shared.pace(own_pace(), *app)) if shared else (None, None)
    return DingTalk(dingtalk_account(settings), http, now, cache, pace=pace)


def _wecom(settings: Settings, http: Http, now: Callable[[], float], shared: "Shared | None") -> WeCom | None:
    section = settings.wecom
    if not section.enabled:
        return None
    account = WeComAccount(section.corp_id, section.agent_id, section.secret.get_secret_value(), section.api_base)
    cache = shared.tokens("wecom", section.corp_id, section.agent_id) if shared else None
    return WeCom(account, http, now, cache)


def _sms(settings: Settings, http: Http, now: Callable[[], float]) -> AliyunSms | None:
    section = settings.sms
    if section is None:
        return None
    secret = section.access_key_secret.get_secret_value()
    account = AliyunAccount(section.access_key_id, secret, section.sign_name, section.api_base)
    return AliyunSms(account, http, now)


def _signatures(settings: Settings, http: Http) -> RemoteSigning | None:
    section = settings.signatures
    if section is None:
        return None
    secrets = section.api_key.get_secret_value(), section.callback_secret.get_secret_value()
    notify_url = settings.public_url + addresses.SIGNATURE_CALLBACK
    return RemoteSigning(RemoteAccount(section.base, section.app_id, *secrets, notify_url), http)


def _mailer(settings: Settings, now: Callable[[], float]) -> Mailer | None:
    section = settings.email
    if section is None:
        return None
    tls = {"none": "none", "starttls": "starttls", "tls": "implicit"}[section.tls]
    password = section.password.get_secret_value() if section.password else ""
    return Mailer(section.host, section.port, section.username or "", password, section.sender, tls, now=now)  # type: ignore[arg-type]

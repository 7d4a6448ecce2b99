"""Those outside who keep checkpoints, put together from the settings; and which units have too few of them."""

import asyncio
from dataclasses import dataclass, replace
from datetime import datetime

from tortoise.context import TortoiseContext

from bot import keys
from bot.checks import Step
from bot.clock import Clock
from bot.settings import Settings
from bot.wires import Wires
from models import Organisation, Platform, Preset
from models.migrating import sqlite_path
from models.store import config
from notifier.anchoring import Keeper
from notifier.keepers import AuthorityKeeper, Group, GroupKeeper, WitnessKeeper
from platforms.dingtalk.api import DingTalk
from platforms.dingtalk.group_robot import LONGEST_TEXT, DingTalkGroupRobot
from platforms.http import Http
from platforms.timestamps import TimestampAuthority
from platforms.wecom.group_robot import WeComGroupRobot
from platforms.witnesses import WitnessApi
from workflow.anchor_listeners import Listener, listeners
from workflow.anchoring import CODE, POST, TSA, WITNESS
from workflow.policy import WrongRules
from workflow.rulebook import rules_of
from workflow.rules.ruleset import RuleSet

PATIENCE_S = 10.0
ENOUGH = 2  # kinds of anchors, by default, where a unit's rules are strict (reliability.md R4)


class OwnRobot:
    """A DingTalk group that our app's robot is in; each message is a counted call."""

    most_bytes = LONGEST_TEXT - 4_000  # a message's parameters may have 15,000 bytes

    def __init__(self, api: DingTalk, conversation_id: str) -> None:
        self._api = api
        self._conversation_id = conversation_id

    async def post(self, title: str, text: str) -> str:
        """Post markdown and return what it can be asked about by."""
        return await self._api.send_to_group(self._conversation_id, title, text)


def keepers(settings: Settings, wired: Wires, http: Http, clock: Clock) -> dict[tuple[str, str], Keeper]:
    """Return who keeps checkpoints, by kind and name."""
    audit, outside = settings.audit, keys.outside(settings.audit)
    found: dict[tuple[str, str], Keeper] = {}
    group = _group(settings, wired, http, clock)
    if group is not None:
        found[POST, outside.group] = GroupKeeper(group, clock.now)
    for key, written in zip(outside.witnesses, audit.witnesses, strict=True):
        found[WITNESS, key.name] = WitnessKeeper(WitnessApi(http, written.url), key)
    if audit.tsa_url and audit.tsa_ca_file:
        authority = TimestampAuthority(http, audit.tsa_url, audit.tsa_ca_file)
        found[TSA, outside.authority] = AuthorityKeeper(authority)
    return found


def _group(settings: Settings, wired: Wires, http: Http, clock: Clock) -> Group | None:
    audit = settings.audit
    if audit.post_webhook:
        url = audit.post_webhook.get_secret_value()
        if "/webhook/send" in url:
            return WeComGroupRobot(http, url)
        return DingTalkGroupRobot(http, url, audit.post_secret.get_secret_value(), lambda: clock.now().timestamp())
    if audit.post_group and wired.dingtalk:
        return OwnRobot(wired.dingtalk, settings.dingtalk.group_conversations[audit.post_group])
    return None


@dataclass(frozen=True)
class Known:
    """This installation: has it units, by which rules that can be read, who would be told in private of which logs."""

    entered: bool
    rules: list[tuple[Organisation, RuleSet]]
    listeners: list[Listener]

    @property
    def strict(self) -> list[tuple[Organisation, RuleSet]]:
        """Return the units with strict rules; one that was entered without a preset is none of them."""
        found = [each for each in self.rules if each[1].preset == Preset.STRICT]
        return [(unit, rules) for unit, rules in found if unit.preset is not None]


NOTHING = Known(False, [], [])


async def known(url: str, now: datetime) -> Known:
    """Read the units and the auditors who can be reached, apart from the store that this process may have open.

    Nothing where the database cannot be read or is not there yet: what is wrong with it is said by whoever tries it.
    """
    path = sqlite_path(url)
    if path and not path.exists():
        return NOTHING
    try:
        async with asyncio.timeout(PATIENCE_S), TortoiseContext() as context:
            await context.init(config=config(url))
            units = await Organisation.all().order_by("path")
            readable = [(each, rules) for each in units if (rules := await _rules(each, now))]
            return Known(bool(units), readable, await listeners(now))
    except Exception:  # each driver has its own tree
        return NOTHING


async def _rules(unit: Organisation, now: datetime) -> RuleSet | None:
    try:
        return await rules_of(unit, now)
    except WrongRules:
        return None


def lacking(settings: Settings, company: Known) -> list[Step]:
    """Name what is to be done so that others keep the logs: somebody for the daily codes, enough kinds where strict."""
    company = _reached(settings, company)
    nobody = company.entered and not company.listeners and not keys.outside(settings.audit).group
    return [*([NOBODY] if nobody else []), *too_few(settings, company)]


def _reached(settings: Settings, company: Known) -> Known:
    """Leave out the auditors whose account is on a platform that is not connected: no code ever gets to them."""
    connected = {Platform.DINGTALK: settings.dingtalk.enabled, Platform.WECOM: settings.wecom.enabled}
    return replace(company, listeners=[each for each in company.listeners if connected.get(each.account.platform)])


NOBODY = Step(
    "让一位审计每天收到存证码",
    "没有设置审计群，也没有哪位审计在已启用的钉钉或企业微信有账号：每天的存证码没有人收，改了历史没有人对得出来",
    "发「授权 姓名 审计 单位」给一位有账号的人审计角色，或设置审计群（audit.post_group），说明见 docs/audit/anchors.md",
)


def too_few(settings: Settings, company: Known) -> list[Step]:
    """Name the strict units whose log fewer than two kinds of people outside can vouch for."""
    outside = keys.outside(settings.audit)
    everywhere = {POST: outside.group, WITNESS: outside.witnesses, TSA: outside.authority}
    configured = {kind for kind, given in everywhere.items() if given}
    return [
        _too_few(unit, kinds)
        for unit, rules in company.strict
        if len(kinds := configured | _by_default(unit, rules, company)) < ENOUGH
    ]


def _by_default(unit: Organisation, rules: RuleSet, company: Known) -> set[str]:
    """Return the kinds that a unit has without any setting: its printed codes, and auditors who are told in private."""
    heard = any(each.hears(unit.origin) for each in company.listeners)
    return ({CODE} if rules.code else set()) | ({POST} if heard else set())


def _too_few(unit: Organisation, kinds: set[str]) -> Step:
    said = {POST: "审计群或审计本人收到的存证码", CODE: "卡片和通知上的存证码", WITNESS: "见证人", TSA: "时间戳"}
    return Step(
        f"给「{unit.name}」再配一种锚定",
        f"审计日志现在只有{'、'.join(said[each] for each in sorted(kinds)) or '签名'}；掌握签名密钥的人仍可能整本重写",
        "让这个单位的审计在钉钉或企业微信有账号，或配好审计群（audit.post_group）、见证人（audit.witnesses）、"
        "时间戳（audit.tsa_url）中的一种，说明见 docs/audit/anchors.md",
    )

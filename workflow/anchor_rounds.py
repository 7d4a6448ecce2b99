"""The round: the newest checkpoint of every log is posted, stamped and shown to the witnesses who lack it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from models import Anchor, Checkpoint, OutboxMessage, OutboxStatus, Platform
from workflow import access, anchoring, audit, checkpoints, signing
from workflow.acting import Act, local
from workflow.anchor_listeners import Listener, listeners
from workflow.anchoring import POST, TSA, WITNESS
from workflow.errors import NotNow
from workflow.permissions import ANCHOR

APART = timedelta(minutes=5)  # a group's robot may say twenty things a minute, and nobody reads twenty
IN_ONE = {Platform.DINGTALK: 40, Platform.WECOM: 8}  # logs in one private message: WeCom's text ends at 2048 bytes


async def daily(act: Act) -> None:
    """Do the day's round: every log is signed first; a day that added nothing is a silent one."""
    await checkpoints.sign_all(act)
    newest = await _newest()
    day = f"{local(act.now):%Y-%m-%d}"
    for keeper in await _keepers(act):
        mine = [each for each in newest if keeper.hears(each.log)]
        if await _without(mine, POST, keeper.name):
            await _post(act, keeper, mine, day)
    await _stamp_and_show(act, newest, day)


@dataclass(frozen=True)
class Asked:
    """What a round that was asked for tells: how many logs to the group of this name, or to so many auditors."""

    logs: int
    group: str
    auditors: int


async def asked_for(act: Act) -> Asked:
    """Do a round now because the auditor or a system administrator wants one.

    That it was asked for is recorded, so there always is something new.
    """
    employee = await access.require_employee(act)
    await employee.fetch_related("organisation")
    await access.require(act, ANCHOR, employee.organisation)
    keepers = await _keepers(act)
    await _not_again(act, keepers)
    subject = ("anchor", f"{local(act.now):%Y%m%d-%H%M}", 1)
    await audit.record(act, employee.organisation, "anchor.asked", subject)
    await checkpoints.sign_all(act)
    newest, at = await _newest(), f"{act.now.timestamp():.0f}"
    heard = [[each for each in newest if keeper.hears(each.log)] for keeper in keepers]
    for keeper, mine in zip(keepers, heard, strict=True):
        await _post(act, keeper, mine, at)
    await _stamp_and_show(act, newest, at)
    group = signing.outside().group
    return Asked(len({each.log for mine in heard for each in mine}), group, 0 if group else len(keepers))


@dataclass(frozen=True)
class _Group:
    """The audit group, which is shown every log in one message."""

    name: str
    account: None = None

    def hears(self, log: str) -> bool:
        return bool(log)


async def _keepers(act: Act) -> Sequence[_Group | Listener]:
    """Return who gets the post: the audit group where there is one, else every auditor in private."""
    group = signing.outside().group
    return [_Group(group)] if group else await listeners(act.now)


async def _not_again(act: Act, keepers: Sequence[_Group | Listener]) -> None:
    if not keepers:
        raise NotNow(state="no-audit-group")
    gone = OutboxMessage.filter(kind=anchoring.KIND, topic=POST, posted_at__gt=act.now - APART)
    if await gone.exclude(status=OutboxStatus.DEAD).exists():
        raise NotNow(state="just-anchored")


async def _newest() -> list[Checkpoint]:
    found = [await anchoring.latest(log) for log in await audit.logs()]
    return [each for each in found if each is not None]


async def _post(act: Act, keeper: _Group | Listener, newest: list[Checkpoint], when: str) -> None:
    if keeper.account is None:
        await anchoring.ask(act, POST, keeper.name, newest, f"anchor-post:{when}")
        return
    most = IN_ONE[keeper.account.platform]
    for start in range(0, len(newest), most):
        dedupe = f"anchor-post:{when}:{keeper.name}:{start}"
        await anchoring.ask(act, POST, keeper.name, newest[start : start + most], dedupe, keeper.account)


async def _stamp_and_show(act: Act, newest: list[Checkpoint], when: str) -> None:
    outside = signing.outside()
    asked = [(WITNESS, witness.name) for witness in outside.witnesses]
    asked += [(TSA, outside.authority)] if outside.authority else []
    for kind, name in asked:
        for each in await _without(newest, kind, name):
            await anchoring.ask(act, kind, name, [each], f"anchor-{kind}:{each.id}:{when}:{name}"[:120])


async def _without(newest: list[Checkpoint], kind: str, name: str) -> list[Checkpoint]:
    """Return those of the newest checkpoints that this one does not keep yet."""
    ids = [each.id for each in newest]
    kept = set(await Anchor.filter(checkpoint_id__in=ids, kind=kind, name=name).values_list("checkpoint_id", flat=True))
    return [each for each in newest if each.id not in kept]

"""The round: the newest checkpoint of every log is posted, stamped and shown to the witnesses who lack it."""

from datetime import timedelta

from models import Anchor, Checkpoint, OutboxMessage, OutboxStatus
from workflow import access, anchoring, audit, checkpoints, signing
from workflow.acting import Act, local
from workflow.anchoring import POST, TSA, WITNESS
from workflow.errors import NotNow
from workflow.permissions import ANCHOR

APART = timedelta(minutes=5)  # a group's robot may say twenty things a minute, and nobody reads twenty


async def daily(act: Act) -> None:
    """Do the day's round: every log is signed first; a day that added nothing is a silent one."""
    await checkpoints.sign_all(act)
    newest = await _newest()
    day = f"{local(act.now):%Y-%m-%d}"
    if signing.outside().group and await _without(newest, POST, signing.outside().group):
        await _post(act, newest, day)
    await _stamp_and_show(act, newest, day)


async def asked_for(act: Act) -> int:
    """Do a round now because the auditor or a system administrator wants one; returns how many logs it covers.

    That it was asked for is recorded, so there always is something new.
    """
    employee = await access.require_employee(act)
    await employee.fetch_related("organisation")
    await access.require(act, ANCHOR, employee.organisation)
    await _not_again(act)
    subject = ("anchor", f"{local(act.now):%Y%m%d-%H%M}", 1)
    await audit.record(act, employee.organisation, "anchor.asked", subject)
    await checkpoints.sign_all(act)
    newest, at = await _newest(), f"{act.now.timestamp():.0f}"
    await _post(act, newest, at)
    await _stamp_and_show(act, newest, at)
    return len(newest)


async def _not_again(act: Act) -> None:
    if not signing.outside().group:
        raise NotNow(state="no-audit-group")
    gone = OutboxMessage.filter(kind=anchoring.KIND, topic=POST, posted_at__gt=act.now - APART)
    if await gone.exclude(status=OutboxStatus.DEAD).exists():
        raise NotNow(state="just-anchored")


async def _newest() -> list[Checkpoint]:
    found = [await anchoring.latest(log) for log in await audit.logs()]
    return [each for each in found if each is not None]


async def _post(act: Act, newest: list[Checkpoint], when: str) -> None:
    await anchoring.ask(act, POST, signing.outside().group, newest, f"anchor-post:{when}")


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

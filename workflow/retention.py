"""What happens to records once a month: short-lived things go, what is due is counted and told (S42, S85).

Cases themselves go only by a purge; the log never does.
"""

from collections import Counter
from datetime import datetime
from typing import TypeVar

from tortoise.expressions import Q
from tortoise.models import Model
from tortoise.queryset import QuerySet

from models import (
    Attempt,
    Dialogue,
    DownloadLink,
    Employee,
    ExportTaken,
    InboundMessage,
    Organisation,
    OutboxMessage,
    OutboxStatus,
    Role,
)
from workflow import access, audit, export_limits, outbox, purging
from workflow.acting import Act, local
from workflow.due import due
from workflow.periods import periods
from workflow.showing import plain

TIMER = "retention"  # rings once a month
CLEAR = "retention_clear"  # goes on where one transaction would have been too long
AT = 3  # o'clock on the first of the month, in Asia/Shanghai
PORTION = 500  # rows of one table cleared in one transaction
T = TypeVar("T", bound=Model)
PASSING = ("say", "group_reply", "fetch", "pull", "welcome", "timer", "receipt")
"""Kinds of outbox rows that are no record where they belong to no case."""
CLEARED = (InboundMessage, Dialogue, DownloadLink, ExportTaken)
"""Tables that lose something each month, beside the outbox."""


async def arrange(act: Act) -> None:
    """Set the next round; once, whoever asks again."""
    at = _next_round(act.now)
    await outbox.post(act, "timer", TIMER, not_before=at, dedupe=f"{TIMER}:{local(at):%Y-%m}")


def _next_round(now: datetime) -> datetime:
    here = local(now)
    year, month = (here.year + 1, 1) if here.month == 12 else (here.year, here.month + 1)
    return here.replace(year=year, month=month, day=1, hour=AT, minute=0, second=0, microsecond=0)


async def monthly(act: Act) -> None:
    """Do the month's round and set the next."""
    await arrange(act)
    await clear(act)
    await purging.take_up(act)
    await _tell_what_is_due(act)


async def clear(act: Act) -> Counter[str]:
    """Clear what is over its period, a portion of each; what is left follows at once in a transaction of its own."""
    counts = Counter(
        {
            "inbound": await _blank_texts(act.now),
            "answers": await _delete_answers(act.now),
            "links": await _delete(DownloadLink.filter(expires_at__lte=act.now - periods().links)),
            "exports": await _delete(ExportTaken.filter(taken_at__lte=act.now - export_limits.MONTH)),
            "dialogues": await _delete(Dialogue.filter(expires_at__lte=act.now - periods().dialogues)),
        }
    )
    if counts.total():
        subject = ("retention", f"{local(act.now):%Y-%m}", 1)
        await audit.record(act, None, "retention.cleared", subject, why="clock", data=dict(counts))
    if max(counts.values()) >= PORTION:
        await outbox.post(act, "timer", CLEAR)
    return counts


async def _blank_texts(now: datetime) -> int:
    """Forget what people wrote; that something came in stays, so that a repeat is still seen."""
    old = InboundMessage.filter(received_at__lte=now - periods().inbound, sealed_content__isnull=False)
    ids = await old.limit(PORTION).values_list("id", flat=True)
    await InboundMessage.filter(id__in=list(ids)).update(sealed_content=None)
    return len(ids)


async def _delete_answers(now: datetime) -> int:
    """Delete what was said in chats and belongs to no case; what was given up stays visible."""
    of_no_case = Q(kind__in=PASSING, booking_id__isnull=True, request_id__isnull=True)
    settled = Q(status__in=(OutboxStatus.SENT, OutboxStatus.SUPPRESSED), settled_at__lte=now - periods().answers)
    ids = await OutboxMessage.filter(of_no_case & settled).limit(PORTION).values_list("id", flat=True)
    await Attempt.filter(message_id__in=list(ids)).delete()
    await OutboxMessage.filter(id__in=list(ids)).delete()
    return len(ids)


async def _delete(old: QuerySet[T]) -> int:
    ids = await old.limit(PORTION).values_list("id", flat=True)
    await old.model.filter(id__in=list(ids)).delete()
    return len(ids)


async def due_by_unit(units: list[str], now: datetime) -> list[tuple[Organisation, int]]:
    """Return how many cases are due in each unit that has any, by path."""
    found = (await due(units, now)).cases
    counts = Counter(each.organisation.path for each in found)
    named = {each.organisation.path: each.organisation for each in found}
    return [(named[path], counts[path]) for path in sorted(counts)]


async def _tell_what_is_due(act: Act) -> None:
    """Tell the system administrators of the units, each once in a round."""
    tops = [each.path for each in await Organisation.exclude(path__contains="/")]
    by_person: dict[object, tuple[Employee, list[tuple[Organisation, int]]]] = {}
    for organisation, count in await due_by_unit(tops, act.now):
        for person in await access.holders(Role.SYSTEM_ADMIN, organisation, act.now):
            by_person.setdefault(person.id, (person, []))[1].append((organisation, count))
    for person, counts in by_person.values():
        account = await outbox.account_of(person)
        if account is not None:
            payload = {"text": _told(counts), "choices": []}
            key = f"retention-due:{local(act.now):%Y-%m}:{person.id}"
            await outbox.post(act, "say", account=account, payload=payload, dedupe=key)


def _told(counts: list[tuple[Organisation, int]]) -> str:
    listed = "、".join(f"{plain(each.name)} {count} 件" for each, count in counts)
    example = plain(counts[0][0].name)
    years = periods().records_years
    return (
        f"留存已满 {years} 年、可以清理的案：{listed}（已冻结的、在等删除资料的不在内）。"
        f"发「留存清单」查看，发「清理 {example} 全部到期」提出，由安全管理员审批。不清理也可以，什么都不会自动删。"
    )

"""What happens as time passes. Whatever the clock does is labelled 系统代办 and never a person's approval."""

import json
from collections.abc import Awaitable, Callable

from handlers import asking, viewing
from models import Account, OutboxMessage, Role
from workflow import (
    access,
    anchor_rounds,
    anchoring,
    briefing,
    cancelling,
    checkpoints,
    deadlines,
    delegating,
    erasing,
    erasure_rounds,
    export_requests,
    outbox,
    overdue,
    purge_proposals,
    requests,
    restricting,
    retention,
    returning,
    revealing,
    rights,
    rules_proposals,
    unconfirmed,
)
from workflow import viewing as facts
from workflow.acting import Act

OF_VIEWING: dict[str, Callable[[Act, dict[str, str]], Awaitable[None]]] = {
    revealing.EXPIRE: lambda act, payload: revealing.expire(act, payload["link"]),
    facts.TIMER: viewing.tell,
}
OF_PEOPLE: dict[str, Callable[[Act, dict[str, str]], Awaitable[bool]]] = {
    rights.KIND.timer: lambda act, payload: rights.expire(act, payload["change"]),
    export_requests.KIND.timer: lambda act, payload: export_requests.expire(act, payload["export"]),
    purge_proposals.KIND.timer: lambda act, payload: purge_proposals.expire(act, payload["purge"]),
    erasing.KIND.timer: lambda act, payload: erasure_rounds.expire(act, payload["erasure"]),
    delegating.KIND.timer: lambda act, payload: delegating.expire(act, payload["delegation"]),
    rules_proposals.KIND.timer: lambda act, payload: rules_proposals.expire(act, payload["rules"]),
    briefing.ONE: lambda act, payload: briefing.tell(act, payload["employee"]),
    "grant_end": lambda act, payload: rights.end(act, payload["grant"]),
    "erase": lambda act, payload: erasure_rounds.carry_out(act, payload["erasure"]),
    "erase_remind": lambda act, payload: erasure_rounds.remind(act, payload["erasure"]),
    restricting.TIMER: lambda act, payload: restricting.begin(act, payload["candidate"], payload["number"]),
    restricting.DUE: lambda act, payload: erasure_rounds.due(act, payload["candidate"]),
}

OF_ROUNDS: dict[str, Callable[[Act], Awaitable[object]]] = {
    retention.TIMER: retention.monthly,
    retention.CLEAR: retention.clear,
    briefing.TIMER: briefing.morning,
}


async def _remind(act: Act, row: OutboxMessage) -> None:
    """Ask a candidate once more about what they said and did not confirm."""
    statement = await unconfirmed.unanswered(json.loads(row.payload))
    account = await Account.get(id=row.account_id)
    ahead = statement is not None and all(each.starts_at > act.now for each in await unconfirmed.bookings_of(statement))
    if statement is not None and ahead and unconfirmed.may_remind(account, act):
        await asking.remind(act, account, statement)


async def _tell(act: Act, row: OutboxMessage) -> None:
    """Tell HR of a plain word that nobody confirmed."""
    statement = await unconfirmed.unanswered(json.loads(row.payload))
    if statement is not None:
        await unconfirmed.tell(act, statement)


OF_CANDIDATES: dict[str, Callable[[Act, OutboxMessage], Awaitable[None]]] = {
    unconfirmed.REMIND: _remind,
    unconfirmed.TELL: _tell,
    returning.TIMER: returning.expire,
}


async def rang(act: Act, row: OutboxMessage) -> None:
    """Do what a timer was set for; one that comes too late, or after the matter is settled, does nothing."""
    if row.topic in OF_PEOPLE:
        await OF_PEOPLE[row.topic](act, json.loads(row.payload))
        return
    if row.topic in OF_VIEWING:
        await OF_VIEWING[row.topic](act, json.loads(row.payload))
        return
    if row.topic in OF_ROUNDS:
        await OF_ROUNDS[row.topic](act)
        return
    if row.topic == "sign":
        await checkpoints.sign_log(act, json.loads(row.payload)["log"])
        return
    if row.topic == anchoring.KIND:
        await anchor_rounds.daily(act)
        return
    if row.topic in OF_CANDIDATES:
        await OF_CANDIDATES[row.topic](act, row)
        return
    request = await requests.reload(row.request_id)
    if row.topic == "carry_out":
        await requests.carry_out(act, request)
    elif row.topic in deadlines.STAGES:
        await overdue.rang(act, request, row.topic, json.loads(row.payload))
    elif row.topic == "expire":
        await cancelling.expire(act, request)
    elif row.topic == "untold":
        for recruiter in await access.holders(Role.HR, request.organisation, act.now):
            await outbox.tell_employee(act, "hr_untold", recruiter, request.booking, request)

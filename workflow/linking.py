"""绑定: two accounts become one person's by a code that is told in one app and typed in the other (S2).

The code has eight characters (40 bits), works once and for ten minutes; five wrong ones close the way for an hour.
"""

import secrets
from datetime import timedelta
from enum import StrEnum

from models import (
    Account,
    CancellationRequest,
    DirectoryEntry,
    Employee,
    Grant,
    LinkCode,
    Organisation,
    Step,
)
from models.vault import vault
from workflow import audit, rights
from workflow.acting import Act
from workflow.leaving import UNDECIDED
from workflow.states import OPEN_REQUESTS

ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
LENGTH = 8
LASTS = timedelta(minutes=10)
MOST_TRIES = 5
PAUSE = timedelta(hours=1)


class Linked(StrEnum):
    """What became of a code that was typed."""

    DONE = "done"
    WRONG = "wrong"  # unknown, expired or used: nobody is told which
    TOO_OFTEN = "too_often"
    SAME_APP = "same_app"
    SAME_PERSON = "same_person"
    NOBODY = "nobody"  # neither account belongs to an employee
    BOTH_BUSY = "both_busy"  # two employees, both with rights or open matters


async def issue(act: Act, account: Account) -> str:
    """Return a new code for this account; the one before no longer works."""
    await LinkCode.filter(account=account, ended_at=None).update(ended_at=act.now)
    code = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
    await LinkCode.create(code_index=_index(code), account=account, created_at=act.now, expires_at=act.now + LASTS)
    return code


def _index(code: str) -> str:
    return vault().index("link", code.upper())


async def redeem(act: Act, account: Account, code: str) -> Linked:
    """Make the account that typed a code, and the one it was told to, one employee's; says how it ended.

    It returns instead of refusing, so that a wrong try stays counted.
    """
    if account.link_tried_at is not None and act.now >= account.link_tried_at + PAUSE:
        account.link_tries, account.link_tried_at = 0, None
    if account.link_tries >= MOST_TRIES:
        return Linked.TOO_OFTEN
    found = await LinkCode.get_or_none(code_index=_index(code), ended_at=None, expires_at__gt=act.now)
    if found is None:
        return await _missed(act, account)
    told = await Account.get(id=found.account_id).prefetch_related("employee")
    outcome = await _outcome(told, account)
    if outcome == Linked.DONE:
        found.ended_at = act.now
        await found.save(update_fields=["ended_at"])
        await _join(act, told, account)
    return outcome


async def _missed(act: Act, account: Account) -> Linked:
    account.link_tries += 1
    account.link_tried_at = account.link_tried_at or act.now
    await account.save(update_fields=["link_tries", "link_tried_at"])
    return Linked.WRONG


async def _outcome(told: Account, typed: Account) -> Linked:
    if told.platform == typed.platform:
        return Linked.SAME_APP
    one, other = told.employee_id, typed.employee_id
    if one is None and other is None:
        return Linked.NOBODY
    if one == other:
        return Linked.SAME_PERSON
    if one is not None and other is not None and await _is_busy(one) and await _is_busy(other):
        return Linked.BOTH_BUSY
    return Linked.DONE


async def _is_busy(employee_id: object) -> bool:
    """Tell whether an employee has rights, or something that waits for them: such a person is not dissolved."""
    return (
        await Grant.filter(employee_id=employee_id).exists()
        or await Step.filter(approver_id=employee_id, status__in=UNDECIDED).exists()
        or await CancellationRequest.filter(requester_id=employee_id, status__in=OPEN_REQUESTS).exists()
    )


async def _join(act: Act, told: Account, typed: Account) -> None:
    """Let everything be the one's who has rights; the other, if there is one, is no longer anybody."""
    keeps, gives = (told, typed)
    if told.employee_id is None or (typed.employee_id is not None and await _is_busy(typed.employee_id)):
        keeps, gives = typed, told
    employee = await Employee.get(id=keeps.employee_id)
    dissolved = gives.employee_id
    if dissolved is not None:
        await Account.filter(employee_id=dissolved).update(employee_id=employee.id)
        await DirectoryEntry.filter(employee_id=dissolved).update(employee_id=employee.id)
        await Employee.filter(id=dissolved).update(active=False)
    else:
        gives.employee = employee
        await gives.save(update_fields=["employee_id"])
    unit = await Organisation.get(id=employee.organisation_id)
    data = {
        "person": rights.pseudonym(employee),
        "platform": str(gives.platform),
        "dissolved": rights.pseudonym(await Employee.get(id=dissolved)) if dissolved else "",
    }
    await audit.record(act, unit, "person.linked", ("employee", rights.pseudonym(employee), 1), data=data)

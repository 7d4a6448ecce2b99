"""动态码: how an authenticator is bound to an employee, and how a code of it is judged (T8).

The chat gives a link, the page shows the secret once, and a code typed in the chat binds it: whoever has only one of
the two binds nothing.
"""

import base64
import secrets
import unicodedata
from datetime import datetime, timedelta
from enum import StrEnum
from urllib.parse import quote

from models import Employee, Factor
from workflow import access, audit, one_time, totp
from workflow.acting import Act
from workflow.errors import NotNow

LASTS = timedelta(minutes=15)  # of a page and of the secret it showed, until a code confirms it
MOST_TRIES = 5
BLOCKED = timedelta(minutes=15)  # after so many wrong codes in a row
PURPOSE = "factor"
ISSUER = "守约"


class Verdict(StrEnum):
    """What is a code worth?"""

    RIGHT = "right"
    WRONG = "wrong-code"
    REPLAYED = "replayed"  # right, and used before
    BLOCKED = "blocked"  # not looked at: too many wrong ones


async def current(employee: Employee) -> Factor | None:
    """Return the factor that counts for an employee."""
    bound = Factor.filter(employee=employee, ended_at=None, confirmed_at__isnull=False)
    return await bound.order_by("-confirmed_at").first()


async def offer(act: Act) -> Factor:
    """Make a secret for the acting person, to be shown on a page; one that was not bound in time is void."""
    employee = await access.require_employee(act)
    if await current(employee) is not None:
        raise NotNow("factor-held")
    await Factor.filter(employee=employee, ended_at=None).update(ended_at=act.now)
    factor = Factor(employee=employee, seed=secrets.token_hex(20), made_at=act.now)
    factor.token_index = one_time.index_of(PURPOSE, token_of(factor.id.hex))
    await factor.save()
    await _record(act, employee, factor, "factor.offered")
    return factor


def token_of(factor_id: str) -> str:
    """Return what stands in the address of the page of the factor with this id; it is stored nowhere."""
    return one_time.token_of(PURPOSE, factor_id)


def seal_of(factor: Factor) -> str:
    """Return what only a form of this factor's own page carries (CSRF)."""
    return one_time.seal_of(PURPOSE, factor.id)


async def find(token: str, now: datetime) -> Factor | None:
    """Return a factor that can still be shown; an unknown, a shown, a bound and an old one look the same: None."""
    if not one_time.is_token(token):
        return None
    fresh = Factor.filter(token_index=one_time.index_of(PURPOSE, token), ended_at=None, shown_at=None)
    return await fresh.filter(made_at__gt=now - LASTS).prefetch_related("employee__organisation").first()


async def show(act: Act, factor: Factor) -> str:
    """Let a secret be shown, this once; returns the address that authenticator apps read from the code."""
    factor.shown_at = act.now
    await factor.save(update_fields=["shown_at"])
    await _record(act, factor.employee, factor, "factor.shown")
    label = quote(f"{ISSUER}:{factor.employee.key}")
    return f"otpauth://totp/{label}?secret={spelled(factor)}&issuer={quote(ISSUER)}&digits={totp.DIGITS}"


def spelled(factor: Factor) -> str:
    """Return the secret as people type it into an app."""
    return base64.b32encode(bytes.fromhex(str(factor.seed))).decode()


async def confirm(act: Act, code: str) -> Verdict:
    """Bind the secret that was shown last, if this is a code of it."""
    employee = await access.require_employee(act)
    shown = Factor.filter(employee=employee, ended_at=None, confirmed_at=None, shown_at__gt=act.now - LASTS)
    factor = await shown.order_by("-shown_at").first()
    if factor is None:
        raise NotNow("factor-held" if await current(employee) else "factor-not-shown")
    verdict = await check(act, factor, code)
    if verdict == Verdict.RIGHT:
        factor.confirmed_at = act.now
        await factor.save(update_fields=["confirmed_at"])
    ok = verdict == Verdict.RIGHT
    await _record(act, employee, factor, "factor.bound" if ok else "factor.not_bound", "" if ok else str(verdict))
    return verdict


async def check(act: Act, factor: Factor, code: str) -> Verdict:
    """Judge a code and keep count: five wrong ones in a row shut the door for a quarter of an hour."""
    if factor.tried_at is not None and factor.tries >= MOST_TRIES:
        if act.now < factor.tried_at + BLOCKED:
            return Verdict.BLOCKED
        factor.tries = 0
    step = totp.matching_step(bytes.fromhex(str(factor.seed)), _digits(code), act.now)
    if step is not None and await Factor.filter(id=factor.id, last_step__lt=step).update(last_step=step):
        factor.last_step, factor.tries = step, 0
        await factor.save(update_fields=["tries"])
        return Verdict.RIGHT
    factor.tries, factor.tried_at = factor.tries + 1, act.now
    await factor.save(update_fields=["tries", "tried_at"])
    return Verdict.WRONG if step is None else Verdict.REPLAYED


def _digits(code: str) -> str:
    return "".join(unicodedata.normalize("NFKC", code).split())


async def _record(act: Act, employee: Employee, factor: Factor, action: str, why: str = "") -> None:
    subject = ("factor", factor.id.hex[:16], 1)
    data = {"person": employee.pseudonym}
    await audit.record(act, await employee.organisation, action, subject, ok=not why, why=why, data=data)

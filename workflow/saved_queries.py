"""保存的检索: searches an auditor gave a name to; the audit log tells that, never the name or the words (S45)."""

import unicodedata

from models import Employee, SavedQuery
from models.vault import vault
from workflow import access, audit
from workflow.acting import Act
from workflow.errors import NotAllowed, NotNow
from workflow.permissions import AUDIT_READ

LONGEST = 40  # characters of a name
MOST = 50  # queries of one person


async def auditor_of(act: Act) -> Employee:
    """Return the acting person if they may search, or refuse."""
    employee = await access.require_employee(act)
    if not await access.scopes(employee, AUDIT_READ, act.now):
        raise NotAllowed(permission=AUDIT_READ)
    return employee


async def save(act: Act, name: str, words: str) -> bool:
    """Save a search, as it was typed, under a name of this person's; tell whether there was one of that name."""
    employee = await auditor_of(act)
    index = _index(employee, name)
    known = await SavedQuery.get_or_none(name_index=index)
    if known is None and await SavedQuery.filter(employee=employee).count() >= MOST:
        raise NotNow("too-many-queries", most=MOST)
    query = known or SavedQuery(employee=employee, name_index=index)
    query.name, query.words, query.created_at = name, words, act.now
    await query.save()
    await _note(act, employee, "query.saved", query)
    return known is not None


async def named(act: Act, name: str) -> SavedQuery | None:
    """Return the acting person's query of that name; None when there is none, or they may not search."""
    if act.employee is None or not await access.scopes(act.employee, AUDIT_READ, act.now):
        return None
    return await SavedQuery.get_or_none(name_index=_index(act.employee, name))


async def saved_by(act: Act) -> list[SavedQuery]:
    """Return the acting person's queries, the last saved first."""
    return await SavedQuery.filter(employee=await auditor_of(act)).order_by("-created_at", "id")


async def forget(act: Act, name: str) -> bool:
    """Delete the acting person's query of that name; tell whether there was one."""
    employee = await auditor_of(act)
    query = await SavedQuery.get_or_none(name_index=_index(employee, name))
    if query is None:
        return False
    await query.delete()
    await _note(act, employee, "query.deleted", query)
    return True


def _index(employee: Employee, name: str) -> str:
    """Return the keyed hash of the name as this person's; full-width letters, case and spaces make no other name."""
    spelled = " ".join(unicodedata.normalize("NFKC", name).casefold().split())
    return vault().index("saved-query", f"{employee.id.hex}:{spelled}")


async def _note(act: Act, employee: Employee, action: str, query: SavedQuery) -> None:
    await audit.record(act, await employee.organisation, action, ("query", query.id.hex, 1))

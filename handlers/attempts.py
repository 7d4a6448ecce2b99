"""A refused attempt is put on record: who tried what on which matter, and why nothing came of it (S12)."""

from models import Organisation
from workflow import audit
from workflow.acting import Act
from workflow.errors import Refusal


async def note(act: Act, organisation: Organisation | None, number: str, action: str, refusal: Refusal) -> None:
    """Record that something was tried and refused; `number` names the matter, or the message where there is none."""
    data = {"action": action, **_more_exactly(refusal)}
    subject = ("attempt", number, 1)
    await audit.record(act, organisation, "attempt.refused", subject, ok=False, why=refusal.code, data=data)


def _more_exactly(refusal: Refusal) -> dict[str, str]:
    """Return what a code as wide as "missing" does not say: what was missing, or which state was in the way."""
    kept = {"missing": "what", "not-now": "state"}.get(refusal.code, "")
    return {kept: str(refusal.facts[kept])} if kept in refusal.facts else {}

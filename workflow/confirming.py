"""Keeping the 审批确认记录 of each decision, in the decision's own transaction, and giving it out with a case."""

import json
import secrets
from collections.abc import Iterable

from models import ApprovalStatement, AuditRecord, CancellationRequest, Step, StepStatus
from workflow import audit, places, rights, signing, statements
from workflow.acting import Act
from workflow.canonical import canonical
from workflow.errors import NotNow
from workflow.plans import Grade, plans_of
from workflow.rules_on_record import digest_of
from workflow.showings import Showing
from workflow.statements import Decision

FOLDER = "statements"


async def confirm(
    act: Act, request: CancellationRequest, step: Step, showing: Showing | None, card: dict[str, object], decision: str
) -> dict[str, object]:
    """Make, sign and keep the statement of a decision that `step` now holds; returns what belongs into its record.

    `card` is what the commitment `shown` of the record is of. Without a showing nothing was shown: a door of ours that
    has no cards.
    """
    _require_grade(request, step)
    seen = showing or await _unshown(request, step)
    last = await ApprovalStatement.filter(request=request).order_by("-place").first()
    candidate = request.booking.candidate
    said = Decision(
        log=request.organisation.origin,
        request=request.number,
        decision=decision,
        approver=act.subject,
        acts_for=_for(act, step),
        comment=audit.commitment(candidate, "comment", step.comment) if step.comment else "",
        shown=audit.commitment(candidate, "shown", card),
        at=act.now,
        nonce=secrets.token_hex(16),
        prev=last.digest if last else statements.FIRST,
    )
    text = statements.text_of(seen, said)
    made = await ApprovalStatement.create(
        person_id=request.person_id,
        request=request,
        place=last.place + 1 if last else 1,
        digest=statements.digest_of(text),
        text=text,
        signatures=statements.signature_of(text, signing.signing().key_of(said.log)),
        shown=canonical(card),
        made_at=act.now,
    )
    return {"statement": made.digest, "confirmation": made.place}


def _require_grade(request: CancellationRequest, step: Step) -> None:
    """Refuse consent where the rules want a signature that nobody can give here: it is never signed with less."""
    if places.plan_of(request, step).grade != Grade.G0 and step.status == StepStatus.APPROVED:
        raise NotNow("grade-missing", number=request.number)


def _for(act: Act, step: Step) -> str:
    """Return on whose behalf it was decided: the approver's by whom they asked, or of somebody who left."""
    if act.employee is not None and act.employee.id != step.approver_id:
        return rights.pseudonym(step.approver)
    return f"u_{step.stands_for_id.hex[:16]}" if step.stands_for_id else ""  # type: ignore[attr-defined]


async def _unshown(request: CancellationRequest, step: Step) -> Showing:
    return Showing(
        revision=request.revision,
        level=step.level,
        levels=max(len(plans_of(request.policy)), step.level),
        policy=await digest_of(request.policy),
        evidence=tuple(sorted(each.cipher_digest for each in request.evidence)),
    )


async def files_of(records: Iterable[AuditRecord], *, shown: bool) -> dict[str, bytes]:
    """Return the statements that these records name, by path; with `shown` what opens those of people not erased."""
    named = {str(json.loads(each.line)["data"].get("statement", "")): each.seq for each in records}
    found: dict[str, bytes] = {}
    rows = ApprovalStatement.filter(digest__in=[each for each in named if each])
    for row in await rows.prefetch_related("request__booking__candidate"):
        place = f"{FOLDER}/{named[row.digest]}"
        found[f"{place}.statement"] = statements.note_of(row.text, row.signatures)
        candidate = row.request.booking.candidate
        if shown and candidate.secret is not None and row.shown is not None:
            opening = {"key": audit.commitment_key(candidate, "shown").hex(), "value": json.loads(row.shown)}
            found[f"{place}.shown.json"] = canonical(opening).encode()
    return found

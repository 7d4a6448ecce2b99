"""Keeping the 审批确认记录 of each decision, in the decision's own transaction, and giving it out with a case."""

import json
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime

from models import ApprovalStatement, AuditRecord, CancellationRequest, OrderState, Passkey, SigningOrder, Step
from workflow import access, assertions, audit, certified, passkeys, places, rights, signing, statements
from workflow.acting import Act
from workflow.assertions import Signed
from workflow.canonical import canonical, stamp
from workflow.certified import Certified
from workflow.errors import PasskeyNeeded, SignatureNeeded, Stale
from workflow.plans import Grade, plans_of
from workflow.rules_on_record import digest_of
from workflow.showings import Showing
from workflow.statements import Decision

FOLDER, ROOTS = "statements", "roots.pem"


async def confirm(
    act: Act,
    request: CancellationRequest,
    step: Step,
    showing: Showing | None,
    card: dict[str, object],
    decision: str,
    signed: Signed | Certified | None = None,
) -> dict[str, object]:
    """Make, sign and keep the statement of a decision that `step` now holds; returns what belongs into its record.

    `card` is what the commitment `shown` of the record is of. Without a showing nothing was shown: a door of ours that
    has no cards. Where the rules want the person's passkey, the same decision is made twice: without `signed` it ends
    in PasskeyNeeded with the statement to sign, and with it the statement must come out as it was signed. So it is with
    an authority's signature and SignatureNeeded; it names people, so `workflow.signing_orders` keeps it, sealed.
    """
    passkey = await _passkey(act, request, step)
    certificate = _certificate(request, step, signed)
    last = await ApprovalStatement.filter(request=request).order_by("-place").first()
    said = _decision(act, request, step, card, decision, last)
    if passkey is not None:
        said = replace(said, grade=str(Grade.G1), key=passkey.key, **_laid(signed))  # type: ignore[arg-type]
    if certificate is not None:
        said = replace(said, grade=str(Grade.G2), key=certificate.certificate, **_laid(certificate))  # type: ignore[arg-type]
    text = statements.text_of(showing or await _unshown(request, step), said)
    lines = statements.signature_of(text, signing.signing().key_of(said.log))
    if passkey is not None:
        lines += await _line(request, passkey, text, signed if isinstance(signed, Signed) else None, said.approver)
    if certificate is not None:
        _require_signature(act, request, step, certificate, text)
    made = await ApprovalStatement.create(
        person_id=request.person_id,
        request=request,
        place=last.place + 1 if last else 1,
        digest=statements.digest_of(text),
        text=text,
        signatures=lines,
        shown=canonical(card),
        made_at=act.now,
    )
    facts: dict[str, object] = {"statement": made.digest, "confirmation": made.place}
    return {**facts, "asked_at": stamp(said.at)} if said.key else facts


def _decision(
    act: Act,
    request: CancellationRequest,
    step: Step,
    card: dict[str, object],
    decision: str,
    last: ApprovalStatement | None,
) -> Decision:
    candidate = request.booking.candidate
    return Decision(
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


async def _passkey(act: Act, request: CancellationRequest, step: Step) -> Passkey | None:
    """Return the passkey that has to sign; refuse where nobody can sign as the rules want: never with less."""
    wanted = places.plan_of(request, step).grade == Grade.G1
    return await passkeys.require(await access.require_employee(act)) if wanted else None


def _certificate(request: CancellationRequest, step: Step, signed: Signed | Certified | None) -> Certified | None:
    """Return the certificate that has to sign; refuse where nobody can sign as the rules want: never with less."""
    if places.plan_of(request, step).grade != Grade.G2:
        return None
    certified.require_authority(request.number)
    if not isinstance(signed, Certified):
        raise SignatureNeeded(request.number)
    return signed


def _require_signature(act: Act, request: CancellationRequest, step: Step, certificate: Certified, text: str) -> None:
    """Ask for the authority's signature where there is none yet; refuse one that is not of this statement."""
    if not certificate.signature:
        raise SignatureNeeded(request.number, text)
    if text != certificate.text:
        raise Stale("signature-again", step=step.id)  # somebody answered beside it meanwhile: `prev` is another
    certified.proven(certificate, act.now, request.number)


def _laid(signed: Signed | Certified | None) -> dict[str, object]:
    """Return what of a statement stays as it was when it was laid before the person: when that was, and its chance."""
    if signed is None or not signed.text:
        return {}
    laid = json.loads(signed.text)
    return {"at": datetime.fromisoformat(laid["at"]), "nonce": str(laid["nonce"])}


async def _line(request: CancellationRequest, passkey: Passkey, text: str, signed: Signed | None, approver: str) -> str:
    """Return the passkey's line below a statement; ask for it where there is none yet."""
    if signed is None:
        raise PasskeyNeeded(request.number, text)
    if text != signed.text:
        raise Stale("passkey-again")  # somebody answered beside it meanwhile: `prev` is another
    return await assertions.verified(passkey, signed, approver)


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


async def signers_of(records: Iterable[AuditRecord]) -> dict[str, str]:
    """Return the keys with which the statements that these records name were confirmed, and whose (u_…) each is."""
    named = [str(json.loads(each.line)["data"].get("statement", "")) for each in records]
    rows = await ApprovalStatement.filter(digest__in=[each for each in named if each])
    told = [json.loads(row.text) for row in rows]
    return {str(each["key"]): str(each["approver"]) for each in told if each["grade"] == Grade.G1}


def _authoritys(row: ApprovalStatement, orders: Mapping[str, SigningOrder]) -> str:
    """Return the line of an authority's signature below a statement, where it has one."""
    order = orders.get(row.digest)
    return certified.line_of(order.signature, json.loads(row.text)["approver"], order.certificate) if order else ""


async def files_of(records: Iterable[AuditRecord], *, shown: bool) -> dict[str, bytes]:
    """Return the statements that these records name, by path; with `shown` what opens those of people not erased."""
    named = {str(json.loads(each.line)["data"].get("statement", "")): each.seq for each in records}
    found: dict[str, bytes] = {}
    digests = [each for each in named if each]
    orders = {each.digest: each for each in await SigningOrder.filter(digest__in=digests, state=OrderState.SIGNED)}
    if orders:
        found[f"{FOLDER}/{ROOTS}"] = "".join(
            sorted({certified.root_of(each.signature) for each in orders.values()})
        ).encode()
    rows = ApprovalStatement.filter(digest__in=digests)
    for row in await rows.prefetch_related("request__booking__candidate"):
        place = f"{FOLDER}/{named[row.digest]}"
        found[f"{place}.statement"] = statements.note_of(row.text, row.signatures + _authoritys(row, orders))
        candidate = row.request.booking.candidate
        if shown and candidate.secret is not None and row.shown is not None:
            opening = {"key": audit.commitment_key(candidate, "shown").hex(), "value": json.loads(row.shown)}
            found[f"{place}.shown.json"] = canonical(opening).encode()
    return found

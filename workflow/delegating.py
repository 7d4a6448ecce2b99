"""委托: somebody who will be away asks a colleague to decide for them, until a moment and perhaps a number of times.

It begins when the colleague accepts and ends by itself. Both hold the cards meanwhile; the records say who answered for
whom.
"""

from datetime import datetime, timedelta

from models import Card, CardPurpose, Delegation, DelegationStatus, Employee, RequestStatus, Step, StepStatus
from workflow import access, audit, chain, deputies, outbox, proposals, requests, rights, standing_in
from workflow.acting import Act
from workflow.delegation_words import (
    OUTCOMES,
    described,
    said_to_principal,
    used_up_to_delegate,
    used_up_to_principal,
)
from workflow.errors import Missing, NotAllowed, NotFound, NotNow
from workflow.numbering import delegation_number
from workflow.permissions import ADMINISTRATORS, DECIDE
from workflow.rights_words import name_of

LONGEST = timedelta(days=92)  # a leave, not a new post: for that there is 授权
MOST_LISTED = 20


async def _sees(employee: Employee, delegation: Delegation, now: datetime) -> bool:
    return employee.id in (delegation.principal_id, delegation.delegate_id)


KIND = proposals.Kind(
    table=Delegation,
    purpose=CardPurpose.DELEGATION,
    column="delegation",
    timer="delegation_end",
    relations=standing_in.RELATIONS,
    outcomes=OUTCOMES,
    proposer="principal",
    proposed=DelegationStatus.PROPOSED,
    withdrawn=DelegationStatus.WITHDRAWN,
    sees=_sees,
    nobody="delegate-account",
    late="delegation-expired",
    absent="delegation-not-found",
)


async def propose(act: Act, delegate: Employee, until: datetime, most: int = 0) -> Delegation:
    """Ask a colleague to decide in one's place; nothing changes until they accept.

    One at a time: what was agreed before has to end first, unless it is used up, and ends by this.
    """
    principal = await access.require_employee(act)
    await _require_sense(act, principal, delegate, until)
    for each in await standing_in.given_by(principal, act.now):  # only what is used up is left there
        await _end(act, each, DelegationStatus.ENDED, "used-up")
        await outbox.tell(act, each.delegate, f"{described(each)}：已满，并且 {name_of(principal)} 有了新的委托。")
    delegation = Delegation(
        number=await delegation_number(act.now),
        organisation=await principal.organisation,
        principal=principal,
        delegate=delegate,
        most=most,
        asked_at=act.now,
        expires_at=until,
    )
    await proposals.lay_before(act, KIND, delegation, [delegate], who=name_of(delegate))
    await _record(act, delegation, "delegation.proposed")
    return delegation


async def _require_sense(act: Act, principal: Employee, delegate: Employee, until: datetime) -> None:
    if not await access.scopes(principal, DECIDE, act.now):
        raise NotAllowed("nothing-to-delegate")
    if delegate.id == principal.id:
        raise NotAllowed("delegate-self")
    if not delegate.active or not await deputies.on_one_line(principal, delegate):
        raise NotAllowed("delegate-absent")
    if {role for role, _ in await access.grants_of(delegate, act.now)} & set(ADMINISTRATORS):
        raise NotAllowed("delegate-administers", who=name_of(delegate))
    if await outbox.account_of(delegate) is None:
        raise Missing("delegate-account", who=name_of(delegate))
    if not act.now < until <= act.now + LONGEST:
        raise NotNow("delegation-length", days=LONGEST.days)
    for there in await standing_in.given_by(principal, act.now):
        if not await standing_in.is_used_up(there):
            raise NotNow("delegation-there", what=described(there))


async def awaiting(employee: Employee, now: datetime) -> list[Delegation]:
    """Return the delegations that this person is asked to take, oldest first."""
    open_ = Delegation.filter(delegate=employee, status=DelegationStatus.PROPOSED, expires_at__gt=now)
    return list(await open_.order_by("asked_at").limit(MOST_LISTED).prefetch_related(*KIND.relations))


def may_decide(employee: Employee, delegation: Delegation, now: datetime) -> bool:
    """Tell whether this person may accept or decline now."""
    return employee.active and employee.id == delegation.delegate_id and proposals.is_open(KIND, delegation, now)


async def accept(act: Act, delegation: Delegation, *, comment: str = "") -> Delegation:
    """Take it: from now on the cards come to both, those that wait already as well."""
    employee = await _checked(act, delegation)
    await proposals.settle(act, KIND, delegation, employee, DelegationStatus.APPROVED, comment)
    await _record(act, delegation, "delegation.accepted")
    await _hand_cards(act, delegation)
    await outbox.tell(act, delegation.principal, said_to_principal(delegation))
    return delegation


async def _hand_cards(act: Act, delegation: Delegation) -> None:
    """Let what waits for the principal come to the delegate as well."""
    waiting = Step.filter(
        approver_id=delegation.principal_id,
        status=StepStatus.OPEN,
        request__status=RequestStatus.AWAITING_APPROVAL,
    )
    for step in await waiting:
        await chain.ask_delegates(act, await requests.reload(step.request_id), step)


async def answered(act: Act, step: Step) -> None:
    """After an answer in the principal's place: with the last that was agreed on, both hear that it is used up."""
    for each in await _by_which(act, step):
        if await standing_in.used(each) == each.most:
            await _take_cards(act, each)
            await outbox.tell(act, each.principal, used_up_to_principal(each))
            await outbox.tell(act, each.delegate, used_up_to_delegate(each))


async def taken_back(act: Act, step: Step) -> None:
    """After the delegate took an answer back: where it had been the last, there is one left again."""
    for each in await _by_which(act, step):
        if await standing_in.used(each) == each.most - 1:
            await _hand_cards(act, each)
            for person in (each.principal, each.delegate):
                await outbox.tell(act, person, f"{described(each)}：收回了一级，还可以代审 1 级。")


async def _by_which(act: Act, step: Step) -> list[Delegation]:
    """Return the limited delegations by which the acting person answers a step for its approver."""
    if act.employee is None or act.employee.id == step.approver_id:
        return []
    held = await standing_in.held_by(act.employee, act.now)
    return [each for each in held if each.principal_id == step.approver_id and each.most]


async def decline(act: Act, delegation: Delegation, *, comment: str = "") -> Delegation:
    """Say no: nothing changes, and who asked hears it."""
    employee = await _checked(act, delegation)
    await proposals.settle(act, KIND, delegation, employee, DelegationStatus.REJECTED, comment)
    await _record(act, delegation, "delegation.declined")
    await outbox.tell(act, delegation.principal, said_to_principal(delegation))
    return delegation


async def withdraw(act: Act, delegation: Delegation) -> Delegation:
    """Take back what one asked a colleague, while they have not answered; nothing follows."""
    await proposals.withdraw(act, KIND, delegation)
    await _record(act, delegation, "delegation.recalled")
    return delegation


async def _checked(act: Act, delegation: Delegation) -> Employee:
    employee = await access.require_employee(act)
    if employee.id != delegation.delegate_id:
        raise NotAllowed("delegation-not-yours", who=name_of(delegation.delegate))
    proposals.require_open(KIND, delegation, act.now)
    return employee


async def cancel(act: Act) -> list[Delegation]:
    """End one's own delegation at once, whether it was accepted or not; returns what ended."""
    principal = await access.require_employee(act)
    found = await standing_in.given_by(principal, act.now)
    if not found:
        raise NotFound("no-delegation")
    for each in found:
        done = "你不用再代办" if each.status == DelegationStatus.APPROVED else "你不用答复了"
        await _end(act, each, DelegationStatus.ENDED, "cancelled")
        await outbox.tell(act, each.delegate, f"{described(each)}：{name_of(principal)} 已取消，{done}。")
    return found


async def expire(act: Act, delegation_id: str) -> bool:
    """End a delegation whose time is over (系统代办); False when it ended before, or it is too early."""
    delegation = await Delegation.get_or_none(id=delegation_id).prefetch_related(*KIND.relations)
    running = (DelegationStatus.PROPOSED, DelegationStatus.APPROVED)
    if delegation is None or delegation.status not in running or act.now < delegation.expires_at:
        return False
    accepted = delegation.status == DelegationStatus.APPROVED
    await _end(act, delegation, DelegationStatus.ENDED if accepted else DelegationStatus.EXPIRED, "clock")
    text = f"系统代办：{described(delegation)} 已到期{'' if accepted else '，对方没有答复'}。"
    for each in (delegation.principal, delegation.delegate):
        await outbox.tell(act, each, f"{text}编号 {delegation.number}")
    return True


async def _end(act: Act, delegation: Delegation, status: DelegationStatus, why: str) -> None:
    delegation.status, delegation.ended_at = status, act.now
    await delegation.save(update_fields=["status", "ended_at"])
    await _record(act, delegation, "delegation.ended", why)
    await proposals.redraw(act, KIND, delegation)
    await _take_cards(act, delegation)


async def _take_cards(act: Act, delegation: Delegation) -> None:
    """Close what the delegate holds for the principal, but for what they may answer anyway, as the deputy."""
    theirs = Card.filter(holder_id=delegation.delegate_id, step__approver_id=delegation.principal_id, closed=False)
    for card in await theirs.filter(step__status=StepStatus.OPEN).prefetch_related("step", "holder"):
        assert card.step is not None
        assert card.holder is not None
        request = await requests.reload(card.step.request_id)
        if not await standing_in.may_answer(request, card.step, card.holder, act.now):
            await chain.close_card(act, card)


async def _record(act: Act, delegation: Delegation, action: str, why: str = "") -> None:
    data = {
        "from": rights.pseudonym(delegation.principal),
        "to": rights.pseudonym(delegation.delegate),
        "until": audit.stamp(delegation.expires_at),
        "most": delegation.most,
    }
    subject = ("delegation", delegation.number, 1)
    await audit.record(act, delegation.organisation, action, subject, why=why, data=data)

"""What candidates may ask of their data: what is kept, a correction, and (see `erasing`) that it goes (PIPL 44–50)."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from models import (
    Account,
    Booking,
    BookingTerm,
    CancellationRequest,
    Candidate,
    CorrectedField,
    CorrectionRequest,
    CorrectionStatus,
    Evidence,
    Organisation,
    Platform,
    Role,
)
from models.vault import vault
from workflow import access, administering, audit, finding, outbox, privacy, restricting
from workflow.acting import Act
from workflow.errors import AlreadyDecided, Missing, NotFound
from workflow.masking import masked, masked_mail, masked_phone, tail_of
from workflow.numbering import correction_number
from workflow.permissions import ERASE_PROPOSE
from workflow.rights_words import name_of
from workflow.showing import LONGEST_COMMENT, LONGEST_NAME, plain
from workflow.sight import Sight, sight_in

LABELS = {CorrectedField.NAME: "姓名", CorrectedField.PHONE: "手机", CorrectedField.EMAIL: "邮箱"}
CHANNELS = {
    Platform.SMS: "短信",
    Platform.EMAIL: "邮件",
    Platform.KF: "微信客服",
    Platform.WECOM: "企业微信",
    Platform.DINGTALK: "钉钉",
}
OF_FIELD = {CorrectedField.PHONE: Platform.SMS, CorrectedField.EMAIL: Platform.EMAIL}
OUTCOMES = {CorrectionStatus.DONE: "已更正", CorrectionStatus.REJECTED: "已驳回"}


@dataclass(frozen=True)
class OwnCopy:
    """What is kept of one person in one unit; masked where it may be read over a shoulder."""

    unit: str
    name: str
    phone: str
    email: str
    channels: tuple[str, ...]
    interviews: int
    cancellations: int
    evidence: int
    kept_until: datetime | None
    restricted: bool


async def copies(act: Act, candidate_ids: Iterable[object], *, full: bool = False) -> list[OwnCopy]:
    """Return what is kept of a person in each unit that knows them, and record that they looked (45)."""
    access.require_no_colleague(act)
    found = await Candidate.filter(id__in=list(candidate_ids)).prefetch_related("organisation")
    for each in found:
        data = {"person": restricting.pseudonym(each), "full": full}
        await audit.record(act, each.organisation, "privacy.copied", ("candidate", str(data["person"]), 1), data=data)
    return [await _copy(each, full) for each in found]


async def _copy(candidate: Candidate, full: bool) -> OwnCopy:
    accounts = await Account.filter(candidate=candidate)
    name, phone, email = str(candidate.name), str(candidate.phone or ""), str(candidate.email or "")
    return OwnCopy(
        unit=plain(candidate.organisation.name),
        name=plain(name, LONGEST_NAME) if full else masked(plain(name, LONGEST_NAME)),
        phone=phone if full else masked_phone(phone),
        email=email if full else masked_mail(email),
        channels=tuple(dict.fromkeys(CHANNELS[each.platform] for each in accounts)),
        interviews=await Booking.filter(candidate=candidate).count(),
        cancellations=await CancellationRequest.filter(person_id=candidate.id).count(),
        evidence=await Evidence.filter(person_id=candidate.id).count(),
        kept_until=await restricting.kept_until(candidate.id),
        restricted=candidate.restricted_at is not None,
    )


async def ask_for_correction(act: Act, candidate: Candidate, field: CorrectedField, value: str) -> CorrectionRequest:
    """Lay a correction before HR with the old value and the new (46); the same wish twice is one."""
    access.require_no_colleague(act)
    open_ = await CorrectionRequest.filter(candidate=candidate, field=field, status=CorrectionStatus.ASKED)
    if same := next((each for each in open_ if each.value == value), None):
        return same
    organisation = await Organisation.get(id=candidate.organisation_id)
    wish = CorrectionRequest(
        number=await correction_number(act.now),
        candidate=candidate,
        organisation=organisation,
        field=field,
        value=value,
        asked_at=act.now,
    )
    await wish.save()
    personal = {"value": audit.commitment(candidate, "value", value)}
    await _record(act, wish, candidate, organisation, "privacy.correction_asked", personal=personal)
    for recruiter in await access.holders(Role.HR, organisation, act.now):
        account = await outbox.account_of(recruiter)
        if account is not None:
            sight = await sight_in(recruiter, organisation, act.now)
            payload = {"text": _to_hr(wish, candidate, sight), "choices": []}
            await outbox.post(act, "say", account=account, payload=payload, person=candidate.id)
    return wish


def _to_hr(wish: CorrectionRequest, candidate: Candidate, sight: Sight) -> str:
    """Word it for one recruiter: what stands there now as they may see it, what is wanted in full, to be compared."""
    new = plain(str(wish.value), LONGEST_COMMENT) if sight.full else "（按权限不显示）"
    old = _old(candidate, wish.field, sight) or "没有"
    head = f"候选人 {sight.name_of(candidate)} 要求更正{LABELS[wish.field]}：{old} → {new}。"
    return f"{head}核对无误请回复「同意 {wish.number}」，不改请回复「驳回 {wish.number} 原因」。"


def _old(candidate: Candidate, field: CorrectedField, sight: Sight) -> str:
    if field == CorrectedField.NAME:
        return sight.name_of(candidate)
    if field == CorrectedField.EMAIL:
        return masked_mail(candidate.email)
    return f"尾号{tail_of(candidate)}" if candidate.phone else ""


async def correct(act: Act, wish: CorrectionRequest, terms: Callable[[str, str], frozenset[str]]) -> None:
    """Correct the datum everywhere it is found by, and tell the candidate; `terms` are those of a name and a phone."""
    candidate = await _checked(act, wish)
    value, field = str(wish.value), wish.field
    setattr(candidate, str(field), value)
    if field == CorrectedField.PHONE:
        candidate.phone_index = vault().index("phone", value)
    elif field == CorrectedField.EMAIL:
        candidate.email_index = vault().index("email", value.casefold())
    await candidate.save()
    if field in OF_FIELD:
        await _move_account(candidate, OF_FIELD[field], value)
    for booking in await Booking.filter(candidate=candidate):
        await BookingTerm.filter(booking=booking).delete()
        await finding.remember(booking, terms(str(candidate.name), str(candidate.phone or "")))
    await _settle(act, wish, candidate, CorrectionStatus.DONE)
    await _tell(act, candidate, f"您好，您的{LABELS[field]}已更正。编号 {wish.number}")


async def _move_account(candidate: Candidate, platform: Platform, address: str) -> None:
    account = await Account.get_or_none(candidate=candidate, platform=platform)
    if account is None:
        await administering.add_account(platform, address, candidate=candidate)
        return
    account.address, account.address_index = address, administering.address_index(platform, address)
    await account.save()


async def refuse_correction(act: Act, wish: CorrectionRequest, reason: str) -> None:
    """Leave the datum as it is, and tell the candidate why."""
    candidate = await _checked(act, wish)
    if not reason:
        raise Missing(what="correction-reason", number=wish.number)
    await _settle(act, wish, candidate, CorrectionStatus.REJECTED)
    why = plain(reason, LONGEST_COMMENT)
    await _tell(
        act, candidate, f"您好，{LABELS[wish.field]}没有更正，原因：{why}。有疑问请直接回复。编号 {wish.number}"
    )


async def _checked(act: Act, wish: CorrectionRequest) -> Candidate:
    organisation = await Organisation.get(id=wish.organisation_id)
    await access.require(act, ERASE_PROPOSE, organisation)
    if wish.status in OUTCOMES:
        await wish.fetch_related("decided_by")
        raise AlreadyDecided(OUTCOMES[wish.status], name_of(wish.decided_by), wish.decided_at)
    return await Candidate.get(id=wish.candidate_id)


async def _settle(act: Act, wish: CorrectionRequest, candidate: Candidate, status: CorrectionStatus) -> None:
    wish.status, wish.decided_by, wish.decided_at = status, await access.require_employee(act), act.now
    await wish.save()
    action = "privacy.corrected" if status == CorrectionStatus.DONE else "privacy.correction_refused"
    organisation = await Organisation.get(id=wish.organisation_id)
    await _record(act, wish, candidate, organisation, action, ok=status == CorrectionStatus.DONE)


async def _tell(act: Act, candidate: Candidate, text: str) -> None:
    for account in (await outbox.accounts_of(candidate))[:1]:
        await outbox.say(act, account, text)


async def correction_named(act: Act, number: str) -> CorrectionRequest:
    """Fetch a wish by the number that was typed; a foreign one is as absent as none."""
    employee = await access.require_employee(act)
    wish = await CorrectionRequest.get_or_none(number=number.upper()).prefetch_related("organisation")
    if wish is None or not await access.may(employee, ERASE_PROPOSE, wish.organisation, act.now):
        raise NotFound(what="correction")
    return wish


async def note_shown(act: Act, candidate: Candidate) -> bool:
    """Record that the present rules were shown to somebody; False when they have seen this version before."""
    version = privacy.rules().version
    if candidate.privacy_shown == version:
        return False
    candidate.privacy_shown = version
    await candidate.save(update_fields=["privacy_shown"])
    person = restricting.pseudonym(candidate)
    data = {"person": person, "version": version}
    await audit.record(act, await candidate.organisation, "privacy.shown", ("candidate", person, 1), data=data)
    return True


async def _record(
    act: Act,
    wish: CorrectionRequest,
    candidate: Candidate,
    organisation: Organisation,
    action: str,
    *,
    ok: bool = True,
    personal: dict[str, str] | None = None,
) -> None:
    data = {"person": restricting.pseudonym(candidate), "field": str(wish.field)}
    subject = ("correction", wish.number, 1)
    await audit.record(act, organisation, action, subject, ok=ok, data=data, personal=personal)

"""入箱: one row for everything that has to be said or done outside, in the caller's transaction.

A row names what it is about; the words are made when it is sent, from the state as it is then.
"""

import json
from datetime import datetime
from typing import Any
from uuid import UUID

from models import (
    Account,
    Booking,
    CancellationRequest,
    Candidate,
    Card,
    CardPurpose,
    Delegation,
    DownloadLink,
    Employee,
    ErasureRequest,
    ExportRequest,
    Factor,
    GrantChange,
    OutboxMessage,
    OutboxStatus,
    Passkey,
    Platform,
    Purge,
    RevealLink,
    RulesVersion,
)
from models.store import announce
from models.vault import vault
from workflow.acting import Act

STAFF_PLATFORMS = (Platform.DINGTALK, Platform.WECOM)


async def post(
    act: Act,
    kind: str,
    topic: str = "",
    *,
    not_before: datetime | None = None,
    account: Account | None = None,
    booking: Booking | None = None,
    request: CancellationRequest | None = None,
    card: Card | None = None,
    payload: dict[str, Any] | None = None,
    dedupe: str | None = None,
    person: UUID | None = None,
) -> OutboxMessage:
    """Post one row; a row with a `dedupe` key is posted once, whatever its fate.

    `person` is the candidate it tells of, where nothing else it names says so: their secret seals it.
    """
    existing = await OutboxMessage.get_or_none(dedupe=dedupe) if dedupe else None
    if existing is None and (not_before or act.now) <= act.now:
        announce()
    return existing or await OutboxMessage.create(
        person_id=person or _person(account, booking, request, card),
        kind=kind,
        topic=topic,
        account=account,
        platform=account.platform if account else None,
        booking=booking,
        request=request,
        card=card,
        payload=json.dumps(payload, ensure_ascii=False) if payload else None,
        dedupe=dedupe,
        posted_at=act.now,
        not_before=not_before or act.now,
    )


def _person(
    account: Account | None,
    booking: Booking | None,
    request: CancellationRequest | None = None,
    card: Card | None = None,
) -> object:
    """Return the candidate whom a row is about or goes to."""
    about = booking.candidate_id if booking else next((each.person_id for each in (request, card) if each), None)
    return about or (account.candidate_id if account else None)


async def say(
    act: Act,
    account: Account,
    text: str,
    *,
    choices: list[tuple[str, str]] | None = None,
    page_of: Booking | None = None,
    download: DownloadLink | None = None,
    reveal: RevealLink | None = None,
    factor: Factor | None = None,
    evidence: DownloadLink | None = None,
    passkey: Passkey | None = None,
    confirm: DownloadLink | None = None,
    signature: str = "",
    once: str | None = None,
) -> None:
    """Answer one person in plain words, with tappable choices (id, text) where their channel has them.

    With `page_of` the address of the candidate's own page of that booking stands below, with `download` or
    `reveal` that of the link, with `factor` that of the page that shows a secret, with `evidence` that of
    the page that shows pictures, with `passkey` and `confirm` those where a passkey is made and used; each is made
    when it is sent. `signature` is the address of a certification authority's page. What has the same `once` is said
    once.
    """
    payload: dict[str, Any] = {"text": text, "choices": choices or []}
    pages = _links(passkey=passkey, confirm=confirm)
    links = pages | _links(download=download, reveal=reveal, factor=factor, evidence=evidence)
    links |= {"signature": signature} if signature else {}
    await post(act, "say", account=account, booking=page_of, payload=payload | links, dedupe=once)


async def tell(act: Act, employee: Employee, text: str) -> None:
    """Say something to an employee where they are reached; who is on no platform is not."""
    account = await account_of(employee)
    if account is not None:
        await say(act, account, text)


def _links(**given: DownloadLink | RevealLink | Factor | Passkey | None) -> dict[str, str]:
    return {kind: link.id.hex for kind, link in given.items() if link}


async def tell_candidate(act: Act, topic: str, booking: Booking, request: CancellationRequest | None = None) -> None:
    """Tell the candidate on the channel they prefer, which is chosen when the row is sent."""
    await post(act, "notice", topic, booking=booking, request=request)


async def tell_employee(
    act: Act, topic: str, employee: Employee, booking: Booking, request: CancellationRequest | None = None
) -> None:
    """Tell an employee on the platform they work in."""
    account = await account_of(employee)
    if account:
        await post(act, "notice", topic, account=account, booking=booking, request=request)


async def account_of(employee: Employee) -> Account | None:
    """Return the account on which an employee is reached: DingTalk before WeCom."""
    return next(iter(await phones_of(employee)), None)


async def phones_of(employee: Employee) -> list[Account]:
    """Return every account on which an employee has cards: DingTalk before WeCom."""
    accounts = await Account.filter(employee=employee, platform__in=STAFF_PLATFORMS)
    return sorted(accounts, key=lambda each: STAFF_PLATFORMS.index(each.platform))


async def hand_card(
    act: Act,
    purpose: CardPurpose,
    account: Account,
    *,
    holder: Employee | None = None,
    booking: Booking | None = None,
    request: CancellationRequest | None = None,
    step: Any = None,
    change: GrantChange | None = None,
    purge: Purge | None = None,
    export: ExportRequest | None = None,
    erasure: ErasureRequest | None = None,
    delegation: Delegation | None = None,
    rules: RulesVersion | None = None,
    state: dict[str, Any] | None = None,
) -> Card:
    """Hand somebody a card. Its id on the platform and its handle follow from its own id: a retry is the same card."""
    card = Card(
        person_id=_person(account, booking, request),
        purpose=purpose,
        account=account,
        holder=holder,
        booking=booking,
        request=request,
        step=step,
        change=change,
        purge=purge,
        export=export,
        erasure=erasure,
        delegation=delegation,
        rules=rules,
        revision=request.revision if request else (booking.revision if booking else 1),
        state=json.dumps(state, ensure_ascii=False) if state is not None else None,
        created_at=act.now,
    )
    card.handle = vault().token("card", card.id.hex)
    await card.save()
    await post(act, "card", str(purpose), account=account, booking=booking, request=request, card=card)
    return card


async def renew_handle(act: Act, card: Card) -> None:
    """Give a card's buttons another handle, so that a late repeat of an old press cannot answer what is asked anew."""
    card.handle = vault().token("card", card.id.hex, act.now.isoformat())
    await card.save(update_fields=["handle"])
    await refresh_card(act, card)


async def refresh_card(act: Act, card: Card) -> None:
    """Let a card be drawn anew; several changes before it is sent are one update, as each call is counted."""
    pending = OutboxMessage.filter(card=card, kind__in=("card", "card_update"), status=OutboxStatus.WAITING)
    if not await pending.exists():
        await post(act, "card_update", account=await card.account, card=card)


async def shown_at_once(act: Act, card: Card) -> None:
    """Take back the update of a card that the answer to its click has drawn already: each is a counted call.

    Unless an older update is under way, which would arrive last and stay. Handing the card out does not count, even if
    its outcome is not stored yet: somebody who presses a card has it.
    """
    updates = OutboxMessage.filter(card=card, kind="card_update")
    if not await updates.filter(status__in=(OutboxStatus.CLAIMED, OutboxStatus.SENDING)).exists():
        await updates.filter(status=OutboxStatus.WAITING).update(
            status=OutboxStatus.SUPPRESSED, reason="answered", settled_at=act.now
        )


async def set_timer(act: Act, name: str, at: datetime, request: CancellationRequest) -> None:
    """Let the clock come back to this request at `at`."""
    await post(
        act,
        "timer",
        name,
        not_before=at,
        request=request,
        dedupe=f"{name}:{request.id}:{request.revision}:{at.timestamp():.0f}",
    )


async def accounts_of(candidate: Candidate) -> list[Account]:
    """Return every account of a candidate."""
    return await Account.filter(candidate=candidate)

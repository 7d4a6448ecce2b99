"""送达: one row, one or more tries, one outcome. What is said is made here, from the state as it is now."""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from models import Account, Booking, CancellationRequest, OutboxMessage, OutboxStatus, Platform, Role
from models.store import Store
from notifier import claims, codes
from notifier.attempts import Tried, Trier
from notifier.channels import Parcel, in_order
from notifier.matter import Matter
from notifier.messages import NOTICES
from notifier.noting import is_candidates, note
from notifier.plain_channels import Channels
from notifier.receipts import CALL_AHEAD, WITH_RECEIPTS, expect
from notifier.retry import next_attempt_at
from notifier.words import Words
from platforms.calendar import invitation
from platforms.errors import PlatformError, Refused, Unreachable
from workflow import (
    access,
    administering,
    anchoring,
    confirm_links,
    downloads,
    erasing_words,
    evidence_viewing,
    factors,
    outbox,
    passkeys,
    relying,
    requests,
    revealing,
)
from workflow.acting import Act
from workflow.contacts import contact_of
from workflow.erasing import NOTICE
from workflow.finding import BOOKING_RELATIONS
from workflow.sight import FULL, Sight, sight_of
from workflow.views import booking_view, request_view

TRIES_BEFORE_NEXT = 3  # temporary failures of one channel before the next is used
HURRY = timedelta(hours=2)  # so near the start, the next channel is used at the first failure


@dataclass(frozen=True)
class Notices:
    """Delivers notices and answers in words."""

    store: Store
    channels: Channels
    trier: Trier
    public_url: str
    organizer: str
    now: Callable[[], datetime]

    async def deliver(self, row: OutboxMessage) -> None:
        """Deliver one `notice` or `say` row and settle it."""
        words, accounts = await self._prepared(row)
        if words is None:
            await self._settle(row, OutboxStatus.SUPPRESSED, "no-longer-true")
        elif not accounts:
            await self._give_up(row, "no-channel")
        else:
            await self._try_in_turn(row, words, accounts)

    async def _prepared(self, row: OutboxMessage) -> tuple[Words | None, list[Account]]:
        payload = json.loads(row.payload) if row.payload else {}
        if row.kind == "say":
            return await self._said(row, payload), [await Account.get(id=row.account_id)]
        booking = await Booking.get(id=row.booking_id).prefetch_related(*BOOKING_RELATIONS)
        if row.account_id is None and booking.candidate.restricted_at and row.topic != NOTICE:
            return None, []
        words = NOTICES[row.topic](await self._matter(row, booking, payload))
        if row.account_id:
            return words, [await Account.get(id=row.account_id)]
        if words is not None:
            words = replace(words, code=await anchoring.code_of(booking.organisation, self.now()))
        accounts = await outbox.accounts_of(booking.candidate)
        left = [each for each in accounts if each.platform not in payload.get("without", ())]
        return words, in_order(
            [each for each in left if each.platform in self.channels], booking.candidate.preferred, self.now()
        )

    async def _said(self, row: OutboxMessage, payload: dict[str, Any]) -> Words:
        choices = tuple((str(key), str(text)) for key, text in payload["choices"])
        if "factor" in payload:
            return Words(payload["text"], page=f"{self.public_url}/f/{factors.token_of(payload['factor'])}")
        if "download" in payload:
            return Words(payload["text"], page=f"{self.public_url}/d/{downloads.token_of(payload['download'])}")
        if "evidence" in payload:
            return Words(payload["text"], page=f"{self.public_url}/e/{evidence_viewing.token_of(payload['evidence'])}")
        if "passkey" in payload:
            return Words(payload["text"], page=f"{self._site()}/k/{passkeys.token_of(payload['passkey'])}")
        if "confirm" in payload:
            return Words(payload["text"], page=f"{self._site()}/c/{confirm_links.token_of(payload['confirm'])}")
        if "signature" in payload:
            return Words(payload["text"], page=payload["signature"])
        if "reveal" in payload:
            return Words(payload["text"], page=f"{self.public_url}/r/{revealing.token_of(payload['reveal'])}")
        if row.booking_id is None:
            return Words(payload["text"], choices=choices)
        page = await self._page(await Booking.get(id=row.booking_id))
        return Words(payload["text"], choices=choices, page=page)

    def _site(self) -> str:
        """Return the address under which a browser has the passkeys of this site."""
        site = relying.site()
        return site.base if site else self.public_url

    async def _page(self, booking: Booking) -> str:
        return f"{self.public_url}/i/{await administering.link_token(booking)}"

    async def _matter(self, row: OutboxMessage, booking: Booking, payload: dict[str, str]) -> Matter:
        request, sight = await self._request(row), await self._sight(row, booking)
        act = Act(self.now(), "clock", "system")
        return Matter(
            booking=booking_view(booking, sight),
            request=request_view(request, act, sight) if request else None,
            link=await self._page(booking),
            reason_code=request.reason_code if request else "",
            words=sight.words_about(booking.candidate, payload.get("words")),
            said_at=datetime.fromisoformat(payload["at"]) if "at" in payload else None,
            contact=await contact_of(booking.organisation),
        )

    async def _sight(self, row: OutboxMessage, booking: Booking) -> Sight:
        """Return how much of the candidate the receiver sees; the candidate, whose rows name no account, everything."""
        if row.account_id is None:
            return FULL
        account = await Account.get(id=row.account_id).prefetch_related("employee")
        return await sight_of(account.employee, booking, self.now()) if account.employee else FULL

    async def _try_in_turn(self, row: OutboxMessage, words: Words, accounts: list[Account]) -> None:
        tried = Tried("")
        for account in accounts:
            said = words.on(account.platform)
            tried = await self._try(row, said, account)
            if tried.error is None:
                await self._arrived(row, account, tried, said.code)
                return
            if not await self._next_channel(row, tried.error):
                break
        await self._failed(row, tried)

    async def _try(self, row: OutboxMessage, words: Words, account: Account) -> Tried:
        channel = self.channels.get(account.platform)
        if channel is None:
            return Tried(account.platform, error=Unreachable("no-channel", f"{account.platform} is not configured"))
        calendar = await self._calendar(row, words, account) if account.platform == Platform.EMAIL else None

        def parcel(repeat: bool) -> Parcel:
            return Parcel(row.id.hex, str(account.address), words, row.posted_at, repeat, calendar)

        return await self.trier.attempt(
            row,
            account.platform,
            words.numbered(),
            lambda repeat: channel.send(parcel(repeat)),
            lambda: channel.was_sent(parcel(True)),
        )

    async def _calendar(self, row: OutboxMessage, words: Words, account: Account) -> bytes | None:
        if not words.calendar:
            return None
        booking = await Booking.get(id=row.booking_id).prefetch_related("position")
        return invitation(
            f"{booking.id.hex}@shouyue",
            booking.calendar_sequence,
            booking.starts_at,
            booking.starts_at + timedelta(minutes=booking.duration_min),
            f"面试：{booking.position.name}",
            self.organizer,
            str(account.address),
            "CANCEL" if words.calendar == "CANCEL" else "REQUEST",
            written_at=self.now(),
        )

    async def _next_channel(self, row: OutboxMessage, error: PlatformError) -> bool:
        """Tell whether the next channel is worth using now, rather than waiting for this one."""
        if isinstance(error, Unreachable | Refused) or row.attempts >= TRIES_BEFORE_NEXT:
            return True
        booking = await Booking.get_or_none(id=row.booking_id)
        return booking is not None and booking.starts_at - self.now() < HURRY

    async def _arrived(self, row: OutboxMessage, account: Account, tried: Tried, code: str) -> None:
        async def work() -> None:
            await claims.settle(row, OutboxStatus.SENT, self.now())
            await codes.in_notice(self.now(), row, code)
            if account.platform == Platform.KF:
                account.sent_since_heard += 1
                await account.save(update_fields=["sent_since_heard"])
            if row.kind == "notice":
                await self._handed_over(row, account.platform, tried)

        await self.store.transact(work)

    async def _handed_over(self, row: OutboxMessage, platform: Platform, tried: Tried) -> None:
        """Note that a platform took it; that the candidate has it is another record, with the receipt."""
        act, has_receipts = Act(self.now(), "clock", "system"), platform in WITH_RECEIPTS
        data = {"channel": tried.platform, "provider": tried.provider_id}
        await note(act, row, "notice.submitted" if has_receipts else "notice.sent", data)
        if has_receipts and is_candidates(row):
            await expect(act, row, tried.attempt)

    async def _failed(self, row: OutboxMessage, tried: Tried) -> None:
        error = tried.error
        assert error is not None
        again = None if isinstance(error, Unreachable) else next_attempt_at(error, row.attempts, self.now())
        if again is None or await self._comes_too_late(row, again):
            await self._give_up(row, error.code)
        else:
            await self.store.transact(lambda: claims.postpone(row, again, error.code))

    async def _comes_too_late(self, row: OutboxMessage, again: datetime) -> bool:
        """Tell whether another try at this moment would leave HR no time to call the candidate."""
        if row.kind != "notice" or row.account_id is not None or row.topic == NOTICE:  # which has nothing to do with it
            return False
        booking = await Booking.get(id=row.booking_id)
        return booking.starts_at - again < CALL_AHEAD

    async def _give_up(self, row: OutboxMessage, reason: str) -> None:
        """Leave a visible dead letter; when a candidate could not be told, a person has to call (I4)."""

        async def work() -> None:
            await claims.settle(row, OutboxStatus.DEAD, self.now(), reason)
            if row.kind != "notice":
                return
            await note(Act(self.now(), "clock", "system"), row, "notice.failed", {"channel": ""}, reason)
            if is_candidates(row):
                await self._ask_hr_to_call(row)

        await self.store.transact(work)

    async def _ask_hr_to_call(self, row: OutboxMessage) -> None:
        booking = await Booking.get(id=row.booking_id).prefetch_related(*BOOKING_RELATIONS)
        request, act = await self._request(row), Act(self.now(), "clock", "system")
        for recruiter in await access.holders(Role.HR, booking.organisation, act.now):
            if row.topic == NOTICE:
                await outbox.tell(act, recruiter, erasing_words.untold(booking.number))
                continue
            await outbox.tell_employee(act, "hr_unreachable", recruiter, booking, request)
        if request is not None:
            await requests.refresh_requesters_card(act, request)

    async def _request(self, row: OutboxMessage) -> CancellationRequest | None:
        return await requests.reload(row.request_id) if row.request_id else None

    async def _settle(self, row: OutboxMessage, status: OutboxStatus, reason: str) -> None:
        await self.store.transact(lambda: claims.settle(row, status, self.now(), reason))

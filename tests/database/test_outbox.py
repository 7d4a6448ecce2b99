"""入箱: what has to be said is one row in the same transaction as the change, and never two."""

import json
from datetime import timedelta
from typing import Any

import pytest

from models import Booking, Card, CardPurpose, OutboxMessage, OutboxStatus, Platform, Preset, Role
from models.store import Store
from notifier import claims
from tests.database import office
from tests.database.office import NOW, by
from workflow import administering, cancelling, chain, outbox, requests


async def opened(store: Store, preset: Preset = Preset.FAST) -> tuple[Any, Booking]:
    """Return HR and a booking of a unit with this preset."""
    unit = await store.transact(lambda: office.unit(preset=preset))
    hr = await store.transact(lambda: office.employee("wangfang", unit, Role.HR))
    return hr, await store.transact(lambda: office.booking(unit))


async def rows(**filters: object) -> list[OutboxMessage]:
    return await OutboxMessage.filter(**filters).exclude(topic="sign").order_by("posted_at")


async def test_a_row_and_the_change_it_tells_of_stand_or_fall_together(store: Store) -> None:
    hr, booking = await opened(store)

    async def work() -> None:
        await cancelling.request_cancellation(by(hr), booking, cancelling.Wish("conflict"), shown=booking.revision)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await store.transact(work)
    assert await rows() == []
    assert (await Booking.get(id=booking.id)).status == "scheduled"


async def test_a_row_with_a_key_is_posted_once_whatever_its_fate(store: Store) -> None:
    first = await store.transact(lambda: outbox.post(by(), "timer", "x", dedupe="x:1"))
    await OutboxMessage.filter(id=first.id).update(status=OutboxStatus.DEAD)
    again = await store.transact(lambda: outbox.post(by(), "timer", "x", dedupe="x:1"))
    assert again.id == first.id
    assert len(await rows()) == 1


async def test_nothing_outward_is_due_before_the_grace_is_over(store: Store) -> None:
    hr, booking = await opened(store)
    request = await store.transact(
        lambda: cancelling.request_cancellation(by(hr), booking, cancelling.Wish("conflict"), shown=booking.revision)
    )
    assert await rows(kind="notice") == []
    (timer,) = await rows(kind="timer", topic="carry_out")
    assert timer.not_before == NOW + timedelta(seconds=60) == request.effective_at

    async def carry_out(now: Any) -> bool:
        return await requests.carry_out(by(now=now), await requests.reload(request.id))

    early = NOW + timedelta(seconds=59)
    assert await store.transact(lambda: carry_out(early)) is False
    assert await store.transact(lambda: carry_out(timer.not_before)) is True
    assert [row.topic for row in await rows(kind="notice")] == ["cancelled"]
    assert await store.transact(lambda: carry_out(timer.not_before)) is False
    assert len(await rows(kind="notice")) == 1


async def test_the_words_of_a_row_are_sealed(store: Store) -> None:
    unit = await store.transact(office.unit)
    booking = await store.transact(lambda: office.booking(unit))
    row = await store.transact(lambda: outbox.post(by(), "notice", "q", booking=booking, payload={"words": "我生病了"}))
    assert json.loads(str(row.payload)) == {"words": "我生病了"}
    assert "我生病了".encode() not in bytes(row.sealed_payload)


async def test_a_card_and_its_row_are_made_together_and_its_handle_follows_from_it(store: Store) -> None:
    hr, booking = await opened(store)
    card = await store.transact(lambda: cancelling.propose(by(hr), booking, cancelling.Wish("")))
    (row,) = await rows(kind="card")
    assert (row.card_id, row.topic, card.purpose) == (card.id, "confirm", CardPurpose.CONFIRM)
    old = card.handle
    later = by(hr, now=NOW + timedelta(seconds=1))
    await store.transact(lambda: outbox.renew_handle(later, card))
    assert (await Card.get(id=card.id)).handle != old


async def test_several_changes_before_a_card_is_sent_are_one_message(store: Store) -> None:
    hr, booking = await opened(store)
    card = await store.transact(lambda: cancelling.propose(by(hr), booking, cancelling.Wish("")))
    for _ in range(3):
        await store.transact(lambda: outbox.refresh_card(by(hr), card))
    assert [row.kind for row in await rows(card=card)] == ["card"]
    await OutboxMessage.filter(card=card).update(status=OutboxStatus.SENT)
    for _ in range(3):
        await store.transact(lambda: outbox.refresh_card(by(hr), card))
    assert sorted(row.kind for row in await rows(card=card)) == ["card", "card_update"]


async def test_a_change_while_a_card_is_being_sent_is_not_lost(store: Store) -> None:
    hr, booking = await opened(store)
    card = await store.transact(lambda: cancelling.propose(by(hr), booking, cancelling.Wish("")))
    await claims.claim(store, NOW, 0.0, 30.0, 9)
    await store.transact(lambda: outbox.refresh_card(by(hr), card))
    assert [row.kind for row in await rows(card=card, status=OutboxStatus.WAITING)] == ["card_update"]


async def test_a_card_that_was_withdrawn_before_it_was_sent_never_is(store: Store) -> None:
    hr, booking = await opened(store)
    card = await store.transact(lambda: cancelling.propose(by(hr), booking, cancelling.Wish("")))
    await store.transact(lambda: chain.close_card(by(hr), card))
    (row,) = await rows(card=card)
    assert (row.status, row.reason) == (OutboxStatus.SUPPRESSED, "withdrawn")
    assert await claims.claim(store, NOW, 0.0, 30.0, 9) == []


async def test_an_employee_is_reached_on_dingtalk_before_wecom(store: Store) -> None:
    hr, _ = await opened(store)
    await store.transact(lambda: administering.add_account(Platform.WECOM, "wangfang", employee=hr))
    account = await outbox.account_of(hr)
    assert account is not None
    assert account.platform == Platform.DINGTALK


async def test_a_timer_of_one_request_is_set_once_for_each_moment(store: Store) -> None:
    hr, booking = await opened(store)
    request = await store.transact(
        lambda: cancelling.request_cancellation(by(hr), booking, cancelling.Wish("conflict"), shown=booking.revision)
    )
    for _ in range(2):
        await store.transact(lambda: outbox.set_timer(by(hr), "expire", booking.starts_at, request))
    assert len(await rows(kind="timer", topic="expire")) == 1

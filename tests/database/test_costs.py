"""What stands on an approver's card about costs and history: from the tables, and as it was when it was asked for."""

from datetime import timedelta

import pytest

from models import Booking, BookingStatus, CancellationRequest, Origin, RequestStatus
from models.store import Store
from tests.database import deciding, office
from tests.database.chains import LEADER, Company, card_of
from tests.database.office import NOW
from tests.database.talking import deliver_cards, seen
from workflow import requests
from workflow.costs import Cost, cost_of
from workflow.plans import StepPlan

ZHAO = StepPlan("总经理", ("person:zhao",))
HOUR = timedelta(hours=1)


@pytest.fixture
async def company(store: Store) -> Company:
    made = Company(store)
    await store.transact(made.enter)
    return made


async def cost(request: CancellationRequest) -> Cost:
    """Return what is known of a request now."""
    return await cost_of(await requests.reload(request.id), NOW)


async def ended(company: Company, request: CancellationRequest, origin: Origin, reason: str = "conflict") -> None:
    """Let a request of the same candidate have been carried out an hour ago, by whose wish it may be."""

    async def work() -> None:
        other = await office.booking(company.unit, "某人", office.some_phone())
        other.candidate_id = request.booking.candidate_id
        other.status = BookingStatus.CANCELLED
        await other.save()
        await CancellationRequest.create(
            person_id=other.candidate_id,
            number=f"Q20261101-{await CancellationRequest.all().count():03}",
            organisation=company.unit,
            booking=other,
            status=RequestStatus.CARRIED_OUT,
            origin=origin,
            reason_code=reason,
            created_at=NOW - timedelta(days=30),
            ended_at=NOW - timedelta(days=29),
        )

    await company.store.transact(work)


async def test_the_candidates_cancellations_and_the_companys_are_told_apart_and_an_illness_counts_for_nobody(
    company: Company,
) -> None:
    request = await deciding.filed(company, ZHAO)
    for origin, reason in (
        (Origin.CANDIDATE, "conflict"),
        (Origin.CANDIDATE, "illness"),
        (Origin.COMPANY, "plan_changed"),
        (Origin.COMPANY, "plan_changed"),
        (Origin.SYSTEM, "wrong_time"),
    ):
        await ended(company, request, origin, reason)
    known = await cost(request)
    assert (known.own, known.companys) == (1, 2)


async def test_requests_of_seven_days_are_counted_up_to_this_one_by_position_and_by_who_filed_them(
    company: Company,
) -> None:
    await deciding.filed(company, ZHAO, ago=timedelta(days=7, hours=3))
    first = await deciding.filed(company, ZHAO, ago=2 * HOUR)
    second = await deciding.filed(company, ZHAO, ago=HOUR)
    await deciding.make_sensitive(first)  # another position
    third = await deciding.filed(company, ZHAO)
    counted = [(each.of_position, each.of_requester) for each in [await cost(one) for one in (first, second, third)]]
    assert counted == [(1, 1), (1, 2), (2, 3)]


async def test_a_card_is_not_void_because_others_are_cancelled_or_come_afterwards(company: Company) -> None:
    request = await deciding.filed(company, LEADER)
    await deliver_cards(company.store)
    await deciding.filed(company, LEADER)
    await deciding.more_interviews(company, 3)
    lines = [str(each) for each in (await seen(await card_of("qian", request))).lines]
    assert "历史：候选人此前没有取消过" in lines
    assert "同岗位：另有 4 场面试已约" in lines
    assert "已同意 1 条。" in await company.says("qian", f"同意 {request.number}")


async def test_only_interviews_that_still_take_place_are_named_as_those_of_the_position(company: Company) -> None:
    request = await deciding.filed(company, ZHAO)
    await deciding.more_interviews(company, 2)
    assert (await cost(request)).others == 2
    gone = await Booking.exclude(id=request.booking.id).first()
    assert gone is not None
    gone.status = BookingStatus.CANCELLED
    await gone.save()
    assert (await cost(request)).others == 1


async def test_how_late_it_was_asked_for_stays_as_it_was(company: Company) -> None:
    request = await deciding.filed(company, ZHAO, ahead=timedelta(hours=5, minutes=20))
    assert (await cost(request)).ahead == timedelta(hours=5, minutes=20)
    card = await seen(await card_of("zhao", request), NOW + HOUR)
    assert "影响：开始前 5 小时才提出" in [str(each) for each in card.lines]

"""I10: every move, in every state of a chain, by every person, on their own card and on others': only what is listed.

The table below is written from the requirements (S35–S40), not from the code: what is not in it must be refused, and a
refusal changes nothing.
"""

import sys
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta

import pytest

from cards.buttons import Press
from handlers.receiving import receive
from handlers.routing import Incoming
from models import (
    Added,
    CancellationRequest,
    Card,
    CardPurpose,
    Employee,
    Grant,
    OutboxMessage,
    Platform,
    Role,
    Step,
    StepStatus,
    StillNeeded,
)
from models.store import Store
from tests.database import office
from tests.database.chains import HEAD, LEADER, Company, board
from tests.database.office import NOW, by
from tests.database.talking import deliver_cards
from workflow import approving, cancelling, chain, delegating, handing_on, places, reminding, requests
from workflow.acting import Act
from workflow.approving import Shown
from workflow.errors import Refusal
from workflow.plans import Signing, StepPlan

HRS = {"liuyang", "wangfang"}
PEOPLE = ("liuyang", "wangfang", "chenmin", "qian", "zhao", "sunli", "lina", "zhoukai", "sunjing")
ANSWERS = ("approve", "reject", "send_back", "hand_on", "add")
RUNNING = {"withdraw": {"liuyang"}, "remind": HRS}


def answers(*people: str) -> dict[str, set[str]]:
    """Return what somebody may do who is asked at the first level."""
    return {move: set(people) for move in ANSWERS}


def later(*people: str) -> dict[str, set[str]]:
    """Return what somebody may do who is asked at a later one: there is somewhere to return to as well."""
    return answers(*people) | {"to_level": set(people)}


MAY: dict[str, dict[str, set[str] | frozenset[str]]] = {
    "first level": {**answers("chenmin"), **RUNNING},
    "second level": {
        **later("qian"),
        "take_back": {"chenmin"},
        **RUNNING,
    },
    "handed on": {
        **later("lina"),
        "take_back": {"chenmin"},
        **RUNNING,
    },
    "added before": {
        **later("lina"),
        "take_back": {"chenmin"},
        **RUNNING,
    },
    "added beside": {
        **later("lina", "qian"),
        "take_back": {"chenmin"},
        **RUNNING,
    },
    "returned to the first level": {**answers("chenmin"), **RUNNING},
    "all of three, one agreed": {
        **answers("sunli", "zhao"),
        "take_back": {"qian"},
        **RUNNING,
    },
    "any of three, one agreed": {
        **later("chenmin"),
        "take_back": {"qian"},
        **RUNNING,
    },
    "delegated": {
        **later("qian", "lina"),
        **dict.fromkeys(("hand_on", "add"), frozenset({"qian"})),
        "take_back": {"chenmin"},
        **RUNNING,
    },
    "delegated to who agreed before": {**later("qian"), "take_back": {"chenmin"}, **RUNNING},
    "delegated to who asked for it": {**later("qian"), "take_back": {"chenmin"}, **RUNNING},
    "the delegation is over": {**later("qian"), "take_back": {"chenmin"}, **RUNNING},
    "answered by the delegate": {"take_back": {"lina"}, "undo": {"liuyang"}},
    "the role is lost": {"take_back": {"chenmin"}, **RUNNING},
    "decided, inside the grace": {"take_back": {"qian"}, "undo": {"liuyang"}},
    "decided, after the grace": {},
    "rejected": {},
    "sent back": {"withdraw": {"liuyang"}, "submit": {"liuyang"}},
    "withdrawn": {},
}
"""State → move → who may make it, on their own card; nobody may on anybody else's but who decides in their place."""

IN_PLACE_OF = {"delegated": {"lina": "qian"}, "answered by the delegate": {"lina": "qian"}}

Building = Callable[[Company], Awaitable[CancellationRequest]]


async def on(company: Company, request: CancellationRequest, who: str) -> Step:
    """Return the step that waits for somebody."""
    return await Step.get(request=request, approver=company.person(who), status=StepStatus.OPEN)


async def agrees(company: Company, request: CancellationRequest, who: str) -> None:
    step, act = await on(company, request, who), by(company.person(who))
    shown = Shown(request.revision)
    await company.store.transact(lambda: approving.approve(act, step, shown=shown, still_needed=StillNeeded.NO))


async def first(company: Company) -> CancellationRequest:
    return await company.request(HEAD, LEADER)


async def second(company: Company) -> CancellationRequest:
    request = await first(company)
    await agrees(company, request, "chenmin")
    return request


async def handed_on(company: Company) -> CancellationRequest:
    request = await second(company)
    step, act = await on(company, request, "qian"), by(company.person("qian"))
    await company.store.transact(lambda: handing_on.hand_on(act, step, company.person("lina"), shown=Shown(1)))
    return request


def added(how: Added) -> Building:
    async def build(company: Company) -> CancellationRequest:
        request = await second(company)
        step, act = await on(company, request, "qian"), by(company.person("qian"))
        await company.store.transact(lambda: handing_on.add(act, step, company.person("lina"), how, shown=Shown(1)))
        return request

    return build


async def returned(company: Company) -> CancellationRequest:
    request = await second(company)
    step, act = await on(company, request, "qian"), by(company.person("qian"))
    await company.store.transact(lambda: handing_on.send_to_level(act, step, 1, shown=Shown(1)))
    return request


def one_of_three(sign: Signing) -> Building:
    async def build(company: Company) -> CancellationRequest:
        request = await company.request(board(sign), StepPlan("用人部门", ("person:chenmin",)))
        await agrees(company, request, "qian")
        return request

    return build


def delegated(to: str) -> Building:
    async def build(company: Company) -> CancellationRequest:
        request = await second(company)
        asking, accepting = by(company.person("qian")), by(company.person(to))
        until = NOW + timedelta(hours=1)
        made = await company.store.transact(lambda: delegating.propose(asking, company.person(to), until))
        await company.store.transact(lambda: delegating.accept(accepting, made))
        return request

    return build


async def answered_in_place(company: Company) -> CancellationRequest:
    request = await delegated("lina")(company)
    step, act = await on(company, request, "qian"), by(company.person("lina"))
    await company.store.transact(lambda: approving.approve(act, step, shown=Shown(1)))
    return request


async def role_lost(company: Company) -> CancellationRequest:
    request = await second(company)
    await company.store.transact(lambda: Grant.filter(employee=company.person("qian")).delete())
    return request


async def decided(company: Company) -> CancellationRequest:
    request = await second(company)
    await agrees(company, request, "qian")
    return request


async def rejected(company: Company) -> CancellationRequest:
    request = await second(company)
    step, act = await on(company, request, "qian"), by(company.person("qian"))
    await company.store.transact(lambda: approving.reject(act, step, shown=Shown(1), comment="不行"))
    return request


async def sent_back(company: Company) -> CancellationRequest:
    request = await second(company)
    step, act = await on(company, request, "qian"), by(company.person("qian"))
    await company.store.transact(lambda: approving.send_back(act, step, shown=Shown(1)))
    return request


async def withdrawn(company: Company) -> CancellationRequest:
    request, act = await second(company), by(company.person("liuyang"))
    await company.store.transact(lambda: cancelling.withdraw(act, request))
    return request


STATES: dict[str, tuple[Building, timedelta]] = {
    "first level": (first, timedelta(0)),
    "second level": (second, timedelta(0)),
    "handed on": (handed_on, timedelta(0)),
    "added before": (added(Added.BEFORE), timedelta(0)),
    "added beside": (added(Added.BESIDE), timedelta(0)),
    "returned to the first level": (returned, timedelta(0)),
    "all of three, one agreed": (one_of_three(Signing.ALL), timedelta(0)),
    "any of three, one agreed": (one_of_three(Signing.ANY), timedelta(0)),
    "delegated": (delegated("lina"), timedelta(0)),
    "delegated to who agreed before": (delegated("chenmin"), timedelta(0)),
    "delegated to who asked for it": (delegated("liuyang"), timedelta(0)),
    "the delegation is over": (delegated("lina"), timedelta(hours=1)),
    "answered by the delegate": (answered_in_place, timedelta(0)),
    "the role is lost": (role_lost, timedelta(0)),
    "decided, inside the grace": (decided, timedelta(seconds=59)),
    "decided, after the grace": (decided, timedelta(seconds=60)),
    "rejected": (rejected, timedelta(0)),
    "sent back": (sent_back, timedelta(0)),
    "withdrawn": (withdrawn, timedelta(0)),
}
OfStep = Callable[[Act, Step, Employee], Awaitable[object]]
OfRequest = Callable[[Act, CancellationRequest], Awaitable[object]]
ON_STEPS: dict[str, OfStep] = {
    "approve": lambda a, s, _: approving.approve(a, s, shown=Shown(s.revision), still_needed=StillNeeded.NO),
    "reject": lambda a, s, _: approving.reject(a, s, shown=Shown(s.revision), comment="不行"),
    "send_back": lambda a, s, _: approving.send_back(a, s, shown=Shown(s.revision)),
    "take_back": lambda a, s, _: approving.take_back(a, s),
    "hand_on": lambda a, s, to: handing_on.hand_on(a, s, to, shown=Shown(s.revision)),
    "add": lambda a, s, to: handing_on.add(a, s, to, Added.BESIDE, shown=Shown(s.revision)),
    "to_level": lambda a, s, _: handing_on.send_to_level(a, s, 1, shown=Shown(s.revision)),
}
ON_REQUESTS: dict[str, OfRequest] = {
    "withdraw": cancelling.withdraw,
    "undo": cancelling.undo,
    "submit": cancelling.submit,
    "remind": reminding.remind,
}


class Undone(Exception):
    """The move was possible, and is rolled back so that the next starts from the same state."""


@dataclass(frozen=True)
class Cell:
    """One move by one person; on a step, whose it is."""

    move: str
    who: str
    step: Step | None = None

    def is_theirs(self, state: str) -> bool:
        """Tell whether the card is the person's own, or of whom they decide for; a request has none."""
        stands_for = IN_PLACE_OF.get(state, {}).get(self.who, self.who)
        return self.step is None or self.step.approver.key in (self.who, stands_for)


class Room:
    """A company with everybody who could try, and a colleague to hand on to."""

    async def enter(self, company: Company) -> None:
        await company.enter()
        self.people = dict(company.people)
        self.people["wangfang"] = await office.employee("wangfang", company.unit, Role.HR, name="王芳")
        self.people["sunjing"] = await office.employee("sunjing", company.group, Role.AUDITOR, name="孙静")
        self.people["zhoukai"] = company.admin
        self.taker = await office.employee("heqing", company.unit, name="何青")


def cells(steps: list[Step]) -> Iterator[Cell]:
    """Yield every move by every person: on their own cards, on one of everybody else's, and on the request."""
    for who in PEOPLE:
        for move in ON_STEPS:
            yield from (Cell(move, who, step) for step in steps)
        for move in ON_REQUESTS:
            yield Cell(move, who)


async def is_possible(store: Store, cell: Cell, room: Room, request_id: object, late: timedelta) -> bool:
    """Try one move on the state as it is, and leave no trace of it."""
    act = by(room.people[cell.who], now=NOW + late)

    async def work() -> None:
        request = await requests.reload(request_id)
        if cell.step is None:
            await ON_REQUESTS[cell.move](act, request)
        else:
            await ON_STEPS[cell.move](act, await Step.get(id=cell.step.id), room.taker)
        raise Undone

    try:
        await store.transact(work)
    except Refusal:
        return False
    except Undone:
        return True
    raise AssertionError("a move neither happened nor was refused")


async def of_interest(request: CancellationRequest) -> list[Step]:
    """Return each place that counts, and one of those that no longer do."""
    steps = await chain.steps_of(request).prefetch_related("approver").order_by("level", "slot")
    there = places.live(steps, request.revision)
    past = [each for each in steps if each.id not in {one.id for one in there}]
    return [*there, *past[:1]]


@pytest.mark.parametrize("state", list(STATES))
async def test_only_what_is_listed_happens(store: Store, state: str) -> None:
    company, room = Company(store), Room()
    await store.transact(lambda: room.enter(company))
    build, late = STATES[state]
    request = await requests.reload((await build(company)).id)
    steps = await of_interest(request)
    tried = list(cells(steps))
    found, expected = set(), set()
    for cell in tried:
        where = f"{cell.move} by {cell.who} on {cell.step.approver.key if cell.step else 'the request'}"
        if await is_possible(store, cell, room, request.id, late):
            found.add(where)
        if cell.is_theirs(state) and cell.who in MAY[state].get(cell.move, set()):
            expected.add(where)
    sys.stdout.write(f"\nI10 {state}: {len(tried)} cells, {len(found)} possible\n")
    assert found == expected
    assert len(tried) == len(PEOPLE) * (len(ON_STEPS) * len(steps) + len(ON_REQUESTS))


FORWARDED = ("second level", "all of three, one agreed", "delegated", "decided, inside the grace")
BUTTONS = ("approve", "reject", "send_back", "see", "hand_over", "add", "undo")


async def presses_it(store: Store, who: str, action: str, handle: str, late: timedelta) -> str:
    """Press a button of a card and take back whatever it did; returns what was said to whoever pressed it."""
    incoming = Incoming(Platform.DINGTALK, f"{who}:{action}:{handle}", "press", who, press=Press(action, handle))
    found: list[str] = []

    async def work() -> None:
        before = await Step.all().order_by("id").values_list("status", "decided_by_id", "approver_id")
        said = set(await OutboxMessage.filter(kind="say").values_list("id", flat=True))
        await receive(incoming, NOW + late)
        rows = await OutboxMessage.filter(kind="say").prefetch_related("account__employee")
        found.extend(str(each.payload) for each in rows if each.id not in said)
        assert await Step.all().order_by("id").values_list("status", "decided_by_id", "approver_id") == before
        raise Undone

    with pytest.raises(Undone):
        await store.transact(work)
    return "".join(found)


@pytest.mark.parametrize("state", FORWARDED)
async def test_a_card_that_was_forwarded_does_nothing_for_whoever_it_is_not(store: Store, state: str) -> None:
    company, room = Company(store), Room()
    await store.transact(lambda: room.enter(company))
    build, late = STATES[state]
    request = await build(company)
    await deliver_cards(store, NOW + late)
    cards = await Card.filter(request=request, purpose=CardPurpose.APPROVAL).prefetch_related("holder")
    tried = 0
    for card in cards:
        for who in [each for each in PEOPLE if card.holder is None or each != card.holder.key]:
            for action in BUTTONS:
                said = await presses_it(store, who, action, card.handle, late)
                assert "此单由" in said or "不是给你的" in said, (who, action, said)
                tried += 1
    sys.stdout.write(f"\nI10 {state}: {tried} presses on forwarded cards, 0 possible\n")
    assert tried == len(cards) * (len(PEOPLE) - 1) * len(BUTTONS) > 0


def test_the_table_names_every_state_and_no_move_that_is_not_tried() -> None:
    assert set(MAY) == set(STATES)
    moves = {move for row in MAY.values() for move in row}
    assert moves == {*ON_STEPS, *ON_REQUESTS}

"""Who may fetch what: deny by default, and a foreign thing is as absent as none (S79, S80, I12)."""

import uuid
from typing import Any

import pytest

from models import Booking, CancellationRequest, Grant, Preset, Role
from models.store import Store
from tests.database import office
from tests.database.office import NOW, by
from workflow import access, approving, cancelling, evidence, replying, requests
from workflow.acting import Act
from workflow.errors import AlreadyDecided, Missing, NotAllowed, NotFound, NotYours

PNG = b"\x89PNG\r\n\x1a\n"


class Office:
    """A strict unit with everybody it needs, a fast unit beside it, and one booking in each."""

    async def enter(self) -> None:
        self.group = await office.unit("huachen", None)
        self.heavy = await office.unit("huachen/heavy", Preset.STRICT)
        self.net = await office.unit("huachen/net", Preset.FAST)
        self.hr = await office.employee("liuyang", self.heavy, Role.HR)
        self.head = await office.employee("chenmin", self.heavy, Role.DEPARTMENT_HEAD)
        self.leader = await office.employee("zhaoguoqiang", self.heavy, Role.LEADER)
        self.interviewer = await office.employee("wutong", self.heavy, Role.INTERVIEWER)
        self.auditor = await office.employee("sunjing", self.group, Role.AUDITOR)
        self.admin = await office.employee("zhoukai", self.group, Role.SYSTEM_ADMIN)
        self.stranger = await office.employee("wangfang", self.net, Role.HR)
        self.booking = await office.booking(self.heavy, interviewer=self.interviewer)
        self.foreign = await office.booking(self.net, "李四", "13900004410")

    async def request(self) -> CancellationRequest:
        """File a request of HR with its evidence, so that the department head is asked."""
        wish = cancelling.Wish("plan_changed")
        request = await cancelling.request_cancellation(by(self.hr), self.booking, wish, shown=1)
        await evidence.keep_file(by(self.hr), request, evidence.Material(PNG, "x.png", "m"))
        await cancelling.evidence_came(by(self.hr), request)
        return await requests.reload(request.id)


@pytest.fixture
async def staff(store: Store) -> Office:
    made = Office()
    await store.transact(made.enter)
    return made


async def refusal_of(act: Act, booking: Booking | uuid.UUID, permission: str) -> str:
    """Return the code of the refusal, or nothing where the booking is handed out."""
    try:
        await access.booking_for(act, booking if isinstance(booking, uuid.UUID) else booking.id, permission)
    except (NotFound, NotAllowed) as refusal:
        return refusal.code
    return ""


@pytest.mark.parametrize(
    ("who", "reading", "cancelling_"),
    [
        ("hr", "", ""),
        ("head", "", "not-allowed"),
        ("leader", "", "not-allowed"),
        ("auditor", "", "not-allowed"),
        ("interviewer", "not-found", "not-found"),
        ("admin", "not-found", "not-found"),
        ("stranger", "not-found", "not-found"),
    ],
)
async def test_each_role_gets_what_it_may_and_no_more(staff: Office, who: str, reading: str, cancelling_: str) -> None:
    act = by(getattr(staff, who))
    assert await refusal_of(act, staff.booking, access.READ) == reading
    assert await refusal_of(act, staff.booking, access.CANCEL) == cancelling_


async def test_a_foreign_booking_and_none_at_all_get_the_same_answer(staff: Office) -> None:
    act = by(staff.stranger)
    foreign = await refusal_of(act, staff.booking, access.CANCEL)
    assert foreign == await refusal_of(act, uuid.uuid4(), access.CANCEL) == "not-found"


async def test_a_candidate_or_nobody_never_comes_through_the_door_of_employees(staff: Office) -> None:
    for act in (by(staff.booking.candidate), by()):
        assert await refusal_of(act, staff.booking, access.READ) == "no-role"


async def test_a_right_that_was_taken_away_is_gone_at_once(store: Store, staff: Office) -> None:
    await store.transact(lambda: Grant.filter(employee=staff.hr).delete())
    assert await refusal_of(by(staff.hr), staff.booking, access.READ) == "not-found"


async def test_a_request_is_seen_by_right_of_role_as_requester_or_as_approver(store: Store, staff: Office) -> None:
    request = await store.transact(staff.request)
    await store.transact(lambda: Grant.filter(employee_id__in=[staff.hr.id, staff.head.id]).delete())
    for insider in (staff.hr, staff.head, staff.auditor, staff.leader):
        assert (await access.request_for(by(insider), request.id)).number == request.number
    for outsider in (staff.stranger, staff.admin, staff.interviewer):
        with pytest.raises(NotFound):
            await access.request_for(by(outsider), request.id)
    with pytest.raises(NotFound):
        await access.request_for(by(staff.hr), uuid.uuid4())


async def step_of(request: CancellationRequest, level: int = 1) -> Any:
    fresh = await requests.reload(request.id)
    return next(each for each in fresh.steps if each.level == level)


@pytest.mark.parametrize("who", ["hr", "leader", "auditor", "admin", "stranger", "interviewer"])
async def test_only_the_one_approver_decides_a_step(store: Store, staff: Office, who: str) -> None:
    request = await store.transact(staff.request)
    step = await step_of(request)
    with pytest.raises(NotYours):
        await store.transact(
            lambda: approving.reject(by(getattr(staff, who)), step, shown=approving.Shown(1), comment="岗位仍缺人")
        )
    assert (await step_of(request)).status == "open"


async def test_an_approver_who_lost_the_role_decides_no_more(store: Store, staff: Office) -> None:
    request = await store.transact(staff.request)
    step = await step_of(request)
    await store.transact(lambda: Grant.filter(employee=staff.head).delete())
    with pytest.raises(NotAllowed) as refusal:
        await store.transact(
            lambda: approving.reject(by(staff.head), step, shown=approving.Shown(1), comment="岗位仍缺人")
        )
    assert refusal.value.code == "role-lost"


async def test_a_second_decision_is_told_what_the_first_was(store: Store, staff: Office) -> None:
    request = await store.transact(staff.request)
    step = await step_of(request)
    await store.transact(lambda: approving.reject(by(staff.head), step, shown=approving.Shown(1), comment="岗位仍缺人"))
    again = await step_of(request)
    with pytest.raises(AlreadyDecided) as refusal:
        await store.transact(
            lambda: approving.reject(by(staff.head), again, shown=approving.Shown(1), comment="岗位仍缺人")
        )
    assert refusal.value.facts["what"] == "已驳回"


async def test_when_nobody_in_the_unit_holds_a_role_the_nearest_unit_above_is_asked(
    store: Store, staff: Office
) -> None:
    assert [each.key for each in await access.holders(Role.HR, staff.heavy, NOW)] == ["liuyang"]
    assert [each.key for each in await access.holders(Role.AUDITOR, staff.heavy, NOW)] == ["sunjing"]
    assert await access.holders(Role.LEADER, staff.net, NOW) == []
    await store.transact(lambda: type(staff.auditor).filter(id=staff.auditor.id).update(active=False))
    assert await access.holders(Role.AUDITOR, staff.heavy, NOW) == []


async def test_a_step_that_nobody_may_take_is_refused_and_nothing_is_filed(store: Store, staff: Office) -> None:
    await store.transact(lambda: Grant.filter(employee=staff.leader).delete())
    with pytest.raises(Missing) as refusal:
        await store.transact(staff.request)
    assert refusal.value.facts == {"what": "approver", "role": "leader", "step": "分管领导"}
    assert await CancellationRequest.all().count() == 0


async def test_a_candidate_reaches_their_own_booking_and_no_other(staff: Office) -> None:
    own = [staff.booking.candidate_id]
    act = by(staff.booking.candidate)
    assert (await replying.own_booking(act, staff.booking.id, own)).number == staff.booking.number
    with pytest.raises(NotFound):
        await replying.own_booking(act, staff.foreign.id, own)


async def test_no_unit_means_no_rows(store: Store, staff: Office) -> None:
    assert await Booking.filter(access.within([])).count() == 0
    assert await Booking.filter(access.within(["huachen/net"])).count() == 1
    assert await Booking.filter(access.within(["huachen"])).count() == 2

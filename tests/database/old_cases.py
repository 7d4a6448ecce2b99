"""Cases that were carried out in earnest, told, and are over: what retention is about."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest

from models import (
    Attempt,
    AttemptOutcome,
    Booking,
    CancellationRequest,
    Employee,
    Invitation,
    OutboxMessage,
    OutboxStatus,
    Preset,
    Role,
    StillNeeded,
)
from tests.database import office
from tests.database.office import NOW, by
from workflow import approving, cancelling, evidence, periods, requests
from workflow.evidence import Material
from workflow.periods import Periods

PNG = b"\x89PNG\r\n\x1a\n" + b"canary-evidence" * 4
WORDS = "家中有事，需要照料"
ENDED = NOW + timedelta(days=2, minutes=45)  # when the interview of `office.booking` would have been over
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def usual_periods() -> Iterator[None]:
    """Keep things as long as the shipped settings say."""
    periods.install(Periods())
    yield
    periods.install(Periods())


def years_after(moment: datetime, years: int = 3) -> datetime:
    """Return the same moment so many years later."""
    return moment.replace(year=moment.year + years)


DUE = years_after(ENDED)


class Desk:
    """A group with its administrators and an auditor, a strict unit with approvers, and a fast sibling."""

    async def enter(self) -> None:
        self.group = await office.unit("huachen", None)
        self.unit = await office.unit("huachen/heavy", Preset.STRICT)
        self.net = await office.unit("huachen/net", Preset.FAST)
        self.system = await office.employee("zhoukai", self.group, Role.SYSTEM_ADMIN, name="周凯")
        self.security = await office.employee("hanxue", self.group, Role.SECURITY_ADMIN, name="韩雪")
        self.auditor = await office.employee("sunjing", self.group, Role.AUDITOR, name="孙静")
        self.hr = await office.employee("liuyang", self.unit, Role.HR, name="刘洋")
        self.head = await office.employee("chenmin", self.unit, Role.DEPARTMENT_HEAD, name="陈敏")
        self.leader = await office.employee("zhaoguoqiang", self.unit, Role.LEADER, name="赵国强")
        self.fast_hr = await office.employee("wangfang", self.net, Role.HR, name="王芳")

    async def strict_case(self, name: str = "马超骉", phone: str = "13800005566") -> CancellationRequest:
        """Cancel with evidence and two approvals, and tell everybody."""
        booking = await office.booking(self.unit, name, phone, interviewer=self.head)
        wish = cancelling.Wish("conflict", WORDS)
        made = await cancelling.request_cancellation(by(self.hr), booking, wish, shown=booking.revision)
        await evidence.keep_file(by(self.hr), await requests.reload(made.id), Material(PNG, "截图.png", "msg-1"))
        await cancelling.evidence_came(by(self.hr), await requests.reload(made.id))
        await self._agrees(self.head, made, still_needed=StillNeeded.YES, comment="情况属实")
        await self._agrees(self.leader, made)
        return await self._carried_out(made)

    async def _agrees(self, who: Employee, made: CancellationRequest, **more: object) -> None:
        request = await requests.reload(made.id)
        step = next(each for each in request.steps if each.approver_id == who.id)
        await approving.approve(by(who), step, shown=approving.Shown(request.revision), **more)  # type: ignore[arg-type]

    async def fast_case(self, name: str = "张伟", phone: str = "13800008123") -> CancellationRequest:
        """Cancel without anybody's approval."""
        booking = await office.booking(self.net, name, phone)
        made = await cancelling.request_cancellation(
            by(self.fast_hr), booking, cancelling.Wish("plan_changed"), shown=booking.revision
        )
        return await self._carried_out(made)

    async def _carried_out(self, made: CancellationRequest) -> CancellationRequest:
        later = NOW + timedelta(minutes=2)
        await requests.carry_out(by(now=later, via="clock"), await requests.reload(made.id))
        await told(made.booking_id, later)
        booking = await Booking.get(id=made.booking_id)
        index = f"{booking.number}-invitation"
        await Invitation.create(candidate_id=booking.candidate_id, token_index=index, expires_at=later)
        return await requests.reload(made.id)


async def told(booking_id: object, at: datetime) -> None:
    """Let every notice of a booking have been sent, as the notifier leaves it."""
    for row in await OutboxMessage.filter(booking_id=booking_id, kind="notice", status=OutboxStatus.WAITING):
        await Attempt.create(
            message=row,
            number=1,
            platform="sms",
            outcome=AttemptOutcome.SENT,
            content="您的面试已取消",
            started_at=at,
            ended_at=at,
        )
        await OutboxMessage.filter(id=row.id).update(status=OutboxStatus.SENT, settled_at=at)

"""审批时限: until when somebody who is asked should have answered, and the timers that come with being asked.

The rules give working hours for a step (`StepPlan.hours`; 0 is no deadline). Half of them on, who is asked is reminded;
at the end others are asked too; half as long again, those above hear of it (`workflow.overdue`). Where the interview
begins before all of that has had its time, the three come after a quarter, a half and three quarters of what is left.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from models import CancellationRequest, Step
from workflow import outbox, places
from workflow.acting import Act
from workflow.audit import stamp
from workflow.working_hours import Office, later, office_of, unpublished

OFFICE: Final = "office"  # in a request's policy: the office hours of its rules
HALF, OVER, ABOVE = "step_half", "step_over", "step_above"
STAGES: Final = (HALF, OVER, ABOVE)


@dataclass(frozen=True)
class Deadline:
    """Until when one place should be answered; `moments` holds when each stage comes, in the order of STAGES.

    `hurried` tells that the start of the interview made it shorter, `unpublished` names the years that it was counted
    through although nobody has published their days off: Monday to Friday.
    """

    until: datetime
    moments: tuple[datetime, datetime, datetime]
    hours: int
    hurried: bool = False
    unpublished: tuple[int, ...] = ()

    def at(self, stage: str) -> datetime:
        """Return when a stage comes."""
        return self.moments[STAGES.index(stage)]


def deadline_of(request: CancellationRequest, step: Step) -> Deadline | None:
    """Return until when a place that is asked should be answered; None where the rules give it no hours."""
    hours = places.plan_of(request, step).hours
    if not hours or step.opened_at is None:
        return None
    return reckoned(step.opened_at, hours, request.booking.starts_at, office_of(request.policy.get(OFFICE)))


def reckoned(opened: datetime, hours: int, starts_at: datetime, office: Office) -> Deadline:
    """Return the deadline of so many working hours after `opened`, or what the start of the interview leaves of it."""
    half = timedelta(hours=hours) / 2
    first, until, above = (later(opened, half * count, office) for count in (1, 2, 3))
    if above < starts_at:
        return Deadline(until, (first, until, above), hours, unpublished=unpublished(opened, above))
    quarter = (starts_at - opened) / 4
    first, until, above = (opened + quarter * count for count in (1, 2, 3))
    return Deadline(until, (first, until, above), hours, hurried=True)


def is_over(request: CancellationRequest, step: Step, now: datetime) -> bool:
    """Tell whether a place has a deadline and it has passed."""
    deadline = deadline_of(request, step)
    return deadline is not None and now >= deadline.until


async def arrange(act: Act, request: CancellationRequest, step: Step) -> None:
    """Let the clock come back to a place that has just been asked, where the rules give it hours."""
    deadline = deadline_of(request, step)
    if deadline is not None and act.now < request.booking.starts_at:
        await set_timer(act, request, step, HALF, deadline.at(HALF))


async def set_timer(act: Act, request: CancellationRequest, step: Step, stage: str, at: datetime) -> None:
    """Set the timer of one stage; it names when the place was asked, and dies where that is no longer so."""
    assert step.opened_at is not None
    opened = stamp(step.opened_at)
    await outbox.post(
        act,
        "timer",
        stage,
        not_before=at,
        request=request,
        payload={"step": step.id.hex, "opened": opened},
        dedupe=f"{stage}:{step.id.hex}:{opened}:{at.timestamp():.0f}",
    )

"""Requests of every weight that wait for somebody, for tests of deciding many."""

import secrets
from datetime import timedelta

from models import CancellationRequest, Employee, Position
from tests.database import office
from tests.database.chains import PNG, Company
from tests.database.office import NOW, by
from workflow import cancelling, evidence, requests
from workflow.plans import StepPlan, as_kept

DAYS = timedelta(days=3)


async def filed(
    company: Company,
    *plans: StepPlan,
    name: str = "张伟",
    ahead: timedelta = DAYS,
    hr: Employee | None = None,
    wish: cancelling.Wish | None = None,
    ago: timedelta = timedelta(0),
) -> CancellationRequest:
    """File a request with evidence of its own, whose chain is this."""
    act = by(hr or company.person("liuyang"), now=NOW - ago)

    async def work() -> CancellationRequest:
        booking = await office.booking(company.unit, name, office.some_phone(), ahead)
        wanted = wish or cancelling.Wish("plan_changed")
        request = await cancelling.request_cancellation(act, booking, wanted, shown=1)
        request.policy = {**request.policy, "steps": as_kept(plans)}
        await request.save(update_fields=["policy"])
        await evidence.keep_file(act, request, evidence.Material(PNG + secrets.token_bytes(8), "x.png", "m"))
        await cancelling.evidence_came(act, await requests.reload(request.id))
        return await requests.reload(request.id)

    return await company.store.transact(work)


async def more_interviews(company: Company, count: int = 1) -> None:
    """Let others have interviews for the same position, so that it does not depend on one."""
    for _ in range(count):
        await company.store.transact(lambda: office.booking(company.unit, "李明", office.some_phone(), DAYS))


async def make_sensitive(request: CancellationRequest) -> None:
    """Let the position of a request be a sensitive one, and no other request's."""
    unit = request.booking.organisation
    new = await Position.create(organisation=unit, name="财务经理", sensitive=True)
    request.booking.position = new
    await request.booking.save(update_fields=["position_id"])

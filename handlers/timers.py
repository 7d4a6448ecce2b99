"""What happens as time passes. Whatever the clock does is labelled 系统代办 and never a person's approval."""

from models import OutboxMessage, Role
from workflow import access, cancelling, outbox, requests
from workflow.acting import Act


async def rang(act: Act, row: OutboxMessage) -> None:
    """Do what a timer was set for; one that comes too late, or after the matter is settled, does nothing."""
    request = await requests.reload(row.request_id)
    if row.topic == "carry_out":
        await requests.carry_out(act, request)
    elif row.topic == "expire":
        await cancelling.expire(act, request)
    elif row.topic == "untold":
        for recruiter in await access.holders(Role.HR, request.organisation):
            await outbox.tell_employee(act, "hr_untold", recruiter, request.booking, request)

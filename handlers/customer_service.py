"""WeChat customer service: who entered through which personal link, and which message WeChat could not deliver."""

from datetime import datetime

from models import (
    Account,
    Attempt,
    AttemptOutcome,
    Booking,
    CancellationRequest,
    Candidate,
    Invitation,
    OutboxMessage,
    Platform,
)
from models.vault import vault
from workflow import administering, outbox
from workflow.acting import Act


async def entered(act: Act, external_userid: str, scene_param: str) -> Candidate | None:
    """Bind who opened a personal link to its candidate; a link that was used binds nobody else."""
    token = vault().index("invitation", scene_param)
    invitation = await Invitation.get_or_none(token_index=token).prefetch_related("candidate")
    if invitation is None or invitation.expires_at <= act.now:
        return None
    candidate = invitation.candidate
    index = administering.address_index(Platform.KF, external_userid)
    if await Account.exists(platform=Platform.KF, address_index=index, candidate=candidate):
        return candidate
    if invitation.used_at is not None:
        return None
    invitation.used_at = act.now
    await invitation.save(update_fields=["used_at"])
    await administering.add_account(Platform.KF, external_userid, candidate=candidate)
    return candidate


async def heard(external_userid: str, at: datetime) -> None:
    """Note that the person wrote: WeChat's window of 48 hours and five messages begins anew."""
    index = administering.address_index(Platform.KF, external_userid)
    await Account.filter(platform=Platform.KF, address_index=index).update(heard_at=at, sent_since_heard=0)


async def not_delivered(act: Act, provider_id: str, platform: Platform) -> bool:
    """Say it again on the other channels when a platform reports that a message never arrived."""
    attempt = await Attempt.filter(provider_id=provider_id, platform=str(platform)).prefetch_related("message").first()
    if attempt is None or attempt.outcome == AttemptOutcome.FAILED:
        return False
    attempt.outcome, attempt.error = AttemptOutcome.FAILED, "reported undelivered"
    await attempt.save(update_fields=["outcome", "error"])
    row: OutboxMessage = attempt.message
    if row.kind == "notice" and row.account_id is None:
        await outbox.post(
            act,
            "notice",
            row.topic,
            booking=await Booking.get(id=row.booking_id),
            request=await CancellationRequest.get_or_none(id=row.request_id),
            payload={"without": [str(platform)]},
            dedupe=f"instead:{row.id}:{platform}",
        )
    return True

"""WeChat customer service: who entered through which personal link, and which message WeChat could not deliver."""

from datetime import datetime

from models import (
    Account,
    Candidate,
    Invitation,
    Platform,
)
from models.vault import vault
from workflow import administering, outbox, own_data, privacy, replying
from workflow.acting import Act
from workflow.moments import when_of


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


WELCOME = "{name}您好，这里是招聘助手。您的面试：{when}，{position}。想取消或改期，直接告诉我就行。"
NOBODY = "您好，这里是招聘助手。请从面试通知里您自己的链接进来，我才能找到您的面试；有事也可以联系招聘负责人。"


async def welcome(act: Act, candidate: Candidate | None, code: str) -> None:
    """Greet who has just come in; the code is good for one message within 20 seconds and costs none of the five.

    The first time the rules for their data stand below (个人信息保护法 17).
    """
    bookings = await replying.upcoming([candidate.id], act) if candidate else []
    if candidate is None:
        text = NOBODY
    elif bookings:
        first = bookings[0]
        text = WELCOME.format(name=candidate.name, when=when_of(first), position=first.position.name)
    else:
        text = f"{candidate.name}您好，这里是招聘助手。您目前没有待参加的面试。"
    if candidate is not None and await own_data.note_shown(act, candidate):
        text = f"{text}\n\n{privacy.rules().text}"
    person = candidate.id if candidate else None
    await outbox.post(act, "welcome", payload={"code": code, "text": text}, person=person)


async def heard(external_userid: str, at: datetime) -> None:
    """Note that the person wrote: WeChat's window of 48 hours and five messages begins anew."""
    index = administering.address_index(Platform.KF, external_userid)
    await Account.filter(platform=Platform.KF, address_index=index).update(heard_at=at, sent_since_heard=0)

"""An account that belongs to nobody: one helpful sentence, nothing else (S2)."""

import re
from datetime import timedelta

from handlers import groups, linking
from handlers.reading.linking import read_link
from handlers.reading.text import plain
from handlers.routing import Incoming
from models import Account, OutboxMessage, Platform, Role
from workflow import access, administering, outbox
from workflow.acting import Act

APART = timedelta(hours=1)  # each answer is a counted call; somebody who knocks twice was told already
APART_OF_QUESTIONS = timedelta(minutes=1)  # but who asks is answered
QUESTION = re.compile(r"[?]|帮助|吗|呢|怎么|为什么|为何|如何|哪|谁|什么|管理员|编号|绑定|没反应|没有反应|在不在|你好")
MOST_NAMED = 3
CANDIDATE = "您好，还不知道您是哪位候选人。请从面试通知里您自己的链接进来，或联系招聘负责人。编号 {reference}"
COLLEAGUE = (
    "你好，这个账号还没有绑定，什么都不能办。"
    "另一个应用里已经能用的，在那边发「绑定」，再把得到的绑定码发到这里。"
    "都不能用的，请把下面的编号告诉{administrators}，其发「查 {reference}」就知道是哪个账号；"
    "录入后再发「帮助」，就能看到能做什么。编号 {reference}"
)


async def answer(act: Act, incoming: Incoming, reference: str) -> None:
    """Say what to do: to a colleague's account once an hour and at each question; to an unknown phone or mail never."""
    if incoming.platform in (Platform.SMS, Platform.EMAIL):
        return
    account = await administering.add_account(incoming.platform, incoming.address)
    if incoming.platform == Platform.KF:
        await outbox.say(act, account, CANDIDATE.format(reference=reference))
        return
    if read_link(incoming.text) is not None:
        await linking.answer(act, account, incoming.text, reference)
        await groups.answer(act, incoming, account)
        return
    if await _was_told(act, account, APART_OF_QUESTIONS if QUESTION.search(plain(incoming.text)) else APART):
        return
    text = COLLEAGUE.format(reference=reference, administrators=await _administrators(act))
    await outbox.say(act, account, text)
    await groups.answer(act, incoming, account)


async def _was_told(act: Act, account: Account, apart: timedelta) -> bool:
    return await OutboxMessage.filter(account=account, kind="say", posted_at__gt=act.now - apart).exists()


async def _administrators(act: Act) -> str:
    """Name who can bind the account, by surname alone: who asks may be anybody of the corp."""
    grants = access.current(act.now).filter(role=Role.SYSTEM_ADMIN, employee__active=True)
    found = await grants.order_by("organisation__path").limit(MOST_NAMED).prefetch_related("employee")
    names = dict.fromkeys(f"{str(each.employee.name)[:1]}*" for each in found)
    return f"系统管理员（{'、'.join(names)}）" if names else "公司的系统管理员"

"""删除资料, its 同意 and 驳回 on the card and by text, and its place in 待我审批."""

import re
from typing import Final

from handlers.reading.grammar import Command
from handlers.reading.text import as_written, plain
from handlers.reading.verbs import Verb
from handlers.routing import Answer, Context
from models import Basis, Card, ErasureRequest, ErasureStatus
from workflow import access, erasing, outbox, timeline
from workflow.card_views import card_view
from workflow.erasing_words import BASES, OUTCOMES, restricted
from workflow.errors import AlreadyDecided, NotAllowed, NotNow
from workflow.permissions import ERASE_PROPOSE
from workflow.rights_words import name_of

CASE: Final = re.compile(r"(?<![a-z0-9])[yq][0-9]{8}-[0-9]{3,11}(?![0-9])")
NUMBER: Final = re.compile(r"(?<![a-z0-9])d[0-9]{8}-[0-9]{3,11}(?![0-9])")
ANSWERS: Final = (Verb.APPROVE, Verb.REJECT, Verb.SEND_BACK)
BASIS_WORDS: Final = (
    (Basis.TERM_OVER, re.compile(r"保存期|到期|期满|期限")),
    (Basis.ASKED, re.compile(r"候选人|本人|要求|撤回同意|申请删除")),
    (Basis.UNLAWFUL, re.compile(r"违法|违规|误采|错误收集")),
    (Basis.PURPOSE_OVER, re.compile(r"目的|招聘结束|不再需要|录错|重复")),
)
HOW: Final = "请写「删除资料 Y… 依据 候选人要求」；依据可写：候选人要求、保存期满、目的已实现、违法处理。"


def basis_in(text: str) -> Basis | None:
    """Return the basis that was named; nothing is guessed."""
    return next((basis for basis, words in BASIS_WORDS if words.search(text)), None)


async def propose(context: Context, command: Command) -> None:
    """Answer 删除资料 Y…|Q… 依据 …: to the security administrators, or restricted where it must be kept."""
    if not await access.scopes(context.employee, ERASE_PROPOSE, context.act.now):
        raise NotAllowed(permission=ERASE_PROPOSE)
    said = plain(context.incoming.text)
    number, basis = CASE.search(said), basis_in(said)
    if number is None or basis is None:
        missing = "没看到预约号或申请号" if number is None else "没看到依据"
        await _say(context, f"没有办理：{missing}。{HOW}编号 {context.reference}")
        return
    case = await timeline.case_of(context.act, number[0])
    erasure = await erasing.propose(context.act, case.booking, basis)
    if erasure.status == ErasureStatus.EXPIRED:
        due = erasure.candidate.erase_after
        assert due is not None
        found = await erasing.obstacles(erasure.candidate_id, context.act.now)
        await _say(context, restricted(erasure.number, due, found))
        return
    days = erasing.PROPOSAL_LASTS.days
    text = f"已交安全管理员审批：删除 {case.number} 候选人的资料，依据 {BASES[erasure.basis]}。"
    await _say(context, f"{text}编号 {erasure.number}，{days} 天内没有处理会自动结束，什么都不删。")


async def takes(context: Context, command: Command) -> bool:
    """Answer what is said about erasures by number, and list those that wait; False where it is not about any."""
    if command.verb == Verb.TODO:
        await _list(context)
        return False
    number = NUMBER.search(plain(context.incoming.text))
    if number is None or command.verb not in ANSWERS:
        return False
    erasure = await erasing.erasure_named(context.act, number[0])
    comment = as_written(context.incoming.text)[number.end() :].strip(" ，,：:")
    if command.verb == Verb.SEND_BACK:
        text = f"删除资料只能同意或驳回。请回复「同意 {erasure.number}」或「驳回 {erasure.number} 原因」。"
        await _say(context, f"没有办理：{text}编号 {context.reference}")
        return True
    decide = erasing.approve if command.verb == Verb.APPROVE else erasing.reject
    await decide(context.act, erasure, comment=comment)
    await _say(context, _done(erasure))
    return True


def _done(erasure: ErasureRequest) -> str:
    said = {
        ErasureStatus.PROPOSED: "已交安全管理员审批",
        ErasureStatus.APPROVED: "已同意，告知候选人后删除",
        ErasureStatus.REJECTED: "已驳回，什么都没有删",
    }
    return f"{said[erasure.status]}：{erasure.number}。"


async def _list(context: Context) -> None:
    """Say which erasures wait for this person, before whatever else waits for them."""
    waiting = await erasing.awaiting(context.employee, context.act.now)
    if waiting:
        lines = [f"{each.number} 删除候选人资料，依据 {BASES[each.basis]}" for each in waiting]
        tail = f"回复「同意 {waiting[0].number}」「驳回 {waiting[0].number} 原因」，或直接点卡片。"
        await _say(context, "\n".join([f"待你处理的删除资料 {len(lines)} 条：", *lines, tail]))


async def pressed(context: Context, card: Card, action: str) -> Answer:
    """Answer 同意 or 驳回 on the card."""
    erasure = await erasing.erasure_of(context.act, card.erasure_id)
    decide = erasing.approve if action == "approve" else erasing.reject
    await decide(context.act, erasure, comment=str(context.incoming.form.get("comment", "")))
    return Answer(await card_view(card, context.act))


async def too_late(context: Context, card: Card) -> Answer:
    """Say why a button is no longer there: decided, expired, or the presser's role is gone."""
    erasure = await erasing.erasure_of(context.act, card.erasure_id)
    if erasure.status in OUTCOMES:
        raise AlreadyDecided(OUTCOMES[erasure.status], name_of(erasure.decided_by), erasure.decided_at)
    if erasure.expires_at is not None and context.act.now >= erasure.expires_at:
        raise NotNow("erasure-expired")
    raise NotNow(state="stale-button")


async def _say(context: Context, text: str) -> None:
    await outbox.say(context.act, context.account, text)

"""删除资料, and how it is spoken of by those who decide it: D…."""

import re
from typing import Final

from handlers.proposals import Talk
from handlers.reading.grammar import Command
from handlers.reading.text import plain
from handlers.routing import Context
from models import Basis, ErasureRequest, ErasureStatus
from workflow import access, erasing, erasure_wishes, outbox, timeline
from workflow.erasing_words import BASES, because, restricted
from workflow.errors import NotAllowed
from workflow.permissions import ERASE_PROPOSE
from workflow.rights_words import name_of

CASE: Final = re.compile(r"(?<![a-z0-9])[yq][0-9]{8}-[0-9]{3,11}(?![0-9])")
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
    ours, basis = CASE.search(said), basis_in(said)
    number = ours[0] if ours else command.who.booking
    if number is None or basis is None:
        missing = "没看到预约号或申请号" if number is None else "没看到依据"
        await _say(context, f"没有办理：{missing}。{HOW}编号 {context.reference}")
        return
    case = await timeline.case_of(context.act, number)
    erasure = await erasing.propose(context.act, case.booking, basis)
    if erasure.status == ErasureStatus.EXPIRED:
        due = erasure.candidate.erase_after
        assert due is not None
        found = await erasing.obstacles(erasure.candidate_id, context.act.now)
        await _say(context, restricted(erasure.number, due, found))
        return
    days = erasing.PROPOSAL_LASTS.days
    why = because(erasure, await erasure_wishes.wished_at(erasure))
    told = "删除前会先告诉本人。" if erasure.basis == Basis.ASKED else ""
    text = f"已交安全管理员审批：删除 {case.number} 候选人的资料，依据 {why}。{told}"
    await _say(context, f"{text}编号 {erasure.number}，{days} 天内没有处理会自动结束，什么都不删。")


async def _say(context: Context, text: str) -> None:
    await outbox.say(context.act, context.account, text)


def _proposer(erasure: ErasureRequest) -> str:
    if erasure.proposer:
        return name_of(erasure.proposer)
    return "候选人" if erasure.by_candidate else ""


def _done(erasure: ErasureRequest) -> str:
    follows = {
        ErasureStatus.PROPOSED: "，已交安全管理员审批",
        ErasureStatus.APPROVED: "，告知候选人后删除",
        ErasureStatus.REJECTED: "，什么都没有删",
    }
    return follows[erasure.status]


TALK = Talk(
    kind=erasing.KIND,
    letter="D",
    what="删除资料",
    awaiting=erasing.awaiting,
    approve=erasing.approve,
    reject=erasing.reject,
    withdraw=erasing.withdraw,
    described=lambda erasure: f"删除候选人资料，依据 {BASES[erasure.basis]}",
    proposer=_proposer,
    done=_done,
)

"""How a new version of the rules is said: on cards, in answers, and to who proposed it."""

from collections.abc import Mapping

from models import RulesStatus, RulesVersion
from workflow.moments import when
from workflow.rights_words import name_of
from workflow.showing import LONGEST_COMMENT, plain

OUTCOMES = {
    RulesStatus.APPROVED: "已同意",
    RulesStatus.REJECTED: "已驳回",
    RulesStatus.EXPIRED: "已过期",
    RulesStatus.WITHDRAWN: "已撤回",
}
SYSTEM = "系统管理员"


def described(version: RulesVersion) -> str:
    """Say in one line what is asked for: 规范 华辰重工 第 3 版（国企三级审批）."""
    title = plain(str(version.document.get("title", "")))
    return f"规范 {plain(version.organisation.name)} 第 {version.version} 版（{title}）"


def since(version: RulesVersion) -> str:
    """Say from when it holds."""
    return f"{when(version.effective_from, version.proposed_at)} 起"


def counts(replayed: Mapping[str, object]) -> str:
    """Say how past cases come out under it; nothing was replayed where nothing is kept."""
    if not replayed:
        return "没有重放过去的案件"
    untold = f"，另有 {replayed['untold']} 件没有留下判定依据，不能重放" if replayed.get("untold") else ""
    false = f"；{replayed['false']} 件的留存和其判定依据不符，请先查明" if replayed.get("false") else ""
    return f"{replayed['cases']} 件里 {replayed['changed']} 件会有不同的结果{untold}{false}"


def to_the_proposer(version: RulesVersion) -> str:
    """Tell the proposer what was decided."""
    follows = f"，{since(version)}生效" if version.status == RulesStatus.APPROVED else "，没有任何变化"
    comment = f"意见：{plain(str(version.comment), LONGEST_COMMENT)}。" if version.comment else ""
    done = f"{name_of(version.decided_by)} {OUTCOMES[version.status]}"
    return f"{done}：{described(version)}{follows}。{comment}编号 {version.number}"


def expired(version: RulesVersion) -> str:
    """Tell the proposer that nobody answered."""
    days = (version.expires_at - version.proposed_at).days
    text = f"系统代办：{described(version)} {days} 天没有人处理，已过期，没有任何变化"
    return f"{text}。要继续请重新提出。编号 {version.number}"

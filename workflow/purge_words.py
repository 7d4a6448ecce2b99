"""How a purge is said: on cards, in answers, and to who proposed it."""

from models import Purge, PurgeStatus
from workflow.rights_words import name_of
from workflow.showing import plain

OUTCOMES = {
    PurgeStatus.APPROVED: "已同意",
    PurgeStatus.REJECTED: "已驳回",
    PurgeStatus.EXPIRED: "已过期",
    PurgeStatus.DONE: "已清理完",
    PurgeStatus.WITHDRAWN: "已撤回",
}


def described(purge: Purge) -> str:
    """Say in one line what is asked for: 清理 华辰互联 2023 年结束的 12 件."""
    return f"清理 {plain(purge.organisation.name)} {ended_in(purge.year)} {purge.cases} 件"


def ended_in(year: int | None) -> str:
    """Say which cases: 2023 年结束的, or all that are due."""
    return f"{year} 年结束的" if year else "全部到期的"


def to_the_proposer(purge: Purge, comment: str) -> str:
    """Tell the proposer what was decided; `comment` as they may read it."""
    follows = "，现在开始逐件清理" if purge.status == PurgeStatus.APPROVED else "，没有任何变化"
    said = f"意见：{comment}。" if comment else ""
    done = f"{name_of(purge.decided_by)} {OUTCOMES[purge.status]}"
    return f"{done}：{described(purge)}{follows}。{said}编号 {purge.number}"


def expired(purge: Purge) -> str:
    """Tell the proposer that nobody answered."""
    days = (purge.expires_at - purge.proposed_at).days
    text = f"系统代办：{described(purge)} 的申请 {days} 天没有人处理，已过期，没有任何变化"
    return f"{text}。要继续请重新提出。编号 {purge.number}"


def finished(purge: Purge, purged: int, held: int, changed: int) -> str:
    """Tell both administrators how it ended; the three numbers add up to what was approved."""
    kept = [f"{held} 件已冻结，保留"] if held else []
    kept += [f"{changed} 件有了新的记录或删除要求，保留"] if changed else []
    text = "；".join([f"清理完成：{plain(purge.organisation.name)} 共 {purge.cases} 件，已清理 {purged} 件", *kept])
    return f"{text}。发「清理证明 {purge.number}」取证明"

"""The words of 留存冻结, 留存清单 and 清理, and of what the workflow refuses about them."""

from collections.abc import Sequence
from datetime import datetime

from models import Hold, Organisation, Purge, PurgeStatus
from workflow.purge_words import OUTCOMES, described
from workflow.rights_words import day, name_of
from workflow.showing import plain

REFUSED = {
    "case-not-found": "没有找到这件案，或不在你的范围内。请写申请号或预约号，例如「留存冻结 Q… 原因 …」",
    "case-purged": (
        "{number} 已清理（{purge}，{day}）：留存期满，经两位管理员同意删除，只有审计日志还在。可发「清理证明 {purge}」"
    ),
    "hold-reason": "{lacks}，至少要 {shortest} 个字。请发「留存冻结 {number} 原因 …」",
    "held-already": "这件案已冻结（{by}，按 {number}），不用再冻结。可发「留存清单」查看",
    "not-held": "{number} 没有冻结。按候选人冻结的，请发「解除冻结 候选人 {number}」；可发「留存清单」查看",
    "nothing-due": "没有到期可清理的案（到期但已冻结、或在等删除资料的 {held} 件）。可发「留存清单」查看",
    "purge-under-way": "这个范围已有清理申请 {number}，还没有结束。请等它办完，可发「留存清单」查看",
    "purge-not-found": "没有找到这条清理申请，或不在你的范围内。可发「留存清单」查看",
    "purge-changed": (
        "内容已变更：提出时 {was} 件，现在 {now} 件，或已不是同样的案，没有清理任何一件。请系统管理员重新提出"
    ),
    "purge-expired": "清理申请 {number} 到期没有处理，已过期，没有任何变化。要继续请提出人重新提出",
    "purge-not-done": "{number} 没有清理过，没有证明。进展可发「留存清单」查看",
    "certificate-not-ready": "{number} 还在清理，证明稍后写成。完成后有通知，也可以过几分钟再发「清理证明 {number}」",
    "own-purge": "自己提出的清理不能自己审批，要由安全管理员决定，请等其处理；进展可发「留存清单」查看",
    "no-purge-decider": "没有能审批的安全管理员，没有提出。请先设置一位绑定了钉钉或企业微信的安全管理员",
}
"""Refusal code → what is true and what to do; filled with the facts of the refusal."""


def overview(
    holds: Sequence[tuple[Hold, str]], counts: Sequence[tuple[Organisation, int]], purges: Sequence[Purge], years: int
) -> str:
    """Write 留存清单 as one message: what is held and why, as its reader may see it, what is due, what is purged."""
    lines = [f"留存清单 · 申请单、审批记录、通知记录从办结起留 {years} 年，审计日志从不缩短"]
    lines.append(f"已冻结 {len(holds)} 件：" if holds else "没有冻结的案。")
    lines += [f"　{_held(each, why)}" for each, why in holds]
    lines.append("可以清理的：" if counts else "没有到期的案。")
    lines += [f"　{plain(each.name)} {count} 件" for each, count in counts]
    lines += [f"　{_running(each)}" for each in purges]
    return "\n".join(lines)


def _held(hold: Hold, why: str) -> str:
    scope = "" if hold.booking_id else "候选人的全部 · "
    by = f"{name_of(hold.set_by)}，{day(hold.set_at)}"
    return f"{hold.number} · {scope}{why}（{by}）"


def _running(purge: Purge) -> str:
    state = "待安全管理员审批" if purge.status == PurgeStatus.PROPOSED else OUTCOMES[purge.status]
    return f"{purge.number} {described(purge)}：{state}"


def placed(hold: Hold) -> str:
    """Say that something is held, and how to end it."""
    scope = "候选人 " if hold.booking_id is None else ""
    what = "这位候选人的全部记录" if hold.booking_id is None else f"{hold.number} 这件案"
    return f"已冻结：{what}在解除之前不会被清理或删除。解除请发「解除冻结 {scope}{hold.number}」"


def proposed(purge: Purge, asked: Sequence[str], until: datetime) -> str:
    """Say who was asked, for what, and until when."""
    names = "、".join(asked)
    return (
        f"已交 {names}（安全管理员）审批：{described(purge)}，名单摘要 {purge.digest[:16]}。"
        f"编号 {purge.number}，{day(until)} 前没有处理会自动过期，同意之前什么都不会删。"
    )

"""The certificate of a purge as a document: what went, what stayed, who agreed, and where the log says so."""

from datetime import datetime

from models import PurgeItem, PurgeOutcome
from platforms.printing.document import Column, Document
from workflow.acting import local
from workflow.certifying import PurgeProof
from workflow.periods import periods
from workflow.purge_words import ended_in
from workflow.rights_words import name_of

COLUMNS = (
    Column("序号", 0.5),
    Column("预约号", 1.35),
    Column("申请号", 1.45),
    Column("日志", 2.1),
    Column("办结（北京）", 1.15),
    Column("结果", 1.2),
    Column("行数", 0.5),
    Column("记录", 0.6),
)
REWRITTEN = "数据库文件在删除之后重写过。备份和 PostgreSQL 自己的 WAL 不在此列，按各自的保留期失效。"
NOT_REWRITTEN = (
    "数据库文件没有重写：本系统用的数据库账号不是表的所有者。请由所有者对上述各表执行 VACUUM FULL；"
    "备份和 PostgreSQL 自己的 WAL 按各自的保留期失效。"
)
RESULTS = {
    PurgeOutcome.PURGED: "已清理",
    PurgeOutcome.HELD: "已冻结，保留",
    PurgeOutcome.CHANGED: "有新记录，保留",
    PurgeOutcome.WAITING: "未处理",
}


def certificate_document(proof: PurgeProof, now: datetime, *, rewritten: bool) -> Document:
    """Return the printed certificate; no candidate's name or number to call is on it."""
    purge = proof.purge
    title = f"清理证明 · {purge.number}"
    return Document(
        title=title,
        facts=_facts(proof, now),
        columns=COLUMNS,
        rows=tuple(_row(place, each) for place, each in enumerate(proof.items, start=1)),
        notes=_notes(proof, rewritten=rewritten),
        footer=f"守约 · {title} · 出具于 {local(now):%Y-%m-%d %H:%M}",
        watermark=purge.number,
        made_at=local(now),
        subject=f"{purge.organisation.name}（{purge.organisation.path}）",
    )


def _facts(proof: PurgeProof, now: datetime) -> tuple[tuple[str, str], ...]:
    purge, counts = proof.purge, proof.counts
    kept = counts[PurgeOutcome.HELD] + counts[PurgeOutcome.CHANGED]
    assert purge.decided_at is not None
    assert purge.done_at is not None
    return (
        ("编号", purge.number),
        ("单位", f"{purge.organisation.name}（{purge.organisation.path}）及下属单位"),
        ("范围", f"{ended_in(purge.year)}，办结已满 {periods().records_years} 年"),
        ("件数", f"同意 {purge.cases} 件：已清理 {counts[PurgeOutcome.PURGED]} 件，保留 {kept} 件"),
        ("提出", f"{name_of(purge.proposer)}（系统管理员），{local(purge.proposed_at):%Y-%m-%d %H:%M}"),
        ("同意", f"{name_of(purge.decided_by)}（安全管理员），{local(purge.decided_at):%Y-%m-%d %H:%M}"),
        ("完成", f"{local(purge.done_at):%Y-%m-%d %H:%M}（北京时间）"),
        ("出具", f"{local(now):%Y-%m-%d %H:%M:%S}（北京时间）"),
        ("名单摘要", purge.digest),
    )


def _row(place: int, item: PurgeItem) -> tuple[str, ...]:
    return (
        str(place),
        item.number,
        "、".join(item.requests) or "—",
        item.log,
        f"{local(item.ended_at):%Y-%m-%d}",
        RESULTS[item.outcome],
        str(item.rows) if item.rows else "—",
        str(item.seq) if item.seq else "—",
    )


def _notes(proof: PurgeProof, *, rewritten: bool) -> tuple[str, ...]:
    log, point = proof.purge.organisation.origin, proof.checkpoint
    return (
        "“已清理”的每一件，其申请单、证明材料、审批记录、通知记录、预约和检索词都已从数据库删除；"
        "候选人的最后一件清理时，本人的资料、联系方式和承诺值的密钥一并删除。「行数」是删除的数据行数。",
        REWRITTEN if rewritten else NOT_REWRITTEN,
        "审计日志没有改动：「记录」一栏是该件清理在「日志」一栏所写的日志里的位置，那一条写有所删行的摘要。",
        f"本次清理自己的记录在 {log}，原文按记录号依次连接、每条后加一个换行，SHA-256 是 {proof.lines}。",
        f"检查点：{log} 前 {point.size} 条，代码 {point.code}。",
        "本文件带数字签名（PAdES），改动任何一处，签名即失效；签名只证明文件出自本系统后未被改动。",
    )

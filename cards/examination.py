"""完整性检查 and 合规体检 in words, for a chat, a print and the command line."""

from collections.abc import Sequence

ITEMS = {
    "chain": ("审计日志完好", "停止运行，保留现场，运行 audit verify"),
    "agrees": ("数据库和审计日志一致", "以日志为准：保留现场，运行完整性检查看哪一项、第几条"),
    "told": ("候选人已告知", "给候选人打电话，再回复「已电话告知 Q…」"),
    "evidence": ("证明材料齐全", "向申请人要原件；打不开的从备份找回"),
    "records": ("申请单、审批记录和四项齐全", "按审计日志查明，写明情况附卷"),
    "late": ("审批及时（24 小时内）", "催办，或请审批人发「委托 姓名 至 …」"),
    "anchors": ("日志有外面的人留存", "给审计绑定钉钉或企业微信，或配审计群、见证人、时间戳：docs/audit/anchors.md"),
    "archive": ("办结的已归档", "发「归档状态 Q…」看原因，再发「重新归档 Q…」"),
    "keys": ("密钥只有本程序能读", "改文件权限，或运行 setup"),
    "backup": ("8 天内有备份", "按 docs/operating.md 备份"),
    "clock": ("本机时钟准", "运行 check，打开时间同步"),
    "retention": ("留存年限不短于 3 年和 5 年", "改 retention 一段"),
    "separation": ("三员分立", "按「权限」核对，用「授权」「收回授权」改"),
}
"""Each item of the score, and what to do where it is not in order."""

DISCLAIMER = "这是按公开的权重做的自查，帮助发现缺口，不是任何认证，也不代替审计意见。"


def points(tenths: int) -> str:
    """Return points as people write them: 20, 13.5."""
    return f"{tenths // 10}" if tenths % 10 == 0 else f"{tenths // 10}.{tenths % 10}"


def some(bad: Sequence[str], most: int) -> str:
    """Name the first few of what is not in order, and count the rest."""
    unique = list(dict.fromkeys(bad))
    rest = f" 等 {len(unique)} 处" if len(unique) > most else ""
    return "、".join(unique[:most]) + rest

"""What is wrong with a log, in Chinese: `reason` of a finding stays English for programs (docs/audit/format.md)."""

import re
from collections.abc import Callable

WHOSE = (
    (r"the checkpoint of (\S+)", "检查点 {0}"),
    (r"the checkpoint in (.+)", "文件 {0} 里的检查点"),
    (r"a checkpoint", "检查点"),
    (r"the cosignature of (.+)", "见证人 {0} 的签名"),
    (r"the time stamp of (.+)", "{0} 的时间戳"),
    (r"record (\d+) of (\S+)", "日志 {1} 第 {0} 条"),
)
"""Who vouches for a part of a log."""

WRONG = (
    (r"record (\d+) comes next", "缺这一条，接下来就是第 {0} 条"),
    (r"not canonical JSON", "这一行不是规范的 JSON"),
    (r"the line names another number or log", "这一行写的是别的记录号，或别的日志"),
    (r"prev does not match (\d+)", "和第 {0} 条接不上，其中一条改过"),
    (r"the columns beside the line say something else", "旁边的索引列（时间、类型、对象）和这一行写的不一样"),
    (
        r"the head names a checkpoint of (\d+) records, the last has (\d+)",
        "日志头说签名到第 {0} 条，最后的检查点到第 {1} 条",
    ),
    (r"the head names (\d+) records", "缺这一条：日志头说有 {0} 条"),
    (r"is not covered by the head, which names (\d+) records", "这一条是多出来的：日志头说只有 {0} 条"),
    (r"the head names another digest", "日志头记的摘要和这一条的不一样"),
    (r"the checkpoint of (\d+) records has no valid signature of its log", "前 {0} 条的检查点没有这本日志的有效签名"),
    (r"what is stored beside the checkpoint of (\d+) records cannot be read", "前 {0} 条的检查点旁边存的内容读不了"),
    (
        r"what is stored beside the checkpoint of (\d+) records says something else",
        "前 {0} 条的检查点和旁边存的内容不一样",
    ),
    (r"the checkpoint of (\d+) records is not in the log (\S+)", "前 {0} 条的检查点没有记在日志 {1} 里"),
    (
        r"(.+) is about another checkpoint of (\d+) records than the one in the store",
        "{0}说的是前 {1} 条的另一个检查点，不是现在存着的",
    ),
    (r"(.+), over (\d+) records, has another root", "{0}（前 {1} 条）和现在的前 {1} 条不是同样的内容"),
    (r"(.+) names a checkpoint of (\d+) records, which is no longer there", "{0}说到前 {1} 条的检查点，现在没有了"),
    (r"(.+) covers (\d+) records", "缺这一条：{0}盖到第 {1} 条"),
)
"""What a walk can find, the more exact forms first."""

PLACE = re.compile(r"record \d+(?: is missing)?:? ")
WHERE = re.compile(r"; the change lies in records (\d+) to (\d+)$")


def said(reason: str) -> str:
    """Return the reason of a finding in Chinese, without its place; one that is not known stays as it is."""
    where = WHERE.search(reason)
    found = _worded(PLACE.sub("", reason[: where.start()] if where else reason, count=1), WRONG, _whose)
    return f"{found}；改动在第 {where[1]} 到 {where[2]} 条之间" if where else found


def _whose(part: str) -> str:
    return part if part.isdigit() else _worded(part, WHOSE, str)


def _worded(text: str, forms: tuple[tuple[str, str], ...], part: Callable[[str], str]) -> str:
    for pattern, words in forms:
        if match := re.fullmatch(pattern, text):
            return words.format(*(part(each) for each in match.groups()))
    return text


def bad(log: str, first_bad: int, reason: str) -> str:
    """Name the first bad record of a log and what is wrong with it."""
    return f"审计日志 {log} 第 {first_bad} 条不对：{said(reason)}"


def not_a_proof(log: str, first_bad: int | None) -> list[str]:
    """Say above a timeline that it proves nothing, where one of its records does not fit the lines beside it."""
    if first_bad is None:
        return []
    return [
        f"注意：审计日志 {log} 第 {first_bad} 条和前后接不上，这本日志改过，下面的不能当作证明。"
        "请保留现场，由审计运行 audit verify。"
    ]

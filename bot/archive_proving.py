"""Whether the metadata of a package say what its signed records say: time, reason, operator, approvers, result.

Both are read from the package itself, so that nothing is called proven that a reader of it could not prove.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from lxml import etree

from bot.archive_checks import AUTHENTIC, Check
from bot.archive_xml import NAMESPACE, moment
from models import RequestStatus, Role, StepStatus
from workflow.archive_metadata import ANSWERS, MANDATORY, NOBODY, ORIGINS, RESULTS
from workflow.archive_words import UNPROVEN
from workflow.reasons import REASONS
from workflow.showing import plain
from workflow.testimony import Line, Testimony, told_over
from workflow.views import ROLE_LABELS

TIME, REASON, OPERATOR, APPROVER = (UNPROVEN[each] for each in MANDATORY)
RESULT = "unproven-result"
LABELS = {TIME: "取消时间", REASON: "原因", OPERATOR: "操作人", APPROVER: "审批人", RESULT: "办理结果"}
UNANSWERED = ("未决定", "未到审批", ANSWERS[StepStatus.SKIPPED], ANSWERS[StepStatus.VOIDED])
NAMES = "代号与记录相同；姓名取自员工表"


@dataclass(frozen=True)
class Pair:
    """What a field says and what the records say, both as texts, and the records' numbers."""

    there: str
    said: str
    seqs: tuple[int, ...]


def proven(number: str, document: bytes, lines: Iterable[Line]) -> Iterator[Check]:
    """Hold the fields of the metadata against the records of the package."""
    told = told_over(number, lines)
    if told is None or told.ended is None or told.status.value not in RESULTS:
        lacks = "没有发起的记录" if told is None else f"日志第 {told.filed.seq} 条发起，没有办结的记录"
        yield from (Check(AUTHENTIC, code, about, False, lacks) for code, about in LABELS.items())
        return
    root = etree.fromstring(document, etree.XMLParser(resolve_entities=False, no_network=True))
    for code, pair in _pairs(_Fields(root), told, told.ended.value, told.ended.seq).items():
        yield _check(code, pair)


def _check(code: str, pair: Pair) -> Check:
    good, places = pair.there == pair.said, "、".join(str(each) for each in pair.seqs)
    if good:
        added = f"（{NAMES}）" if code in (OPERATOR, APPROVER) else ""
        return Check(AUTHENTIC, code, LABELS[code], True, f"与日志第 {places} 条记录相同{added}")
    said = f"元数据写的是「{pair.there}」，日志第 {places} 条记录的是「{pair.said}」"
    return Check(AUTHENTIC, code, LABELS[code], False, said)


def _pairs(fields: "_Fields", told: Testimony, ended: str, seq: int) -> Mapping[str, Pair]:
    reason, filed = REASONS.get(str(told.reason.value)), told.filed.seq
    answers = sorted(told.answers.values(), key=lambda each: each.seq)
    cancelled = told.status.value == RequestStatus.CARRIED_OUT
    kind = "取消生效" if cancelled else "办结，未取消"
    origin, who = ORIGINS.get(told.origin.value, ""), str(told.operator.value)
    words = f"{reason.label if reason else '未填写'} {told.reason.value} {origin}"
    return {
        TIME: Pair(fields.text("取消时间", "性质"), f"{_moment(ended)} {kind}", (seq,)),
        REASON: Pair(fields.text("原因", "代码", "责任来源"), words, (told.reason.seq,)),
        OPERATOR: Pair(fields.marks("操作人", "代号", "类型"), f"{who} {_kind(who)}", (told.operator.seq,)),
        APPROVER: Pair(
            fields.chain(), "；".join(sorted(_chain(told))), tuple(each.seq for each in answers) or (filed,)
        ),
        RESULT: Pair(fields.text("办理结果"), RESULTS[told.status.value], (told.status.seq,)),
    }


def _chain(told: Testimony) -> Iterator[str]:
    """Yield each answer as the metadata have to say it; one that a cancellation lacks is said to be in no record."""
    if not told.plans:
        rule = plain(str(told.policy.value.get("rule", "")))
        yield f"系统（规则 {rule}） 0  system 无需审批 "
    for each in told.answers.values():
        words = ROLE_LABELS[Role(each.role)], each.by, ANSWERS[each.answer], _moment(each.at)
        yield " ".join([str(each.level), *words])
    if told.status.value == RequestStatus.CARRIED_OUT:
        yield from (f"{level} {told.plans[level - 1].name} 没有足够答复的记录" for level in told.unanswered)


class _Fields:
    """Reads the fields of the metadata as texts that can be laid beside the records."""

    def __init__(self, root: etree._Element) -> None:
        self._root = root

    def text(self, tag: str, *marks: str) -> str:
        """Return the text of an element and these attributes."""
        return "；".join(" ".join([each.text or "", *_marks(each, marks)]) for each in self._all(tag))

    def marks(self, tag: str, *marks: str) -> str:
        """Return these attributes alone: a name is no part of the log."""
        return "；".join(" ".join(_marks(each, marks)) for each in self._all(tag))

    def chain(self) -> str:
        """Return who answered what; a place that names nobody claims nothing."""
        return "；".join(sorted(_place(each) for each in self._all("审批人") if not _is_open(each)))

    def _all(self, tag: str) -> list[etree._Element]:
        return list(self._root.iter(f"{{{NAMESPACE}}}{tag}"))


def _marks(element: etree._Element, names: Iterable[str]) -> list[str]:
    return [str(element.get(name, "")) for name in names]


def _place(element: etree._Element) -> str:
    marks = _marks(element, ("级次", "角色", "代号", "意见", "时间"))
    named = [element.text or ""] if element.get("类型") == "系统" else []
    return " ".join([*named, *marks])


def _is_open(element: etree._Element) -> bool:
    nobody = (element.text, element.get("代号"), element.get("时间")) == (NOBODY.name, NOBODY.pseudonym, None)
    return nobody and element.get("意见") in UNANSWERED


def _kind(who: str) -> str:
    return {"u": "员工", "c": "候选人"}.get(who[:2].rstrip("_"), "系统")


def _moment(text: str) -> str:
    return moment(datetime.fromisoformat(text))

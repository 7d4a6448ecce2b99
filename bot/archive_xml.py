"""The XML in an archive package: metadata and the report of the four checks, and whether they fit our schema."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path

from lxml import etree

from bot.archive_checks import Check, verdict_of
from workflow.acting import local
from workflow.archive_metadata import Decider, Metadata, Remark

NAMESPACE = "urn:shouyue:archive:1"
SCHEMA = Path(__file__).parent.parent / "docs" / "archive" / "shouyue-archive-1.xsd"


@dataclass(frozen=True)
class Fonds:
    """What the archive decides, not the case: fonds number, how long it keeps, and how secret it is."""

    number: str
    keeps: str
    secrecy: str


@dataclass(frozen=True)
class LogPart:
    """Which records of which log stand in the package; `digest` is over their lines, each with its LF."""

    name: str
    records: int
    digest: str
    size: int
    code: str


def metadata_file(found: Metadata, fonds: Fonds, log: LogPart) -> bytes:
    """Return the metadata as XML; what is missing is left out, and the schema will say so."""
    root = etree.Element(_name("归档元数据"), {"版本": "1"}, {None: NAMESPACE})  # type: ignore[dict-item]
    _archival(etree.SubElement(root, _name("档案")), found, fonds)
    _business(etree.SubElement(root, _name("业务")), found)
    part = etree.SubElement(root, _name("日志"))
    _texts(
        part,
        {
            "名称": log.name,
            "记录数": str(log.records),
            "记录摘要": log.digest,
            "检查点条数": str(log.size),
            "存证码": log.code,
        },
    )
    return _written(root)


def _archival(part: etree._Element, found: Metadata, fonds: Fonds) -> None:
    _texts(
        part,
        {
            "全宗号": fonds.number,
            "全宗名称": found.unit,
            "单位路径": found.path,
            "年度": f"{local(found.formed_at):%Y}",
            "件号": found.number,
            "题名": found.title,
            "责任者": found.unit,
            "形成时间": moment(found.formed_at),
            "保管期限": fonds.keeps,
            "密级": fonds.secrecy,
        },
    )


def _business(part: etree._Element, found: Metadata) -> None:
    _texts(
        part,
        {
            "申请号": found.request,
            "预约号": found.booking,
            "候选人": found.candidate,
            "岗位": found.position,
            "面试时间": moment(found.interview_at),
            "办理结果": found.result,
        },
    )
    if found.cancelled_at:
        kind = "取消生效" if found.cancelled else "办结，未取消"
        _text(part, "取消时间", moment(found.cancelled_at), {"性质": kind})
    if found.reason:
        _text(part, "原因", found.reason, {"代码": found.reason_code, "责任来源": found.origin})
    if found.reason_words:
        _text(part, "原因说明", found.reason_words)
    if found.operator:
        who = found.operator
        _text(part, "操作人", who.name, {"代号": who.pseudonym, "类型": who.kind})
    for each in found.deciders:
        _text(part, "审批人", each.person.name, _decision(each))
    for remark in found.remarks:
        _text(part, "附言", remark.words, _beside(remark))


def _decision(each: Decider) -> dict[str, str]:
    said = {"代号": each.person.pseudonym, "类型": each.person.kind, "级次": str(each.level), "角色": each.role}
    return {**said, "意见": each.answer, **({"时间": moment(each.at)} if each.at else {})}


def _beside(remark: Remark) -> dict[str, str]:
    who = remark.person
    said = {"记录": str(remark.seq), "事项": remark.what, "姓名": who.name, "代号": who.pseudonym}
    return {**said, "时间": moment(remark.at)}


def report_file(number: str, at: datetime, checks: Sequence[Check]) -> bytes:
    """Return the report of the four checks as XML."""
    root = etree.Element(_name("四性检测"), {"版本": "1"}, {None: NAMESPACE})  # type: ignore[dict-item]
    _texts(root, {"件号": number, "检测时间": moment(at), "结论": verdict_of(checks)})
    for each in checks:
        part = etree.SubElement(root, _name("检测项"), {"性质": each.nature, "代码": each.code})
        _texts(part, {"对象": each.about, "结果": each.verdict, "说明": each.said})
    return _written(root)


def moment(at: datetime) -> str:
    """Return a moment in Asia/Shanghai, to the second, as the schema wants it."""
    return local(at).isoformat(timespec="seconds")


def faults_of(document: bytes) -> list[str]:
    """Return what of a document does not fit the schema, in the words of the validator; nothing when all does."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True)
    try:
        tree = etree.fromstring(document, parser)
    except etree.XMLSyntaxError as wrong:
        return [str(wrong)]
    try:
        _schema().assertValid(tree)
    except etree.DocumentInvalid as wrong:
        return [str(wrong)]
    return []


@cache
def _schema() -> etree.XMLSchema:
    return etree.XMLSchema(etree.fromstring(SCHEMA.read_bytes()))


def _name(tag: str) -> str:
    return f"{{{NAMESPACE}}}{tag}"


def _texts(parent: etree._Element, texts: dict[str, str]) -> None:
    for tag, text in texts.items():
        _text(parent, tag, text)


def _text(parent: etree._Element, tag: str, text: str, attributes: dict[str, str] | None = None) -> None:
    etree.SubElement(parent, _name(tag), attributes or {}).text = text


def _written(root: etree._Element) -> bytes:
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)

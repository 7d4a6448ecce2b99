"""A refusal is one sentence: what is true now, what to do next, and the reference of the record."""

import ast
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from handlers import evidence_words
from handlers.reading.asides import wants_person
from handlers.refusals import INCOMPLETE, NOT_RESTORABLE, OTHERWISE, STATES, sentence, to_candidate
from models import BookingStatus, RequestStatus, Role
from workflow.errors import AlreadyDecided, Invalid, Missing, NotAllowed, NotFound, NotNow, NotYours, Refusal, Stale

AT = datetime(2026, 11, 24, 2, 15, tzinfo=UTC)
CASES: list[tuple[Refusal, str]] = [
    (NotFound(what="booking"), "没有找到，或不在你的范围内"),
    (NotAllowed(permission="booking:cancel"), "你没有这个权限"),
    (NotAllowed("own-request"), "自己发起的申请不能自己审批"),
    (NotYours(approver="陈敏"), "此单由 陈敏 处理"),
    (AlreadyDecided("已同意", "陈敏", AT), "陈敏 于 10:15 已同意，未重复执行"),
    (AlreadyDecided("已取消"), "已取消，未重复执行"),
    (AlreadyDecided("申请中", "Q20261124-007", AT), "已在办理取消：申请 Q20261124-007（10:15 提出），未重复执行"),
    (NotNow("in-grace", number="Q20261124-007", until="10:16"), "请在 10:16 前发「撤销 Q20261124-007」"),
    (NotAllowed(permission="booking:read"), "看不到候选人和面试"),
    (Stale(number="Q20261124-007"), "卡片已更新，请看过再点"),
    (NotNow(state="grace-over"), "可撤销的时间已过"),
    (Stale(changes="新增证明材料 1 份"), "你看过以后：新增证明材料 1 份。请看过更新后的卡片"),
    (NotNow("started", number="Y20261124-481", when="11月25日 周三 15:00"), "11月25日 周三 15:00 的面试已到开始时间"),
    (NotNow("followed", approver="赵国强", what="已同意"), "赵国强 在你之后已同意，你的意见不能再收回"),
    (NotNow(state="undone"), "申请已撤销，面试照常"),
    (NotNow(state="never-heard-of"), "现在不能这样做"),
    (Missing(what="reason"), "还没有选取消原因"),
    (Missing(what="reason-text", shortest=4), "至少 4 个字"),
    (Missing(what="approver", role=str(Role.LEADER)), "没有可用的分管领导审批人"),
    (Missing(what="approver", role="unheard-of"), "没有可用的审批人，"),
    (Missing(what="votes-named", step="纪检", need=2), "「纪检」要 2 人同意，没有人可审，管理员只能指定 1 位"),
    (Missing(what="still-needed", number="Q20261124-007"), "请先选岗位是否仍需招聘"),
    (Missing(what="reject-reason", number="Q20261124-007"), "驳回 Q20261124-007 岗位仍缺人"),
    (Invalid(what="reason", value="x"), "不在可选范围内"),
    (Invalid("evidence-type", allowed="PNG、JPG 图片或 PDF"), "请发 PNG、JPG 图片或 PDF"),
    (Invalid("evidence-size", most_mb=10), "最多 10 MB"),
    (Invalid("evidence-pixels", most=6000), "最多 6000 万像素"),
]


@pytest.mark.parametrize(
    ("refusal", "says"), CASES, ids=[f"{place}-{case[0].code}" for place, case in enumerate(CASES)]
)
def test_each_refusal_says_what_is_true_and_carries_its_reference(refusal: Refusal, says: str) -> None:
    text = sentence(refusal, "E1A2B3")
    assert says in text
    assert text.endswith("。编号 E1A2B3")
    assert not re.search("None|您|[a-z]+_[a-z]+", text)


@pytest.mark.parametrize("state", [*BookingStatus, *RequestStatus])
def test_every_state_that_can_stand_in_the_way_has_its_sentence(state: str) -> None:
    passable = {"scheduled", "confirmed", "refused"}  # nothing is refused because of these
    assert (str(state) in STATES) is (str(state) not in passable)


def test_what_was_done_before_is_not_called_undone() -> None:
    assert not sentence(AlreadyDecided("已同意", "陈敏", AT), "E1").startswith("没有办理")
    assert sentence(NotFound(what="request"), "E1").startswith("没有办理：")


ROOT = Path(__file__).parents[3]
REFUSALS = {"NotFound", "NotAllowed", "NotYours", "Stale", "NotNow", "Missing", "Invalid"}
KINDS: dict[str, type[Refusal]] = {
    each.__name__: each for each in (NotFound, NotAllowed, NotYours, Stale, NotNow, Missing, Invalid)
}
FACTS: dict[str, object] = {
    "approver": "陈敏",
    "at": AT,
    "what": "已同意",
    "who": "李雷",
    "has": "审计",
    "wanted": "HR",
    "role": "leader",
    "version": 9,
    "scene": "开始前两小时内",
    "because": "候选人多半已在路上",
    "number": "Q20261124-007",
    "when": "11月25日 周三 15:00",
    "until": "10:16",
    "allowed": "PNG",
    "most_mb": 10,
}


def raised() -> Iterator[Refusal]:
    """Make every refusal whose code, state or missing thing is written in the source, or in a kind of proposal."""
    for path in sorted([*ROOT.glob("workflow/*.py"), *ROOT.glob("handlers/*.py")]):
        for node in ast.walk(ast.parse(path.read_text())):
            if not isinstance(node, ast.Call):
                continue
            if isinstance(node.func, ast.Name) and node.func.id in REFUSALS and not _is_named_elsewhere(node):
                yield _made(node, KINDS[node.func.id])
            elif isinstance(node.func, ast.Attribute) and node.func.attr == "Kind":
                yield from _of_a_proposal(node)


def _is_named_elsewhere(node: ast.Call) -> bool:
    return any(isinstance(each, ast.Attribute) for each in node.args)


def _of_a_proposal(node: ast.Call) -> Iterator[Refusal]:
    """Make the refusals that a `workflow.proposals.Kind` names."""
    named = {"nobody": Missing, "late": NotNow, "absent": NotFound}
    for each in node.keywords:
        if each.arg in named and isinstance(each.value, ast.Constant):
            yield named[each.arg](str(each.value.value), **{**FACTS})


def _made(node: ast.Call, kind: type[Refusal]) -> Refusal:
    code = next((str(each.value) for each in node.args if isinstance(each, ast.Constant)), "")
    said = {each.arg: each.value.value for each in node.keywords if each.arg and isinstance(each.value, ast.Constant)}
    names = {each.arg for each in node.keywords if each.arg}
    if kind is NotNow and not code and "state" not in said:
        said["state"] = "cancelled"  # the state of something: each is in the next test
    return kind(code, **{**{key: FACTS.get(key, "某") for key in names | set(FACTS) - {"what"}}, **said})


EVERY = {(each.code, str(each.facts.get("state", "")), str(each.facts.get("what", ""))): each for each in raised()}


def test_the_source_has_been_read() -> None:
    assert len(EVERY) > 35
    assert {"started", "role-lost", "in-grace", "may-not-cancel"} <= {code for code, _, _ in EVERY}


@pytest.mark.parametrize("key", sorted(EVERY), ids="/".join)
def test_every_refusal_in_the_source_says_what_is_true_and_what_to_do_next(key: tuple[str, str, str]) -> None:
    text = sentence(EVERY[key], "E1A2B3")
    assert OTHERWISE not in text
    assert INCOMPLETE not in text
    assert re.search("「|请|不用|之后", text), text
    assert text.endswith("编号 E1A2B3")
    assert not re.search(r"None|您|\{|[a-z]+_[a-z]+", text.replace("audit.post_group", ""))
    assert "。。" not in text


@pytest.mark.parametrize("state", sorted(STATES))
def test_every_state_says_what_to_do_next(state: str) -> None:
    assert re.search("「|请|不用|之后", STATES[state])


def test_a_candidate_reads_nothing_of_how_we_work_inside() -> None:
    for refusal in (NotNow(state="cancelled"), NotFound(what="booking"), NotNow(state="unheard-of")):
        text = to_candidate(refusal, "E1")
        assert "请直接回复" in text
        assert text.endswith("编号 E1")
        assert not re.search("「|申请|HR|权限", text)


@pytest.mark.parametrize("state", BookingStatus)
def test_what_cannot_be_restored_is_said_as_it_stands(state: str) -> None:
    stands = {"scheduled", "confirmed"}
    text = sentence(NotNow("not-restorable", state=str(state)), "E1A2B3")
    assert (NOT_RESTORABLE["scheduled"] in text) is (str(state) in stands)
    assert "已接到通知" not in text


SENT = {"seen": "pdf", "allowed": "PNG", "most_mb": 10, "most": 2, "number": "Q20261124-007"}


@pytest.mark.parametrize("code", [*evidence_words.WHY, "kind"])
def test_a_candidate_is_told_once_that_a_file_was_not_kept_and_nothing_only_colleagues_can_do(code: str) -> None:
    for seen in ("pdf", "office", "heard-of-never"):
        text = evidence_words.to_candidate(Invalid(f"{evidence_words.PREFIX}{code}", **{**SENT, "seen": seen}))
        assert text.count("没有保存") == 1
        assert not re.search("你|HR|申请|撤回|规则|规范", text)


def test_a_candidate_at_the_limit_is_told_a_word_that_is_read() -> None:
    said = evidence_words.to_candidate(Invalid("evidence-most", **SENT))
    assert said.startswith("您登记 Q20261124-007 的证明已有 2 份，到上限了，这一份没有保存")
    word = re.search("请回复「(.+?)」", said)
    assert word is not None
    assert wants_person(word[1])


@pytest.mark.parametrize("code", [*evidence_words.WHY, "kind", "never-heard-of"])
def test_why_a_piece_is_not_drawn_is_said_without_a_code(code: str) -> None:
    said = evidence_words.undrawn(code)
    assert re.findall("[A-Za-z]+", said) == ["HR"]
    assert "收到的原件原样存着，HR 或审计可在证据包里取得" in said

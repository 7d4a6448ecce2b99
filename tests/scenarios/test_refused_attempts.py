"""What lacks evidence, an approver or the right is refused with the reason, and who tried stands in the audit trail.

Each by card and by text, in DingTalk and in WeCom.
"""

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import pytest

from models import AuditRecord, CancellationRequest, Employee, Role
from tests.scenarios.company import Company
from tests.scenarios.steps import (
    PNG,
    asked_for_evidence,
    at_the_desk,
    given_role,
    left_the_company,
    on_the_table,
    recorded,
    request_number,
    state_of,
    whole_logs,
)

__all__ = ["whole_logs"]
NEEDED = {"still_needed": "no"}
Tries = Callable[[Company], Awaitable[None]]


@dataclass(frozen=True)
class Case:
    """One way to try: who does, what they are told, and what the log and the auditor's timeline say of it."""

    tries: Tries
    who: str
    told: tuple[str, ...]
    why: str
    said: str


async def confirm_card(company: Company, who: str) -> dict[str, Any]:
    """Let somebody ask for 马超's cancellation; returns the card that wants their confirmation."""
    await company.says(who, "取消 马超 原因 岗位暂停")
    return await company.card(who, "待你确认", "马超")


async def filed_in_wecom(company: Company) -> dict[str, Any]:
    """Let 李娜, in WeCom, file a request that waits for evidence; returns the card as it was when she confirmed."""
    await given_role(company, "lina", Role.HR)
    card = await confirm_card(company, "lina")
    await company.taps("lina", card, "submit")
    await company.card("lina", "待补证明")
    return card


async def number_now() -> str:
    """Return the number of the one request."""
    return str((await CancellationRequest.get()).number)


async def presses_submit_without_evidence(company: Company) -> None:
    card = await confirm_card(company, "liuyang")
    await company.taps("liuyang", card, "submit")
    await company.card("liuyang", "待补证明")
    await company.taps("liuyang", card, "submit", force=True)


async def types_submit_without_evidence(company: Company) -> None:
    await asked_for_evidence(company)
    await company.says("liuyang", f"提交 {await number_now()}")


async def presses_submit_without_evidence_in_wecom(company: Company) -> None:
    await company.taps("lina", await filed_in_wecom(company), "submit", force=True)


async def types_submit_without_evidence_in_wecom(company: Company) -> None:
    await filed_in_wecom(company)
    await company.says("lina", f"提交 {await number_now()}")


async def types_consent_without_evidence(company: Company) -> None:
    await asked_for_evidence(company)
    await company.says("chenmin", f"同意 {await number_now()} 不再招聘")


async def types_consent_without_evidence_in_wecom(company: Company) -> None:
    await asked_for_evidence(company)
    await company.says("zhaoguoqiang", f"同意 {await number_now()}")


EVIDENCE_LACKS = ("没有办理", "还差证明，没有交给审批人", "编号 E")
WITHOUT_EVIDENCE = {
    "card-dingtalk": Case(
        presses_submit_without_evidence, "liuyang", EVIDENCE_LACKS, "needs-evidence", "提交（还没有证明）"
    ),
    "text-dingtalk": Case(
        types_submit_without_evidence, "liuyang", EVIDENCE_LACKS, "needs-evidence", "打字（还没有证明）"
    ),
    "card-wecom": Case(
        presses_submit_without_evidence_in_wecom, "lina", EVIDENCE_LACKS, "needs-evidence", "提交（还没有证明）"
    ),
    "text-wecom": Case(
        types_submit_without_evidence_in_wecom, "lina", EVIDENCE_LACKS, "needs-evidence", "打字（还没有证明）"
    ),
    "approver-dingtalk": Case(
        types_consent_without_evidence, "chenmin", ("没有办理", "等证明", "编号 E"), "not-now", "打字（申请还没有证明）"
    ),
    "approver-wecom": Case(
        types_consent_without_evidence_in_wecom,
        "zhaoguoqiang",
        ("没有办理", "等证明", "编号 E"),
        "not-now",
        "打字（申请还没有证明）",
    ),
}


async def presses_another_ones_card(company: Company) -> None:
    card = await on_the_table(company)
    await company.taps("liuyang", card, "approve", NEEDED, force=True)


async def types_consent_to_another_ones_step(company: Company) -> None:
    card = await on_the_table(company)
    await company.says("liuyang", f"同意 {request_number(card)} 不再招聘")


async def leaders_card(company: Company) -> dict[str, Any]:
    """Take a case to 赵国强's card in WeCom."""
    await company.taps("chenmin", await on_the_table(company), "approve", NEEDED)
    return await company.card("zhaoguoqiang", "待你审批", "3/3")


async def presses_another_ones_card_in_wecom(company: Company) -> None:
    await given_role(company, "lina", Role.HR)
    await company.taps("lina", await leaders_card(company), "approve", force=True)


async def types_consent_to_another_ones_step_in_wecom(company: Company) -> None:
    await given_role(company, "lina", Role.HR)
    await company.says("lina", f"同意 {request_number(await leaders_card(company))}")


async def presses_a_card_of_a_strange_case(company: Company) -> None:
    await company.taps("helin", await leaders_card(company), "approve", force=True)


async def types_consent_to_a_strange_case(company: Company) -> None:
    await company.says("helin", f"同意 {request_number(await leaders_card(company))}")


DEPARTMENTS, LEADERS = ("此单由 陈敏 处理", "编号 E"), ("此单由 赵国强 处理", "编号 E")
WITHOUT_THE_RIGHT = {
    "card-dingtalk": Case(presses_another_ones_card, "liuyang", DEPARTMENTS, "not-yours", "同意（不是其经办）"),
    "text-dingtalk": Case(
        types_consent_to_another_ones_step, "liuyang", DEPARTMENTS, "not-yours", "打字（不是其经办）"
    ),
    "card-wecom": Case(presses_another_ones_card_in_wecom, "lina", LEADERS, "not-yours", "同意（不是其经办）"),
    "text-wecom": Case(types_consent_to_another_ones_step_in_wecom, "lina", LEADERS, "not-yours", "打字（不是其经办）"),
    "card-elsewhere": Case(
        presses_a_card_of_a_strange_case, "helin", ("不是给你的", "编号 E"), "not-now", "同意（按钮已失效）"
    ),
    "text-elsewhere": Case(
        types_consent_to_a_strange_case, "helin", ("没有找到", "编号 E"), "not-found", "打字（没有找到）"
    ),
}


async def trail(who: str, why: str) -> AuditRecord:
    """Return the one record of a refused attempt, which is this person's and has this reason."""
    record = await AuditRecord.get(action="attempt.refused")
    line = json.loads(record.line)
    person = await Employee.get(key=who)
    assert (line["ok"], line["why"], line["actor"]["sub"]) == (False, why, f"u_{person.id.hex[:16]}")
    return record


async def auditor_reads(company: Company, case: Case, number: str) -> None:
    """Check that the group's auditor, in the timeline, reads who tried what and why nothing came of it."""
    await company.says("sunjing", f"时间轴 {number}")
    told = (await company.sees("sunjing", f"时间轴 · {number}"))["text"]
    name = str((await Employee.get(key=case.who)).name)
    [line] = [each for each in told.splitlines() if "被拒绝的操作" in each]
    assert name in line
    assert case.said in line


@pytest.mark.parametrize("case", WITHOUT_EVIDENCE.values(), ids=list(WITHOUT_EVIDENCE))
async def test_what_lacks_evidence_goes_to_nobody_and_who_tried_is_on_record(company: Company, case: Case) -> None:
    await case.tries(company)
    await company.sees(case.who, *case.told)
    number = await number_now()
    record = await trail(case.who, case.why)
    assert (record.log, record.subject) == ("shouyue/huachen/heavy", number)
    assert (await CancellationRequest.get()).status == "awaiting_evidence"
    await auditor_reads(company, case, number)


@pytest.mark.parametrize("case", WITHOUT_THE_RIGHT.values(), ids=list(WITHOUT_THE_RIGHT))
async def test_who_has_no_right_decides_nothing_and_who_tried_is_on_record(company: Company, case: Case) -> None:
    await case.tries(company)
    await company.sees(case.who, *case.told)
    number = await number_now()
    before = (await recorded())["approval.approved"]
    record = await trail(case.who, case.why)
    assert (record.log, record.subject) == ("shouyue/huachen/heavy", number)
    assert (await CancellationRequest.get()).status == "awaiting_approval"
    assert (await recorded())["approval.approved"] == before <= 1
    await auditor_reads(company, case, number)


async def with_nobody_to_ask(company: Company, who: str) -> dict[str, Any]:
    """Let the department have nobody, and somebody ask for the cancellation; returns their confirm card."""
    if who == "lina":
        await given_role(company, "lina", Role.HR)
    await left_the_company(company, "chenmin")
    return await confirm_card(company, who)


@pytest.mark.parametrize("typed", [False, True], ids=["card", "text"])
@pytest.mark.parametrize("who", ["liuyang", "lina"], ids=["dingtalk", "wecom"])
async def test_where_an_approver_is_missing_nothing_is_filed_and_who_tried_is_on_record(
    company: Company, who: str, typed: bool
) -> None:
    card = await with_nobody_to_ask(company, who)
    if typed:
        await company.says(who, "确认取消")
    else:
        await company.taps(who, card, "submit")
    await company.sees(who, "没有可用的用人部门审批人，没有提交", "编号 E")
    record = await trail(who, "missing")
    assert {"action": "text" if typed else "submit", "what": "approver"}.items() <= json.loads(record.line)[
        "data"
    ].items()
    assert record.log == "shouyue/huachen/heavy"
    assert not await CancellationRequest.exists()
    assert await state_of("machao-5566") == "confirmed"


@pytest.mark.parametrize("who", ["liuyang", "lina"], ids=["dingtalk", "wecom"])
async def test_evidence_is_kept_and_goes_to_nobody_while_an_approver_is_missing(company: Company, who: str) -> None:
    await (filed_in_wecom if who == "lina" else asked_for_evidence)(company)
    await left_the_company(company, "chenmin")
    await company.sends_file(who, "邮件.png", PNG)
    await company.sees(who, "证明已收下", "没有可用的用人部门审批人", "编号 E")
    record = await trail(who, "missing")
    number = await number_now()
    assert record.subject == number
    assert (await CancellationRequest.get()).status == "awaiting_evidence"
    done = await recorded()
    assert (done["evidence.kept"], done["evidence.refused"]) == (1, 0)
    case = Case(types_submit_without_evidence, who, (), "missing", "发文件（没有可用的审批人）")
    await auditor_reads(company, case, number)
    await at_the_desk(company, lambda: Employee.filter(key="chenmin").update(active=True))
    await company.says(who, f"提交 {number}")
    await company.card("chenmin", "待你审批", number)

"""待我审批 by risk, 同意 1 3 4 and 同意 全部低风险: what stands out is looked at by itself."""

import json
from datetime import timedelta

import pytest

from handlers.receiving import receive
from handlers.routing import Incoming
from models import (
    AuditRecord,
    Delegation,
    DelegationStatus,
    Evidence,
    Grant,
    OutboxMessage,
    Platform,
    Role,
    Step,
    StepStatus,
)
from models.store import Store
from tests.database import deciding, office
from tests.database.chains import HEAD, LEADER, Company, chain_of, status
from tests.database.office import NOW
from tests.database.talking import says
from workflow import administering
from workflow.plans import StepPlan
from workflow.risk import SOON

ZHAO = StepPlan("总经理", ("person:zhao",))


@pytest.fixture
async def company(store: Store) -> Company:
    made = Company(store)
    await store.transact(made.enter)
    await deciding.more_interviews(made, 2)
    return made


def listed(said: str) -> list[str]:
    """Return the lines of a list that begin with a number."""
    return [line for line in said.splitlines() if "　" in line]


async def test_what_begins_soon_stands_first_whatever_else_is_heavy(company: Company) -> None:
    calm = await deciding.filed(company, ZHAO, name="安宁")
    heavy = await deciding.filed(company, ZHAO, name="钱重")
    await deciding.make_sensitive(heavy)
    later = await deciding.filed(company, ZHAO, name="孙晚", ahead=timedelta(hours=3, minutes=30))
    soon = await deciding.filed(company, ZHAO, name="周急", ahead=timedelta(hours=1, minutes=10))
    said = await company.says("zhao", "待我审批")
    lines = listed(said)
    numbers = [each.number for each in (soon, later, heavy, calm)]
    assert [next(at for at in numbers if at in line) for line in lines] == numbers
    assert "（1 小时后开始、" in lines[0]
    assert "（3 小时后开始、" in lines[1]
    assert "敏感岗位" in lines[2]
    assert lines[3].endswith("招聘计划调整")
    assert said.index("【请逐一看】") < said.index(soon.number) < said.index("【低风险】") < said.index(calm.number)
    assert "待你审批 4 条" in said


async def test_a_row_that_begins_soon_is_listed_even_when_very_many_older_ones_wait(company: Company) -> None:
    for _ in range(21):
        await deciding.filed(company, ZHAO)
    soon = await deciding.filed(company, ZHAO, ahead=SOON - timedelta(minutes=1))
    said = await company.says("zhao", "待我审批")
    assert soon.number in listed(said)[0]
    assert len(listed(said)) == 20
    assert "待你审批 22 条" in said
    assert "还有 2 条没有列出" in said


async def test_all_low_risk_agrees_to_those_and_names_the_others_with_why(company: Company) -> None:
    first, second = await deciding.filed(company, ZHAO), await deciding.filed(company, ZHAO)
    urgent = await deciding.filed(company, ZHAO, ahead=timedelta(hours=3))
    said = await company.says("zhao", "同意 全部低风险 附言 情况属实")
    assert "已同意 2 条：" in said
    assert [await status(each) for each in (first, second, urgent)] == ["approved", "approved", "awaiting_approval"]
    assert f"没有同意 1 条：\n{urgent.number}" in said
    assert "3 小时后开始" in said
    assert f"请看过卡片再单独回复「同意 {urgent.number}」" in said
    step = await Step.get(request=first)
    assert step.comment == "情况属实"
    assert "已同意 1 条。" in await company.says("zhao", f"同意 {urgent.number}")
    assert await status(urgent) == "approved"


@pytest.mark.parametrize(
    "words", ["同意 全部", "全部同意", "低风险的都同意", "批准所有低风险", "请同意全部低风险的申请"]
)
async def test_however_it_is_typed_all_is_never_more_than_what_is_low_risk(company: Company, words: str) -> None:
    calm = await deciding.filed(company, ZHAO)
    sensitive = await deciding.filed(company, ZHAO)
    await deciding.make_sensitive(sensitive)
    said = await company.says("zhao", words)
    assert "已同意 1 条：" in said
    assert (await status(calm), await status(sensitive)) == ("approved", "awaiting_approval")
    assert "敏感岗位" in said


async def test_all_but_some_is_asked_about_and_nothing_happens(company: Company) -> None:
    calm = await deciding.filed(company, ZHAO)
    said = await company.says("zhao", "同意全部，除了3")
    assert "一条也没有同意" in said
    assert await status(calm) == "awaiting_approval"


async def test_of_those_picked_by_number_what_stands_out_is_left_and_its_attempt_is_on_record(
    company: Company,
) -> None:
    rows = [await deciding.filed(company, ZHAO) for _ in range(3)]
    urgent = await deciding.filed(company, ZHAO, ahead=timedelta(hours=2))
    await company.says("zhao", "待我审批")
    said = await company.says("zhao", "同意 1 2 4 附言 情况属实")
    assert "已同意 2 条：" in said
    assert "没有同意 1 条：" in said
    assert await status(urgent) == "awaiting_approval"
    assert sorted([await status(each) for each in rows]) == ["approved", "approved", "awaiting_approval"]
    attempt = json.loads((await AuditRecord.get(action="attempt.refused")).line)
    assert (attempt["why"], urgent.number in str(attempt)) == ("look-alone", True)
    assert "已同意 1 条。" in await company.says("zhao", "同意 1")
    assert await status(urgent) == "approved"


async def test_what_stands_out_is_not_agreed_to_along_with_a_colleagues_proposal_either(company: Company) -> None:
    urgent = await deciding.filed(company, StepPlan("总经理", ("person:lina",)), ahead=timedelta(hours=2))
    await company.says("qian", "委托 李娜 至 周五17:00")
    assert "待你审批 2 条" in await company.says("lina", "待我审批")
    said = await company.says("lina", "同意 1 2")
    assert "没有同意 1 条：" in said
    assert f"单独回复「同意 {urgent.number}" in said
    assert await status(urgent) == "awaiting_approval"
    assert (await Delegation.get()).status == DelegationStatus.APPROVED
    assert (await AuditRecord.get(action="attempt.refused")).subject == urgent.number
    await company.says("lina", f"同意 {urgent.number}")
    assert await status(urgent) == "approved"


async def test_a_refused_row_leaves_the_others_as_they_were_decided(company: Company) -> None:
    first = await deciding.filed(company, LEADER)
    second = await deciding.filed(company, ZHAO)
    await Step.filter(request=first).update(approver_id=company.person("zhao").id)
    await Grant.filter(employee__key="zhao").delete()  # 分管领导 wants the role, 总经理 is named by the rules
    said = await company.says("zhao", "同意 全部低风险")
    assert "已同意 1 条：" in said
    assert (await status(first), await status(second)) == ("awaiting_approval", "approved")
    assert f"{first.number}" in said.split("没有同意 1 条：")[1]
    assert await AuditRecord.filter(action="approval.approved").count() == 1


async def test_who_is_asked_whether_people_are_still_needed_answers_it_for_all_or_nothing_happens(
    company: Company,
) -> None:
    rows = [await deciding.filed(company, HEAD, LEADER) for _ in range(2)]
    assert "发「同意 全部低风险 仍需」一次办完" in await company.says("chenmin", "待我审批")
    said = await company.says("chenmin", "同意 全部低风险")
    assert "已同意 0 条。" in said
    assert said.count("请先选岗位是否仍需招聘") == 2
    said = await company.says("chenmin", "同意 全部低风险 暂停 附言 已与人力核对")
    assert "已同意 2 条：" in said
    for request in rows:
        step = await Step.get(request=request, level=1)
        assert (step.still_needed, step.comment) == ("paused", "暂停 已与人力核对")
        assert (await chain_of(request))[1][2] == StepStatus.OPEN


async def test_what_was_not_shown_yet_is_not_agreed_to_along_with_the_rest(company: Company) -> None:
    shown = await deciding.filed(company, ZHAO)
    await company.says("zhao", "待我审批")
    unseen = await deciding.filed(company, ZHAO)
    (said,) = await says_at_once(company, Platform.DINGTALK, "同意 全部低风险")
    assert (await status(shown), await status(unseen)) == ("approved", "awaiting_approval")
    assert f"申请 {unseen.number} 的内容还没有给你看过" in said


async def says_at_once(company: Company, platform: Platform, text: str) -> list[str]:
    """Let 赵国强 type before anything else is delivered to him; returns each answer by itself."""
    before = set(await OutboxMessage.filter(kind="say").values_list("id", flat=True))
    incoming = Incoming(platform, f"at-once:{text}", "text", "zhao", text=text)
    await company.store.transact(lambda: receive(incoming, NOW))
    rows = [each for each in await OutboxMessage.filter(kind="say").order_by("posted_at") if each.id not in before]
    return [str(json.loads(str(each.payload))["text"]) for each in rows]


async def test_the_same_picture_in_two_cases_has_to_be_looked_at(company: Company) -> None:
    calm, twin = await deciding.filed(company, ZHAO), await deciding.filed(company, ZHAO)
    await Evidence.filter(request=twin).update(twins=[[calm.number, 0]])
    said = await company.says("zhao", "同意 全部低风险")
    assert (await status(calm), await status(twin)) == ("approved", "awaiting_approval")
    assert "证明疑似重复使用" in said


async def test_somebody_with_nothing_to_decide_hears_so(company: Company) -> None:
    assert "没有待你审批的取消申请" in await company.says("lina", "同意 全部低风险")


async def test_many_rejections_are_each_by_themselves_with_one_reason(company: Company) -> None:
    rows = [await deciding.filed(company, ZHAO) for _ in range(2)]
    await company.says("zhao", "待我审批")
    said = await company.says("zhao", "驳回 1 2 岗位仍缺人")
    assert "已驳回 2 条：" in said
    assert [await status(each) for each in rows] == ["rejected", "rejected"]


async def test_in_wecom_a_long_list_comes_in_parts_that_are_shown_whole(company: Company) -> None:
    for _ in range(18):
        await deciding.filed(company, ZHAO, ahead=timedelta(hours=20))
    zhao = company.person("zhao")
    await company.store.transact(lambda: administering.add_account(Platform.WECOM, "zhao", employee=zhao))
    said = await says_at_once(company, Platform.WECOM, "待我审批")
    assert len(said) > 1
    assert all(len(each.encode()) <= 2048 for each in said)
    assert sum(len(listed(each)) for each in said) == 18


async def test_who_was_not_asked_decides_nothing_in_a_batch(company: Company) -> None:
    request = await deciding.filed(company, ZHAO)
    await company.store.transact(lambda: office.employee("other", company.unit, Role.LEADER, name="何琳"))
    assert "没有待你审批的取消申请" in await says(company.store, "other", "同意 全部")
    assert await status(request) == "awaiting_approval"

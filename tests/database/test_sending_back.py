"""退回 by text: to the level that is named, by name or by the number of a question; what is unclear changes nothing."""

import pytest

from models import AuditRecord, CancellationRequest, StepStatus
from models.store import Store
from tests.database.chains import HEAD, LEADER, Company, asked, chain_of, status
from workflow.plans import StepPlan

BOSS = StepPlan("总经理", ("person:lina",))
OPEN, WAITING = StepStatus.OPEN, StepStatus.WAITING


@pytest.fixture
async def company(store: Store) -> Company:
    made = Company(store)
    await store.transact(made.enter)
    return made


async def at_the_top(company: Company) -> CancellationRequest:
    request = await company.request(HEAD, LEADER, BOSS)
    await company.says("chenmin", f"同意 {request.number} 不再招聘")
    await company.says("qian", f"同意 {request.number}")
    return request


@pytest.mark.parametrize(
    "words",
    [
        "退回 {} 到 用人部门 附言=编制再核一下",
        "退回 {} 用人部门",
        "退回到用人部门 {}",
        "退回{}到用人部门，编制再核一下",
        "将 {} 退回给用人部门",
        "退回 {} 到 陈敏",
    ],
)
async def test_the_level_that_is_named_is_asked_anew(company: Company, words: str) -> None:
    request = await at_the_top(company)
    answer = await company.says("lina", words.format(request.number))
    assert f"已把 {request.number} 退回到 用人部门，由 陈敏 重新审批" in answer
    assert await chain_of(request) == [(1, "chenmin", OPEN), (2, "qian", WAITING), (3, "lina", WAITING)]
    assert await status(request) == "awaiting_approval"


async def test_the_words_go_with_it_and_the_level_is_none_of_them(company: Company) -> None:
    request = await at_the_top(company)
    await company.says("lina", f"退回 {request.number} 到 用人部门 附言=编制再核一下")
    assert "附言「编制再核一下」" in await company.says("qian", f"时间轴 {request.number}")


@pytest.mark.parametrize(
    "words", ["退回 {} 到 人事部", "退回 {} 到 2", "退回 {} 第一级", "退回 {} 用人部门编制没核清", "退回 {} 到 总经理"]
)
async def test_an_unknown_level_is_a_question_and_nothing_has_happened(company: Company, words: str) -> None:
    request = await at_the_top(company)
    before = await AuditRecord.all().count()
    answer = await company.says("lina", words.format(request.number))
    assert "没有退回：没看出要把" in answer
    assert "1　用人部门 陈敏（从这一级起重新审批）" in answer
    assert "3　发起人 刘洋（补充后重新提交，各级重新审批）" in answer
    assert f"「退回 {request.number} 到 分管领导」" in answer
    assert await asked(request) == ["lina"]
    assert await status(request) == "awaiting_approval"
    assert await AuditRecord.all().count() == before


async def test_the_number_of_the_question_says_where_to(company: Company) -> None:
    request = await at_the_top(company)
    await company.says("lina", f"退回 {request.number} 到 人事部 附言=编制再核一下")
    assert "退回到 分管领导" in await company.says("lina", "2")
    assert await chain_of(request) == [(1, "chenmin", StepStatus.APPROVED), (2, "qian", OPEN), (3, "lina", WAITING)]
    assert "编制再核一下" in await company.says("qian", f"时间轴 {request.number}")


async def test_the_last_number_of_the_question_is_whoever_asked(company: Company) -> None:
    request = await at_the_top(company)
    await company.says("lina", f"退回 {request.number} 到 3")
    assert "已退回 1 条" in await company.says("lina", "3")
    assert await status(request) == "sent_back"


async def test_a_row_of_the_list_and_a_number_behind_it_are_asked_about(company: Company) -> None:
    first, second = await at_the_top(company), await at_the_top(company)
    await company.says("lina", "待我审批")
    answer = await company.says("lina", "退回 1 到 2")
    assert "没有退回" in answer
    assert "「退回 1-3」" in answer
    assert [await asked(first), await asked(second)] == [["lina"], ["lina"]]
    await company.says("lina", "待我审批")
    await company.says("lina", "退回 1 2 到 用人部门")
    assert [await asked(first), await asked(second)] == [["chenmin"], ["chenmin"]]


async def test_of_several_none_is_returned_where_one_has_no_such_level(company: Company) -> None:
    first, second = await at_the_top(company), await company.request(HEAD, BOSS)
    await company.says("chenmin", f"同意 {second.number} 不再招聘")
    await company.says("lina", "待我审批")
    assert "请一条一条发" in await company.says("lina", "退回 1-2 到 分管领导")
    assert [await asked(first), await asked(second)] == [["lina"], ["lina"]]


async def test_nobody_is_asked_where_to_about_what_is_not_theirs(company: Company) -> None:
    request = await at_the_top(company)
    assert "已于" in (answer := await company.says("qian", f"退回 {request.number} 到 人事部")) or "已同意" in answer
    assert "没看出" not in answer


async def test_at_the_first_level_words_about_a_level_are_words_to_whoever_asked(company: Company) -> None:
    request = await company.request(HEAD, LEADER)
    assert "已退回 1 条" in await company.says("chenmin", f"退回 {request.number} 用人部门的章没有盖")
    assert await status(request) == "sent_back"


async def test_the_timeline_says_to_whom_and_to_which_level_something_went(company: Company) -> None:
    request = await at_the_top(company)
    await company.says("lina", f"退回 {request.number} 到 用人部门")
    await company.says("chenmin", f"转交 {request.number} 孙丽")
    await company.says("sunli", f"前加签 {request.number} 赵国强")
    told = await company.says("lina", f"时间轴 {request.number}")
    for words in ("李娜 退回到 用人部门 ·", "陈敏 转交 孙丽 ·", "孙丽 前加签 赵国强 ·"):
        assert words in told

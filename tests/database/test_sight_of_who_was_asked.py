"""Whoever is asked to decide sees the case, role or not: added, handed to, or in somebody's place; nobody else does."""

from collections.abc import Awaitable, Callable

import pytest

from models import CancellationRequest, CardPurpose, Step
from models.store import Store
from tests.database.chains import LEADER, Company, card_of
from tests.database.talking import newest_card, presses, seen

NAME, MASKED, HIDDEN = "张伟", "张*", "按权限不显示"
WORDS = "编制表第二页是张伟的岗位"


@pytest.fixture
async def company(store: Store) -> Company:
    made = Company(store)
    await store.transact(made.enter)
    return made


async def added(company: Company) -> CancellationRequest:
    request = await company.request(LEADER)
    await company.says("qian", f"前加签 {request.number} 李娜")
    return request


async def took_over(company: Company) -> CancellationRequest:
    request = await company.request(LEADER)
    await company.says("qian", f"转交 {request.number} 李娜")
    return request


async def delegate(company: Company) -> CancellationRequest:
    await company.says("qian", "委托 李娜 至 明天18:00")
    card = await newest_card("lina", CardPurpose.DELEGATION)
    await presses(company.store, "lina", "approve", card.handle)
    return await company.request(LEADER)


Way = Callable[[Company], Awaitable[CancellationRequest]]


@pytest.mark.parametrize("way", [added, took_over, delegate])
async def test_who_is_asked_beside_the_role_sees_name_and_words(company: Company, way: Way) -> None:
    request = await way(company)
    await company.says("liuyang", f"评论 {request.number} {WORDS}")
    drawn = await seen(await card_of("lina", request))
    assert NAME in drawn.title
    assert HIDDEN not in str(drawn.lines)
    for read in (await company.says("lina", "待我审批"), await company.says("lina", f"时间轴 {request.number}")):
        assert NAME in read
        assert MASKED not in read
        assert HIDDEN not in read
    assert WORDS in await company.says("lina", f"时间轴 {request.number}")


@pytest.mark.parametrize("way", [added, took_over, delegate])
async def test_they_still_see_what_they_answered(company: Company, way: Way) -> None:
    request = await way(company)
    assert "已同意 1 条" in await company.says("lina", f"同意 {request.number}")
    assert await Step.filter(decided_by=company.person("lina")).exists()
    assert NAME in (await seen(await card_of("lina", request))).title
    assert NAME in await company.says("lina", f"时间轴 {request.number}")


async def test_a_colleague_who_was_never_asked_sees_nothing_of_it(company: Company) -> None:
    request = await company.request(LEADER)
    answer = await company.says("lina", f"时间轴 {request.number}")
    assert "没有找到" in answer
    assert NAME not in answer


async def test_who_only_used_to_decide_for_somebody_sees_no_later_case(company: Company) -> None:
    await delegate(company)
    await company.says("qian", "委托 取消")
    later = await company.request(LEADER)
    assert NAME not in await company.says("lina", f"时间轴 {later.number}")

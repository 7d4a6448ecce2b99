"""看证据 of a case: whoever has a place in its chain may, whatever their roles; and no longer than it is decided."""

from collections.abc import Awaitable, Callable

import pytest

from models import CancellationRequest, CardPurpose
from models.store import Store
from tests.database.chains import HEAD, LEADER, Company
from tests.database.talking import newest_card, presses
from tests.database.test_further_evidence import arrive, heard, said_before, sends
from workflow.plans import StepPlan

Way = Callable[[Company], Awaitable[CancellationRequest]]


@pytest.fixture
async def company(store: Store) -> Company:
    made = Company(store)
    await store.transact(made.enter)
    return made


async def test_whom_the_rules_name_sees_what_they_decide_about_while_it_is_decided(company: Company) -> None:
    request = await company.request(StepPlan("招聘办", ("person:lina",)), LEADER)
    assert "验证码" in await company.says("lina", f"看证据 {request.number}")
    await company.says("lina", f"同意 {request.number}")
    assert "验证码" in await company.says("lina", f"看证据 {request.number}")
    await company.says("qian", f"同意 {request.number}")
    assert "验证码" not in await company.says("lina", f"看证据 {request.number}")


async def test_who_took_over_sees_it_and_who_is_asked_nothing_does_not(company: Company) -> None:
    request = await company.request(LEADER)
    assert "验证码" not in await company.says("lina", f"看证据 {request.number}")
    await company.says("qian", f"转交 {request.number} 李娜")
    assert "验证码" in await company.says("lina", f"看证据 {request.number}")


async def added(company: Company) -> CancellationRequest:
    request = await company.request(HEAD, LEADER)
    await company.says("chenmin", f"前加签 {request.number} 李娜")
    await company.says("lina", f"同意 {request.number}")
    return request


async def took_over(company: Company) -> CancellationRequest:
    request = await company.request(HEAD, LEADER)
    await company.says("chenmin", f"转交 {request.number} 李娜")
    await company.says("lina", f"同意 {request.number} 仍需")
    return request


async def delegate(company: Company) -> CancellationRequest:
    await company.says("chenmin", "委托 李娜 至 明天18:00")
    card = await newest_card("lina", CardPurpose.DELEGATION)
    await presses(company.store, "lina", "approve", card.handle)
    request = await company.request(HEAD, LEADER)
    await company.says("lina", f"同意 {request.number} 仍需")
    return request


@pytest.mark.parametrize("way", [added, took_over, delegate])
async def test_who_agreed_without_a_role_may_see_the_proof_they_are_told_of(company: Company, way: Way) -> None:
    request = await way(company)
    await sends(company)
    before = await said_before()
    await company.says("liuyang", "1")
    await arrive(company)
    assert f"你同意以后又补了证明，现有 2 份（发「看证据 {request.number}」看）" in await heard(before)
    assert "证明共 2 份" in await company.says("lina", f"看证据 {request.number}")
    await company.says("liuyang", f"撤回 {request.number}")
    assert "验证码" not in await company.says("lina", f"看证据 {request.number}")


async def test_who_handed_their_place_on_sees_it_no_more(company: Company) -> None:
    request = await company.request(StepPlan("招聘办", ("person:lina",)), LEADER)
    await company.says("lina", f"转交 {request.number} 孙丽")
    assert "验证码" not in await company.says("lina", f"看证据 {request.number}")

"""看证据 of a case: whoever has a place in its chain may, whatever their roles; and no longer than they are asked."""

from models.store import Store
from tests.database.chains import LEADER, Company
from workflow.plans import StepPlan


async def test_whom_the_rules_name_sees_what_they_decide_about_while_they_are_asked(store: Store) -> None:
    company = Company(store)
    await store.transact(company.enter)
    request = await company.request(StepPlan("招聘办", ("person:lina",)), LEADER)
    assert "验证码" in await company.says("lina", f"看证据 {request.number}")
    await company.says("lina", f"同意 {request.number}")
    assert "验证码" not in await company.says("lina", f"看证据 {request.number}")


async def test_who_took_over_sees_it_and_who_is_asked_nothing_does_not(store: Store) -> None:
    company = Company(store)
    await store.transact(company.enter)
    request = await company.request(LEADER)
    assert "验证码" not in await company.says("lina", f"看证据 {request.number}")
    await company.says("qian", f"转交 {request.number} 李娜")
    assert "验证码" in await company.says("lina", f"看证据 {request.number}")

"""审批确认记录 of what chains know beyond one person a level: a return to a level, a delegate, several at once."""

import json

import pytest

from models import ApprovalStatement, AuditRecord, Delegation
from models.store import Store
from tests.database.chains import HEAD, LEADER, Company, asked, board, card_of, status
from tests.database.talking import deliver_cards, presses
from workflow.plans import Signing, StepPlan


@pytest.fixture
async def company(store: Store) -> Company:
    made = Company(store)
    await store.transact(made.enter)
    return made


async def statements() -> list[dict[str, object]]:
    return [json.loads(each.text) for each in await ApprovalStatement.all().order_by("place")]


def pseudonym(company: Company, key: str) -> str:
    return f"u_{company.person(key).id.hex[:16]}"


async def test_a_return_to_a_level_is_stated_and_its_record_names_the_statement(company: Company) -> None:
    request = await company.request(HEAD, LEADER)
    await company.says("chenmin", f"同意 {request.number} 不再招聘")
    await company.says("qian", f"退回 {request.number} 到 用人部门 请写明原因")
    assert await asked(request) == ["chenmin"]
    said = await statements()
    assert [(each["decision"], each["level"], each["levels"]) for each in said] == [
        ("approved", 1, 2),
        ("returned", 2, 2),
    ]
    [record] = await AuditRecord.filter(action="approval.returned")
    data = json.loads(record.line)["data"]
    last = await ApprovalStatement.all().order_by("-place").first()
    assert last is not None
    assert (data["statement"], data["to_level"], data["shown"]) == (last.digest, 1, said[1]["shown"])


async def test_handing_on_and_adding_are_records_and_no_statements(company: Company) -> None:
    request = await company.request(LEADER)
    await company.says("qian", f"转交 {request.number} 孙丽")
    await company.says("sunli", f"前加签 {request.number} 李娜")
    assert await statements() == []


async def test_a_delegates_statement_names_on_whose_behalf(company: Company) -> None:
    await company.says("qian", "委托 李娜 至 周五17:00")
    await company.says("lina", f"同意 {(await Delegation.get()).number}")
    request = await company.request(LEADER)
    await company.presses("lina", "approve", request)
    assert await status(request) == "approved"
    [said] = await statements()
    assert (said["approver"], said["for"]) == (pseudonym(company, "lina"), pseudonym(company, "qian"))


@pytest.mark.parametrize(
    "plans",
    [
        (board(Signing.ALL),),
        (StepPlan("甲", ("person:qian",)), StepPlan("乙", ("person:zhao",), beside=True)),
    ],
)
async def test_what_is_answered_beside_a_step_voids_nothing_of_it(
    company: Company, plans: tuple[StepPlan, ...]
) -> None:
    request = await company.request(*plans)
    await deliver_cards(company.store)
    handle = (await card_of("zhao", request)).handle
    await company.presses("qian", "approve", request)
    await presses(company.store, "zhao", "approve", handle)
    assert (await card_of("zhao", request)).handle == handle
    assert len(await statements()) == 2


async def test_the_rules_in_a_statement_are_those_of_the_log(company: Company) -> None:
    """Also where they name somebody, whose key the log does not have."""
    request = await company.request(StepPlan("甲", ("person:qian",)))
    await company.says("qian", f"同意 {request.number}")
    [record] = await AuditRecord.filter(action="approval.approved")
    [said] = await statements()
    assert said["policy"] == json.loads(record.line)["data"]["policy"]

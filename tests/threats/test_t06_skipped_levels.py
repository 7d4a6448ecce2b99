"""T6: nobody decides a level that is not theirs, their own request, or two levels of one request.

The truth tables stand in tests/database/test_access.py and tests/scenarios/test_strict.py.
"""

from models import AuditRecord, CancellationRequest, Card, CardPurpose, Role, Step, StepStatus
from tests.scenarios.company import Company
from tests.scenarios.steps import given_role, on_the_table, request_number
from tests.threats.attacking import clicks, decisions

NEEDED = {"form": {"still_needed": "no"}}


async def test_who_files_a_request_cannot_become_its_approver_afterwards(company: Company) -> None:
    card = await on_the_table(company)
    for role in (Role.DEPARTMENT_HEAD, Role.LEADER):
        await given_role(company, "liuyang", role)
    before = await decisions()
    number = request_number(card)
    for words in (f"同意 {number} 不再招聘", f"驳回 {number} 不行", "同意 1", "待我审批"):
        seen = len(await company.screen("liuyang"))
        await company.says("liuyang", words)
        await company.sees("liuyang", "", after=seen + 1)
    handle = (await Card.get(holder__key="chenmin", purpose=CardPurpose.APPROVAL)).handle
    await clicks(company, "liuyang", f"approve.{handle}", params=NEEDED)
    assert await decisions() == before


async def test_the_leader_cannot_decide_before_or_instead_of_the_department(company: Company) -> None:
    card = await on_the_table(company)
    handle = (await Card.get(holder__key="chenmin", purpose=CardPurpose.APPROVAL)).handle
    before = await decisions()
    await company.says("zhaoguoqiang", f"同意 {request_number(card)}")
    await clicks(company, "zhaoguoqiang", f"approve.{handle}", params=NEEDED)
    await company.settled()
    assert await decisions() == before


async def test_one_person_with_both_roles_decides_one_level_only(company: Company) -> None:
    await given_role(company, "chenmin", Role.LEADER)
    card = await on_the_table(company)
    handle = (await Card.get(holder__key="chenmin", purpose=CardPurpose.APPROVAL)).handle
    await clicks(company, "chenmin", f"approve.{handle}", params=NEEDED)
    await clicks(company, "chenmin", f"approve.{handle}", params=NEEDED)
    await company.says("chenmin", f"同意 {request_number(card)}")
    await company.settled()
    assert await AuditRecord.filter(action="approval.approved").count() == 1
    steps = await Step.all().order_by("level").prefetch_related("approver")
    assert [each.status for each in steps] == [StepStatus.APPROVED, StepStatus.OPEN]
    assert len({each.approver.key for each in steps}) == 2
    assert (await CancellationRequest.get()).status == "awaiting_approval"

"""会签, 或签, 票签, 依次, 并行, 跳过: who is asked, what the answers come to, and the others' cards."""

from dataclasses import replace
from datetime import timedelta

import pytest

from models import AuditRecord, Card, OutboxMessage, Step, StepStatus
from models.store import Store
from tests.database.chains import HEAD, LEADER, Company, asked, board, card_of, chain_of, status
from tests.database.office import NOW, by
from tests.database.talking import presses, seen
from workflow import approving
from workflow.approving import Shown
from workflow.errors import Missing
from workflow.plans import Otherwise, Signing, StepPlan

OPEN, WAITING, CLOSED = StepStatus.OPEN, StepStatus.WAITING, StepStatus.CLOSED


@pytest.fixture
async def company(store: Store) -> Company:
    made = Company(store)
    await store.transact(made.enter)
    return made


async def test_where_all_have_to_agree_the_last_answer_decides(company: Company) -> None:
    request = await company.request(board(Signing.ALL))
    assert await asked(request) == ["qian", "sunli", "zhao"]
    for key in ("zhao", "qian"):
        assert "已同意 1 条" in await company.says(key, f"同意 {request.number}")
        assert await status(request) == "awaiting_approval"
    progress = str((await seen(await card_of("sunli", request))).lines)
    assert "班子（会签）钱进" in progress
    await company.says("sunli", f"同意 {request.number}")
    assert await status(request) == "approved"


async def test_one_no_among_those_who_all_have_to_agree_ends_it(company: Company) -> None:
    request = await company.request(board(Signing.ALL))
    await company.says("qian", f"驳回 {request.number} 证据不足")
    assert await status(request) == "rejected"


async def test_of_several_the_first_answer_decides_and_the_others_are_told_by_their_cards(company: Company) -> None:
    request = await company.request(board(Signing.ANY), LEADER_BY_NAME)
    await company.says("qian", f"同意 {request.number}")
    assert await chain_of(request) == [
        (1, "qian", StepStatus.APPROVED),
        (1, "sunli", CLOSED),
        (1, "zhao", CLOSED),
        (2, "lina", OPEN),
    ]
    card = await seen(await card_of("zhao", request))
    assert "已由 钱进 答复" in str(card.lines)
    assert card.buttons == ()
    refused = await company.says("zhao", f"同意 {request.number}")
    assert "这一级 钱进 已先答复" in refused


LEADER_BY_NAME = StepPlan("总经理", ("person:lina",))


async def test_who_is_named_by_the_rules_needs_no_role(company: Company) -> None:
    request = await company.request(LEADER_BY_NAME)
    await company.says("lina", f"同意 {request.number}")
    assert await status(request) == "approved"


async def test_votes_are_counted_until_enough_agree_or_no_longer_can(company: Company) -> None:
    request = await company.request(board(Signing.VOTES, 2))
    await company.says("qian", f"驳回 {request.number} 不同意")
    assert await asked(request) == ["sunli", "zhao"]
    await company.says("zhao", f"同意 {request.number}")
    await company.says("sunli", f"同意 {request.number}")
    assert await status(request) == "approved"

    other = await company.request(board(Signing.VOTES, 2))
    await company.says("qian", f"驳回 {other.number} 不同意")
    await company.says("zhao", f"驳回 {other.number} 不同意")
    assert await status(other) == "rejected"


async def test_one_after_the_other_each_gets_the_card_when_it_is_their_turn(company: Company) -> None:
    request = await company.request(board(Signing.ALL, in_turn=True))
    assert await asked(request) == ["qian"]
    assert "还没轮到你" in await company.says("zhao", f"同意 {request.number}")
    await company.says("qian", f"同意 {request.number}")
    assert await asked(request) == ["sunli"]


async def test_two_levels_beside_each_other_are_asked_together(company: Company) -> None:
    together = StepPlan("分管领导", ("person:zhao",), beside=True)
    request = await company.request(HEAD, together, StepPlan("总经理", ("person:qian",)))
    assert await asked(request) == ["chenmin", "zhao"]
    await company.says("zhao", f"同意 {request.number}")
    assert await asked(request) == ["chenmin"]
    await company.says("chenmin", f"同意 {request.number} 不再招聘")
    assert await asked(request) == ["qian"]


async def test_who_agreed_before_is_skipped_with_a_label_where_the_rules_say_so(company: Company) -> None:
    first, again = StepPlan("分管领导", ("person:zhao",)), StepPlan("总经理", ("person:zhao",), repeats=True)
    request = await company.request(first, again, HEAD)
    await company.says("zhao", f"同意 {request.number}")
    assert await chain_of(request) == [
        (1, "zhao", StepStatus.APPROVED),
        (2, "zhao", StepStatus.SKIPPED),
        (3, "chenmin", OPEN),
    ]
    assert "前面已同意，按规范跳过" in str((await seen(await card_of("chenmin", request))).lines)
    assert await AuditRecord.filter(action="step.skipped", subject=request.number).count() == 1


async def test_a_no_that_brings_the_turn_of_who_agreed_before_may_be_the_last_answer_needed(company: Company) -> None:
    """Nobody is left to ask then: it is approved, and does not lie there until the interview begins."""
    again = board(Signing.VOTES, 2, in_turn=True, repeats=True)
    request = await company.request(board(Signing.VOTES, 2), again)
    for key in ("qian", "zhao"):
        await company.says(key, f"同意 {request.number}")
    assert await asked(request) == ["sunli"]
    await company.says("sunli", f"驳回 {request.number} 理由不成立")
    assert await asked(request) == []
    assert await status(request) == "approved"
    assert await OutboxMessage.filter(kind="timer", topic="carry_out").count() == 1
    said = await AuditRecord.filter(subject=request.number).order_by("seq").values_list("action", flat=True)
    assert [each for each in said if each in ("approval.rejected", "step.skipped", "request.approved")] == [
        "step.skipped",
        "approval.rejected",
        "step.skipped",
        "request.approved",
    ]


async def test_where_nobody_can_be_asked_the_level_is_skipped_with_a_label(company: Company) -> None:
    nobody = StepPlan("纪检", ("person:nobody",), otherwise=Otherwise.SKIP)
    request = await company.request(nobody, LEADER)
    assert "纪检 无人可审，按规范跳过" in str((await seen(await card_of("qian", request))).lines)
    assert await AuditRecord.filter(action="step.skipped", subject=request.number).count() == 1


async def test_where_nobody_can_be_asked_and_nothing_else_is_said_it_is_refused(company: Company) -> None:
    with pytest.raises(Missing):
        await company.request(StepPlan("纪检", ("person:nobody",)))
    with pytest.raises(Missing):
        await company.request(board(Signing.VOTES, 4))


async def test_the_administrator_names_somebody_and_cannot_agree_in_their_place(company: Company) -> None:
    nobody = StepPlan("纪检", ("person:nobody",), otherwise=Otherwise.ADMINISTRATOR)
    request = await company.request(nobody)
    card = await seen(await card_of("zhoukai", request))
    assert "待你指定审批人" in card.status
    assert [each.action for each in card.buttons] == ["hand_over"]
    assert "管理员不能代批" in await company.says("zhoukai", f"同意 {request.number}")
    assert "转交 李娜" in await company.says("zhoukai", f"转交 {request.number} 李娜")
    await company.says("lina", f"同意 {request.number}")
    assert await status(request) == "approved"


async def test_one_whom_an_administrator_names_is_not_two_votes(company: Company) -> None:
    one = StepPlan("纪检", ("person:nobody",), sign=Signing.VOTES, votes=1, otherwise=Otherwise.ADMINISTRATOR)
    with pytest.raises(Missing) as refusal:
        await company.request(LEADER, replace(one, votes=2))
    assert refusal.value.facts == {"what": "votes-named", "step": "纪检", "need": 2}
    assert await asked(await company.request(one)) == ["zhoukai"]


async def test_an_administrator_names_somebody_at_each_of_two_levels(company: Company) -> None:
    nobody = StepPlan("纪检", ("person:nobody",), otherwise=Otherwise.ADMINISTRATOR)
    request = await company.request(nobody, replace(nobody, name="审计"))
    await company.says("zhoukai", f"转交 {request.number} 李娜")
    await company.says("lina", f"同意 {request.number}")
    assert await asked(request) == ["zhoukai"]
    assert "已在" in await company.says("zhoukai", f"转交 {request.number} 李娜")
    await company.says("zhoukai", f"转交 {request.number} 钱进")
    await company.says("qian", f"同意 {request.number}")
    assert await status(request) == "approved"


async def test_who_agreed_beside_is_asked_again_where_their_answer_is_taken_back(company: Company) -> None:
    """自动去重 looks at earlier levels; what stands beside was asked at the same time."""
    beside = board(Signing.VOTES, 2, beside=True, repeats=True)
    request = await company.request(StepPlan("总经理", ("person:zhao",)), beside)
    await company.says("zhao", f"同意 {request.number}")
    await company.says("zhao", f"同意 {request.number}")
    await company.says("qian", f"同意 {request.number}")
    assert await status(request) == "approved"
    card = await Card.get(holder__key="qian", request=request, step__level=2)
    await presses(company.store, "qian", "undo", card.handle)
    assert await asked(request) == ["qian", "sunli"]


async def test_once_all_have_agreed_the_last_of_them_alone_takes_it_back(company: Company) -> None:
    request = await company.request(LEADER_BY_NAME, StepPlan("总经理", ("person:zhao",), beside=True))
    await company.presses("lina", "approve", request)
    step, act = await Step.get(request=request, level=2), by(company.person("zhao"), now=NOW + timedelta(seconds=5))
    await company.store.transact(lambda: approving.approve(act, step, shown=Shown(1)))
    assert await status(request) == "approved"
    await company.presses("lina", "undo", request)
    assert await status(request) == "approved"
    await company.presses("zhao", "undo", request)
    assert await asked(request) == ["zhao"]


async def test_an_answer_is_taken_back_and_whom_it_spared_is_asked_again(company: Company) -> None:
    request = await company.request(board(Signing.ANY), LEADER_BY_NAME)
    await company.presses("qian", "approve", request)
    await company.presses("qian", "undo", request)
    assert await chain_of(request) == [(1, "qian", OPEN), (1, "sunli", OPEN), (1, "zhao", OPEN), (2, "lina", WAITING)]
    await company.presses("zhao", "approve", request)
    await company.presses("lina", "approve", request)
    assert await status(request) == "approved"


async def test_an_answer_holds_once_somebody_answered_because_of_it(company: Company) -> None:
    request = await company.request(board(Signing.ALL, in_turn=True))
    await company.presses("qian", "approve", request)
    await company.presses("sunli", "approve", request)
    assert [each.action for each in (await seen(await card_of("qian", request))).buttons] == []
    assert "在你之后已同意" in await company.presses("qian", "undo", request)


async def test_who_gets_a_copy_is_told_of_the_answer_and_asked_nothing(company: Company) -> None:
    request = await company.request(StepPlan("分管领导", ("role:leader",), copies=("person:lina", "role:leader")))
    await company.says("qian", f"同意 {request.number}")
    copies = await OutboxMessage.filter(topic="step_copied").prefetch_related("account__employee")
    assert sorted(each.account.employee.key for each in copies) == ["lina", "sunli", "zhao"]
    assert not await Card.filter(holder__key="lina").exists()


async def test_each_place_is_one_persons_and_the_requester_has_none(company: Company) -> None:
    both = StepPlan("班子", ("role:leader", "role:department_head", "role:hr"), sign=Signing.ALL)
    request = await company.request(LEADER, both)
    people = await Step.filter(request=request).values_list("approver__key", flat=True)
    assert sorted(str(each) for each in people) == ["chenmin", "qian", "sunli", "zhao"]

"""委托: accepted on a card or by text before it begins, ends by itself, and never lets anybody decide twice."""

import json
from datetime import timedelta

import pytest

from models import AuditRecord, Card, CardPurpose, Delegation, Employee, Grant, OutboxMessage, Step
from models.store import Store
from tests.database.chains import HEAD, LEADER, Company, asked, board, card_of, status
from tests.database.office import NOW, by
from tests.database.talking import newest_card, presses, says, seen
from workflow import delegating
from workflow.plans import Signing, StepPlan

UNTIL = "委托 李娜 至 周五17:00"


@pytest.fixture
async def company(store: Store) -> Company:
    made = Company(store)
    await store.transact(made.enter)
    return made


async def accepted(company: Company, words: str = UNTIL) -> Delegation:
    """Let 钱进 delegate to 李娜, who accepts."""
    await company.says("qian", words)
    delegation = await Delegation.get()
    await company.says("lina", f"同意 {delegation.number}")
    return await Delegation.get()


async def told_to(who: Employee) -> str:
    return "".join([str(each.payload) for each in await OutboxMessage.filter(kind="say", account__employee=who)])


async def told() -> str:
    return "".join([str(each.payload) for each in await OutboxMessage.filter(kind="say")])


async def test_nothing_begins_before_the_colleague_accepts_on_their_card(company: Company) -> None:
    request = await company.request(LEADER)
    assert "其同意后才开始" in await company.says("qian", UNTIL)
    assert "没有找到" in await company.says("lina", f"同意 {request.number}")
    card = await newest_card("lina", CardPurpose.DELEGATION)
    assert "李娜 代 钱进" not in (await seen(card)).title
    assert "至 11月27日 17:00" in str((await seen(card)).lines)
    await presses(company.store, "lina", "approve", card.handle)
    assert (await seen(card)).status == "代办中"
    assert "李娜 已同意" in await told()
    await company.says("lina", f"同意 {request.number}")
    assert await status(request) == "approved"


async def test_both_hold_the_card_and_the_records_say_who_answered_for_whom(company: Company) -> None:
    await accepted(company)
    request = await company.request(LEADER, StepPlan("总经理", ("person:zhao",)))
    mine, theirs = await seen(await card_of("qian", request)), await seen(await card_of("lina", request))
    assert "（代 钱进）" in theirs.status
    assert [each.action for each in theirs.buttons] == ["approve", "send_back", "see", "reject"]
    assert "hand_over" in [each.action for each in mine.buttons]
    assert "（代 钱进）" in await company.says("lina", "待我审批")
    await company.presses("lina", "approve", request)
    assert await asked(request) == ["zhao"]
    assert "李娜 代 钱进" in str((await seen(await card_of("zhao", request))).lines)
    assert "李娜 代 钱进 已于" in str((await seen(await card_of("qian", request))).lines)
    assert "李娜 代你 于" in await company.says("qian", f"同意 {request.number}")
    [record] = await AuditRecord.filter(action="approval.approved")
    line = json.loads(record.line)
    people = {key: f"u_{company.person(key).id.hex[:16]}" for key in ("qian", "lina")}
    assert (line["actor"]["sub"], line["data"]["for"]) == (people["lina"], people["qian"])
    step = await Step.get(request=request, level=1)
    assert (step.approver_id, step.decided_by_id) == (company.person("qian").id, company.person("lina").id)


async def test_on_the_delegates_card_what_the_principal_answered_is_the_principals(company: Company) -> None:
    await accepted(company)
    request = await company.request(LEADER)
    await company.presses("qian", "approve", request)
    shown = str((await seen(await card_of("lina", request))).lines)
    assert "钱进 已于" in shown
    assert "你已于" not in shown
    assert "分管领导 你" not in shown


async def test_the_delegate_takes_their_own_answer_back_and_the_other_cannot(company: Company) -> None:
    await accepted(company)
    request = await company.request(LEADER)
    await company.presses("lina", "approve", request)
    await company.presses("qian", "undo", request)
    assert await status(request) == "approved"
    await company.presses("lina", "undo", request)
    assert await asked(request) == ["qian"]


async def test_what_waits_already_comes_to_the_delegate_when_they_accept(company: Company) -> None:
    request = await company.request(LEADER)
    await accepted(company)
    assert "待你审批" in (await seen(await card_of("lina", request))).status


async def test_what_is_reopened_comes_to_who_accepted_meanwhile(company: Company) -> None:
    request = await company.request(LEADER, StepPlan("总经理", ("person:zhao",)))
    await company.says("qian", f"同意 {request.number}")
    await accepted(company)
    await company.presses("qian", "undo", request)
    assert "待你审批" in (await seen(await card_of("lina", request))).status
    await company.says("lina", f"同意 {request.number}")
    assert await asked(request) == ["zhao"]


async def test_what_is_reopened_does_not_come_back_to_whose_delegation_is_over(company: Company) -> None:
    await accepted(company)
    request = await company.request(LEADER, StepPlan("总经理", ("person:zhao",)))
    await company.presses("qian", "approve", request)
    await company.says("qian", "委托 取消")
    await company.presses("qian", "undo", request)
    assert (await card_of("lina", request)).closed
    assert await Card.filter(request=request, holder__key="qian", closed=False).count() == 1


async def test_what_a_delegate_agreed_to_spares_the_principal_no_later_level(company: Company) -> None:
    await accepted(company)
    later = StepPlan("总经理", ("person:qian",), repeats=True)
    request = await company.request(StepPlan("分管领导", ("person:qian",)), later)
    await company.says("lina", f"同意 {request.number}")
    assert await asked(request) == ["qian"]


async def test_nobody_decides_their_own_request_or_two_levels_by_a_delegation(company: Company) -> None:
    await company.says("qian", "委托 刘洋 至 周五17:00")
    await company.says("liuyang", f"同意 {(await Delegation.get()).number}")
    request = await company.request(LEADER)
    assert "此单由 钱进 处理" in await company.says("liuyang", f"同意 {request.number}")

    await company.says("qian", "委托 取消")
    await company.says("qian", "委托 陈敏 至 周五17:00")
    await company.says("chenmin", f"同意 {(await Delegation.get(status='proposed')).number}")
    both = await company.request(HEAD, LEADER)
    await company.says("chenmin", f"同意 {both.number} 不再招聘")
    assert not await Card.filter(holder__key="chenmin", step__level=2).exists()
    assert await asked(both) == ["qian"]
    assert "未重复执行" in await company.says("chenmin", f"同意 {both.number}")


async def test_who_hands_their_own_place_on_gets_the_card_of_whom_they_stand_in_for(company: Company) -> None:
    await accepted(company)
    request = await company.request(StepPlan("会签", ("person:qian", "person:lina"), sign=Signing.ALL))
    theirs = Card.filter(holder__key="lina", request=request, step__approver__key="qian", closed=False)
    assert not await theirs.exists()
    await company.says("lina", f"转交 {request.number} 孙丽")
    await presses(company.store, "lina", "approve", (await theirs.get()).handle)
    await company.says("sunli", f"同意 {request.number}")
    assert await status(request) == "approved"


async def test_two_who_delegate_to_one_colleague_are_not_both_answered_by_them(company: Company) -> None:
    await accepted(company)
    await company.says("sunli", UNTIL)
    await company.says("lina", f"同意 {(await Delegation.get(status='proposed')).number}")
    request = await company.request(board(Signing.ALL))
    await company.says("lina", f"同意 {request.number}")
    assert len(await asked(request)) == 2
    await company.says("lina", f"同意 {request.number}")
    assert len(await asked(request)) == 2


async def test_it_ends_at_its_limit_of_steps(company: Company) -> None:
    await accepted(company, f"{UNTIL} 至多 1 级")
    first, second = await company.request(LEADER), await company.request(LEADER)
    await company.says("lina", f"同意 {first.number}")
    assert await status(first) == "approved"
    assert "此单由 钱进 处理" in await company.says("lina", f"同意 {second.number}")


async def test_with_the_last_step_both_hear_it_and_the_delegates_other_cards_end(company: Company) -> None:
    await accepted(company, f"{UNTIL} 至多 2 级")
    first, second, third = [await company.request(LEADER) for _ in range(3)]
    await company.presses("lina", "approve", first)
    assert "已满" not in await told()
    assert not (await card_of("lina", third)).closed
    await company.presses("lina", "send_back", second)
    assert "已满 2 级。之后的又只由你自己审批" in await told_to(company.person("qian"))
    assert "之后的由 钱进 自己审批，你不用再代办" in await told_to(company.person("lina"))
    assert (await card_of("lina", third)).closed
    assert not (await card_of("qian", third)).closed


async def test_what_the_delegate_takes_back_brings_their_other_cards_again(company: Company) -> None:
    await accepted(company, f"{UNTIL} 至多 1 级")
    first, second = await company.request(LEADER), await company.request(LEADER)
    await company.presses("lina", "approve", first)
    assert (await card_of("lina", second)).closed
    await company.presses("lina", "undo", first)
    assert not (await card_of("lina", second)).closed
    assert "还可以代审 1 级" in await told_to(company.person("lina"))
    assert "还可以代审 1 级" in await told_to(company.person("qian"))
    await company.presses("lina", "approve", second)
    assert await status(second) == "approved"


async def test_one_that_is_used_up_makes_room_for_another_and_is_said_to_be(company: Company) -> None:
    await accepted(company, f"{UNTIL} 至多 1 级")
    request = await company.request(LEADER, StepPlan("总经理", ("person:zhao",)))
    await company.says("lina", f"同意 {request.number}")
    assert "（已满，不再代审）" in await company.says("qian", "权限 我")
    assert "其同意后才开始" in await company.says("qian", "委托 孙丽 至 周五17:00")
    assert "李娜 代 钱进" not in await company.says("qian", "权限 我")
    assert "钱进 有了新的委托" in await told()
    [record] = await AuditRecord.filter(action="delegation.ended")
    assert json.loads(record.line)["why"] == "used-up"
    assert "你已有一个委托" in await company.says("qian", "委托 孙丽 至 周五17:00")


async def test_what_is_taken_back_counts_no_more(company: Company) -> None:
    await accepted(company, f"{UNTIL} 至多 1 级")
    request = await company.request(LEADER)
    await company.presses("lina", "approve", request)
    await company.presses("lina", "undo", request)
    assert "（已满，不再代审）" not in await company.says("qian", "权限 我")
    assert "你已有一个委托" in await company.says("qian", "委托 孙丽 至 周五17:00")
    await company.says("lina", f"同意 {request.number}")
    assert await status(request) == "approved"


async def test_it_ends_by_itself_and_both_are_told(company: Company) -> None:
    delegation = await accepted(company)
    request = await company.request(LEADER)
    late = delegation.expires_at
    assert "此单由 钱进 处理" in await says(company.store, "lina", f"同意 {request.number}", now=late)
    clock = by(now=late, via="clock")
    assert await company.store.transact(lambda: delegating.expire(clock, str(delegation.id)))
    assert not await company.store.transact(lambda: delegating.expire(clock, str(delegation.id)))
    assert (await card_of("lina", request)).closed
    assert "系统代办：委托 李娜 代 钱进" in await told()
    assert await AuditRecord.filter(action="delegation.ended").count() == 1


async def test_it_is_cancelled_at_once_by_who_gave_it(company: Company) -> None:
    await accepted(company)
    request = await company.request(LEADER)
    assert "只由你自己审批" in await company.says("qian", "委托 取消")
    assert "此单由 钱进 处理" in await company.says("lina", f"同意 {request.number}")
    assert "你现在没有委托" in await company.says("qian", "委托 取消")


async def test_it_is_worth_no_more_than_the_role_of_who_gave_it(company: Company) -> None:
    await accepted(company)
    request = await company.request(LEADER)
    await company.store.transact(lambda: Grant.filter(employee=company.person("qian")).delete())
    await company.says("lina", f"同意 {request.number}")
    assert await status(request) == "awaiting_approval"


async def test_a_delegate_asks_nobody_else(company: Company) -> None:
    await accepted(company)
    request = await company.request(LEADER)
    for words in (f"转交 {request.number} 孙丽", f"并加签 {request.number} 孙丽"):
        assert "请 钱进 本人办" in await company.says("lina", words)
    assert await asked(request) == ["qian"]


@pytest.mark.parametrize(
    ("who", "words", "why"),
    [
        ("qian", "委托 钱进 至 周五17:00", "不能委托给自己"),
        ("qian", "委托 周凯 至 周五17:00", "不办业务审批"),
        ("qian", "委托 李娜 至 2027-12-31", "最长 92 天"),
        ("lina", "委托 孙丽 至 周五17:00", "你没有审批的权限"),
        ("qian", "委托", "委托给谁、到什么时候"),
    ],
)
async def test_what_makes_no_sense_is_refused_with_what_to_type(
    company: Company, who: str, words: str, why: str
) -> None:
    assert why in await company.says(who, words)
    assert not await Delegation.exists()


async def test_there_is_one_at_a_time_and_it_is_shown_with_ones_rights(company: Company) -> None:
    await accepted(company)
    assert "你已有一个委托" in await company.says("qian", "委托 孙丽 至 周五17:00")
    assert "委托 李娜 代 钱进 审批至 11月27日 17:00" in await company.says("qian", "权限 我")
    assert "委托 李娜 代 钱进 审批至 11月27日 17:00" in await company.says("lina", "权限 我")


async def test_a_delegate_who_declines_changes_nothing_and_who_asked_hears_it(company: Company) -> None:
    await company.says("qian", UNTIL)
    assert "已驳回" in await company.says("lina", f"驳回 {(await Delegation.get()).number}")
    assert "李娜 谢绝了" in await told()
    assert not await delegating.awaiting(await Employee.get(key="lina"), NOW + timedelta(hours=1))


async def test_who_asked_takes_it_back_before_the_colleague_answers(company: Company) -> None:
    await company.says("qian", UNTIL)
    delegation = await Delegation.get()
    card = await newest_card("lina", CardPurpose.DELEGATION)
    assert "只有提出人能撤回" in await company.says("lina", f"撤回 {delegation.number}")
    assert "已撤回" in await company.says("qian", f"撤回 {delegation.number}")
    drawn = await seen(card)
    assert (drawn.status, drawn.buttons) == ("提出人已撤回", ())
    assert "已撤回，未重复执行" in await company.says("lina", f"同意 {delegation.number}")
    request = await company.request(LEADER)
    assert not await Card.exists(holder__key="lina", request=request)

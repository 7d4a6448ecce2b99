"""转交, 加签 and 退回到前面的节点: who is asked instead or as well, by button and by text, and who never can be."""

import json

import pytest

from models import AuditRecord, Delegation, OutboxMessage, Step, StepStatus
from models.store import Store
from tests.database.chains import HEAD, LEADER, Company, asked, board, card_of, chain_of, status
from tests.database.talking import seen
from workflow.plans import Signing, StepPlan

OPEN, WAITING = StepStatus.OPEN, StepStatus.WAITING


@pytest.fixture
async def company(store: Store) -> Company:
    made = Company(store)
    await store.transact(made.enter)
    return made


async def facts_of(action: str) -> dict[str, object]:
    [record] = await AuditRecord.filter(action=action)
    return dict(json.loads(record.line)["data"])


async def test_whoever_takes_over_decides_and_both_ways_are_on_record(company: Company) -> None:
    request = await company.request(LEADER)
    assert "已把" in await company.says("qian", f"转交 {request.number} 李娜 附言=我出差")
    assert await chain_of(request) == [(1, "lina", OPEN)]
    old = await seen(await card_of("qian", request))
    assert "转交 李娜" in str(old.lines)
    assert old.buttons == ()
    said = "".join([str(each.payload) for each in await OutboxMessage.filter(kind="say")])
    assert "附言：我出差" in said
    facts = await facts_of("approval.handed_on")
    assert {facts["from"], facts["to"]} == {f"u_{company.person(key).id.hex[:16]}" for key in ("qian", "lina")}
    assert "已转交，未重复执行" in await company.says("qian", f"同意 {request.number}")
    await company.says("lina", f"同意 {request.number}")
    assert await status(request) == "approved"


async def test_the_button_asks_to_whom_and_a_number_answers(company: Company) -> None:
    request = await company.request(LEADER)
    await company.presses("qian", "hand_over", request)
    [asked_for] = [str(each.payload) for each in await OutboxMessage.filter(kind="say")]
    assert "转交给谁" in asked_for
    assert "1　孙丽" in asked_for
    assert "刘洋" not in asked_for
    assert "转交 孙丽" in await company.says("qian", "1")
    assert await asked(request) == ["sunli"]


@pytest.mark.parametrize(
    ("who", "why"),
    [
        ("钱进", "这一步本来就在你这里"),
        ("刘洋", "是 Q"),
        ("陈敏", "一人只审一级"),
        ("周凯", "不办业务审批"),
        ("丁一", "没有找到"),
    ],
)
async def test_who_cannot_take_over_is_refused_with_the_reason(company: Company, who: str, why: str) -> None:
    request = await company.request(HEAD, LEADER)
    await company.says("chenmin", f"同意 {request.number} 不再招聘")
    assert why in await company.says("qian", f"转交 {request.number} {who}")
    assert await asked(request) == ["qian"]


async def test_nobody_hands_on_what_is_not_theirs_or_not_their_turn(company: Company) -> None:
    request = await company.request(HEAD, LEADER)
    assert "还没轮到你" in await company.says("qian", f"转交 {request.number} 李娜")
    assert "此单由 陈敏 处理" in await company.says("sunli", f"转交 {request.number} 李娜")
    assert await asked(request) == ["chenmin"]


async def test_who_is_added_before_is_asked_first_and_then_who_added_them(company: Company) -> None:
    request = await company.request(LEADER)
    assert "已前加签 李娜" in await company.says("qian", f"前加签 {request.number} 李娜")
    assert await chain_of(request) == [(1, "qian", WAITING), (1, "lina", OPEN)]
    assert "先由 李娜 审批" in (await seen(await card_of("qian", request))).status
    await company.says("lina", f"同意 {request.number}")
    assert await asked(request) == ["qian"]
    await company.presses("qian", "approve", request)
    assert await status(request) == "approved"


async def test_who_is_added_after_is_asked_once_who_added_them_has_agreed(company: Company) -> None:
    request = await company.request(LEADER, StepPlan("总经理", ("person:zhao",)))
    await company.says("qian", f"后加签 {request.number} 李娜")
    assert await asked(request) == ["qian"]
    await company.says("qian", f"同意 {request.number}")
    assert await asked(request) == ["lina"]
    assert "分管领导 钱进" in str((await seen(await card_of("lina", request))).lines)
    await company.says("lina", f"同意 {request.number}")
    assert await asked(request) == ["zhao"]


async def test_who_is_added_beside_is_asked_at_once_and_their_no_ends_it(company: Company) -> None:
    request = await company.request(board(Signing.ANY))
    await company.says("qian", f"并加签 {request.number} 李娜")
    assert await asked(request) == ["qian", "lina", "sunli", "zhao"]
    await company.says("zhao", f"同意 {request.number}")
    assert await asked(request) == ["lina"]
    await company.says("lina", f"驳回 {request.number} 理由不成立")
    assert await status(request) == "rejected"


async def test_when_is_asked_where_it_was_not_said(company: Company) -> None:
    request = await company.request(LEADER)
    assert "请说明什么时候" in await company.says("qian", f"加签 {request.number} 李娜")
    await company.presses("qian", "add", request)
    said = [str(each.payload) for each in await OutboxMessage.filter(kind="say")]
    assert any(f"前加签 {request.number}" in each and "请谁加签" in each for each in said)
    assert await asked(request) == ["qian"]


@pytest.mark.parametrize(
    ("words", "answer", "who"),
    [
        ("加签 {} 李娜 前", "已前加签 李娜", ["lina"]),
        ("加签 {} 李娜 在我之前", "先由对方审批，再轮到你", ["lina"]),
        ("加签 {} 李娜 后", "你同意之后再由对方审批", ["qian"]),
        ("加签 {}李娜并", "对方与你同时审批", ["qian", "lina"]),
    ],
)
async def test_when_somebody_is_added_can_stand_behind_the_name(
    company: Company, words: str, answer: str, who: list[str]
) -> None:
    request = await company.request(LEADER)
    assert answer in await company.says("qian", words.format(request.number))
    assert await asked(request) == who


async def test_a_row_of_the_list_is_enough_to_add_somebody(company: Company) -> None:
    request = await company.request(LEADER)
    await company.says("qian", "待我审批")
    assert "已并加签 李娜" in await company.says("qian", "加签 1 李娜 并")
    assert await asked(request) == ["qian", "lina"]


async def test_the_number_of_the_question_says_when_somebody_is_added(company: Company) -> None:
    request = await company.request(LEADER)
    answer = await company.says("qian", f"加签 {request.number} 李娜 请看编制")
    assert "1　前加签：先由对方审批，再轮到你" in answer
    assert await asked(request) == ["qian"]
    assert "已后加签 李娜" in await company.says("qian", "2")
    assert "附言：请看编制" in "".join([str(each.payload) for each in await OutboxMessage.filter(kind="say")])


async def test_the_card_of_who_added_somebody_before_says_whose_turn_it_is_then(company: Company) -> None:
    request = await company.request(LEADER)
    await company.says("qian", f"前加签 {request.number} 李娜")
    card = await seen(await card_of("qian", request))
    assert "先由 李娜 审批，再轮到你。" in str(card.lines)
    assert "重新" not in str(card.lines)


async def test_who_was_added_to_a_place_stays_when_it_is_handed_on(company: Company) -> None:
    request = await company.request(LEADER)
    await company.says("qian", f"后加签 {request.number} 李娜")
    await company.says("qian", f"转交 {request.number} 孙丽")
    assert await asked(request) == ["sunli"]
    await company.says("sunli", f"同意 {request.number}")
    assert await asked(request) == ["lina"]


async def test_a_request_goes_back_to_an_earlier_level_which_is_asked_anew(company: Company) -> None:
    request = await company.request(HEAD, LEADER, StepPlan("总经理", ("person:lina",)))
    await company.says("chenmin", f"同意 {request.number} 不再招聘")
    await company.says("qian", f"同意 {request.number}")
    await company.says("lina", f"退回 {request.number} 到 用人部门 编制再核一下")
    assert await chain_of(request) == [(1, "chenmin", OPEN), (2, "qian", WAITING), (3, "lina", WAITING)]
    assert await status(request) == "awaiting_approval"
    answered = await Step.filter(request=request, round=1).values_list("status", flat=True)
    assert sorted(str(each) for each in answered) == ["approved", "approved", "sent_back"]
    assert "不再招聘" not in str((await seen(await card_of("qian", request))).buttons)
    for key, words in (("chenmin", " 暂停"), ("qian", ""), ("lina", "")):
        await company.says(key, f"同意 {request.number}{words}")
    assert await status(request) == "approved"
    assert (await facts_of("approval.returned"))["to_level"] == 1


async def test_who_returns_it_hears_that_who_was_added_takes_no_part_any_more(company: Company) -> None:
    request = await company.request(HEAD, LEADER)
    await company.says("chenmin", f"同意 {request.number} 不再招聘")
    await company.says("qian", f"并加签 {request.number} 李娜")
    answer = await company.says("qian", f"退回 {request.number} 到 用人部门 编制再核一下")
    assert "原来加签的 李娜 不再参加" in answer
    assert await chain_of(request) == [(1, "chenmin", OPEN), (2, "qian", WAITING)]
    await company.says("chenmin", f"同意 {request.number} 不再招聘")
    await company.says("qian", f"并加签 {request.number} 李娜")
    assert await asked(request) == ["qian", "lina"]


async def test_only_levels_that_were_asked_before_can_be_gone_back_to_and_they_are_named(company: Company) -> None:
    request = await company.request(HEAD, LEADER, StepPlan("总经理", ("person:lina",)))
    await company.says("chenmin", f"同意 {request.number} 不再招聘")
    answer = await company.says("qian", f"退回 {request.number} 到 总经理 再看")
    assert f"「退回 {request.number} 到 用人部门」" in answer
    assert await asked(request) == ["qian"]
    await company.says("qian", f"退回 {request.number} 到 发起人 补证明")
    assert await status(request) == "sent_back"


async def test_who_was_asked_meanwhile_has_a_card_that_no_longer_counts(company: Company) -> None:
    request = await company.request(HEAD, board(Signing.ALL))
    await company.says("chenmin", f"同意 {request.number} 不再招聘")
    stale = await card_of("zhao", request)
    await company.says("qian", f"退回 {request.number} 到 用人部门 编制再核一下")
    assert "不再有效" in (await seen(stale)).status
    assert "退回到前面的节点" in await company.presses("zhao", "approve", request)


@pytest.mark.parametrize("words", ["转交", "前加签", "后加签", "并加签"])
async def test_who_answered_for_somebody_is_asked_nothing_more_in_that_request(company: Company, words: str) -> None:
    await company.says("qian", "委托 李娜 至 周五17:00")
    await company.says("lina", f"同意 {(await Delegation.get()).number}")
    request = await company.request(LEADER, StepPlan("总经理", ("person:zhao",)))
    await company.says("lina", f"同意 {request.number}")
    assert await asked(request) == ["zhao"]
    assert "没有办理" in await company.says("zhao", f"{words} {request.number} 李娜")
    assert await asked(request) == ["zhao"]

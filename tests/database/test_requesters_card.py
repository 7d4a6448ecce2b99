"""The requester's card while others decide: 催办 and 撤回, as by text; and what 算了 says of a question."""

import pytest

from handlers.receiving import Received
from models import AuditRecord, CancellationRequest, Card, CardPurpose, OutboxMessage, RequestStatus
from models.store import Store
from tests.database.chains import HEAD, LEADER, Company, asked, card_of, status
from tests.database.talking import presses, seen


@pytest.fixture
async def company(store: Store) -> Company:
    made = Company(store)
    await store.transact(made.enter)
    return made


async def own_card(company: Company, request: CancellationRequest) -> Card:
    return await company.store.transact(lambda: _own_card(request))


async def _own_card(request: CancellationRequest) -> Card:
    found = await Card.filter(request=request, purpose=CardPurpose.REQUEST).first()
    return found or await Card.create(
        purpose=CardPurpose.REQUEST,
        handle="a" * 26,
        account=await request.requester.accounts.all().first(),  # type: ignore[union-attr]
        holder=request.requester,
        booking=request.booking,
        request=request,
        revision=request.revision,
        created_at=request.created_at,
    )


async def press(company: Company, request: CancellationRequest, action: str) -> Received:
    card = await own_card(company, request)
    return await presses(company.store, "liuyang", action, card.handle)


async def reminders(request: CancellationRequest) -> int:
    return await OutboxMessage.filter(request=request, topic="approver_reminded").count()


async def test_it_offers_a_reminder_and_the_way_back_while_others_decide(company: Company) -> None:
    request = await company.request(HEAD, LEADER)
    drawn = await seen(await own_card(company, request))
    assert [(each.text, each.danger) for each in drawn.buttons] == [("催办", False), ("撤回", True)]
    await company.says("chenmin", f"驳回 {request.number} 岗位还缺 2 人")
    assert (await seen(await own_card(company, request))).buttons == ()


async def test_its_reminder_tells_who_is_asked_and_is_as_rare_as_by_text(company: Company) -> None:
    request = await company.request(HEAD, LEADER)
    await press(company, request, "remind")
    assert await reminders(request) == 1
    said = "".join([str(each.payload) for each in await OutboxMessage.filter(kind="say")])
    assert f"已催办 {request.number}：已再提醒 陈敏" in said
    assert "4 小时内只提醒一次" in (await press(company, request, "remind")).answer.sentence
    assert "4 小时内只提醒一次" in await company.says("liuyang", f"催办 {request.number}")
    assert await reminders(request) == 1


async def test_its_way_back_ends_the_request_once(company: Company) -> None:
    request = await company.request(HEAD, LEADER)
    await press(company, request, "withdraw")
    assert await status(request) == "withdrawn"
    assert "申请人已撤回" in str((await seen(await card_of("chenmin", request))).lines)
    assert "已撤回，未重复执行" in (await press(company, request, "withdraw")).answer.sentence
    assert await AuditRecord.filter(action="request.withdrawn").count() == 1


async def test_neither_is_anybody_elses(company: Company) -> None:
    request = await company.request(HEAD, LEADER)
    card = await own_card(company, request)
    for action in ("remind", "withdraw"):
        await presses(company.store, "chenmin", action, card.handle)
        await presses(company.store, "lina", action, card.handle)
    assert await status(request) == "awaiting_approval"
    assert await reminders(request) == 0


async def test_a_request_that_was_agreed_to_is_undone_and_not_withdrawn(company: Company) -> None:
    request = await company.request(LEADER)
    card = await own_card(company, request)
    await company.says("qian", f"同意 {request.number}")
    assert [each.text for each in (await seen(card)).buttons] == ["撤销"]
    assert "撤销" in (await press(company, request, "withdraw")).answer.sentence
    assert await status(request) == RequestStatus.APPROVED


@pytest.mark.parametrize("words", ["催办", "催一下", "催办 张伟"])
async def test_the_only_open_request_is_reminded_at_once(company: Company, words: str) -> None:
    request = await company.request(HEAD, LEADER)
    assert f"已催办 {request.number}" in await company.says("liuyang", words)
    assert await reminders(request) == 1
    assert await asked(request) == ["chenmin"]


async def test_of_several_the_one_is_asked_for(company: Company) -> None:
    first, second = await company.request(HEAD), await company.request(HEAD)
    answer = await company.says("liuyang", "催办")
    assert "催办哪一条" in answer
    assert await reminders(first) + await reminders(second) == 0
    meant = first if f"1　{first.number}" in answer else second
    assert f"已催办 {meant.number}" in await company.says("liuyang", "1")
    assert (await reminders(first), await reminders(second)) == ((1, 0) if meant is first else (0, 1))


async def test_nobody_is_reminded_of_another_person_than_was_named(company: Company) -> None:
    request = await company.request(HEAD)
    assert "催办哪一条" in await company.says("liuyang", "催办 王刚")
    assert await reminders(request) == 0


async def test_a_question_that_was_put_down_is_named_for_what_it_was(company: Company) -> None:
    request = await company.request(HEAD, LEADER)
    await company.presses("chenmin", "hand_over", request)
    assert "好，放下了，什么都没有变。" in await company.says("chenmin", "算了")
    assert "转交" not in await company.says("chenmin", "1")
    assert await asked(request) == ["chenmin"]

"""评论: on record and sealed, told to who takes part and to nobody else, and without any effect on the case."""

import json

import pytest

from models import AuditRecord, Card, Comment, OutboxMessage, Role
from models.store import Store
from tests.database import office
from tests.database.chains import HEAD, LEADER, Company, asked, board, card_of, chain_of, status
from tests.database.office import by
from tests.database.talking import seen
from workflow import audit, openings, requests, timeline
from workflow.plans import Signing

WORDS = "编制已和陈敏核过，候选人电话 13800138123"


@pytest.fixture
async def company(store: Store) -> Company:
    made = Company(store)
    await store.transact(made.enter)
    return made


async def told(company: Company) -> dict[str, str]:
    """Return who was told of a comment, and in which words."""
    rows = await OutboxMessage.filter(kind="say").prefetch_related("account__employee")
    return {str(each.account.employee.key): str(each.payload) for each in rows if "评论：" in str(each.payload)}


async def test_a_comment_is_sealed_and_its_commitment_is_in_the_log(company: Company) -> None:
    request = await company.request(HEAD, LEADER)
    assert f"已评论 {request.number}：已告诉 陈敏" in await company.says("liuyang", f"评论 {request.number} {WORDS}")
    [kept] = await Comment.all()
    assert (kept.words, kept.place, kept.author_id) == (WORDS, 1, company.person("liuyang").id)
    assert WORDS.encode() not in bytes(kept.sealed_words)
    [record] = await AuditRecord.filter(action="request.commented")
    line = json.loads(record.line)
    candidate = (await requests.reload(request.id)).booking.candidate
    assert line["pd"] == {"words": audit.commitment(candidate, "words", WORDS)}
    assert (line["obj"]["id"], line["data"]["comment"]) == (request.number, 1)
    assert "编制" not in record.line


async def test_the_timeline_has_it_with_who_said_it(company: Company) -> None:
    request = await company.request(HEAD, LEADER)
    await company.says("liuyang", f"评论 {request.number} 请看第二页")
    await company.says("chenmin", f"评论 {request.number} 看到了")
    lines = await company.says("chenmin", f"时间轴 {request.number}")
    assert "刘洋 评论：「请看第二页」" in lines
    assert "陈敏 评论：「看到了」" in lines


async def test_the_pack_of_a_case_opens_it(company: Company) -> None:
    request = await company.request(HEAD)
    await company.says("liuyang", f"评论 {request.number} {WORDS}")
    case = await timeline.case_of(by(company.person("liuyang")), request.number)
    found = await openings.openings_of(case, await timeline.records_of(case))
    assert WORDS in [each.get("value") for each in found.lines]


async def test_nothing_about_the_case_changes_and_open_cards_still_count(company: Company) -> None:
    request = await company.request(HEAD, LEADER)
    before = await seen(await card_of("chenmin", request))
    handle = (await card_of("chenmin", request)).handle
    cards = await Card.all().count()
    await company.says("liuyang", f"评论 {request.number} 请看第二页")
    fresh = await requests.reload(request.id)
    assert (fresh.revision, fresh.status, await asked(fresh)) == (request.revision, request.status, ["chenmin"])
    assert (await seen(await card_of("chenmin", request))).lines == before.lines
    assert ((await card_of("chenmin", request)).handle, await Card.all().count()) == (handle, cards)
    await company.presses("chenmin", "approve", request, still_needed="no")
    assert await asked(request) == ["qian"]


async def test_whoever_takes_part_hears_of_it_and_nobody_else(company: Company) -> None:
    request = await company.request(HEAD, board(Signing.ALL))
    await company.says("chenmin", f"同意 {request.number} 不再招聘")
    await company.says("qian", f"前加签 {request.number} 李娜")
    await company.says("zhao", f"评论 {request.number} 我有一个问题")
    assert set(await told(company)) == {"liuyang", "chenmin", "qian", "sunli", "lina"}
    assert "我有一个问题" in (await told(company))["liuyang"]


async def test_who_is_not_asked_yet_neither_hears_nor_speaks(company: Company) -> None:
    request = await company.request(HEAD, LEADER)
    await company.says("liuyang", f"评论 {request.number} 请看第二页")
    assert set(await told(company)) == {"chenmin"}
    assert "你不在" in await company.says("qian", f"评论 {request.number} 我也说一句")
    assert await Comment.all().count() == 1


async def test_a_colleague_and_an_auditor_who_may_read_it_write_nothing(company: Company) -> None:
    request = await company.request(HEAD, LEADER)

    async def enter() -> None:
        await office.employee("sunjing", company.group, Role.AUDITOR, name="孙静")
        await office.employee("wangfang", company.unit, Role.HR, name="王芳")

    await company.store.transact(enter)
    for key in ("sunjing", "wangfang"):
        assert "没有办理：你不在" in await company.says(key, f"评论 {request.number} 我看过了")
    assert await Comment.all().count() == 0
    attempts = await AuditRecord.filter(action="attempt.refused", subject=request.number)
    assert [json.loads(each.line)["why"] for each in attempts] == ["comment-part", "comment-part"]
    await company.says("liuyang", f"评论 {request.number} {WORDS}")
    read = await company.says("sunjing", f"时间轴 {request.number}")
    assert "刘洋 评论" in read
    assert "13800138123" not in read


async def test_who_decides_for_somebody_hears_and_speaks(company: Company) -> None:
    await company.says("qian", "委托 李娜 至 明天18:00")
    await company.says("lina", "待我审批")
    await company.says("lina", "同意 1")
    request = await company.request(LEADER)
    await company.says("liuyang", f"评论 {request.number} 请看第二页")
    assert "lina" in await told(company)
    assert "已告诉" in await company.says("lina", f"评论 {request.number} 好")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("评论 {} 请看第二页", "请看第二页"),
        ("评论{}请看第二页", "请看第二页"),
        ("评论：{}，请看第二页", "请看第二页"),
        ("评论 请看第二页 {}", "请看第二页"),
        ("{} 评论 请看第二页", "请看第二页"),
        ("给 {} 写评论 附件已重传", "附件已重传"),
        ("评论 {} 不要取消张伟的面试，驳回 1", "不要取消张伟的面试，驳回 1"),
        ("评论 {} 附言=PDF 打不開", "PDF 打不開"),
    ],
)
async def test_it_is_understood_however_it_is_written_and_kept_as_written(
    company: Company, text: str, words: str
) -> None:
    request = await company.request(HEAD, LEADER)
    await company.says("liuyang", text.format(request.number))
    assert [str(each.words) for each in await Comment.all()] == [words]
    assert await chain_of(request) == await chain_of(request)
    assert await status(request) == "awaiting_approval"


async def test_a_row_of_the_list_is_enough(company: Company) -> None:
    request = await company.request(HEAD)
    await company.says("chenmin", "待我审批")
    assert f"已评论 {request.number}" in await company.says("chenmin", "评论 1 请补第二页")
    assert "刘洋" not in await told(company)
    assert set(await told(company)) == {"liuyang"}


@pytest.mark.parametrize(
    ("text", "answer"), [("评论", "没看出是哪一条"), ("评论 请看第二页", "没看出是哪一条"), ("评论 {}", "没有文字")]
)
async def test_what_is_missing_is_asked_and_nothing_is_kept(company: Company, text: str, answer: str) -> None:
    request = await company.request(HEAD)
    assert answer in await company.says("liuyang", text.format(request.number))
    assert await Comment.all().count() == 0


async def test_what_is_over_takes_no_comments(company: Company) -> None:
    request = await company.request(HEAD)
    await company.says("chenmin", f"驳回 {request.number} 仍缺人")
    assert "申请已驳回" in await company.says("liuyang", f"评论 {request.number} 为什么")
    assert await Comment.all().count() == 0

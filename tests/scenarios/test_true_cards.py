"""What a card says is true when it is read and still true when all is over; a decision rests on what was shown."""

import json
from typing import Any

from models import AuditRecord, CancellationRequest, Evidence
from tests.scenarios.company import Company
from tests.scenarios.steps import (
    PNG,
    asked_for_evidence,
    at_the_desk,
    heard,
    on_the_table,
    recorded,
    request_number,
    state_of,
    until,
    whole_logs,
)
from workflow import evidence, requests
from workflow.acting import Act

__all__ = ["whole_logs"]
NEEDED = {"still_needed": "no"}


def keys(card: dict[str, Any]) -> list[str]:
    """Return what can be pressed on a card."""
    return [each["key"].split(".")[0] for each in card["buttons"]]


async def at_the_leader(company: Company) -> tuple[dict[str, Any], dict[str, Any]]:
    """Take a strict case to the leader; returns the department's card and the leader's."""
    card = await on_the_table(company)
    await company.taps("chenmin", card, "approve", NEEDED)
    return await company.card("chenmin", "已同意"), await company.card("zhaoguoqiang", "待你审批")


async def in_the_grace(company: Company) -> tuple[dict[str, Any], dict[str, Any]]:
    """Let the leader agree as well; returns both cards as they look inside the grace."""
    mine, leaders = await at_the_leader(company)
    await company.taps("zhaoguoqiang", leaders, "approve")
    return mine, await company.card("zhaoguoqiang", "已同意", "前可撤销")


async def decisions(action: str) -> list[dict[str, Any]]:
    """Return the data of every record of a kind, in order."""
    return [json.loads(each.line)["data"] for each in await AuditRecord.filter(action=action).order_by("seq")]


async def test_near_the_start_the_confirm_card_promises_no_undo(company: Company) -> None:
    await company.says("wangfang", "取消 8123 原因 面试官冲突")
    await company.card("wangfang", "待你确认", "确认后 60 秒内可撤销", "开始前 30 分钟内则不能")
    await company.passes(until(1, 14, 40))
    seen = len(await company.screen("wangfang"))
    await company.says("wangfang", "取消 8123 原因 面试官冲突")
    card = await company.card("wangfang", "待你确认", "距面试不足 30 分钟", "立即执行，不能撤销", after=seen)
    await company.taps("wangfang", card, "confirm")
    card = await company.card("wangfang", "再确认一次", "立即执行，不能撤销", after=seen)
    await company.taps("wangfang", card, "confirm")
    card = await company.card("wangfang", "已取消", after=seen)
    assert keys(card) == []


async def test_everybody_who_decided_sees_that_it_was_carried_out(company: Company) -> None:
    await in_the_grace(company)
    await company.passes(61)
    for person in ("chenmin", "zhaoguoqiang"):
        assert keys(await company.card(person, "已同意 · 已取消")) == []


async def test_everybody_who_decided_sees_that_it_was_undone(company: Company) -> None:
    department, leaders = await in_the_grace(company)
    await company.taps("liuyang", await company.card("liuyang", "已通过"), "undo")
    for person, card in (("chenmin", department), ("zhaoguoqiang", leaders)):
        shown = await company.card(person, "已同意 · 已撤销，面试照常", "没有通知任何人")
        assert keys(shown) in ([], ["open"])  # WeCom shows the end on a dead button
        await company.taps(person, card, "undo", force=True)
    await company.card("chenmin", "已撤销，面试照常", "没有办理：申请已撤销，面试照常", "编号 E")
    await company.sees("zhaoguoqiang", "没有办理：申请已撤销，面试照常", "编号 E")


async def test_everybody_who_was_asked_sees_that_it_was_withdrawn(company: Company) -> None:
    department, leaders = await at_the_leader(company)
    await company.says("liuyang", f"撤回 {request_number(leaders)}")
    await company.card("zhaoguoqiang", "申请已撤回", "申请人已撤回，面试照常")
    shown = await company.card("chenmin", "已同意 · 申请已撤回", "申请人已撤回，面试照常")
    assert keys(shown) == []
    await company.taps("chenmin", department, "undo", force=True)
    await company.card("chenmin", "没有办理：申请已撤回", "编号 E")
    await company.says("chenmin", f"同意 {request_number(leaders)} 仍需")
    await company.sees("chenmin", "没有办理：申请已撤回", "编号 E")


async def test_everybody_who_was_asked_sees_that_it_expired(company: Company) -> None:
    await at_the_leader(company)
    await company.passes(until(2, 10) + 1)
    for person in ("chenmin", "zhaoguoqiang"):
        await company.card(person, "到点未决，系统代办关闭", "面试照常")


async def test_a_rejection_above_is_seen_by_who_agreed_below(company: Company) -> None:
    _, leaders = await at_the_leader(company)
    await company.taps("zhaoguoqiang", leaders, "reject")
    await company.sees("zhaoguoqiang", "驳回要写原因", f"驳回 {request_number(leaders)} 岗位仍缺人", "编号 E")
    await company.says("zhaoguoqiang", f"驳回 {request_number(leaders)}")
    await company.settled()
    assert (await recorded())["approval.rejected"] == 0
    await company.says("zhaoguoqiang", f"驳回 {request_number(leaders)} 岗位仍缺人")
    await company.card("chenmin", "已同意 · 申请已驳回", "其后 赵国强 驳回，面试照常")
    await company.card("liuyang", "已驳回", "赵国强 驳回", "原因：岗位仍缺人", "面试照常")
    assert await state_of("machao-5566") == "confirmed"


async def test_after_taking_back_the_earlier_card_can_take_back_again(company: Company) -> None:
    _, leaders = await in_the_grace(company)
    await company.taps("zhaoguoqiang", leaders, "undo")
    await company.card("zhaoguoqiang", "待你审批")
    mine = await company.card("chenmin", "已同意", "已交赵国强")
    assert keys(mine) == ["undo"]
    await company.taps("chenmin", mine, "undo")
    await company.card("chenmin", "待你审批")
    await company.card("zhaoguoqiang", "上一级已收回")


async def test_an_opinion_the_next_has_followed_is_not_taken_back_and_it_is_said(company: Company) -> None:
    mine, _ = await in_the_grace(company)
    await company.taps("chenmin", mine, "undo", force=True)
    await company.card("chenmin", "赵国强 在你之后已同意", "不能再收回", "编号 E")


async def another_proof(company: Company, content: bytes = PNG + b"2") -> None:
    """Let another piece of evidence come to 刘洋's request, as the second file of one message does."""
    found = await CancellationRequest.filter(status="awaiting_approval").first().prefetch_related("requester")
    assert found is not None
    assert company.app is not None
    act = Act(company.app.clock.now(), "dingtalk", "stream-envelope", employee=found.requester)

    async def work() -> None:
        request = await requests.reload(found.id)
        await evidence.keep_file(act, request, evidence.Material(content, "通话记录.png", "msg-2"))

    await at_the_desk(company, work)


async def test_evidence_after_the_card_was_shown_voids_the_press_on_it(company: Company) -> None:
    stale = await on_the_table(company)
    await another_proof(company)
    fresh = await company.card("chenmin", "待你审批", "2 份 ✓")
    assert fresh["id"] == stale["id"]
    await company.settled()
    updates = [each for each in await company.calls("dingtalk") if each["method"] == "PUT" and stale["id"] in str(each)]
    assert len(updates) == 1
    await company.taps("chenmin", stale, "approve", NEEDED, force=True)
    fresh = await company.card("chenmin", "待你审批", "2 份 ✓", "新增证明材料 1 份（现有 2 份）", "编号 E")
    assert (await recorded())["approval.approved"] == 0
    await company.taps("chenmin", fresh, "approve", NEEDED)
    await company.card("zhaoguoqiang", "待你审批", "2 份 ✓")
    assert [(each["rev"], each["pieces"]) for each in await decisions("approval.approved")] == [(2, 2)]


async def test_on_wecom_too_the_press_on_a_stale_card_is_told_what_changed(company: Company) -> None:
    _, stale = await at_the_leader(company)
    await another_proof(company)
    await company.card("zhaoguoqiang", "待你审批", "2 份 ✓")
    await company.taps("zhaoguoqiang", stale, "approve", force=True)
    await company.sees("zhaoguoqiang", "新增证明材料 1 份（现有 2 份）", "编号 E")
    fresh = await company.card("zhaoguoqiang", "待你审批", "2 份 ✓")
    await company.taps("zhaoguoqiang", fresh, "approve")
    await company.passes(61)
    await company.sees("zhaoguoqiang", "已同意 · 已取消")  # in words, where every code of the card is spent
    await company.card("chenmin", "已同意 · 已取消")
    data = await decisions("approval.approved")
    assert [(each["rev"], each["pieces"]) for each in data] == [(1, 1), (2, 2)]
    assert data[0]["shown"] != data[1]["shown"]


async def test_what_is_typed_waits_for_the_card_that_shows_the_change(company: Company) -> None:
    card = await on_the_table(company)
    await company.settled()
    fault = {"platform": "dingtalk", "match": "/v1.0/card/instances", "kind": "http", "value": 500, "times": 99}
    await company.post("/faults", fault)
    await another_proof(company)
    await company.says("chenmin", f"同意 {request_number(card)} 仍需")
    await company.sees("chenmin", "新增证明材料 1 份（现有 2 份）", "看过更新后的卡片再决定", "编号 E")
    assert (await recorded())["approval.approved"] == 0


async def test_the_candidates_own_word_voids_the_press_too(company: Company) -> None:
    stale = await on_the_table(company)
    await company.says("machao-5566", "来不了了")
    await company.sees("machao-5566", "不必再前往")
    await company.card("chenmin", "待你审批", "2 份 ✓")
    await company.taps("chenmin", stale, "approve", NEEDED, force=True)
    await company.card("chenmin", "新增证明材料 1 份（现有 2 份）", "编号 E")


async def test_the_same_file_again_changes_nothing(company: Company) -> None:
    card = await on_the_table(company)
    await another_proof(company, PNG)
    found = await CancellationRequest.get(status="awaiting_approval")
    assert await Evidence.filter(request=found).count() == 1
    assert found.revision == 1
    await company.taps("chenmin", card, "approve", NEEDED)
    await company.card("chenmin", "已同意")


async def test_a_decision_is_recorded_with_what_was_shown(company: Company) -> None:
    card = await on_the_table(company)
    await company.taps("chenmin", card, "approve", NEEDED)
    await company.card("zhaoguoqiang", "待你审批")
    await company.says("zhaoguoqiang", f"驳回 {request_number(card)} 岗位仍缺人")
    await company.card("liuyang", "已驳回")
    for action in ("approval.approved", "approval.rejected"):
        (data,) = await decisions(action)
        assert (data["rev"], data["pieces"]) == (1, 1)
        assert len(data["shown"]) == len(data["policy"]) == 64


async def test_once_the_interview_has_begun_an_old_draft_cancels_nothing(company: Company) -> None:
    await company.says("wangfang", "取消 8123 原因 面试官冲突")
    card = await company.card("wangfang", "待你确认")
    await company.passes(until(1, 15))
    await company.taps("wangfang", card, "confirm")
    shown = await company.card("wangfang", "已到开始时间，不能再取消", "没有通知任何人", "联系候选人", "编号 E")
    assert keys(shown) == []
    assert (await recorded())["request.filed"] == 0
    assert await state_of("zhangwei-8123") == "confirmed"


async def test_twenty_taps_leave_the_state_on_the_card_and_one_line_in_the_timeline(company: Company) -> None:
    await company.says("wangfang", "取消 8123 原因 面试官冲突")
    card = await company.card("wangfang", "待你确认")
    for _ in range(20):
        await company.taps("wangfang", card, "confirm", force=True)
    shown = await company.card("wangfang", "前可撤销", "已提交，未重复执行", "编号 E")
    assert shown["status"].startswith("已通过")
    assert keys(shown) == ["undo"]
    assert (await recorded())["attempt.refused"] == 19
    number = request_number(shown)
    await company.says("wangfang", f"时间轴 {number}")
    told = (await company.sees("wangfang", f"时间轴 · {number}"))["text"]
    assert told.count("重复点击 19 次，未重复执行（确认取消）") == 1
    assert told.count("重复点击") == 1


async def test_twenty_taps_on_wecom_are_answered_in_one_text(company: Company) -> None:
    _, leaders = await at_the_leader(company)
    for _ in range(20):
        await company.taps("zhaoguoqiang", leaders, "approve", force=True)
    await company.card("zhaoguoqiang", "已同意", "前可撤销")
    await company.sees("zhaoguoqiang", "未重复执行", "编号 E")
    await company.settled()
    assert len([each for each in await heard(company, "zhaoguoqiang") if "未重复执行" in each]) == 1
    assert (await recorded())["approval.approved"] == 2


async def test_the_timeline_says_what_was_tried_and_only_on_this_request(company: Company) -> None:
    await company.says("wangfang", "取消 8123")
    card = await company.card("wangfang", "待你确认")
    await company.taps("wangfang", card, "confirm")
    card = await company.card("wangfang", "还没有选取消原因")
    await company.taps("wangfang", card, "confirm", {"reason": "interviewer_conflict"})
    card = await company.card("wangfang", "前可撤销")
    await company.taps("wangfang", card, "undo")
    await company.card("wangfang", "已撤销，面试照常")
    await company.taps("wangfang", card, "undo", force=True)
    number = request_number(card)
    await company.says("wangfang", f"时间轴 {number}")
    told = (await company.sees("wangfang", f"时间轴 · {number}"))["text"]
    assert "确认取消" not in told
    assert told.count("（撤销）") == 1


async def test_the_department_says_itself_whether_the_position_needs_people(company: Company) -> None:
    card = await on_the_table(company)
    assert [each["value"] for each in card["inputs"] if each["name"] == "still_needed"] in ([None], [""])
    await company.taps("chenmin", card, "approve")
    card = await company.card("chenmin", "待你审批", "请先选岗位是否仍需招聘", "编号 E")
    await company.says("chenmin", f"同意 {request_number(card)}")
    await company.sees("chenmin", "请先选岗位是否仍需招聘", f"同意 {request_number(card)} 仍需", "编号 E")
    await company.taps("chenmin", card, "approve", {"still_needed": "nonsense"}, force=True)
    assert (await recorded())["approval.approved"] == 0
    await company.says("chenmin", f"同意 {request_number(card)} 暂停")
    await company.card("chenmin", "已同意", "岗位暂停招聘")


async def test_who_kept_the_evidence_and_how_they_were_known_is_on_record(company: Company) -> None:
    await asked_for_evidence(company)
    await company.sends_file("liuyang", "邮件截图.png", PNG)
    await company.card("chenmin", "待你审批")
    line = json.loads((await AuditRecord.get(action="evidence.kept")).line)
    assert line["actor"]["auth"] == "stream-envelope"
    assert line["actor"]["sub"].startswith("u_")

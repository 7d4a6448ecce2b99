"""华辰重工, the strict preset: evidence, the department, the leader, in this order; nothing happens before the last."""

from models import AuditRecord, Role
from tests.scenarios.company import Company
from tests.scenarios.steps import (
    DAY,
    PNG,
    asked_for_evidence,
    given_role,
    heard,
    left_the_company,
    noted,
    on_the_table,
    recorded,
    request_number,
    state_of,
    until,
    whole_logs,
)

__all__ = ["whole_logs"]


async def agreed_by_the_department(company: Company) -> dict[str, object]:
    """Take a case as far as the leader's card."""
    card = await on_the_table(company)
    await company.taps("chenmin", card, "approve", {"still_needed": "no"})
    return await company.card("zhaoguoqiang", "待你审批")


async def test_three_levels_with_evidence_and_nothing_happens_before_the_last(company: Company) -> None:
    card = await on_the_table(company)
    assert any(line.startswith("证明") and "1 份 ✓" in line for line in card["lines"])
    assert "马超 · 尾号5566" in card["title"]
    assert "2/3" in card["status"]
    await company.taps("chenmin", card, "approve", {"still_needed": "no"})
    await company.card("chenmin", "已同意", "不再招聘", "赵国强 处理中")
    card = await company.card("zhaoguoqiang", "待你审批", "3/3")
    await company.passes(3600)
    assert await state_of("machao-5566") == "frozen"
    assert await heard(company, "machao-5566") + await heard(company, "wutong") == []

    await company.taps("zhaoguoqiang", card, "approve")
    await company.card("zhaoguoqiang", "已同意", "前可撤销")
    await company.passes(61)
    await company.sees("machao-5566", "已取消", "11月26日 周四 10:00", "该岗位暂停招聘")
    await company.sees("wutong", "已取消", "不必等候")
    await company.card("liuyang", "已取消")
    card = await company.card("zhaoguoqiang", "已同意 · 已取消")
    assert card["buttons"] == []
    done = await recorded()
    kinds = ("request.filed", "evidence.kept", "approval.approved", "request.approved", "booking.cancelled")
    assert [done[each] for each in kinds] == [1, 1, 2, 1, 1]
    await company.until(lambda: noted("notice.sent", 2), "both notices are in the log")

    await company.says("liuyang", f"时间轴 {request_number(await company.card('liuyang', '已取消'))}")
    told = (await company.sees("liuyang", "时间轴 · Q"))["text"]
    order = ("刘洋 发起取消申请", "刘洋 收到证明", "陈敏 同意", "赵国强 同意", "取消生效", "取消通知 → 候选人")
    assert [told.index(each) for each in order] == sorted(told.index(each) for each in order)


async def test_each_update_of_a_wecom_card_spends_a_code_of_its_own(company: Company) -> None:
    card = await agreed_by_the_department(company)
    await company.taps("zhaoguoqiang", card, "approve")
    await company.card("zhaoguoqiang", "已同意", "前可撤销")
    await company.passes(61)
    await company.card("zhaoguoqiang", "已取消")
    updates = [each for each in await company.calls("wecom") if each["path"].endswith("update_template_card")]
    codes = [each["request"]["response_code"] for each in updates]
    assert len(codes) == len(set(codes)) == 2
    assert [each["response"]["errcode"] for each in updates] == [0, 0]


async def test_the_leader_cannot_agree_before_the_department(company: Company) -> None:
    card = await on_the_table(company)
    await company.says("zhaoguoqiang", f"同意 {request_number(card)}")
    await company.sees("zhaoguoqiang", "还没轮到你", "先由 陈敏 审批", "编号 E")
    await company.taps("liuyang", card, "approve", {"still_needed": "no"}, force=True)
    await company.sees("liuyang", "此单由 陈敏 处理", "编号 E")
    assert (await recorded())["approval.approved"] == 0
    number, log = request_number(card), "shouyue/huachen/heavy"
    tried = await AuditRecord.filter(action="attempt.refused").values_list("log", "subject")
    assert tried == [(log, number)] * 2


async def test_who_tried_from_another_unit_stands_in_the_log_of_the_case(company: Company) -> None:
    number = request_number(await on_the_table(company))
    await company.says("wangfang", f"同意 {number}")
    await company.sees("wangfang", "没有办理", "编号 E")
    [(log, subject)] = await AuditRecord.filter(action="attempt.refused").values_list("log", "subject")
    assert (log, subject) == ("shouyue/huachen/heavy", number)


async def test_what_is_no_evidence_is_refused_and_told(company: Company) -> None:
    await company.sends_file("liuyang", "截图.png", PNG)
    await company.sees("liuyang", "没有等证明的申请", "编号 E")
    await asked_for_evidence(company)
    await company.sends_file("liuyang", "说明.docx", b"PK\x03\x04" + bytes(200), "application/msword")
    await company.sees("liuyang", "不能作证明", "PNG", "编号 E")
    await company.sends_file("liuyang", "大.png", PNG + bytes(10 * 2**20), "image/png")
    await company.sees("liuyang", "文件太大", "10 MB", "编号 E")
    assert (await recorded())["evidence.kept"] == 0
    assert await heard(company, "chenmin") == []


async def test_the_department_rejects_and_the_interview_stands(company: Company) -> None:
    card = await on_the_table(company)
    await company.taps("chenmin", card, "reject")
    typed = f"驳回 {request_number(card)} 岗位仍缺人"
    card = await company.card("chenmin", "待你审批", "驳回要写原因", typed, "编号 E")
    await company.taps("chenmin", card, "reject", {"comment": "岗位仍缺人"})
    await company.card("chenmin", "已驳回")
    await company.card("liuyang", "已驳回", "陈敏 驳回", "原因：岗位仍缺人", "面试照常", "仍要取消：先与 陈敏 说好")
    await company.passes(3600)
    assert await state_of("machao-5566") == "confirmed"
    assert await heard(company, "machao-5566") + await heard(company, "zhaoguoqiang") == []


async def test_what_was_sent_back_comes_again_as_a_new_revision(company: Company) -> None:
    first = await on_the_table(company)
    await company.taps("chenmin", first, "send_back")
    card = await company.card("liuyang", "已退回，待你补充")
    await company.sends_file("liuyang", "通话记录.png", PNG + b"2")
    await company.card("liuyang", "2 份")
    await company.taps("liuyang", await company.card("liuyang", "已退回"), "submit")
    second = await company.card("chenmin", "待你审批", "2 份")
    assert second["id"] != card["id"] != first["id"]

    await company.taps("chenmin", first, "approve", {"still_needed": "no"}, force=True)
    await company.card("chenmin", "未重复执行", "编号 E")
    assert (await recorded())["approval.approved"] == 0
    await company.taps("chenmin", second, "approve", {"still_needed": "no"})
    await company.card("zhaoguoqiang", "待你审批")
    assert (await recorded())["request.submitted"] == 1


async def test_hr_withdraws_and_the_open_card_is_over(company: Company) -> None:
    card = await on_the_table(company)
    await company.says("liuyang", f"撤回 {request_number(card)}")
    await company.sees("liuyang", "已撤回申请", "面试照常")
    await company.card("chenmin", "申请人已撤回")
    await company.taps("chenmin", card, "approve", {"still_needed": "no"}, force=True)
    await company.card("chenmin", "没有办理", "申请已撤回", "编号 E")
    assert await state_of("machao-5566") == "confirmed"


async def test_an_approval_is_taken_back_while_the_next_is_undecided(company: Company) -> None:
    leaders = await agreed_by_the_department(company)
    mine = await company.card("chenmin", "已同意")
    await company.taps("chenmin", mine, "undo")
    mine = await company.card("chenmin", "待你审批")
    await company.card("zhaoguoqiang", "上一级已收回")
    await company.taps("zhaoguoqiang", leaders, "approve", force=True)
    await company.sees("zhaoguoqiang", "没有办理", "编号 E")

    await company.taps("chenmin", mine, "approve", {"still_needed": "paused"})
    again = await company.card("zhaoguoqiang", "待你审批")
    assert again["id"] != leaders["id"]
    await company.taps("zhaoguoqiang", again, "approve")
    await company.passes(61)
    await company.sees("machao-5566", "已取消")
    assert (await recorded())["approval.taken_back"] == 1


async def test_after_the_next_has_agreed_nothing_is_taken_back(company: Company) -> None:
    leaders = await agreed_by_the_department(company)
    mine = await company.card("chenmin", "已同意")
    await company.taps("zhaoguoqiang", leaders, "approve")
    await company.card("zhaoguoqiang", "已同意")
    await company.taps("chenmin", mine, "undo", force=True)
    await company.card("chenmin", "编号 E")
    await company.passes(61)
    await company.sees("machao-5566", "已取消")


async def test_the_last_approver_undoes_inside_the_grace(company: Company) -> None:
    card = await agreed_by_the_department(company)
    await company.taps("zhaoguoqiang", card, "approve")
    card = await company.card("zhaoguoqiang", "前可撤销")
    await company.taps("zhaoguoqiang", card, "undo")
    await company.card("zhaoguoqiang", "待你审批")
    await company.passes(3600)
    assert await state_of("machao-5566") == "frozen"
    assert await heard(company, "machao-5566") == []


async def test_nobody_decides_their_own_request(company: Company) -> None:
    await given_role(company, "liuyang", Role.DEPARTMENT_HEAD)
    await given_role(company, "chenmin", Role.HR)
    await company.says("chenmin", "取消 马超 原因 岗位暂停")
    await company.taps("chenmin", await company.card("chenmin", "待你确认"), "submit")
    await company.card("chenmin", "待补证明")
    await company.sends_file("chenmin", "邮件.png", PNG)
    card = await company.card("liuyang", "待你审批", "2/3 用人部门", "HR 陈敏")
    await company.says("chenmin", f"同意 {request_number(card)} 不再招聘")
    await company.sees("chenmin", "此单由 刘洋 处理", "编号 E")


async def test_where_nobody_may_agree_hr_hears_of_it_when_filing(company: Company) -> None:
    await left_the_company(company, "chenmin")
    await company.says("liuyang", "取消 马超 原因 岗位暂停")
    await company.taps("liuyang", await company.card("liuyang", "待你确认"), "submit")
    await company.card("liuyang", "没有可用的用人部门审批人", "编号 E")
    assert await state_of("machao-5566") == "confirmed"
    assert (await recorded())["request.filed"] == 0


async def test_an_approver_who_leaves_between_is_said_when_the_evidence_comes(company: Company) -> None:
    await asked_for_evidence(company)
    await left_the_company(company, "chenmin")
    await company.sends_file("liuyang", "邮件.png", PNG)
    await company.sees("liuyang", "没有可用的用人部门审批人", "编号 E")


async def test_undecided_at_the_start_the_interview_stands(company: Company) -> None:
    card = await on_the_table(company)
    await company.passes(until(2, 10) + 1)
    await company.card("liuyang", "到点未决，系统代办关闭", "面试照常")
    await company.card("chenmin", "系统代办关闭")
    await company.taps("chenmin", card, "approve", {"still_needed": "no"}, force=True)
    await company.card("chenmin", "没有办理", "到点未决", "编号 E")
    await company.passes(DAY)
    assert await state_of("machao-5566") == "confirmed"
    assert await heard(company, "machao-5566") == []
    assert (await recorded())["request.expired"] == 1

"""What is refused: with the reason, with what to do next, with a reference, and on record. Nothing changes by it."""

import json

from models import Account, AuditRecord, Employee, Platform
from tests.scenarios.company import Company
from tests.scenarios.steps import at_the_desk, heard, key_index, number_of, on_the_table, recorded, state_of, whole_logs

__all__ = ["whole_logs"]


async def test_a_card_of_somebody_else_is_refused_and_recorded(company: Company) -> None:
    await company.says("wangfang", "取消 8123 原因 面试官冲突")
    card = await company.card("wangfang", "待你确认")
    await company.taps("lilei", card, "confirm", force=True)
    await company.sees("lilei", "不是给你的，或者已经失效", "编号 E")
    record = await AuditRecord.get(action="attempt.refused")
    line = json.loads(record.line)
    assert (line["ok"], line["why"], line["data"]["action"]) == (False, "not-now", "confirm")
    assert line["actor"]["sub"] == f"u_{(await Employee.get(key='lilei')).id.hex[:16]}"
    assert (await company.card("wangfang", "待你确认"))["buttons"]
    assert await state_of("zhangwei-8123") == "confirmed"


async def test_an_approvers_card_in_strange_hands_decides_nothing(company: Company) -> None:
    card = await on_the_table(company)
    told = {"wangfang": "不是给你的", "sunjing": "此单由 陈敏 处理", "zhoukai": "不是给你的"}
    for person, words in told.items():
        await company.taps(person, card, "approve", {"still_needed": "no"}, force=True)
        await company.sees(person, words, "编号 E")
    assert (await recorded())["attempt.refused"] == 3
    assert (await recorded())["approval.approved"] == 0


async def test_no_card_can_be_forwarded(company: Company) -> None:
    await company.says("wangfang", "取消 8123 原因 面试官冲突")
    card = await company.card("wangfang", "待你确认")
    answer = await company.post(f"/cards/{card['id']}/forward", {"from": "wangfang", "to": "lilei"})
    assert answer["status"] == 409
    card = await on_the_table(company)
    await company.taps("chenmin", card, "approve", {"still_needed": "no"})
    leaders = await company.card("zhaoguoqiang", "待你审批")
    answer = await company.post(f"/cards/{leaders['id']}/forward", {"from": "zhaoguoqiang", "to": "lina"})
    assert answer["status"] == 409


async def test_the_auditor_may_look_and_not_cancel(company: Company) -> None:
    await company.says("sunjing", "列表 本周")
    await company.sees("sunjing", "共 6 场", "尾号8123", "尾号5566", "尾号3344")
    await company.says("sunjing", "取消 8123 原因 面试官冲突")
    await company.sees("sunjing", "没有办理", "没有这个权限", "编号 E")
    assert (await recorded())["attempt.refused"] == 1
    assert await state_of("zhangwei-8123") == "confirmed"


async def test_administrators_interviewers_and_deputies_cannot_cancel(company: Company) -> None:
    for person in ("zhoukai", "hanxue", "lilei", "lina"):
        await company.says(person, "取消 8123 原因 面试官冲突")
        await company.sees(person, "没有取消", "编号 E")
    assert (await recorded())["request.filed"] == 0


async def test_another_units_interviews_are_as_absent_as_none(company: Company) -> None:
    foreign, absent = await number_of("machao-5566"), "Y20261124-00000"
    pairs = [
        ("取消 马超 原因 岗位暂停", "取消 欧阳锋 原因 岗位暂停", "马超", "欧阳锋"),
        (f"取消 {foreign} 原因 岗位暂停", f"取消 {absent} 原因 岗位暂停", foreign, absent),
        (f"查 {foreign}", f"查 {absent}", foreign, absent),
        (f"时间轴 {foreign}", f"时间轴 {absent}", foreign, absent),
        ("查 马超", "查 欧阳锋", "马超", "欧阳锋"),
    ]
    for first, second, name, other in pairs:
        mine, theirs = await answer_to(company, "wangfang", first), await answer_to(company, "wangfang", second)
        assert mine.replace(name, "·") == theirs.replace(other, "·")


async def test_another_units_request_is_as_absent_as_none(company: Company) -> None:
    card = await on_the_table(company)
    number = next(line for line in card["lines"] if line.startswith("编号")).removeprefix("编号：")
    for verb in ("同意", "驳回", "撤回", "撤销", "时间轴", "提交"):
        mine = await answer_to(company, "wangfang", f"{verb} {number}")
        assert mine == await answer_to(company, "wangfang", f"{verb} Q20261124-00000"), verb
        assert "没有找到，或不在你的范围内" in mine


async def answer_to(company: Company, person: str, words: str) -> str:
    """Return the one answer to what somebody typed, without its reference."""
    seen = len(await company.screen(person))
    await company.says(person, words)
    answer = await company.sees(person, "", after=seen + 1)
    assert not answer["card"]
    return str(answer["text"].split("编号 E")[0])


async def test_whoever_is_not_bound_gets_one_helpful_sentence(company: Company) -> None:
    for platform, person in ((Platform.DINGTALK, "lilei"), (Platform.WECOM, "lina")):
        await at_the_desk(company, lambda p=platform, k=person: Account.filter(platform=p, employee__key=k).delete())
        await company.says(person, "取消 8123 原因 面试官冲突")
        await company.sees(person, "还没有绑定", "系统管理员", "编号 E")
    await at_the_desk(
        company, lambda: Account.filter(platform=Platform.KF, candidate__key_index=key_index("zhangwei-8123")).delete()
    )
    await company.says("zhangwei-8123", "取消")
    await company.sees("zhangwei-8123", "您好", "自己的链接", "编号 E")
    await company.settled()
    for person in ("lilei", "lina", "zhangwei-8123"):
        assert len(await heard(company, person)) == 1
    assert await state_of("zhangwei-8123") == "confirmed"


async def test_a_second_press_is_answered_and_not_repeated(company: Company) -> None:
    await company.says("wangfang", "取消 8123 原因 面试官冲突")
    card = await company.card("wangfang", "待你确认")
    await company.taps("wangfang", card, "confirm")
    await company.taps("wangfang", card, "confirm", force=True)
    await company.card("wangfang", "已提交，未重复执行", "编号 E")
    assert (await recorded())["request.filed"] == 1


async def test_two_cards_for_one_interview_cancel_once(company: Company) -> None:
    await company.says("wangfang", "取消 8123 原因 面试官冲突")
    first = await company.card("wangfang", "待你确认")
    seen = len(await company.screen("wangfang"))
    await company.says("wangfang", "取消 8123 原因 面试官冲突")
    second = await company.card("wangfang", "待你确认", after=seen)
    await company.taps("wangfang", first, "confirm")
    await company.taps("wangfang", second, "confirm", force=True)
    refused = await company.card("wangfang", "编号 E", after=seen)
    assert refused["id"] == second["id"]
    assert (await recorded())["request.filed"] == 1


async def test_a_time_that_is_over_and_words_nobody_knows_change_nothing(company: Company) -> None:
    await company.says("wangfang", "取消 张伟 昨天下午三点")
    await company.sees("wangfang", "没有取消", "已过", "编号 E")
    await company.says("wangfang", "今天天气不错")
    await company.sees("wangfang", "没看懂，什么都没有做", "编号 E")
    await company.says("wangfang", "取消吧 8123")
    await company.settled()
    assert await state_of("zhangwei-8123") == "confirmed"

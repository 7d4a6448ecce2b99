"""授权: one administrator proposes, the other agrees in their phone; from then on, and only until then, it holds."""

from collections.abc import Awaitable, Callable

import pytest

from models import Account, AuditRecord, Employee, Grant, GrantChange, Organisation, Platform, Role
from tests.scenarios.company import Company
from tests.scenarios.steps import ADMINISTRATOR, DAY, at_the_desk, recorded, whole_logs
from workflow import administering

__all__ = ["whole_logs"]


async def proposed(company: Company, words: str, who: str = "zhoukai") -> str:
    """Let an administrator type a proposal; returns its number."""
    seen = len(await company.screen(who))
    await company.says(who, words)
    await company.sees(who, "已交", "审批", after=seen)
    change = await GrantChange.all().order_by("-proposed_at", "-number").first()
    assert change is not None
    return change.number


async def security_in_wecom(company: Company) -> None:
    """Let the security administrator be reached in WeCom: 李娜, who has no other role there."""

    async def enter() -> None:
        group = await Organisation.get(path="huachen")
        await Grant.filter(role=Role.SECURITY_ADMIN).delete()
        await administering.add_employee(ADMINISTRATOR, "lina", "李娜", group, [Role.SECURITY_ADMIN], [Platform.WECOM])

    await at_the_desk(company, enter)


async def test_a_role_is_proposed_agreed_on_the_card_used_and_withdrawn(company: Company) -> None:
    await company.says("lilei", "取消 张伟 明天下午三点")
    await company.sees("lilei", "没有取消")

    number = await proposed(company, "授权 李雷 HR 华辰互联 原因 王芳休假")
    card = await company.card(
        "hanxue", "授权：李雷 · HR · 华辰互联", "待你审批", "周凯（系统管理员）", "王芳休假", number
    )
    await company.taps("hanxue", card, "approve", {"comment": "同意"})
    await company.card("hanxue", "已同意 · 已生效")
    await company.sees("lilei", "有了「HR」权限", "长期有效", "周凯 提出、韩雪 同意", number)
    await company.sees("zhoukai", "韩雪 已同意", number)

    await company.says("lilei", "取消 张伟 明天下午三点 原因 行程冲突")
    await company.taps("lilei", await company.card("lilei", "待你确认"), "confirm")
    await company.card("lilei", "已通过")

    await proposed(company, "收回授权 李雷 HR 华辰互联")
    await company.taps("hanxue", await company.card("hanxue", "收回授权：李雷"), "approve")
    await company.sees("lilei", "「HR」权限已收回")
    seen = len(await company.screen("lilei"))
    await company.says("lilei", "取消 8123")
    await company.sees("lilei", "没有取消", after=seen)
    await company.says("lilei", "撤销")
    await company.sees("lilei", "你没有这个权限", after=seen)
    done = await recorded()
    assert (done["grant.proposed"], done["grant.withdrawn"]) == (2, 1)
    assert await AuditRecord.filter(log="shouyue/huachen/net", action="grant.proposed").count() == 2


async def test_it_is_agreed_on_in_wecom_by_card(company: Company) -> None:
    await security_in_wecom(company)
    await proposed(company, "授权 李雷 HR 华辰互联")
    card = await company.card("lina", "授权：李雷", "待你审批")
    await company.taps("lina", card, "approve")
    await company.card("lina", "已同意 · 已生效")
    await company.sees("lilei", "有了「HR」权限")
    assert await Grant.filter(employee__key="lilei", role=Role.HR).exists()


async def typed_number(company: Company, who: str, number: str) -> None:
    await company.says(who, f"驳回 {number} 材料不全")


async def typed_pick(company: Company, who: str, number: str) -> None:
    await company.says(who, "待我审批")
    await company.sees(who, "待你审批 1 条", number, "授权 李雷")
    await company.says(who, "驳回 1 材料不全")


async def typed_alone(company: Company, who: str, number: str) -> None:
    await company.says(who, "驳回 材料不全")


@pytest.mark.parametrize("answers", [typed_number, typed_pick, typed_alone])
async def test_it_is_decided_by_text_and_the_reason_arrives(
    company: Company, answers: Callable[[Company, str, str], Awaitable[None]]
) -> None:
    number = await proposed(company, "授权 李雷 HR 华辰互联")
    await answers(company, "hanxue", number)
    await company.sees("hanxue", "已驳回：授权 李雷", number, "没有任何变化")
    await company.sees("zhoukai", "韩雪 已驳回", "材料不全", "没有任何变化", number)
    await company.card("hanxue", "已驳回")
    assert not await Grant.filter(employee__key="lilei", role=Role.HR).exists()


async def test_a_grant_with_an_end_ends_by_itself_and_says_so(company: Company) -> None:
    await proposed(company, "授权 李雷 HR 华辰互联 至 2026-11-30")
    await company.taps("hanxue", await company.card("hanxue", "有效至 2026年11月30日"), "approve")
    await company.sees("lilei", "有效至 2026年11月30日")
    await company.passes(7 * DAY)
    await company.sees("lilei", "系统代办", "已到期，自动收回")
    assert (await recorded())["grant.ended"] == 1


async def test_a_proposal_nobody_answers_expires_after_seven_days(company: Company) -> None:
    number = await proposed(company, "授权 李雷 HR 华辰互联")
    await company.passes(7 * DAY + 1)
    await company.sees("zhoukai", "系统代办", "7 天没有人处理", number)
    card = await company.card("hanxue", "已过期（系统代办）")
    assert not [each for each in card["buttons"] if each["key"].startswith("approve")]


@pytest.mark.parametrize(
    ("who", "words", "said"),
    [
        ("zhoukai", "授权 周凯 面试官 华辰互联", ("不能为自己提出",)),
        ("zhoukai", "授权 韩雪 HR 华辰互联", ("韩雪 已有「安全管理员 · 华辰集团」", "不同的人")),
        ("zhoukai", "授权 孙静 HR 华辰互联", ("孙静 已有「审计 · 华辰集团」",)),
        (
            "zhoukai",
            "授权 李雷 HR 华辰大学",
            ("没看懂是哪个单位", "华辰互联（huachen/net）", "华辰制造（huachen/works）"),
        ),
        ("zhoukai", "授权 李雷 店长 华辰互联", ("没看懂是哪个角色", "用人部门", "分管领导", "安全管理员")),
        ("zhoukai", "授权 HR 华辰互联", ("一次办一位",)),
        ("zhoukai", "授权 欧阳锋 HR 华辰互联", ("没有找到「欧阳锋」", "工号")),
        ("zhoukai", "授权 李雷 HR 华辰互联 至 2026-11-01", ("已经过去",)),
        ("zhoukai", "授权 王芳 HR 华辰互联", ("王芳 已有「HR · 华辰互联」", "不用再授权")),
        ("zhoukai", "收回授权 李雷 HR 华辰互联", ("李雷 没有「HR · 华辰互联」",)),
        ("wangfang", "授权 李雷 HR 华辰互联", ("你没有这个权限",)),
        ("sunjing", "收回授权 王芳 HR 华辰互联", ("你没有这个权限",)),
        ("wangfang", "权限 李雷", ("你没有这个权限",)),
        ("zhoukai", "同意 S20261124-000", ("没有找到这条授权申请",)),
    ],
)
async def test_what_cannot_be_is_explained_with_what_to_type_next(
    company: Company, who: str, words: str, said: tuple[str, ...]
) -> None:
    await company.says(who, words)
    await company.sees(who, "没有办理", *said, "编号 E")
    assert not await GrantChange.exists()


async def test_nobody_agrees_to_their_own_proposal(company: Company) -> None:
    number = await proposed(company, "授权 李雷 HR 华辰互联")
    await company.says("zhoukai", f"同意 {number}")
    await company.sees("zhoukai", "自己提出的授权不能自己审批", "安全管理员")
    assert not await Grant.filter(employee__key="lilei", role=Role.HR).exists()


async def test_people_of_one_name_are_asked_and_the_chosen_one_goes_on(company: Company) -> None:
    async def enter() -> Employee:
        unit = await Organisation.get(path="huachen/heavy")
        return await administering.add_employee(ADMINISTRATOR, "lilei2", "李雷", unit, [], [Platform.DINGTALK])

    await at_the_desk(company, enter)
    await company.says("zhoukai", "授权 李雷 分管领导 华辰重工")
    await company.sees("zhoukai", "找到 2 位「李雷」", "华辰互联 · 工号 lilei", "华辰重工 · 工号 lilei2")
    await company.says("zhoukai", "2")
    await company.sees("zhoukai", "已交 韩雪（安全管理员）审批", "授权 李雷 分管领导 · 华辰重工")
    change = await GrantChange.get().prefetch_related("employee")
    assert change.employee.key == "lilei2"


@pytest.mark.parametrize(
    ("who", "words", "said"),
    [
        (
            "wangfang",
            "权限 我",
            ("权限 · 王芳（华辰互联", "HR · 华辰互联及下属单位", "取消面试", "初始录入", "不能做", "系统管理员 周凯"),
        ),
        ("liuyang", "权限", ("HR · 华辰重工", "安全管理员 韩雪")),
        ("zhaoguoqiang", "我的权限", ("权限 · 赵国强", "分管领导 · 华辰重工", "审批轮到自己的取消申请")),
        ("wutong", "权限 我", ("面试官 · 华辰重工", "只接收通知", "分管领导 赵国强")),
        ("lina", "权限 我", ("没有任何角色", "请联系系统管理员")),
        ("zhoukai", "权限 王芳", ("权限 · 王芳", "HR · 华辰互联")),
        ("sunjing", "权限 赵国强", ("分管领导 · 华辰重工",)),
    ],
)
async def test_rights_are_told_with_what_they_allow_and_why(
    company: Company, who: str, words: str, said: tuple[str, ...]
) -> None:
    await company.says(who, words)
    await company.sees(who, *said)


async def test_an_account_of_nobody_hears_one_sentence_an_hour_and_does_nothing(company: Company) -> None:
    await at_the_desk(company, lambda: _forgotten("lilei"))
    before = await recorded()
    for words in (
        "你好",
        "取消 张伟 明天下午三点 原因 行程冲突",
        "列表 本周",
        "授权 李雷 HR 华辰互联",
        "权限 我",
        "同意 1",
    ):
        await company.says("lilei", words)
    await company.sees("lilei", "还没有绑定", "系统管理员（周*）", "编号 E")
    await company.settled()
    assert len([each for each in await company.screen("lilei") if each["from"] == "bot"]) == 1
    calls = len(await company.calls("dingtalk", counted=True))
    await company.says("lilei", "帮助")
    await company.settled()
    assert len(await company.calls("dingtalk", counted=True)) == calls

    await company.passes(3601)
    await company.says("lilei", "帮助")
    await company.until(lambda: _count_is(company, "lilei", 2), "a second sentence after an hour")
    assert await recorded() == before


async def _count_is(company: Company, person: str, count: int) -> bool:
    return len([each for each in await company.screen(person) if each["from"] == "bot"]) == count


async def _forgotten(key: str) -> None:
    await Account.filter(employee__key=key).delete()

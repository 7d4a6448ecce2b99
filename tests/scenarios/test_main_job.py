"""The main job, as people live it: one message, one card, everybody told."""

from tests.scenarios.company import Company


async def test_hr_cancels_with_one_message_and_one_tap_and_everybody_is_told_once(company: Company) -> None:
    await company.says("wangfang", "取消 张伟 明天下午三点 原因 行程冲突")
    card = await company.card("wangfang", "待你确认", "尾号8123")
    await company.taps("wangfang", card, "confirm")
    await company.card("wangfang", "已通过", "前可撤销")

    await company.passes(61)
    notice = await company.sees("zhangwei-8123", "已取消", "11月25日", "周三", "15:00")
    await company.sees("lilei", "已取消", "11月25日", "不必等候")
    await company.card("wangfang", "已取消")
    await company.settled()

    assert notice["app"] == "wechat"
    assert len([each for each in await company.screen("zhangwei-8123") if each["from"] == "bot"]) == 1
    assert len(await company.screen("lilei")) == 1
    assert len([each for each in await company.screen("wangfang") if each["from"] == "me"]) == 1


async def test_undo_inside_the_grace_means_nobody_was_told(company: Company) -> None:
    await company.says("wangfang", "取消 8123 原因 面试官冲突")
    card = await company.card("wangfang", "待你确认")
    await company.taps("wangfang", card, "confirm")
    card = await company.card("wangfang", "已通过")
    await company.taps("wangfang", card, "undo")
    await company.card("wangfang", "已撤销", "面试照常")

    await company.passes(3600)
    await company.settled()

    assert [each["from"] for each in await company.screen("zhangwei-8123")] == ["me"]
    assert await company.screen("lilei") == []

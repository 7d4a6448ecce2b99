"""Where no audit group is configured, the day's codes go to each auditor in private, and count as kept by them."""

import re
from pathlib import Path

import pytest

from bot.demo_home import AUDIT_GROUP
from models import Anchor, Checkpoint, Employee, Role
from tests.scenarios.company import Company
from tests.scenarios.steps import DAY, given_role, left_the_company, noted, recorded, until, whole_logs
from tests.scenarios.test_anchors import CODE, HEAVY, posts, strict_case, verified

__all__ = ["whole_logs"]

TITLE = "审计日志存证"
BOTH = {"code", "post"}


async def configured(company: Company, **audit: object) -> None:
    """Restart the program with other settings of `audit`."""
    await company.stop_bot()
    changed = company.settings.audit.model_copy(update=audit)
    company.settings = company.settings.model_copy(update={"audit": changed})
    await company.start_bot()


@pytest.fixture
async def ungrouped(company: Company) -> Company:
    await configured(company, post_group="", post_webhook=None)
    return company


async def told(company: Company, person: str) -> list[str]:
    """Return the codes' messages that somebody got in private."""
    await company.settled()
    found = [each for each in await company.screen(person) if TITLE in each["text"]]
    assert not any(each.get("group") for each in found)
    return [each["text"] for each in found]


async def keeper(person: str) -> str:
    return f"auditor:u_{(await Employee.get(key=person)).id.hex[:16]}"


async def test_at_six_the_auditor_has_every_log_and_a_strict_unit_both_kinds(ungrouped: Company, home: Path) -> None:
    company = ungrouped
    await strict_case(company)
    await company.passes(20 * 60)
    await company.until(lambda: noted("archive.received", 1), "the case is with the archive")
    assert await told(company, "sunjing") == []
    await company.passes(until(0, 18))
    await company.sees("sunjing", TITLE, "华辰重工", "不属于任何单位")
    [text] = await told(company, "sunjing")
    assert not re.search(r"###|`", text)
    assert "马超" not in text
    assert [await told(company, each) for each in ("zhoukai", "hanxue", "liuyang", "chenmin")] == [[]] * 4
    assert await posts(company) == []
    for log in await verified(company, home):
        kept = await Anchor.filter(kind="post", name=await keeper("sunjing"), checkpoint__log=log).first()
        assert kept is not None, log
        checkpoint = await Checkpoint.get(id=kept.checkpoint_id)
        assert f"{checkpoint.size} 条，{checkpoint.code}，{checkpoint.root[:16]}" in text
        assert re.fullmatch(r"sha256:[0-9a-f]{64} \S+", kept.receipt)
    kinds = await Anchor.filter(checkpoint__log=HEAVY).values_list("kind", flat=True)
    assert set(kinds) == BOTH
    assert (await verified(company, home))[HEAVY]["unanchored"] == 0


async def test_a_day_without_new_records_is_a_silent_one(ungrouped: Company) -> None:
    company = ungrouped
    await company.passes(until(0, 18) + 1)
    await company.sees("sunjing", TITLE)
    await company.passes(DAY)
    assert len(await told(company, "sunjing")) == 1


async def test_a_unit_s_auditor_is_told_in_wecom_of_that_unit_alone(ungrouped: Company) -> None:
    company = ungrouped
    await given_role(company, "lina", Role.AUDITOR)
    await company.passes(until(0, 18) + 1)
    await company.sees("lina", TITLE, "华辰重工")
    [text] = await told(company, "lina")
    assert "华辰互联" not in text
    assert "不属于任何单位" not in text
    logs = await Anchor.filter(name=await keeper("lina")).values_list("checkpoint__log", flat=True)
    assert {str(log).startswith(HEAVY) for log in logs} == {True}
    assert len(CODE.findall(text)) == len(logs)
    await company.sees("sunjing", TITLE, "华辰互联", "华辰重工")


async def test_who_is_asked_for_need_not_wait_until_six(ungrouped: Company) -> None:
    company = ungrouped
    await company.says("zhoukai", "锚定")
    await company.sees("zhoukai", "正在把", "单独发给 1 位审计", "编号 E")
    await company.sees("sunjing", TITLE)
    await company.says("sunjing", "锚定")
    await company.sees("sunjing", "没有办理", "几分钟前刚发", "编号 E")
    assert (await recorded())["anchor.asked"] == 1


async def test_without_an_auditor_there_is_nobody_and_it_is_said(ungrouped: Company) -> None:
    company = ungrouped
    await left_the_company(company, "sunjing")
    await company.says("zhoukai", "锚定")
    await company.sees("zhoukai", "没有办理", "没有人能收到存证码", "授权 姓名 审计 单位", "audit.post_group", "编号 E")
    await company.says("liuyang", "完整性检查 2026")
    await company.sees("liuyang", "完整性检查 · ", "没有能收到存证码的审计", "授权 姓名 审计 单位")
    await company.says("liuyang", "合规体检")
    await company.sees("liuyang", "日志有外面的人留存", "没有能收到存证码的审计")
    assert not await Anchor.filter(kind="post").exists()


async def test_once_a_group_is_configured_the_auditor_hears_nothing_more_in_private(company: Company) -> None:
    grouped = company.settings.audit
    await configured(company, post_group="", post_webhook=None)
    await company.passes(until(0, 18) + 1)
    await company.sees("sunjing", TITLE)
    before = len(await told(company, "sunjing"))
    await configured(company, post_group=grouped.post_group, post_webhook=grouped.post_webhook)
    await company.passes(301)
    await company.says("sunjing", "锚定")
    await company.sees("sunjing", "正在把", AUDIT_GROUP)
    await company.until(lambda: _one_post(company), "the post is in the group")
    private = [each for each in await company.screen("sunjing") if TITLE in each["text"] and not each.get("group")]
    assert len(private) == before
    assert await Anchor.filter(kind="post", name=AUDIT_GROUP).exists()


async def _one_post(company: Company) -> bool:
    return len(await posts(company)) == 1

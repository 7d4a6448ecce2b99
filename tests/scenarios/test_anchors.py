"""Others keep what the log signed: the audit group at six, and everybody who keeps a card or a notice."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.demo_home import AUDIT_GROUP
from models import Anchor, Checkpoint
from tests.scenarios.company import Company
from tests.scenarios.programs import said_by
from tests.scenarios.steps import DAY, heard, noted, on_the_table, recorded, until, whole_logs
from workflow import notes

__all__ = ["whole_logs"]

HEAVY = "shouyue/huachen/heavy"
CODE = re.compile(r"\b[0-9A-Z]{4}-[0-9A-Z]{4}\b")
MEMBERS = ("sunjing", "zhoukai", "hanxue")


async def strict_case(company: Company) -> dict[str, Any]:
    """Take a case of the strict unit to its end; returns the leader's card."""
    card = await on_the_table(company)
    await company.passes(660)  # so that a checkpoint is made
    await company.settled()
    await company.taps("chenmin", card, "approve", {"still_needed": "no"})
    await company.taps("zhaoguoqiang", await company.card("zhaoguoqiang", "待你审批"), "approve")
    await company.passes(61)
    await company.sees("machao-5566", "已取消")
    return await company.card("zhaoguoqiang", "已同意 · 已取消")


async def verified(company: Company, home: Path) -> dict[str, dict[str, Any]]:
    """Return what `audit verify --json` prints about each log."""
    settings = {"home": str(home), "database": {"url": company.settings.database.url}}
    (home / "settings.yaml").write_text(yaml.safe_dump(settings), "utf-8")
    code, out, err = await said_by("audit", "verify", "--json", SHOUYUE_HOME=str(home))
    assert code == 0, err
    return {each["log"]: each for each in json.loads(out)["logs"]}


async def posts(company: Company, person: str = "sunjing") -> list[str]:
    """Return what was posted in the audit group, as a member sees it."""
    await company.settled()
    return [each["text"] for each in await company.screen(person) if each.get("group") == AUDIT_GROUP]


async def test_after_six_the_group_has_every_log_and_nothing_is_left_unanchored(company: Company, home: Path) -> None:
    card = await strict_case(company)
    [code] = CODE.findall(card["lines"][-1])
    assert "存证码" in card["lines"][-1]
    kept = await Checkpoint.get(log=HEAVY, code=code)
    assert notes.code_of(notes.parse_note(kept.note.encode()).text) == code
    assert await Anchor.filter(checkpoint=kept, kind="code").count() == 1

    assert (await verified(company, home))[HEAVY]["unanchored"] > 0
    assert await posts(company) == []
    await company.passes(20 * 60)
    await company.until(lambda: noted("archive.received", 1), "the case is with the archive")
    await company.passes(until(0, 18))
    await company.sees("sunjing", "审计日志存证")
    [post] = await posts(company)
    assert [await posts(company, each) for each in MEMBERS] == [[post]] * 3
    found = await verified(company, home)
    assert {each["unanchored"] for each in found.values()} == {0}
    for log, each in found.items():
        newest = await Checkpoint.get(log=log, size=each["records"])
        assert f"{newest.size} 条，{newest.code}，{newest.root[:16]}" in post
        assert await Anchor.filter(checkpoint=newest, kind="post", name=AUDIT_GROUP).count() == 1
    assert "华辰重工" in post
    assert "马超" not in post
    assert "audit verify --code" in post
    assert "verify.py --" not in post  # it takes a folder and keys
    codes = [word for code in CODE.findall(post) for word in ("--code", code)]
    assert (await said_by("audit", "verify", *codes, SHOUYUE_HOME=str(home)))[0] == 0


async def test_a_day_without_news_is_a_silent_one(company: Company) -> None:
    await company.passes(until(0, 18) + 1)
    await company.sees("sunjing", "审计日志存证")
    await company.passes(DAY)
    assert len(await posts(company)) == 1
    await company.says("wangfang", "取消 0092 原因 面试官冲突")
    await company.taps("wangfang", await company.card("wangfang", "待你确认"), "confirm")
    await company.passes(DAY)
    await company.until(lambda: _has(company, 2), "the second post is there")


async def _has(company: Company, count: int) -> bool:
    return len(await posts(company)) == count


async def test_the_auditor_and_the_system_administrator_need_not_wait_until_six(company: Company) -> None:
    await company.says("sunjing", "锚定")
    await company.sees("sunjing", "正在把", "审计群", "编号 E")
    await company.until(lambda: _has(company, 1), "the post is there")
    await company.says("zhoukai", "锚定")
    await company.sees("zhoukai", "没有办理", "刚发到审计群", "编号 E")
    await company.passes(301)
    await company.says("zhoukai", "锚定")
    await company.until(lambda: _has(company, 2), "the second post is there")
    assert (await recorded())["anchor.asked"] == 2


@pytest.mark.parametrize("person", ["hanxue", "wangfang", "chenmin", "lilei", "zhaoguoqiang"])
async def test_nobody_else_has_the_group_written_to(company: Company, person: str) -> None:
    await company.says(person, "锚定")
    await company.sees(person, "没有这个权限", "编号 E")
    assert await posts(company) == []


async def test_a_notice_of_a_strict_unit_ends_with_a_code_and_an_sms_does_not(company: Company, home: Path) -> None:
    await strict_case(company)
    notice = (await company.sees("machao-5566", "已取消"))["text"]
    last = notice.splitlines()[-1]
    assert last.startswith("存证码 ")
    [code] = CODE.findall(last)
    assert await Anchor.filter(checkpoint__code=code, checkpoint__log=HEAVY, kind="code").count() == 1
    await verified(company, home)
    assert (await said_by("audit", "verify", "--code", code.lower(), SHOUYUE_HOME=str(home)))[0] == 0
    assert (await said_by("audit", "verify", "--code", "0000-0000", SHOUYUE_HOME=str(home)))[0] == 1


async def test_where_the_rules_want_no_code_there_is_none(company: Company) -> None:
    await company.passes(660)
    await company.says("wangfang", "取消 8123 原因 面试官冲突")
    await company.taps("wangfang", await company.card("wangfang", "待你确认"), "confirm")
    card = await company.card("wangfang", "前可撤销")
    await company.passes(61)
    await company.sees("zhangwei-8123", "已取消")
    said = [*card["lines"], *await heard(company, "zhangwei-8123")]
    assert not any("存证码" in each for each in said)
    assert await Anchor.filter(kind="code").count() == 0


async def test_a_group_robot_that_is_away_is_asked_again(company: Company) -> None:
    fault = {"platform": "dingtalk", "match": "/robot/send", "kind": "errcode", "value": 130101, "times": 1}
    await company.post("/faults", fault)
    await company.says("sunjing", "锚定")
    await company.sees("sunjing", "正在把")
    await company.settled()
    assert await posts(company) == []
    assert await Anchor.all().count() == 0
    await company.passes(601)
    await company.until(lambda: _has(company, 1), "the post is there")
    assert await Anchor.filter(kind="post").count() > 0


async def test_the_post_costs_no_counted_call(company: Company) -> None:
    before = len(await company.calls("dingtalk", counted=True))
    await company.passes(until(0, 18) + 1)
    await company.sees("sunjing", "审计日志存证")
    assert len(await company.calls("dingtalk", counted=True)) == before
    async with company.http.get(f"{company.base}/sandbox/dingtalk/quota") as answer:
        assert (await answer.json())["stream"] == 1

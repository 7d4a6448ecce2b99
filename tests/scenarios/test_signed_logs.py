"""The running program signs its logs: some minutes after something happened, and when it ends."""

import base64
import json

import aiohttp

from models import AuditRecord, Checkpoint
from tests.scenarios.company import Company
from tests.scenarios.steps import at_the_desk, recorded, whole_logs
from workflow import checkpoints, signing, verifying

__all__ = ["whole_logs"]

NET = "shouyue/huachen/net"


async def test_minutes_after_something_happened_it_is_signed_and_then_all_is_quiet(company: Company) -> None:
    await company.says("wangfang", "取消 8123 原因 面试官冲突")
    await company.taps("wangfang", await company.card("wangfang", "待你确认"), "confirm")
    await company.passes(61)
    await company.sees("zhangwei-8123", "已取消")
    for _ in range(4):
        await company.passes(11 * 60)
        await company.settled()
    assert await checkpoints.due() == []
    count = await Checkpoint.all().count()
    await company.passes(3 * 3600)
    await company.settled()
    assert await Checkpoint.all().count() == count
    assert (await recorded())["clock.stepped"] == 0
    assert [finding.first_bad for finding in await verifying.verify_all() if finding.first_bad] == []


async def test_the_end_signs_everything_and_a_start_that_is_no_different_adds_nothing(company: Company) -> None:
    await company.says("wangfang", "取消 8123 原因 面试官冲突")
    await company.card("wangfang", "待你确认")
    await company.stop_bot()
    await company.start_bot()

    async def look() -> tuple[list[str], int]:
        starts = await AuditRecord.filter(action="program.started").count()
        return await checkpoints.due(), starts

    assert await at_the_desk(company, look) == ([], 1)


async def test_the_record_tells_the_clock_and_the_program_and_watchers_see_what_nobody_keeps(company: Company) -> None:
    await company.says("wangfang", "列表 本周")
    line = json.loads((await AuditRecord.get(action="program.started")).line)
    assert base64.b64decode(line["data"]["log_key"]) == signing.signing().public
    assert line["clk"]["step"] is False
    assert company.app is not None
    async with aiohttp.ClientSession() as http, http.get(f"{company.settings.public_url}/metrics") as answer:
        told = await answer.text()
    records = await AuditRecord.filter(log=NET).count()
    assert f'shouyue_audit_unanchored{{log="{NET}"}} {records}\n' in told

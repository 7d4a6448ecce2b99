"""T24: an insider who takes candidates' cases home one by one is stopped at every door until somebody else agrees.

The rules of counting: tests/database/test_export_limits.py. Much at once: tests/database/test_export_requests.py.
Showing a candidate's data again and again: tests/database/test_revealing.py.
"""

import io
import json
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.case_pack import case_pack
from bot.exporting import Asking, case_pdf
from models import AuditRecord, Employee, Preset
from tests.scenarios.company import Company
from tests.scenarios.steps import number_of, whole_logs
from tests.scenarios.test_downloads import Offer, offered
from workflow import export_limits
from workflow.acting import Act
from workflow.errors import Missing, NotNow

__all__ = ["whole_logs"]

NET = ("zhangwei-8123", "zhangwei-4410", "zhangwei-0092")


@pytest.fixture(autouse=True)
def nothing_left_installed() -> Iterator[None]:
    yield
    export_limits.install(export_limits.Limits())


async def test_the_last_case_of_the_day_leaves_by_no_door_without_a_second_person(
    company: Company, tmp_path: Path
) -> None:
    section = type(company.settings.exports)(cases_a_day={each.value: 2 for each in Preset})
    export_limits.install(section.limits(500))
    first, second, third = [await number_of(each) for each in NET]
    waiting = await offered(company, "wangfang", third)  # made while it was still allowed
    offer = await offered(company, "wangfang", first)
    assert (await offer.sends(offer.code))[0] == 200
    await case_pack(await _at_the_command_line(company), second, tmp_path / "second.zip")

    status, page, _ = await waiting.sends(waiting.code)
    assert status == 403
    assert re.search(f"没有下载：最近 24 小时你独自导出了 2 件、.*「导出 {third} 用途 …」", page.decode())
    for verb in ("导出", "证据包"):
        typed = await company.says("wangfang", f"{verb} {third}")
        await company.sees("wangfang", "再多要另一人同意", f"{verb} {third} 用途 …", "编号 E", after=typed)
    with pytest.raises(Missing, match="export-many"):
        await case_pdf(await _at_the_command_line(company), third, tmp_path / "third.pdf")
    assert not (tmp_path / "third.pdf").exists()
    assert {each["why"] for each in await _records("attempt.refused")} == {"export-many"}
    assert [each["obj"]["id"] for each in await _records("case.exported")] == [first, second]

    number = await _agreed(company, f"证据包 {third} 用途 劳动仲裁")
    typed = await company.says("wangfang", f"导出 {number}")
    text = (await company.sees("wangfang", "验证码", number, after=typed))["text"]
    address, code = re.search(r"http://\S+/d/[a-z2-7]{26}", text), re.search(r"验证码：([0-9]{6})", text)
    assert address
    assert code
    status, content, answer = await Offer(company, number, address[0], code[1]).sends(code[1])
    assert (status, answer.content_type) == (200, "application/zip")
    guide = zipfile.ZipFile(io.BytesIO(content)).read("说明.txt").decode()
    assert third in guide
    assert (await _records("case.exported"))[-1]["data"]["approval"] == number
    with pytest.raises(NotNow, match="export-over"):
        await case_pack(await _at_the_command_line(company, number), third, tmp_path / "again.zip")


async def _at_the_command_line(company: Company, approval: str = "") -> Asking:
    """Return 王芳 as `--as wangfang --approved-by X…` makes her."""
    assert company.app
    employee = await Employee.get(key="wangfang").prefetch_related("organisation")
    act = Act(company.app.clock.now(), "cli", "operator", employee=employee)
    return Asking(company.settings, company.app.store, act, "HR", approval)


async def _agreed(company: Company, text: str) -> str:
    """Ask as HR; the security administrator agrees on the card. Returns the number of the consent."""
    typed = await company.says("wangfang", text)
    told = (await company.sees("wangfang", "已提出导出", "等另一位审计或安全管理员同意", after=typed))["text"]
    number = re.search(r"X[0-9]{8}-[0-9]+", told)
    assert number
    card = await company.card("hanxue", "导出一件取消", "劳动仲裁", "最近 24 小时独自导出 2 件", number[0])
    await company.taps("hanxue", card, "approve")
    await company.sees("wangfang", "已同意导出", f"发「导出 {number[0]}」")
    return number[0]


async def _records(action: str) -> list[dict[str, dict[str, object]]]:
    return [json.loads(each.line) for each in await AuditRecord.filter(action=action).order_by("id")]

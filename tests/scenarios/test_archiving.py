"""归档状态, 重新归档, 完整性检查 and 合规体检 as people type them, in the whole program."""

import io
import re
import zipfile
from pathlib import Path

import pytest
from pypdf import PdfReader

from models import ArchivePackage, AuditRecord, CancellationRequest
from tests.database.archived import PICTURE
from tests.scenarios.company import Company
from tests.scenarios.steps import asked_for_evidence, recorded, whole_logs

__all__ = ["whole_logs"]


async def carried_out(company: Company) -> str:
    """Let a cancellation in the strict unit go all its way, and its package too; returns its number."""
    await asked_for_evidence(company)
    await company.sends_file("liuyang", "邮件截图.png", PICTURE)
    await company.taps("chenmin", await company.card("chenmin", "待你审批"), "approve", {"still_needed": "paused"})
    await company.taps("zhaoguoqiang", await company.card("zhaoguoqiang", "待你审批"), "approve", {})
    await company.passes(61)
    await company.sees("machao-5566", "已取消")
    request = await CancellationRequest.get()
    await company.says("sunjing", f"归档状态 {request.number}")
    await company.sees("sunjing", "归档状态", f"GD-{request.number}-1", "待归档")
    await company.passes(16 * 60)
    await company.settled()
    return request.number


def folder(company: Company) -> Path:
    return company.settings.home / "archive"


async def test_a_strict_cancellation_is_in_the_archive_a_quarter_of_an_hour_later(company: Company) -> None:
    number = await carried_out(company)
    package = await ArchivePackage.get()
    assert package.receipt == f"GD-{number}-1.zip"
    with zipfile.ZipFile(folder(company) / package.receipt) as pack:
        assert pack.testzip() is None
        assert "马超".encode() not in pack.read("元数据.xml")
        assert pack.read("evidence/1.png") == PICTURE
    for person in ("liuyang", "sunjing"):
        typed = await company.says(person, f"归档状态 {number}")
        await company.sees(person, f"GD-{number}-1 已归档", "收到回执", after=typed)
    await company.says("sunjing", f"时间轴 {number}")
    await company.sees("sunjing", "归档包做好", "已归档，收到回执")


async def test_hr_archives_again_and_an_auditor_may_not(company: Company) -> None:
    number = await carried_out(company)
    await company.says("sunjing", f"重新归档 {number}")
    await company.sees("sunjing", "没有办理", "没有这个权限", "编号 E")
    await company.says("liuyang", f"重新归档 {number}")
    await company.sees("liuyang", "正在重新归档", f"GD-{number}-2")
    await company.settled()
    await company.says("liuyang", f"归档状态 {number}")
    await company.sees("liuyang", f"GD-{number}-2 已归档", f"GD-{number}-1 已归档")
    assert sorted(file.name for file in folder(company).iterdir()) == [f"GD-{number}-1.zip", f"GD-{number}-2.zip"]


@pytest.mark.parametrize("words", ["归档状态", "重新归档"])
async def test_a_case_that_is_not_theirs_is_answered_like_one_that_does_not_exist(company: Company, words: str) -> None:
    await asked_for_evidence(company)
    number = (await CancellationRequest.get()).number
    answers = []
    for asked in (number, "Q20261124-000000"):
        typed = await company.says("wangfang", f"{words} {asked}")
        answers.append((await company.sees("wangfang", "没有办理", after=typed))["text"])
    first, second = (re.sub("E[0-9A-F]{6}", "E…", each) for each in answers)
    assert first == second


async def test_what_a_case_lacks_is_answered_with_its_number(company: Company) -> None:
    number = await carried_out(company)
    await company.says("sunjing", "完整性检查 华辰重工 2026年")
    await company.sees("sunjing", "正在查「华辰重工」2026 年")
    await company.sees("sunjing", "完整性检查 · 华辰重工", "需审批的取消 1 件，没有缺口", "逐条核对完好")
    await company.says("liuyang", "完整性检查")
    await company.sees("liuyang", "完整性检查 · 华辰重工", "没有缺口")
    assert (await recorded())["records.examined"] == 2
    assert number


async def test_an_auditor_gets_score_and_print_and_hr_of_another_unit_neither(company: Company) -> None:
    await carried_out(company)
    await company.says("sunjing", "合规体检 华辰重工")
    text = (await company.sees("sunjing", "合规体检 · 华辰重工", "满分 100", "不是任何认证", "验证码"))["text"]
    address, code = re.search(r"http://\S+/d/[a-z2-7]{26}", text), re.search(r"验证码：([0-9]{6})", text)
    assert address is not None
    assert code is not None
    async with company.http.get(address[0]) as answer:
        page = await answer.text()
    assert "下载合规体检报告" in page
    form = re.search(r'name="form" value="([a-z2-7]{26})"', page)
    assert form is not None
    async with company.http.post(address[0], data={"form": form[1], "code": code[1]}) as answer:
        pdf, status = await answer.read(), answer.status
        assert answer.headers["Content-Disposition"] == 'attachment; filename="checkup-huachen-heavy.pdf"'
    assert status == 200
    printed = "".join(each.extract_text() for each in PdfReader(io.BytesIO(pdf)).pages)
    assert "合规体检 · 华辰重工" in printed
    async with company.http.get(address[0]) as answer:
        assert answer.status == 404
    await company.says("wangfang", "合规体检 华辰重工")
    await company.sees("wangfang", "没看懂「华辰重工」是哪个单位", "编号 E")
    await company.says("zhaoguoqiang", "合规体检")
    await company.sees("zhaoguoqiang", "没有办理", "没有这个权限")
    assert await AuditRecord.filter(action="report.written").count() == 1

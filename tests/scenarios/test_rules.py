"""规范 and 试算 as people see them in both apps, and the printed 《AI面试取消管理规范》 behind its link."""

import io
import re

from pypdf import PdfReader

from models import AuditRecord, CancellationRequest
from tests.scenarios.company import Company
from tests.scenarios.steps import whole_logs

__all__ = ["whole_logs"]


async def test_the_rules_are_read_whole_in_both_apps_and_printed_once(company: Company) -> None:
    await company.says("helin", "规范")
    await company.sees("helin", "AI面试取消管理规范", "制造业过渡")
    await company.sees("helin", "三、如何通知候选人")
    await company.sees("helin", "每一次都留记录")
    await company.says("liuyang", "规范")
    await company.sees("liuyang", "国企三级审批", "二、需要哪些审批")
    said = (await company.sees("liuyang", "打印件", "验证码"))["text"]
    address, code = re.search(r"http://\S+/d/[a-z2-7]{26}", said), re.search(r"验证码：([0-9]{6})", said)
    assert address is not None
    assert code is not None
    async with company.http.get(address[0]) as answer:
        form = re.search(r'name="form" value="([a-z2-7]{26})"', await answer.text())
    assert form is not None
    async with company.http.post(address[0], data={"form": form[1], "code": code[1]}) as answer:
        assert answer.content_type == "application/pdf"
        pages = PdfReader(io.BytesIO(await answer.read())).pages
    text = "".join("".join(page.extract_text() for page in pages).split())
    for each in ("AI面试取消管理规范", "国企三级审批", "第1版", "第2步分管领导：分管领导，一人同意"):
        assert each in text
    assert await AuditRecord.filter(action="rules.taken").count() == 1
    async with company.http.get(address[0]) as answer:
        assert answer.status == 404


async def test_a_trial_shows_the_chain_before_anything_is_filed(company: Company) -> None:
    await company.says("liuyang", "试算 马超 原因 岗位暂停")
    told = (await company.sees("liuyang", "没有提交"))["text"]
    for each in ("公司取消：符合，按这一条", "第 1 步 用人部门", "第 2 步 分管领导", "至少 1 份证明"):
        assert each in told
    assert not await CancellationRequest.exists()

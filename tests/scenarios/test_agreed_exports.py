"""A unit's log asked in a chat: agreed on another's card, fetched once by link and code, marked."""

import hashlib
import io
import json
import re
import zipfile
from collections.abc import Iterator

import pytest

from models import AuditRecord, Employee
from tests.scenarios.company import Company
from tests.scenarios.steps import whole_logs
from tests.scenarios.test_downloads import Offer
from workflow import export_limits
from workflow.rights import pseudonym

__all__ = ["whole_logs"]


@pytest.fixture(autouse=True)
def nothing_left_installed() -> Iterator[None]:
    yield
    export_limits.install(export_limits.Limits())


@pytest.mark.parametrize(("form", "inside"), [("xlsx", "xl/worksheets/sheet1.xml"), ("审计包", "records.jsonl")])
async def test_an_export_is_asked_agreed_fetched_and_over(company: Company, form: str, inside: str) -> None:
    await company.says("sunjing", f"导出日志 华辰互联 {form} 用途 季度审计")
    text = (await company.sees("sunjing", "已提出导出", "等另一位审计或安全管理员同意"))["text"]
    number = re.search(r"X[0-9]{8}-[0-9]+", text)
    assert number is not None
    card = await company.card("hanxue", "导出审计日志", "季度审计", number[0])
    await company.taps("hanxue", card, "approve")
    await company.sees("sunjing", "已同意导出", f"发「导出 {number[0]}」")
    await company.says("sunjing", f"导出 {number[0]}")
    told = (await company.sees("sunjing", "验证码", number[0]))["text"]
    address, code = re.search(r"http://\S+/d/[a-z2-7]{26}", told), re.search(r"验证码：([0-9]{6})", told)
    assert address is not None
    assert code is not None
    offer = Offer(company, "", address[0], code[1])
    status, content, answer = await offer.sends(code[1])
    assert status == 200
    assert number[0] in answer.headers["Content-Disposition"]
    text = zipfile.ZipFile(io.BytesIO(content)).read(inside).decode()
    auditor = await Employee.get(key="sunjing")
    assert (pseudonym(auditor) in text, number[0] in text) == (True, True)
    assert (await offer.get())[0] == 404
    written = json.loads((await AuditRecord.filter(action="log.written").order_by("-id").first() or AuditRecord()).line)
    assert written["data"]["sha256"] == hashlib.sha256(content).hexdigest()
    await company.says("sunjing", f"导出 {number[0]}")
    await company.sees("sunjing", "已导出过一次")
    await company.card("hanxue", "已同意 · 已导出")

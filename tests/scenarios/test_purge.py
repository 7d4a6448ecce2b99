"""清理 from phone to phone: what is due is told, proposed, agreed on, carried out, certified; a kill loses nothing."""

import io
import re
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from pypdf import PdfReader

from models import AuditRecord, Booking, CancellationRequest, Hold, Organisation, PurgeItem
from tests.scenarios.company import START, Company
from tests.scenarios.programs import Branch, chains_hold, eventually, opened
from tests.scenarios.steps import DAY
from tests.scenarios.test_auditor import cancelled
from workflow import administering
from workflow.acting import Act

YEARS = 1100 * DAY  # three years and a little


async def test_an_old_case_goes_after_two_people_agreed_and_a_held_one_stays(company: Company) -> None:
    request = await cancelled(company)
    for seconds in (61, 600, DAY, YEARS):  # the grace, receipts, the interview, then three years
        await company.passes(seconds)
        await company.settled()
    await company.sees("zhoukai", "留存已满 3 年", "华辰互联", "发「清理 ")

    held = await Booking.exclude(id=request.booking_id).filter(organisation__path="huachen/net").first()
    assert held is not None
    await company.says("hanxue", f"留存冻结 {held.number} 原因 候选人申请劳动仲裁，没有收到取消通知")
    await company.sees("hanxue", "已冻结", held.number)
    await company.says("zhoukai", "留存清单")
    await company.sees("zhoukai", "已冻结 1 件", held.number, "劳动仲裁", "韩雪", "可以清理的", "华辰互联")

    await company.says("zhoukai", "清理 华辰互联 全部到期")
    offer = (await company.sees("zhoukai", "已交 韩雪", "安全管理员", "编号 L"))["text"]
    found = re.search(r"L[0-9]{8}-[0-9]+", offer)
    assert found is not None
    card = await company.card("hanxue", "到期清理", "待你审批", "周凯", "无法恢复", found[0])
    count = await Booking.filter(organisation__path="huachen/net").count()
    await company.taps("hanxue", card, "approve")
    await eventually(lambda: AuditRecord.filter(action="purge.certified").exists(), "the certificate is kept", 120)
    await company.sees("zhoukai", f"清理完成：华辰互联 共 {count - 1} 件，已清理 {count - 1} 件", found[0])
    await company.card("hanxue", "已清理完", f"共 {count - 1} 件")
    assert await CancellationRequest.filter(id=request.id).count() == 0
    assert [each.id for each in await Booking.filter(organisation__path="huachen/net")] == [held.id]
    assert await Hold.filter(released_at=None).count() == 1

    text = await certificate(company, "sunjing", found[0])
    assert request.number in text
    assert held.number not in text
    assert "张伟" not in text
    await company.says("wangfang", f"清理证明 {found[0]}")
    await company.sees("wangfang", "没有办理", "没有找到这条清理申请")
    for person in ("sunjing", "zhoukai", "hanxue"):
        await company.says(person, f"时间轴 {request.number}")
        await company.sees(person, f"{request.number} 已清理（{found[0]}，", f"清理证明 {found[0]}")
    await company.says("wangfang", f"时间轴 {request.number}")
    await company.sees("wangfang", "没有办理", "没有找到，或不在你的范围内")
    assert await chains_hold()


async def certificate(company: Company, person: str, number: str) -> str:
    """Let somebody download the certificate and return what it says."""
    await company.says(person, f"清理证明 {number}")
    text = (await company.sees(person, number, "清理证明", "验证码"))["text"]
    address, code = re.search(r"http://\S+/d/[a-z2-7]{26}", text), re.search(r"验证码：([0-9]{6})", text)
    assert address is not None
    assert code is not None
    async with company.http.get(address[0]) as answer:
        page = await answer.text()
    assert f"{number} 的清理证明" in page
    form = re.search(r'name="form" value="([a-z2-7]{26})"', page)
    assert form is not None
    async with company.http.post(address[0], data={"form": form[1], "code": code[1]}) as answer:
        assert answer.content_type == "application/pdf"
        content = await answer.read()
    return "".join(each.extract_text() for each in PdfReader(io.BytesIO(content)).pages).replace("\n", "")


async def test_nothing_is_proposed_a_day_early_and_not_by_anybody_else(company: Company) -> None:
    for person in ("wangfang", "hanxue", "sunjing", "lilei"):
        await company.says(person, "清理 华辰互联 全部到期")
        await company.sees(person, "没有办理", "没有这个权限")
    await company.says("zhoukai", "清理 华辰互联 全部到期")
    await company.sees("zhoukai", "没有到期可清理的案")
    await company.says("zhoukai", "留存冻结 Y20261124-1 原因 我说的")
    await company.sees("zhoukai", "没有办理", "没有这个权限")
    await company.says("hanxue", "留存冻结")
    await company.sees("hanxue", "请写申请号或预约号")


async def test_typing_does_what_the_card_does(company: Company) -> None:
    await company.settled()
    await company.passes(YEARS)
    await company.says("zhoukai", "清理 huachen 2026")
    await company.card("hanxue", "到期清理", "待你审批", "2026 年结束的")
    await company.says("hanxue", "待我审批")
    told = (await company.sees("hanxue", "待你审批 1 条", "清理 华辰"))["text"]
    number = re.search(r"L[0-9]{8}-[0-9]+", told)
    assert number is not None
    await company.says("hanxue", f"驳回 {number[0]} 审计还在看")
    await company.sees("hanxue", "已驳回", number[0], "没有任何变化")
    await company.sees("zhoukai", "韩雪 已驳回", "审计还在看")
    await company.card("hanxue", "到期清理", "已驳回")
    assert await Booking.all().count() > 3


@pytest.fixture
async def branch(home: Path, sqlite_url: str) -> AsyncIterator[Branch]:
    """Yield a company on SQLite whose bot can be killed."""
    company = Branch(home, sqlite_url)
    async with opened(company):
        yield company


async def test_a_bot_killed_in_the_middle_goes_on_and_each_case_goes_once(branch: Branch) -> None:
    """kill -9 after the first portion: the next program finishes, and nothing is done twice."""
    await branch.store.transact(lambda: many(60))
    await branch.settled()
    await branch.passes(YEARS)
    await branch.says("zhoukai", "清理 huachen/net 全部到期")
    card = await branch.card("hanxue", "到期清理", "待你审批")
    await branch.taps("hanxue", card, "approve")
    await eventually(
        lambda: AuditRecord.filter(action="case.purged").exists(), "the first portion is gone", every=0.002
    )
    await branch.bots[-1].kill()
    cases = await PurgeItem.all().count()
    gone = await AuditRecord.filter(action="case.purged").count()
    assert 0 < gone < cases  # it died in between
    assert await PurgeItem.exclude(outcome="waiting").count() == gone
    await branch.start_bot()
    await eventually(lambda: AuditRecord.filter(action="purge.certified").exists(), "the certificate is kept", 120)
    await branch.sees("zhoukai", f"清理完成：华辰互联 共 {cases} 件，已清理 {cases} 件")
    numbers = await AuditRecord.filter(action="case.purged").values_list("subject", flat=True)
    assert (len(numbers), len(set(numbers))) == (cases, cases)
    assert await Booking.filter(organisation__path="huachen/net").count() == 0
    assert await AuditRecord.filter(action="purge.certified").count() == 1
    assert await chains_hold()


async def many(count: int) -> None:
    """Enter many interviews of one unit."""
    unit, act = await Organisation.get(path="huachen/net"), Act(START, "test", "administrator")
    for place in range(count):
        person = administering.NewCandidate(f"候选{place}", f"1391111{place:04d}")
        candidate = await administering.add_candidate(unit, person)
        new = administering.NewBooking("架构师", START + timedelta(days=1), frozenset({f"t:{place:04d}"}))
        await administering.add_booking(act, unit, candidate, new)

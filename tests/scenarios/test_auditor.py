"""The auditor in DingTalk: finds the case, reads every step of it, sees no candidate's name, and leaves a trace."""

import pytest

from models import AuditRecord, CancellationRequest
from tests.scenarios.company import Company
from tests.scenarios.steps import whole_logs

__all__ = ["whole_logs"]


async def cancelled(company: Company) -> CancellationRequest:
    await company.says("wangfang", "取消 张伟 8123 原因 岗位暂停")
    card = await company.card("wangfang", "待你确认")
    await company.taps("wangfang", card, "confirm", {"reason": "position_paused"})
    await company.card("wangfang", "已通过")
    return await CancellationRequest.get()


async def test_an_auditor_finds_a_case_and_reads_it_without_the_name(company: Company) -> None:
    request = await cancelled(company)
    await company.says("sunjing", "审计检索 2026年 原因=岗位暂停 单位=华辰互联")
    found = (await company.sees("sunjing", "共 1 件", request.number))["text"]
    assert "张*" in found
    assert "张伟" not in found
    await company.says("sunjing", f"时间轴 {request.number}")
    told = (await company.sees("sunjing", "时间轴 · Q", "王芳 发起取消申请", "孙静 查看时间轴"))["text"]
    assert "张伟" not in told
    assert await AuditRecord.filter(action__in=("audit.searched", "case.viewed")).count() == 2


@pytest.mark.parametrize("person", ["wangfang", "lilei"])
async def test_who_is_no_auditor_gets_no_search(company: Company, person: str) -> None:
    await company.says(person, "审计检索 2026年")
    await company.sees(person, "没有办理", "没有这个权限", "编号 E")
    assert not await AuditRecord.filter(action="audit.searched").exists()


async def test_a_condition_nobody_understands_is_named_instead_of_ignored(company: Company) -> None:
    await company.says("sunjing", "审计检索 2026年 颜色=红")
    await company.sees("sunjing", "没有检索", "颜色=红", "编号 E")


async def test_a_unit_that_nobody_has_is_said_instead_of_finding_nothing(company: Company) -> None:
    await company.says("sunjing", "审计检索 近五年 单位=华晨互联")
    await company.sees(
        "sunjing", "没有检索", "没有叫「华晨互联」的", "华辰互联（huachen/net）", "单位=huachen/net", "编号 E"
    )
    await company.says("sunjing", "保存查询 错的")
    await company.sees("sunjing", "没有保存", "没有检索过")
    assert not await AuditRecord.filter(action="audit.searched").exists()


async def test_a_search_that_was_saved_is_asked_again_by_its_name(company: Company) -> None:
    request = await cancelled(company)
    await company.says("sunjing", "审计检索 今年 原因=岗位暂停")
    await company.sees("sunjing", "共 1 件", request.number)
    await company.says("sunjing", "保存查询 8123 未取消的")
    await company.sees("sunjing", "已保存", "查询 8123 未取消的", "审计检索 今年 原因=岗位暂停")
    typed = await company.says("sunjing", "查询 8123 未取消的")
    await company.sees("sunjing", "共 1 件", request.number, after=typed)
    await company.says("sunjing", "查询")
    await company.sees("sunjing", "保存的查询 1 个", "「8123 未取消的」")
    await company.says("sunjing", "删除查询 8123 未取消的")
    await company.sees("sunjing", "已删除查询")
    await company.says("sunjing", "查询")
    await company.sees("sunjing", "还没有保存的查询")
    assert await AuditRecord.filter(action="audit.searched").count() == 2


async def test_a_name_that_is_no_saved_query_still_looks_for_a_person(company: Company) -> None:
    for person in ("sunjing", "wangfang"):
        typed = await company.says(person, "查询 张伟")
        await company.sees(person, "尾号8123", after=typed)


async def test_there_is_nothing_to_save_before_a_search(company: Company) -> None:
    await company.says("sunjing", "保存查询 月报")
    await company.sees("sunjing", "没有保存", "没有检索过", "编号 E")
    await company.says("wangfang", "保存查询 月报")
    await company.sees("wangfang", "没有办理", "没有这个权限", "编号 E")

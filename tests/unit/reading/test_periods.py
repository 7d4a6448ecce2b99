"""What an auditor writes about a time behind us."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from handlers.reading.periods import period_in

NOW = datetime(2026, 11, 24, 9, 30, tzinfo=ZoneInfo("Asia/Shanghai"))


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("审计检索 2026年", "2026-01-01", "2026-12-31"),
        ("审计检索 2026", "2026-01-01", "2026-12-31"),
        ("审计检索 2021年 到 2026年 原因=岗位暂停", "2021-01-01", "2026-12-31"),
        ("审计检索 2022年至2026年", "2022-01-01", "2026-12-31"),
        ("审计检索 2021-2026年", "2021-01-01", "2026-12-31"),
        ("审计检索 2020-01-01 至 2026-12-31 单位=华辰重工", "2020-01-01", "2026-12-31"),
        ("审计检索 2020/1/1—2020/3/31", "2020-01-01", "2020-03-31"),
        ("审计检索 2026年6月", "2026-06-01", "2026-06-30"),
        ("审计检索 2026-02 到 2026-11", "2026-02-01", "2026-11-30"),
        ("审计检索 2026年1月5日至2026年2月", "2026-01-05", "2026-02-28"),
        ("审计检索 2026年 到 2021年", "2021-01-01", "2026-12-31"),
        ("审计检索 近五年", "2021-11-25", "2026-11-24"),
        ("审计检索 最近3个月", "2026-08-25", "2026-11-24"),
        ("审计检索 近半年 原因=岗位暂停", "2026-05-25", "2026-11-24"),
        ("审计检索 过去两周", "2026-11-11", "2026-11-24"),
        ("审计检索 近30天内", "2026-10-26", "2026-11-24"),
        ("审计检索 去年", "2025-01-01", "2025-12-31"),
        ("审计检索 前年到今年", "2024-01-01", "2026-12-31"),
        ("审计检索 上个月", "2026-10-01", "2026-10-31"),
        ("审计检索 本月", "2026-11-01", "2026-11-30"),
        ("审计检索 昨天", "2026-11-23", "2026-11-23"),
    ],
)
def test_a_period_is_read_with_both_its_days(text: str, first: str, last: str) -> None:
    found = period_in(text, NOW)
    assert found is not None
    assert (found.first, found.last) == (date.fromisoformat(first), date.fromisoformat(last))


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("审计检索 2021年到2026年 分管领导=赵国强 原因=岗位暂停", "审计检索 分管领导=赵国强 原因=岗位暂停"),
        ("审计检索 原因=岗位暂停 近五年", "审计检索 原因=岗位暂停"),
        ("导出日志 huachen/net xlsx 2026-11 用途 季度审计", "导出日志 huachen/net xlsx 用途 季度审计"),
    ],
)
def test_what_is_left_is_the_rest_of_the_sentence(text: str, rest: str) -> None:
    found = period_in(text, NOW)
    assert found is not None
    assert found.rest == rest


@pytest.mark.parametrize(
    "text", ["审计检索", "时间轴 Q20261124-117", "审计检索 13800002026", "审计检索 2026-02-30", "审计检索 工号=A2026"]
)
def test_a_number_that_is_no_period_is_none(text: str) -> None:
    assert period_in(text, NOW) is None

"""简报 关 and 简报 开 on both platforms: the answer comes where it was typed, and the wish is the person's."""

import pytest

from models import Employee
from tests.scenarios.company import Company
from tests.scenarios.steps import whole_logs

__all__ = ["whole_logs"]


@pytest.mark.parametrize("person", ["wangfang", "helin"])  # DingTalk, WeCom
async def test_each_switches_their_own_and_reads_it_at_any_hour(company: Company, person: str) -> None:
    typed = await company.says(person, "简报 关")
    await company.sees(person, "早上的简报已关闭", "卡片、提醒、催办照常", after=typed)
    assert await Employee.filter(brief_off=True).values_list("key", flat=True) == [person]
    typed = await company.says(person, "简报")
    await company.sees(person, "你关了早上的简报", "简报 开", after=typed)
    typed = await company.says(person, "简报 开")
    await company.sees(person, "早上的简报已打开", "08:30", after=typed)
    assert not await Employee.filter(brief_off=True).exists()

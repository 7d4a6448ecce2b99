"""规范 提交 through the sandbox: the file is really sent, announced, fetched and read, and the card is another's."""

from models import RulesVersion
from tests.database.test_rules_submitting import BAD, GOOD
from tests.scenarios.company import Company
from tests.scenarios.steps import whole_logs

__all__ = ["whole_logs"]


async def test_a_file_with_mistakes_and_then_a_right_one_becomes_the_next_version(company: Company) -> None:
    typed = await company.says("zhoukai", "规范 提交 华辰重工")
    await company.sees("zhoukai", "华辰重工 的新规范发到这里", "YAML", after=typed)
    typed = await company.sends_file("zhoukai", "rules.yaml", BAD.encode(), "application/yaml")
    await company.sees("zhoukai", "没有提出", "scenes.2.when.hours_below: ", "scenes.3.chain: ", after=typed)
    typed = await company.sends_file("zhoukai", "rules.yaml", GOOD.encode(), "application/yaml")
    await company.sees("zhoukai", "已提出", "华辰重工 第 2 版", "等安全管理员决定", "重放过去的案件：", after=typed)
    version = await RulesVersion.get()
    card = await company.card("hanxue", version.number)
    await company.taps("hanxue", card, "approve")
    await company.sees("zhoukai", "已同意：规范 华辰重工 第 2 版", after=typed)
    typed = await company.says("zhoukai", "规范 华辰重工")
    await company.sees("zhoukai", "华辰互联 2027 版", "第 2 版", after=typed)

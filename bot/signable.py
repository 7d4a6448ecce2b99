"""`bot check` names the units whose rules want a certification authority's signature where none is configured."""

from bot.anchors import Known
from bot.checks import Step
from bot.settings import Settings
from workflow.rules.steps import through_an_authority


def lacking(settings: Settings, company: Known) -> list[Step]:
    """Name what is to be done where rules in force have g2 and no signing service is configured."""
    units = [unit for unit, rules in company.rules if through_an_authority(rules.chains)]
    if settings.signatures or not units:
        return []
    named = "、".join(f"「{each.name}」" for each in units)
    return [
        Step(
            f"配置签名服务，或改{named}的规范",
            "规范里有 grade: g2 的节点，要用有资质机构的证书签署，而没有配置签名服务：轮到那一级不能同意，也不能驳回",
            "写好 settings.yaml 的 signatures（docs/settings.md）；或由系统管理员发「规范 提交」，把 g2 改成 g0 或 g1",
        )
    ]

"""The section of settings.yaml about how much one person may take out alone, summed over all their exports."""

from typing import Annotated, Literal

from pydantic import Field

from bot.settings_sections import Section
from models import Preset
from workflow.export_limits import DEFAULTS, Allowance, Limits

Name = Literal["fast", "transition", "strict"]
Sums = dict[Name, Annotated[int, Field(ge=0, le=10_000_000)]]


def _default(name: str) -> dict[Name, int]:
    return {preset.value: getattr(each, name) for preset, each in DEFAULTS.items()}


class ExportsSection(Section):
    records_a_day: Sums = Field(
        default=_default("records_a_day"),
        description="规则预设 → 一个人最近 24 小时独自最多导出几条审计记录（日志和案都算），再多要另一人同意；"
        "没写的预设用默认值",
        examples=["{strict: 500}"],
    )
    records_a_month: Sums = Field(
        default=_default("records_a_month"), description="同上，最近 30 天几条", examples=["{strict: 3000}"]
    )
    cases_a_day: Sums = Field(
        default=_default("cases_a_day"),
        description="规则预设 → 一个人最近 24 小时独自最多导出几件取消（时间轴、证据包、归档包；同一件只算一次）",
        examples=["{strict: 10}"],
    )
    cases_a_month: Sums = Field(
        default=_default("cases_a_month"), description="同上，最近 30 天几件", examples=["{strict: 100}"]
    )

    def limits(self, alone: int) -> Limits:
        """Return what the workflow goes by; `alone` is how many records one export may hold without consent."""
        names = tuple(ExportsSection.model_fields)
        sums = {
            preset: Allowance(
                **{name: getattr(self, name).get(preset.value, _default(name)[preset.value]) for name in names}
            )
            for preset in Preset
        }
        return Limits(alone, sums)

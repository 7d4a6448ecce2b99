"""The section of settings.yaml about evidence: which program looks for viruses in what is sent."""

from pydantic import Field

from bot.settings_sections import Section


class EvidenceSection(Section):
    scanner: list[str] = Field(
        default_factory=list,
        description="查病毒的命令和它的参数：从标准输入读文件，0 是干净，1 是有毒，别的算没查成；不写就不查",
        examples=["[clamdscan, --no-summary, -]"],
    )
    scanner_s: float = Field(default=60.0, ge=1, le=600, description="查一个文件最多等几秒", examples=["60"])

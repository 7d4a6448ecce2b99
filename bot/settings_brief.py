"""The section of settings.yaml about the morning brief: when it is sent, and who wants none."""

from datetime import time

from pydantic import Field

from bot.settings_sections import Section
from workflow.briefing import Hours


class BriefSection(Section):
    enabled: bool = Field(
        default=True, description="工作日早上给审批人、HR 和当天的面试官发简报；没有事就不发", examples=["true"]
    )
    at: str = Field(
        default="08:30",
        pattern=r"^(0[0-9]|1[01]):[0-5][0-9]$",
        description="上午几点发，北京时间；到 12:00 还没轮到发的，当天不补",
        examples=["'08:30'"],
    )
    silent_units: list[str] = Field(
        default_factory=list, description="不要简报的单位的路径，下级单位同样不发", examples=["[huachen/net]"]
    )

    def hours(self) -> Hours:
        """Return what the workflow goes by."""
        return Hours(time.fromisoformat(self.at), self.enabled, tuple(self.silent_units))

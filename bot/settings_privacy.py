"""The section of settings.yaml about candidates' data: who keeps them and what for, and how often they are shown."""

from pydantic import Field

from bot.settings_sections import Section
from workflow.privacy import Privacy

DEFAULT = Privacy()


class PrivacySection(Section):
    reveals_a_day: int = Field(
        default=20,
        ge=1,
        le=1000,
        description="一个人一天最多要求显示几次候选人资料；超过时提醒安全管理员",
        examples=["20"],
    )
    controller: str = Field(
        default=DEFAULT.controller, max_length=60, description="谁在处理候选人的信息", examples=["华辰集团有限公司"]
    )
    contact: str = Field(
        default=DEFAULT.contact, max_length=80, description="候选人问个人信息时找谁", examples=["privacy@example.cn"]
    )
    purposes: list[str] = Field(
        default=list(DEFAULT.purposes), min_length=1, description="为了什么保存候选人的信息", examples=["[安排面试]"]
    )
    key_backup_days: int = Field(
        default=30, ge=1, le=365, description="备份旁的个人密钥文件留几天；留得越久，删除越晚彻底", examples=["30"]
    )

    def rules(self, years: int) -> Privacy:
        """Return what the workflow says and goes by; `years` is how long records of cancellations are kept."""
        return Privacy(self.controller, self.contact, tuple(self.purposes), years)

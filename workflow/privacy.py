"""个人信息处理规则: who keeps what of candidates, what for, and how long; `build` installs it from the settings."""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from workflow.acting import local

SATURDAY: Final = 5


@dataclass(frozen=True)
class Privacy:
    """What the settings say of it; `years` is how long a cancellation and all it rests on are kept (S42)."""

    controller: str = "本公司"
    contact: str = ""
    purposes: tuple[str, ...] = ("安排面试", "通知您面试的变动", "处理取消和改期", "依法留存记录")
    years: int = 3

    def sentences(self) -> tuple[str, ...]:
        """Return the whole text, a sentence each, as candidates read it (个人信息保护法 17)."""
        asked = f"请联系 {self.contact}，或" if self.contact else "请"
        return (
            f"{self.controller}为了{'、'.join(self.purposes)}，保存您的姓名、手机、邮箱、面试安排、您发来的话和材料。",
            "依据是为您安排面试所必需，以及您的同意（个人信息保护法第十三条）。",
            f"取消面试的记录自结束起至少保存 {self.years} 年；期满后由公司清理，您也可以那时要求删除。"
            "没有取消记录的，面试结束后可随时要求删除。",
            "我们只通过您用的渠道（短信、邮件、微信、企业微信、钉钉）联系您；"
            "使用 AI 面试时，面试服务方会收到面试时间。",
            "您可以查看、更正、要求删除这些信息：在您的面试页面上办理，"
            "或在短信、微信里回复「我的信息」「更正 …」「删除我的信息」。",
            f"有疑问{asked}在收到通知的对话里回复，我们会转给负责的人。",
        )

    @property
    def text(self) -> str:
        """Return the text for a chat."""
        return "\n".join(self.sentences())

    @property
    def version(self) -> str:
        """Return the first eight hex digits of the text's SHA-256: another text is another version."""
        return hashlib.sha256(self.text.encode()).hexdigest()[:8]


_installed: list[Privacy] = []


def install(privacy: Privacy) -> None:
    """Make these the process's rules."""
    _installed[:] = [privacy]


def rules() -> Privacy:
    """Return the rules in force."""
    return _installed[0] if _installed else Privacy()


def years_after(moment: datetime, years: int) -> datetime:
    """Return the same day some years later; of 29 February, 1 March."""
    moment = moment.astimezone(UTC)
    try:
        return moment.replace(year=moment.year + years)
    except ValueError:
        return moment.replace(year=moment.year + years, month=3, day=1)


def working_days_after(moment: datetime, days: int) -> datetime:
    """Return the moment so many days from Monday to Friday later; holidays count, so that it never comes too late."""
    while days:
        moment += timedelta(days=1)
        days -= local(moment).weekday() < SATURDAY
    return moment

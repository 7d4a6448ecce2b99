"""What a notice consists of, before a channel gives it its form."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Words:
    """One notice: `text` for chats, `subject` for mail, a registered template for SMS.

    `choices` are (id, text) to tap where the channel has menus, and numbered lines where it has none. `calendar` asks
    for an iCalendar part with this method.
    """

    text: str
    subject: str = "面试通知"
    sms_code: str = "SMS_REPLY"
    sms_params: dict[str, str] = field(default_factory=dict)
    choices: tuple[tuple[str, str], ...] = ()
    calendar: str = ""

    def numbered(self) -> str:
        """Return the text with its choices as numbered lines."""
        lines = [f"{place}　{text}" for place, (_, text) in enumerate(self.choices, start=1)]
        return "\n".join([self.text, *lines, "回复数字即可。"]) if lines else self.text

    def _in_one_line(self) -> str:
        """Return the text for a channel without line breaks: 回复 1 确认取消，2 想改期。"""
        items = "，".join(f"{place} {text}" for place, (_, text) in enumerate(self.choices, start=1))
        return " ".join(self.text.split()) + (f"回复 {items}。" if items else "")

    def for_sms(self) -> dict[str, str]:
        """Return the values of the SMS template."""
        return self.sms_params or {"text": self._in_one_line()}

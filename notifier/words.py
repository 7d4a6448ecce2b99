"""What a notice consists of, before a channel gives it its form."""

from dataclasses import dataclass, field, replace

from models import Platform


@dataclass(frozen=True)
class Words:
    """One notice: `text` for chats, `subject` for mail, a registered template for SMS.

    `unanswered` is the text for a channel on which an answer reaches nobody; without it that is `text` as well.
    `choices` are (id, text) to tap where the channel has menus, and numbered lines where it has none. `calendar` asks
    for an iCalendar part with this method. `code` is the 存证码 of a notice that carries one. `page` is an address that
    ends every form of it: a phone takes what touches an address for a part of it.
    """

    text: str
    subject: str = "面试通知"
    sms_code: str = "SMS_REPLY"
    sms_params: dict[str, str] = field(default_factory=dict)
    choices: tuple[tuple[str, str], ...] = ()
    calendar: str = ""
    unanswered: str = ""
    code: str = ""
    page: str = ""

    def on(self, platform: Platform) -> "Words":
        """Return the notice as this channel carries it: nobody reads what is answered to a mail.

        存证码 is the last line, but not of an SMS, whose templates have no room for it.
        """
        text = self.unanswered if self.unanswered and platform == Platform.EMAIL else self.text
        code = self.code if platform != Platform.SMS else ""
        return replace(self, text=f"{text}\n存证码 {code}" if code else text, code=code)

    def numbered(self) -> str:
        """Return the text with its choices as numbered lines."""
        lines = [f"{place}　{text}" for place, (_, text) in enumerate(self.choices, start=1)]
        return "\n".join([self.text, *([*lines, "回复数字即可。"] if lines else []), *self._page()])

    def plainly(self) -> str:
        """Return the text where the choices are shown beside it, to be tapped."""
        return "\n".join([self.text, *self._page()])

    def _page(self) -> list[str]:
        return [f"在网页上办理：{self.page}"] if self.page else []

    def _in_one_line(self) -> str:
        """Return the text for a channel without line breaks: 回复 1 确认取消，2 想改期。"""
        items = "，".join(f"{place} {text}" for place, (_, text) in enumerate(self.choices, start=1))
        answers = f"回复 {items}。" if items else ""
        return " ".join(self.text.split()) + answers + "".join(self._page())

    def for_sms(self) -> dict[str, str]:
        """Return the values of the SMS template."""
        return self.sms_params or {"text": self._in_one_line()}

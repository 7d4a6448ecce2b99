"""A notice in the form of each kind of channel: a menu, numbered lines, one SMS."""

from models import Platform
from notifier.words import Words

CHOICES = (("confirm_x", "确认取消"), ("keep_x", "不取消"))


def test_choices_become_numbered_lines_where_nothing_can_be_tapped() -> None:
    assert Words("要取消吗？", choices=CHOICES).numbered() == "要取消吗？\n1　确认取消\n2　不取消\n回复数字即可。"


def test_without_choices_the_text_stands_alone() -> None:
    assert Words("您好。").numbered() == "您好。"


def test_an_sms_without_a_template_of_its_own_is_one_line_of_everything() -> None:
    words = Words("要取消吗？\n请选：", choices=CHOICES)
    assert words.sms_code == "SMS_REPLY"
    assert words.for_sms() == {"text": "要取消吗？ 请选：回复 1 确认取消，2 不取消。"}


def test_an_sms_with_a_template_sends_its_values_only() -> None:
    assert Words("长文", sms_code="SMS_CANCELLED", sms_params={"name": "张伟"}).for_sms() == {"name": "张伟"}


def test_a_code_is_the_last_line_of_everything_but_an_sms() -> None:
    words = Words("正文。", unanswered="邮件正文。", code="7F3K-Q2MD")
    texts = {each: words.on(each).text for each in Platform}
    assert texts.pop(Platform.SMS) == "正文。"
    assert texts.pop(Platform.EMAIL) == "邮件正文。\n存证码 7F3K-Q2MD"
    assert set(texts.values()) == {"正文。\n存证码 7F3K-Q2MD"}
    assert [words.on(each).code for each in (Platform.SMS, Platform.KF)] == ["", "7F3K-Q2MD"]
    assert words.on(Platform.SMS).for_sms() == {"text": "正文。"}

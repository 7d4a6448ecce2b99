"""A notice in the form of each kind of channel: a menu, numbered lines, one SMS."""

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

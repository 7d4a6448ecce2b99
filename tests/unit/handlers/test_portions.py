"""Nothing of a long answer is lost where a platform would cut it."""

from handlers import portions
from models import Platform

LINES = [f"11-24 09:30:{place:02d} 陈敏 同意：仍需招聘，附言「情况属实」 · 钉钉 · 完成" for place in range(60)]


def test_wecom_gets_several_messages_and_loses_no_line() -> None:
    parts = portions.of(LINES, Platform.WECOM)
    assert len(parts) > 1
    assert max(len(each.encode()) for each in parts) <= 2000
    assert "\n".join(parts).split("\n") == LINES


def test_elsewhere_it_is_one_message() -> None:
    assert portions.of(LINES, Platform.DINGTALK) == ["\n".join(LINES)]

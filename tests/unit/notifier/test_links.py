"""An address stands alone: a phone takes what touches it for a part of it, and then it leads nowhere."""

import re
from collections.abc import Iterator

import pytest

from models import BookingStatus, Platform
from notifier.matter import Matter
from notifier.messages import NOTICES
from notifier.sms_lengths import TEMPLATES
from notifier.words import Words
from tests.unit.cards.samples import booking, request

LINK = "https://hr.example.com/i/abcdefghijklmnopqrstuvwx23"
ENDS_WELL = re.compile(r"https?://[!-~]+(?=\s|$)")
CHOICES = (("confirm_x", "确认取消"), ("dismiss_x", "不取消，按时参加"))
ANSWERS = [
    Words("您好。确认取消吗？", choices=CHOICES, page=LINK),
    Words("好的，照常进行。", page=LINK),
    Words("好的。", choices=CHOICES, page=LINK, code="7F3K-Q2MD"),
]


def notices() -> Iterator[Words]:
    for write in NOTICES.values():
        for status in BookingStatus:
            for contact in ("", "华辰互联招聘组 010-8888"):
                found = write(Matter(booking(status=status), request(), LINK, "conflict", "来不了了", contact))
                if found is not None:
                    yield found


def forms(words: Words) -> Iterator[str]:
    """Return the text as each channel carries it."""
    for platform in Platform:
        carried = words.on(platform)
        yield from (carried.text, carried.plainly(), carried.numbered())
        yield sms(carried)


def sms(words: Words) -> str:
    values = words.for_sms()
    return re.sub(r"\$\{(\w+)\}", lambda match: values[match[1]], TEMPLATES[words.sms_code])


@pytest.mark.parametrize("words", [*ANSWERS, *notices()], ids=lambda words: words.text[:20])
def test_every_address_in_every_channel_ends_at_a_space_or_the_end(words: Words) -> None:
    for text in forms(words):
        assert text.count("://") == len(ENDS_WELL.findall(text)), text


def test_an_sms_ends_with_the_address_behind_the_numbers() -> None:
    text = ANSWERS[0].for_sms()["text"]
    assert text.endswith(f"回复 1 确认取消，2 不取消，按时参加。在网页上办理：{LINK}")
    assert ANSWERS[0].numbered().endswith(f"回复数字即可。\n在网页上办理：{LINK}")
    assert ANSWERS[0].plainly() == f"您好。确认取消吗？\n在网页上办理：{LINK}"


def test_words_without_a_page_end_with_what_they_say() -> None:
    assert Words("好的。").plainly() == Words("好的。").numbered() == "好的。"

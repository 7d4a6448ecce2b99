"""What people read: candidates 您 with a plain reason and never a code, colleagues the facts (E7)."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from models import BookingStatus
from notifier import messages
from notifier.messages import NOTICES, Matter
from notifier.words import Words
from tests.unit.cards.samples import booking, request
from workflow.reasons import REASONS
from workflow.views import BookingView, RequestView

LINK = "https://hr.example.com/i/abcdefghijklmnopqrstuvwx23"
TEMPLATES = {
    each["code"]: each["content"]
    for each in json.loads((Path(messages.__file__).parent / "sms_templates.json").read_text("utf-8"))["templates"]
}
CANCELLED = booking(status=BookingStatus.CANCELLED)
COMPANYS = [code for code, reason in REASONS.items() if reason.origin != "candidate"]
CANDIDATES = [code for code, reason in REASONS.items() if reason.origin == "candidate"]


def asked(code: str, **changes: object) -> RequestView:
    return request(reason=REASONS[code].label, companys=code in COMPANYS, booking=CANCELLED, **changes)


def told(code: str, **changes: object) -> Words:
    words = messages.cancelled(Matter(CANCELLED, asked(code, **changes), LINK, code))
    assert words is not None
    return words


def sms(words: Words) -> str:
    """Return the SMS as the phone shows it; every variable of the template must be given, and no other."""
    content, values = TEMPLATES[words.sms_code], words.for_sms()
    assert set(re.findall(r"\$\{(\w+)\}", content)) == set(values)
    return re.sub(r"\$\{(\w+)\}", lambda found: values[found[1]], content)


@pytest.mark.parametrize("keep", [True, False])
@pytest.mark.parametrize("by_candidate", [True, False])
@pytest.mark.parametrize("code", REASONS)
def test_a_cancelled_candidate_reads_when_why_and_what_next_on_every_channel(
    code: str, by_candidate: bool, keep: bool
) -> None:
    words = told(code, keep=keep, by_candidate=by_candidate)
    for text in (words.text, sms(words)):
        assert "已取消" in text
        assert "11月25日 周三 15:00" in text
        assert text.startswith("张伟您好，")
        assert "Java后端" in text
        assert LINK in text
        assert ("资格为您保留" in text) is keep
        assert not re.search(r"你|\$\{|None|[a-z]+_[a-z]+", text.replace(LINK, ""))
        assert "候选人" not in text
    assert words.subject == "面试已取消：11月25日 周三 15:00 Java后端"
    assert words.calendar == "CANCEL"


@pytest.mark.parametrize("code", COMPANYS)
def test_for_the_companys_reason_there_is_an_apology_and_the_reason(code: str) -> None:
    for text in (told(code).text, sms(told(code))):
        assert "很抱歉" in text
        assert f"原因：{REASONS[code].outward}。" in text


@pytest.mark.parametrize("code", CANDIDATES)
def test_for_the_candidates_reason_that_hr_entered_there_is_no_apology(code: str) -> None:
    for text in (told(code).text, sms(told(code))):
        assert "抱歉" not in text
        assert f"原因：{REASONS[code].outward}。" in text


@pytest.mark.parametrize("code", REASONS)
def test_who_cancelled_themselves_reads_neither_apology_nor_reason(code: str) -> None:
    for text in (told(code, by_candidate=True).text, sms(told(code, by_candidate=True))):
        assert "按您的意思" in text
        assert "抱歉" not in text
        assert "原因" not in text


def test_every_template_is_used_and_every_code_has_one() -> None:
    used = {told(code, by_candidate=own).sms_code for code in REASONS for own in (True, False)} | {Words("").sms_code}
    assert used == set(TEMPLATES)


@pytest.mark.parametrize("status", [each for each in BookingStatus if each != BookingStatus.CANCELLED])
@pytest.mark.parametrize("notice", [messages.cancelled, messages.interviewer_cancelled, messages.hr_untold])
def test_nobody_is_told_of_a_cancellation_that_is_no_longer_true(
    notice: Callable[[Matter], Words | None], status: BookingStatus
) -> None:
    assert notice(Matter(booking(status=status), asked("conflict"), LINK, "conflict")) is None


def colleague(topic: str, shown: BookingView = CANCELLED, **changes: object) -> str:
    words = NOTICES[topic](Matter(shown, asked("conflict", **changes), LINK, "conflict", words="我想改到周五"))
    assert words is not None
    return words.text


@pytest.mark.parametrize("topic", [topic for topic in NOTICES if topic != "cancelled"])
def test_a_colleague_reads_who_and_when_and_never_您(topic: str) -> None:
    text = colleague(topic)
    assert "张伟" in text
    assert "11月25日 周三 15:00" in text
    assert not re.search(r"您|None|[a-z]+_[a-z]+", text)
    assert LINK not in text


def test_the_interviewer_reads_that_the_time_is_free() -> None:
    assert colleague("interviewer_cancelled").startswith("已取消：11月25日 周三 15:00")
    assert "不必等候" in colleague("interviewer_cancelled")


@pytest.mark.parametrize("topic", ["interviewer_declined", "hr_declined"])
def test_who_waits_reads_whether_it_is_closed_or_only_said(topic: str) -> None:
    assert colleague(topic).startswith("已取消：")
    assert colleague(topic, booking(status=BookingStatus.DECLINED)).startswith("候选人不来")


@pytest.mark.parametrize("topic", ["hr_reschedule_asked", "hr_question"])
def test_what_a_candidate_wrote_is_passed_on_in_their_own_words(topic: str) -> None:
    assert "原话：我想改到周五" in colleague(topic)


def test_words_that_hold_a_link_or_hidden_signs_are_passed_on_without_them() -> None:
    matter = Matter(CANCELLED, None, LINK, words="看\u202e这里 https://evil.example 点一下\n【系统】")
    text = messages.hr_question(matter).text
    assert "原话：看这里 ［链接已隐去］ 点一下 【系统】" in text

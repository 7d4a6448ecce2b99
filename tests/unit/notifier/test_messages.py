"""What people read: candidates 您 with a plain reason and never a code, colleagues the facts (E7)."""

import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from models import BookingStatus, Platform, StepStatus
from notifier import messages
from notifier.matter import Matter
from notifier.messages import NOTICES
from notifier.words import Words
from tests.unit.cards.samples import booking, request, step
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
        assert (re.search("资格(?:为您)?保留", text) is not None) is keep
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


TO_CANDIDATES = ("cancelled", "data_erased", "restored", "not_restored")
WHILE_AHEAD = ("hr_unconfirmed", "interviewer_restored")


def test_who_is_being_erased_reads_why_and_what_it_means_and_no_name_of_theirs() -> None:
    words = NOTICES["data_erased"](Matter(CANCELLED, None, LINK, ""))
    assert words is not None
    for said in ("您好", "按您的要求", "不会再联系您"):
        assert said in words.text
    assert not re.search(r"你|张伟|Java|None|[a-z]+_[a-z]+", words.text + words.subject)


@pytest.mark.parametrize("topic", [topic for topic in NOTICES if topic not in TO_CANDIDATES])
def test_a_colleague_reads_who_and_when_and_never_您(topic: str) -> None:
    answered = {"steps": (step(1, StepStatus.APPROVED),)} if topic == "step_copied" else {}
    text = colleague(topic, booking() if topic in WHILE_AHEAD else CANCELLED, **answered)
    assert "张伟" in text
    assert "11月25日 周三 15:00" in text
    assert not re.search(r"您|None|[a-z]+_[a-z]+", text)
    assert LINK not in text


def test_who_gets_a_copy_reads_the_answers_and_that_nothing_is_asked_of_them() -> None:
    text = colleague("step_copied", steps=(step(1, StepStatus.APPROVED), step(2, StepStatus.WAITING)))
    assert "用人部门 陈敏 已同意。只供知悉，不用你办" in text
    assert "赵国强" not in text
    nobody = asked("conflict", steps=(step(1),))
    assert NOTICES["step_copied"](Matter(CANCELLED, nobody, LINK, "conflict")) is None


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


LINES = ("", "华辰互联招聘组 010-55550101", "招聘组王老师（工作日 9:00–18:00）电话 0755-12345678 转 8")


@pytest.mark.parametrize("contact", LINES)
@pytest.mark.parametrize("code", REASONS)
def test_every_sms_has_two_parts_at_most_and_says_whom_to_ask(code: str, contact: str) -> None:
    long = replace(CANCELLED, name="买买提·艾力江·吐尔逊", position="高级机械结构设计工程师（新能源方向）")
    for shown in (CANCELLED, long):
        for keep in (True, False):
            words = messages.cancelled(Matter(shown, asked(code, keep=keep), LINK, code, contact=contact))
            assert words is not None
            text = sms(words)
            assert len("【守约面试】") + len(text) <= 2 * 67
            assert shown.when in text
            assert text.endswith(LINK)
            assert re.search("直接回复|010-55550101|0755-12345678", text)


def test_a_notice_names_the_contact_and_without_one_how_it_is_answered() -> None:
    for contact, chat, mail in (
        ("招聘组 010-55550101", "请联系 招聘组 010-55550101。", "请联系 招聘组 010-55550101。"),
        ("", "直接回复本消息即可", f"如有疑问，请打开您的面试页面：{LINK}"),
    ):
        words = messages.cancelled(Matter(CANCELLED, asked("plan_changed"), LINK, "plan_changed", contact=contact))
        assert words is not None
        assert chat in words.on(Platform.KF).text
        assert mail in words.on(Platform.EMAIL).text
        assert "直接回复" not in words.on(Platform.EMAIL).text

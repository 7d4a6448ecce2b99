"""Sentences that hold a command's word and are none: whoever says them is answered or asked, and nothing is begun."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from handlers.reading.grammar import read_command
from handlers.reading.replies import Intent, read_reply
from handlers.reading.verbs import Verb

NOW = datetime(2026, 11, 23, 9, 30, tzinfo=ZoneInfo("Asia/Shanghai"))
CALM = "question unclear"  # passed on to a person, or asked with three buttons
COMES = "keep confirm"

CANDIDATES = [
    ("面试官迟到了", CALM),
    ("面试官还没来", CALM),
    ("面试官不来了吗", CALM),
    ("面试官取消了吗", CALM),
    ("面试官说取消了", CALM),
    ("取消，改天再约", "reschedule"),
    ("取消，另约时间", "reschedule"),
    ("这次取消，下周再约吧", "reschedule"),
    ("我后悔了还想来", "keep"),
    ("我后悔了，不想取消了", "keep"),
    ("我还没取消", f"{CALM} keep"),
    ("我没有取消过", f"{CALM} keep"),
    ("我没说要取消", f"{CALM} keep"),
    ("别取消", "keep"),
    ("先别取消", "keep"),
    ("不要取消我的面试", "keep"),
    ("取消错了，我要参加", "keep"),
    ("刚才点错了，不是要取消", f"{CALM} keep"),
    ("怎么取消", "question"),
    ("取消要扣钱吗", "question"),
    ("如果取消会怎样", "question"),
    ("面试取消了吗？", "question"),
    ("是不是取消了", "question"),
    ("听说面试取消了？", "question"),
    ("谁取消的", "question"),
    ("为什么取消我的面试", "question"),
    ("你们不会又取消吧", CALM),
    ("我朋友取消了，我能提前吗", f"{CALM} reschedule"),
    ("路上堵车，会晚十分钟", "late"),
    ("我可能迟到", "late"),
    ("我不会迟到的", f"{COMES} {CALM}"),
    ("迟到会怎样？", "question"),
    ("我取消了别的面试，会准时到", COMES),
    ("其他公司的面试取消了，这边照常", f"{COMES} {CALM}"),
    ("我不去别家了，就来你们这", f"{COMES} {CALM}"),
    ("不是不来", f"{COMES} {CALM}"),
    ("不能不来", f"{COMES} {CALM}"),
    ("我不是不想来，是来不了", "cancel"),
    ("不得不取消", "cancel"),
    ("没办法来了", "cancel"),
    ("我没法参加了，抱歉", "cancel"),
    ("算了，不取消了", "keep"),
    ("算了，还是取消吧", "cancel"),
    ("本来想取消，现在又能来了", "keep"),
    ("本来能来，现在来不了了", "cancel"),
    ("改到周五上午行吗", "reschedule"),
    ("面试时间能换吗", "reschedule question"),
    ("不改了，按原来的来", COMES),
    ("不用改期了", f"{COMES} unclear"),
    ("明天有事，能不能不取消，改天？", "reschedule"),
    ("明天见", COMES),
    ("收到，准时参加", COMES),
    ("发烧了，能线上面吗", f"{CALM} reschedule"),
    ("取消提醒短信，别再发了", CALM),
    ("取消订阅", CALM),
    ("退订", CALM),
    ("撤销取消", "keep"),
    ("我要撤回取消", "keep"),
    ("恢复面试", "keep"),
    ("还能恢复吗", f"{CALM} keep"),
    ("如果下雨我就不来了", CALM),
    ("要是来不了怎么办", "question"),
    ("昨天取消的是另一场", f"{CALM} keep"),
    ("推迟半小时可以吗", "reschedule late"),
]


@pytest.mark.parametrize(("text", "may_be"), CANDIDATES)
def test_what_a_candidate_says_around_the_words_is_heard(text: str, may_be: str) -> None:
    assert read_reply(text, NOW).intent in {Intent(each) for each in may_be.split()}


@pytest.mark.parametrize("text", ["1", "２", "3.", "选1"])
def test_a_number_alone_says_nothing_about_an_interview(text: str) -> None:
    assert read_reply(text, NOW).intent == Intent.UNCLEAR


NO_CANCEL = """
取消张伟面试了吗？|取消张伟了吗|张伟取消了没|张伟取消了没有|李雷取消了吗|取消成功了吗|张伟的面试还取消吗|帮我看看张伟取消了没有
谁取消了张伟|刚刚是谁取消的|为什么取消不了张伟|怎么取消面试|是否取消张伟|要不要取消张伟？|张伟取消还是改期？|昨天取消的张伟恢复了吗
提醒我明天取消张伟|明天提醒我取消 8123|明天记得取消张伟|等会儿取消张伟|晚点取消张伟|如果张伟不来就取消
不要取消张伟|别取消 8123|先不取消张伟|暂不取消张伟|我没有取消张伟|张伟被取消了
取消张伟的提醒|取消撤销|取消错了|不是取消张伟，是张玮
"""
HR_NO_CANCEL = [each for line in NO_CANCEL.split("\n") for each in line.split("|") if each]


@pytest.mark.parametrize("text", HR_NO_CANCEL)
def test_what_hr_says_about_a_cancellation_begins_none(text: str) -> None:
    command = read_command(text, NOW)
    assert command is None or command.verb not in (Verb.CANCEL, Verb.UNDO, Verb.WITHDRAW) or command.problems


HR_CANCEL = """
取消 张伟 明天下午三点|帮我取消张伟明天的面试|请取消 8123|把张伟明天的面试取消掉|取消一下张伟
麻烦取消张伟周二的面试，原因行程冲突
"""


@pytest.mark.parametrize("text", [each for each in HR_CANCEL.replace("\n", "|").split("|") if each])
def test_a_polite_order_is_still_an_order(text: str) -> None:
    command = read_command(text, NOW)
    assert command is not None
    assert command.verb == Verb.CANCEL
    assert command.problems == ()


NO_DECISION = """
同意了吗|谁同意的|我没同意|先别同意 Q20261123-001|不同意|同意还是驳回？|同意之前先问张伟|我不能同意
驳回了吗|为什么驳回|不要驳回 1|谁驳回的|退回了吗|不要退回 1
撤回了吗|撤销了没有|别撤销|不要撤回|为什么撤回|提交了吗|还没提交|别提交 Q20261123-001
"""


@pytest.mark.parametrize("text", [each for line in NO_DECISION.split("\n") for each in line.split("|") if each])
def test_what_is_said_about_a_decision_decides_nothing(text: str) -> None:
    """Approvers and HR talk about decisions as often as they take them."""
    acting = (Verb.APPROVE, Verb.REJECT, Verb.SEND_BACK, Verb.UNDO, Verb.WITHDRAW, Verb.SUBMIT)
    command = read_command(text, NOW)
    assert command is None or command.verb not in acting or command.problems


@pytest.mark.parametrize("text", ["撤销取消", "撤销取消张伟"])
def test_taking_a_cancellation_back_is_no_cancellation(text: str) -> None:
    command = read_command(text, NOW)
    assert command is None or command.verb in (Verb.UNDO, Verb.WITHDRAW)


@pytest.mark.parametrize("text", ["撤回了吗", "撤销了没有", "提交了吗", "张伟取消了没", "取消张伟面试了吗？"])
def test_a_question_about_what_happened_is_answered_with_what_there_is(text: str) -> None:
    command = read_command(text, NOW)
    assert command is not None
    assert command.verb in (Verb.TIMELINE, Verb.FIND)

"""Every card in every state can be drawn, names its one booking and says what is asked."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest

from cards.buttons import ACTIONS
from cards.drawing import DRAWN_BY, draw
from models import BookingStatus, CardPurpose, RequestStatus, StepStatus
from tests.unit.cards import samples
from workflow.card_views import CardView
from workflow.costs import Cost

VIEWS = list(samples.every_card())
each_card = pytest.mark.parametrize("view", VIEWS, ids=[f"{place}-{view.purpose}" for place, view in enumerate(VIEWS)])


def test_every_purpose_has_its_drawing() -> None:
    apart = {
        CardPurpose.DELEGATION,
        CardPurpose.ERASURE,
        CardPurpose.GRANT,
        CardPurpose.PURGE,
        CardPurpose.EXPORT,
        CardPurpose.RULES,
    }
    assert set(DRAWN_BY) == set(CardPurpose) - apart == {view.purpose for view in VIEWS}


@each_card
def test_the_title_names_the_one_booking_with_its_phone_tail_weekday_and_time(view: CardView) -> None:
    assert re.search(r"张伟 · 尾号8123 · 11月25日 周三 15:00$", draw(view).title)


@each_card
def test_what_stands_on_the_lock_screen_names_nobody(view: CardView) -> None:
    summary = draw(view).summary
    assert summary
    assert not re.search("张伟|李雷|刘洋|陈敏|赵国强|8123", summary)


@each_card
def test_a_card_offers_exactly_what_its_holder_may_press(view: CardView) -> None:
    drawn = draw(view)
    assert tuple(button.action for button in drawn.buttons) == view.actions
    assert {button.action for button in drawn.buttons} <= ACTIONS
    assert all(button.text for button in drawn.buttons)
    assert bool(drawn.inputs) <= bool(drawn.buttons)


@each_card
def test_a_card_says_where_its_matter_stands_and_no_internal_word(view: CardView) -> None:
    drawn = draw(view)
    shown = "\n".join([drawn.title, drawn.status, *map(str, drawn.lines)])
    assert drawn.status
    assert not re.search("[a-z]+_[a-z]+|None|True|False|StepStatus", shown)
    assert "：\n" not in shown + "\n"


@each_card
def test_the_first_button_is_never_the_dangerous_one_when_there_is_an_approval(view: CardView) -> None:
    buttons = draw(view).buttons
    if view.purpose == CardPurpose.APPROVAL and len(buttons) > 1:
        assert [button.danger for button in buttons] == [False] * (len(buttons) - 1) + [True]


@pytest.mark.parametrize(
    ("evidence", "needed", "line"),
    [
        ((), 0, "证明：无需证明"),
        ((), 1, "证明：待补 1 份"),
        (("截图.png",), 1, "证明：截图.png · 1 份 ✓"),
        (("截图.png",), 2, "证明：截图.png · 1 份，还差 1 份"),
        (("候选人本人回复",), 1, "证明：候选人本人回复 · 1 份 ✓"),
    ],
)
def test_the_approvers_card_has_one_line_about_evidence(evidence: tuple[str, ...], needed: int, line: str) -> None:
    asked = samples.request(evidence=evidence, evidence_needed=needed)
    drawn = draw(samples.card(CardPurpose.APPROVAL, request=asked))
    assert [str(each) for each in drawn.lines if str(each).startswith("证明")] == [line]


def test_the_approvers_card_answers_who_why_how_long_what_it_costs_and_where_in_the_chain() -> None:
    cost = Cost(own=2, companys=1, of_position=3, of_requester=4, others=3)
    drawn = draw(samples.card(CardPurpose.APPROVAL, cost=cost))
    assert [str(each) for each in drawn.lines] == [
        "岗位：Java后端（华辰互联）",
        "原因：候选人行程冲突",
        "证明：短信截图.png · 1 份 ✓",
        "距面试：29 小时 30 分（通知期以前）",
        "影响：面试官 李雷 空出 45 分钟",
        "历史：候选人此前取消过 2 次；公司取消过其 1 次；本岗位 7 天内第 3 件；刘洋 7 天内第 4 件",
        "同岗位：另有 3 场面试已约",
        "进度：HR 刘洋 发起 09:30 ✓ → 用人部门 轮到你 → 分管领导 赵国强",
        "编号：Q20261124-007",
    ]
    assert drawn.status == "待你审批 · 2/3 用人部门"


def test_the_approvers_card_says_how_late_it_was_asked_for_and_nothing_that_nobody_knows() -> None:
    late, alone = samples.request(late=True), samples.booking(interviewer="")
    cost = Cost(ahead=timedelta(hours=5, minutes=59))
    said = [str(each) for each in draw(samples.card(CardPurpose.APPROVAL, request=late, cost=cost)).lines]
    assert "影响：面试官 李雷 空出 45 分钟；开始前 5 小时才提出" in said
    assert "历史：候选人此前没有取消过" in said
    said = [each.label for each in draw(samples.card(CardPurpose.APPROVAL, booking=alone, cost=Cost())).lines]
    assert not {"影响", "同岗位"} & set(said)


def test_only_the_department_head_is_asked_whether_the_position_still_needs_people() -> None:
    first = draw(samples.card(CardPurpose.APPROVAL))
    second = draw(samples.card(CardPurpose.APPROVAL, step=samples.step(2)))
    assert [each.name for each in first.inputs] == ["still_needed", "comment"]
    assert (first.inputs[0].required, first.inputs[0].value) == (True, "")
    assert [each.name for each in second.inputs] == ["comment"]


def test_after_the_tap_the_card_shows_the_outcome_and_whose_turn_it_is() -> None:
    mine = samples.step(1, StepStatus.APPROVED, still_needed="仍需招聘")
    asked = samples.request(steps=(mine, samples.step(2)))
    drawn = draw(samples.card(CardPurpose.APPROVAL, request=asked, step=mine, actions=("undo",)))
    assert drawn.status == "已同意"
    assert str(drawn.lines[-1]) == "你已于 09:30 同意（岗位仍需招聘）。已交赵国强。"


def test_inside_the_grace_the_card_names_the_clock_time_of_its_end() -> None:
    asked = samples.request(status=RequestStatus.APPROVED)
    drawn = draw(samples.card(CardPurpose.REQUEST, request=asked, actions=("undo",)))
    assert drawn.status == "已通过 · 09:31 执行"
    assert "09:31 前可撤销；到时通知候选人和面试官。" in [str(each) for each in drawn.lines]


def test_a_candidate_who_is_not_to_be_told_is_not_promised_to_be() -> None:
    asked = samples.request(status=RequestStatus.APPROVED, notify=False)
    shown = "\n".join(map(str, draw(samples.card(CardPurpose.REQUEST, request=asked)).lines))
    assert "到时通知面试官。" in shown
    nobody = replace(asked, booking=samples.booking(interviewer=""))
    assert "不通知任何人" in "\n".join(map(str, draw(samples.card(CardPurpose.REQUEST, request=nobody)).lines))


def test_what_the_clock_closed_says_so() -> None:
    asked = samples.request(status=RequestStatus.EXPIRED)
    drawn = draw(samples.card(CardPurpose.REQUEST, request=asked))
    assert "系统代办" in drawn.status
    assert any("系统代办关闭，面试照常" in str(each) for each in drawn.lines)


def test_a_late_card_says_that_the_notice_period_is_over() -> None:
    late = samples.card(CardPurpose.CONFIRM, late=True, now=samples.START.replace(hour=1))
    assert "距面试：6 小时 0 分（已在通知期内，属临时取消）" in [str(each) for each in draw(late).lines]


ENDS = [
    (RequestStatus.CARRIED_OUT, "已同意 · 已取消", "09:32 已取消，保留面试资格。"),
    (RequestStatus.UNDONE, "已同意 · 已撤销，面试照常", "09:32 申请人已撤销，没有通知任何人，面试照常。"),
    (RequestStatus.WITHDRAWN, "已同意 · 申请已撤回", "09:32 申请人已撤回，面试照常。"),
    (RequestStatus.EXPIRED, "已同意 · 到点未决，系统代办关闭", "到点未决，系统代办关闭，面试照常。"),
]


@pytest.mark.parametrize(("status", "headline", "words"), ENDS, ids=[str(row[0]) for row in ENDS])
def test_who_agreed_reads_how_it_ended(status: RequestStatus, headline: str, words: str) -> None:
    mine = samples.step(1, StepStatus.APPROVED)
    asked = samples.request(status=status, steps=(mine, samples.step(2, StepStatus.CLOSED)))
    drawn = draw(samples.card(CardPurpose.APPROVAL, request=asked, step=mine, actions=()))
    assert drawn.status == headline
    assert str(drawn.lines[-1]) == f"你已于 09:30 同意。{words}"


def test_who_was_asked_and_did_not_answer_reads_how_it_ended() -> None:
    mine = samples.step(1, StepStatus.CLOSED)
    asked = samples.request(status=RequestStatus.WITHDRAWN, steps=(mine,))
    drawn = draw(samples.card(CardPurpose.APPROVAL, request=asked, step=mine, actions=()))
    assert (drawn.status, str(drawn.lines[-1])) == ("申请已撤回", "09:32 申请人已撤回，面试照常。")


def test_after_a_rejection_hr_reads_who_why_and_what_next() -> None:
    steps = (
        samples.step(1, StepStatus.APPROVED, comment="同意"),
        samples.step(2, StepStatus.REJECTED, comment="仍缺人"),
    )
    asked = samples.request(status=RequestStatus.REJECTED, steps=steps)
    shown = "\n".join(map(str, draw(samples.card(CardPurpose.REQUEST, request=asked)).lines))
    assert "分管领导 赵国强 驳回。原因：仍缺人。面试照常。" in shown
    assert "先与 赵国强 说好，再发「取消 8123 原因 …」" in shown
    declined = samples.booking(status=BookingStatus.DECLINED)
    gone = samples.card(CardPurpose.REQUEST, request=replace(asked, by_candidate=True, booking=declined))
    assert "候选人已说不来，不必再等。" in "\n".join(map(str, draw(gone).lines))


WAYS = [
    (timedelta(days=1), 60, "无需审批，确认后 60 秒内可撤销（开始前 30 分钟内则不能）"),
    (timedelta(days=1), 20, "无需审批，确认后 20 秒内可撤销（开始前 30 分钟内则不能）"),
    (timedelta(days=1), 0, "无需审批，确认后立即执行，不能撤销"),
    (timedelta(minutes=20), 0, "无需审批，距面试不足 30 分钟：确认后立即执行，不能撤销"),
]


@pytest.mark.parametrize(("ahead", "grace_s", "words"), WAYS)
def test_the_confirm_card_promises_the_undo_there_is(ahead: timedelta, grace_s: int, words: str) -> None:
    shown = samples.booking(starts_at=samples.NOW + ahead)
    drawn = draw(samples.card(CardPurpose.CONFIRM, booking=shown, grace_s=grace_s, actions=("confirm", "dismiss")))
    assert f"审批：{words}" in [str(each) for each in drawn.lines]


def test_a_draft_whose_interview_has_begun_says_so() -> None:
    begun = samples.booking(starts_at=samples.NOW)
    assert draw(samples.card(CardPurpose.CONFIRM, booking=begun, actions=())).status == "已到开始时间，不能再取消"

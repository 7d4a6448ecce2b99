"""Reasons recognised in what people write, and whose they are."""

import pytest

from handlers.reading.reasons import Origin, Reason, find_reason, reason_in

SAID = [
    ("行程冲突", Reason.CONFLICT),
    ("我临时有事", Reason.CONFLICT),
    ("要出差", Reason.CONFLICT),
    ("時間衝突", Reason.CONFLICT),
    ("发烧", Reason.ILLNESS),
    ("我生病住院了", Reason.ILLNESS),
    ("身体不舒服", Reason.ILLNESS),
    ("已接受其他offer", Reason.OTHER_OFFER),
    ("已接受其他 Offer", Reason.OTHER_OFFER),
    ("找到工作了", Reason.OTHER_OFFER),
    ("招聘计划调整", Reason.PLAN_CHANGED),
    ("HC冻结", Reason.POSITION_PAUSED),
    ("岗位暂停", Reason.POSITION_PAUSED),
    ("面试官时间冲突", Reason.INTERVIEWER_CONFLICT),
    ("面试官生病了", Reason.INTERVIEWER_CONFLICT),
    ("链接打不开", Reason.WRONG_LINK),
    ("链接错误", Reason.WRONG_LINK),
    ("时间设置有误", Reason.WRONG_TIME),
    ("illness", Reason.ILLNESS),
    ("其他", Reason.OTHER),
    ("就是不想", None),
]


@pytest.mark.parametrize(("text", "reason"), SAID)
def test_a_reason_is_recognised_in_plain_words(text: str, reason: Reason | None) -> None:
    assert reason_in(text) is reason


@pytest.mark.parametrize("reason", list(Reason))
def test_every_code_is_recognised_by_its_label_and_value(reason: Reason) -> None:
    assert reason_in(reason.label) is reason
    assert reason_in(reason.value) is reason


def test_an_interviewers_illness_is_the_companys_reason() -> None:
    reason = reason_in("面试官发烧了")
    assert reason is not None
    assert reason.origin is Origin.COMPANY


def test_a_broken_link_is_never_the_candidates() -> None:
    assert Reason.WRONG_LINK.origin is Origin.SYSTEM
    assert Reason.ILLNESS.origin is Origin.CANDIDATE


def test_the_place_of_a_reason_is_told() -> None:
    found = find_reason("  张伟 发烧 了")
    assert found is not None
    assert "  张伟 发烧 了"[slice(*found[1])] == "发烧"

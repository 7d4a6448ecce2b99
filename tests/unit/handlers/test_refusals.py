"""A refusal is one sentence: what is true now, what to do next, and the reference of the record."""

import re
from datetime import UTC, datetime

import pytest

from handlers.refusals import STATES, sentence
from models import BookingStatus, RequestStatus, Role
from workflow.errors import AlreadyDecided, Invalid, Missing, NotAllowed, NotFound, NotNow, NotYours, Refusal, Stale

AT = datetime(2026, 11, 24, 2, 15, tzinfo=UTC)
CASES: list[tuple[Refusal, str]] = [
    (NotFound(what="booking"), "没有找到，或不在你的范围内"),
    (NotAllowed(permission="booking:cancel"), "你没有这个权限"),
    (NotAllowed("own-request"), "自己发起的申请不能自己审批"),
    (NotYours(approver="陈敏"), "此单由 陈敏 处理"),
    (AlreadyDecided("已同意", "陈敏", AT), "陈敏 于 10:15 已同意，未重复执行"),
    (AlreadyDecided("已取消"), "已取消，未重复执行"),
    (Stale(number="Q20261124-007"), "卡片已更新，请看过再点"),
    (NotNow(state="grace-over"), "可撤销的时间已过"),
    (NotNow(state="never-heard-of"), "现在不能这样做"),
    (Missing(what="reason"), "还没有选取消原因"),
    (Missing(what="reason-text", shortest=4), "至少 4 个字"),
    (Missing(what="approver", role=str(Role.LEADER)), "没有可用的分管领导审批人"),
    (Missing(what="approver", role="unheard-of"), "没有可用的审批人，"),
    (Missing(what="still-needed"), "岗位是否仍需招聘"),
    (Invalid(what="reason", value="x"), "不在可选范围内"),
    (Invalid("evidence-type", allowed="PNG、JPG 图片或 PDF"), "请发 PNG、JPG 图片或 PDF"),
    (Invalid("evidence-size", most_mb=10), "最多 10 MB"),
]


@pytest.mark.parametrize(
    ("refusal", "says"), CASES, ids=[f"{place}-{case[0].code}" for place, case in enumerate(CASES)]
)
def test_each_refusal_says_what_is_true_and_carries_its_reference(refusal: Refusal, says: str) -> None:
    text = sentence(refusal, "E1A2B3")
    assert says in text
    assert text.endswith("。编号 E1A2B3")
    assert not re.search("None|您|[a-z]+_[a-z]+", text)


@pytest.mark.parametrize("state", [*BookingStatus, *RequestStatus])
def test_every_state_that_can_stand_in_the_way_has_its_sentence(state: str) -> None:
    passable = {"scheduled", "confirmed", "refused"}  # nothing is refused because of these
    assert (str(state) in STATES) is (str(state) not in passable)


def test_what_was_done_before_is_not_called_undone() -> None:
    assert not sentence(AlreadyDecided("已同意", "陈敏", AT), "E1").startswith("没有办理")
    assert sentence(NotFound(what="request"), "E1").startswith("没有办理：")

"""同意 全部低风险 in the shapes people write it, and what only looks like it."""

import pytest

from handlers.reading.wholesale import read_wholesale

SAID = {
    "同意 全部": "",
    "同意全部低风险": "",
    "同意 全部低风险 仍需": "仍需",
    "同意 全部低风险 仍需 附言 情况属实": "仍需 情况属实",
    "同意　全部低风险，附言：情况属实": "情况属实",
    "同意所有低风险申请 附言=属实": "属实",
    "请同意全部低风险的申请": "",
    "同意 低风险的": "",
    "同意 所有": "",
    "同意全部待我审批": "",
    "全部同意": "",
    "都同意": "",
    "我都同意": "",
    "全部通过，情况属实": "情况属实",
    "低风险全部同意": "",
    "低风险的都同意": "",
    "把低风险的都批了": "",
    "所有低风险同意": "",
    "一次同意低风险": "",
    "批准所有低风险": "",
    "TY 全部": "",
    "同意全部 暂停": "暂停",
}
NOT_SAID = (
    "同意",
    "通过",
    "同意 1 3 4",
    "同意 1 3 4 附言 情况全部属实",
    "同意 Q20261124-001",
    "同意 Q20261124-001 材料都在",
    "同意 2 情况都属实",
    "同意 情况全部属实",
    "批准 1 低风险",
    "没问题，同意",
    "没问题同意",
    "同意取消",
    "不同意全部",
    "全部不同意",
    "全部驳回",
    "全部取消",
    "全部同意了吗",
    "都同意了吗？",
    "都通过了没",
    "同意全部吗",
    "低风险的有哪些",
    "",
)
UNCLEAR = (
    "同意全部，除了3",
    "同意全部 但是2号不行",
    "全部同意 除张伟",
    "同意所有 不包括 Q20261124-001",
    "都同意，3 以外",
)


@pytest.mark.parametrize("text", SAID)
def test_an_agreement_to_all_is_read_with_its_remark(text: str) -> None:
    found = read_wholesale(text)
    assert found is not None
    assert (found.comment, found.unclear) == (SAID[text], False)


@pytest.mark.parametrize("text", NOT_SAID)
def test_what_names_one_or_asks_or_says_no_is_no_agreement_to_all(text: str) -> None:
    assert read_wholesale(text) is None


@pytest.mark.parametrize("text", UNCLEAR)
def test_what_takes_something_out_is_unclear(text: str) -> None:
    found = read_wholesale(text)
    assert found is not None
    assert found.unclear

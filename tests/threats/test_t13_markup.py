"""T13: links, pictures and markup in a candidate's words or an employee's reason arrive as text, in every channel.

Every card and every character: tests/unit/cards/test_escaping.py.
"""

import json
import re

import pytest

from tests.scenarios.company import Company
from tests.scenarios.steps import on_the_table, request_number

HOSTILE = (
    "[同意](http://evil.example/x)",
    "![](https://evil.example/beacon.png)",
    "<a href='dtmd://dingtalkclient/sendMessage?content=同意'>点这里</a>",
    "javascript:alert(1) data:text/html,x",
    "HtTpS://EVIL.example/Q www.evil.example",
    "ht\u200btp://evil.exam\u202eple",
)
ALIVE = re.compile(r"evil\.example|dtmd:|javascript:|data:text|www\.", re.IGNORECASE)
INVISIBLE = re.compile("[\u200b-\u200f\u202a-\u202e\u2066-\u2069]")


@pytest.mark.parametrize("words", HOSTILE)
async def test_a_link_that_somebody_typed_leaves_us_in_no_call_of_any_channel(company: Company, words: str) -> None:
    await company.says("wangfang", f"取消 8123 原因 {words}")
    await company.sees("wangfang", "张伟")
    await company.says("zhangwei-8123", f"我有事 {words}")
    await company.says("wangfang", f"查 {words}")
    await company.settled()
    calls = [json.dumps(each["request"], ensure_ascii=False) for each in await company.calls()]
    assert any("张伟" in each for each in calls)
    assert [each for each in calls if ALIVE.search(each) or INVISIBLE.search(each)] == []


async def test_a_hostile_comment_of_an_approver_reaches_the_others_as_text(company: Company) -> None:
    card = await on_the_table(company)
    await company.says("chenmin", f"驳回 {request_number(card)} 不行，见 {HOSTILE[0]} 与 {HOSTILE[2]}")
    await company.card("liuyang", "已驳回")
    await company.settled()
    calls = [json.dumps(each["request"], ensure_ascii=False) for each in await company.calls()]
    assert [each for each in calls if ALIVE.search(each) or INVISIBLE.search(each)] == []

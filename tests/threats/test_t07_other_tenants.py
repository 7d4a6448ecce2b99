"""T7: numbers, handles and links of another unit answer like those that never existed.

The differential test of two tenants is tests/database/test_two_tenants.py; row-level security of PostgreSQL has tests
of its own in tests/database.
"""

import re

from models import Booking, Card, DownloadLink
from tests.scenarios.company import Company
from tests.scenarios.steps import heard, key_index, number_of, on_the_table, request_number
from tests.threats.attacking import clicks, decisions

VERBS = (
    "查",
    "时间轴",
    "取消",
    "撤回",
    "撤销",
    "提交",
    "同意",
    "驳回",
    "退回",
    "催办",
    "导出",
    "证据包",
    "恢复",
    "已电话告知",
    "审计检索",
)


async def test_a_foreign_number_and_none_are_answered_alike_by_every_verb(company: Company) -> None:
    foreign = {"Q": request_number(await on_the_table(company)), "Y": await number_of("machao-5566")}
    absent = {"Q": "Q20261124-000", "Y": "Y20261124-000"}
    before = await decisions()
    for kind in ("Q", "Y"):
        for verb in VERBS:
            answers = [await answer_to(company, f"{verb} {each[kind]} 原因 岗位暂停") for each in (foreign, absent)]
            told, untold = (text.replace(foreign[kind], "N").replace(absent[kind], "N") for text in answers)
            assert told == untold, verb
            assert "马超" not in told
            assert "5566" not in told
    assert await decisions() == before
    assert await DownloadLink.all().count() == 0


async def test_a_foreign_handle_and_none_are_answered_alike(company: Company) -> None:
    await on_the_table(company)
    foreign = (await Card.get(holder__key="chenmin")).handle
    before = await decisions()
    for action in ("approve", "confirm", "open", "undo"):
        said = []
        for handle in (foreign, "a" * 26):
            heard_before = len(await heard(company, "wangfang"))
            await clicks(company, "wangfang", f"{action}.{handle}")
            await company.settled()
            said.append([without_reference(each) for each in (await heard(company, "wangfang"))[heard_before:]])
        assert said[0] == said[1] != []
        await company.passes(121)  # a repeated press is answered once a minute
    assert await decisions() == before


async def test_ids_cannot_be_guessed_from_one_another(company: Company) -> None:
    """Handles have 130 random bits; numbers are drawn by chance, so one's own tells no neighbour's."""
    await on_the_table(company)
    handles = [each.handle for each in await Card.all()]
    assert all(re.fullmatch(r"[a-z2-7]{26}", each) for each in handles)
    assert len({each[:4] for each in handles}) == len(handles)
    mine = await Booking.get(candidate__key_index=key_index("machao-5566"))
    numbers = sorted(int(each.number.rsplit("-")[-1]) for each in await Booking.filter(created_at=mine.created_at))
    assert numbers != list(range(numbers[0], numbers[0] + len(numbers)))


async def answer_to(company: Company, words: str) -> str:
    """Return the one answer that 王芳 of another unit gets."""
    seen = len(await company.screen("wangfang"))
    await company.says("wangfang", words)
    return without_reference(str((await company.sees("wangfang", "", after=seen + 1))["text"]))


def without_reference(text: str) -> str:
    return re.sub(r"E[0-9A-F]{6}", "E…", text)

"""What colleagues write where no candidate is shown names none to those who may see none (S81)."""

import pytest

from models import CardPurpose, Employee, Organisation, OutboxMessage, Role
from models.store import Store
from tests.database import office
from tests.database.office import NOW
from tests.database.talking import newest_card, presses, says, seen
from workflow import free_words

WORDS = "劳动仲裁 林曦13800139999，找欧阳晓璇或 lin@mail.example"
CANARIES = ("林曦", "13800139999", "欧阳晓璇", "晓璇", "lin@mail")


@pytest.fixture(autouse=True)
async def numbers(store: Store) -> dict[str, str]:
    """Enter a unit, its administrators and auditor, and a candidate of it and of another; return their numbers."""
    made: dict[str, str] = {}

    async def enter() -> None:
        group, unit, other = [await office.unit(each) for each in ("huachen", "huachen/net", "huachen/dev")]
        for key, role, name in (
            ("sunjing", Role.AUDITOR, "孙静"),
            ("qianli", Role.AUDITOR, "钱莉"),
            ("hanxue", Role.SECURITY_ADMIN, "韩雪"),
            ("zhoukai", Role.SYSTEM_ADMIN, "周凯"),
        ):
            await office.employee(key, group, role, name=name)
        await office.employee("wangfang", unit, Role.HR)
        for name, phone, where in (("林曦", "13800139999", unit), ("欧阳晓璇", "13911117301", other)):
            made[name] = (await office.booking(where, name, phone)).number

    await store.transact(enter)
    return made


def nobody_in(text: str) -> bool:
    return not [each for each in CANARIES if each in text]


async def test_a_reason_that_is_too_short_is_not_called_missing(store: Store, numbers: dict[str, str]) -> None:
    for reason, lacks in (("原因 诉讼中", "原因太短，至少要 4 个字"), ("", "还没有写原因，至少要 4 个字")):
        assert lacks in await says(store, "hanxue", f"留存冻结 {numbers['林曦']} {reason}")


@pytest.mark.parametrize("whole", ["", "候选人 "])
async def test_why_a_case_is_held_names_nobody_in_the_list(store: Store, numbers: dict[str, str], whole: str) -> None:
    assert "已冻结" in await says(store, "hanxue", f"留存冻结 {whole}{numbers['林曦']} 原因 {WORDS}")
    for who in ("hanxue", "zhoukai", "sunjing"):
        told = await says(store, who, "留存清单")
        assert "劳动仲裁 林*" in told
        assert nobody_in(told), who


async def test_the_purpose_of_an_export_and_the_words_of_the_decision_name_nobody(store: Store) -> None:
    await says(store, "sunjing", f"导出日志 huachen/net xlsx 用途 {WORDS}")
    card = await newest_card("hanxue", CardPurpose.EXPORT)
    drawn = str(await seen(card))
    assert "劳动仲裁 林*" in drawn
    assert nobody_in(drawn)
    await presses(store, "hanxue", "reject", card.handle, {"comment": f"不必，{WORDS}"})
    assert nobody_in(str(await seen(card)))
    last = [str(each.payload) for each in await OutboxMessage.filter(kind="say") if "不必" in str(each.payload)]
    assert len(last) == 1
    assert nobody_in(last[0])


async def test_the_reason_of_an_authorisation_names_nobody_on_the_card_and_in_the_rights(store: Store) -> None:
    await says(store, "zhoukai", f"授权 王芳 用人部门 huachen/net 原因 {WORDS}")
    card = await newest_card("hanxue", CardPurpose.GRANT)
    drawn = str(await seen(card))
    assert "劳动仲裁" in drawn
    assert nobody_in(drawn)
    await presses(store, "hanxue", "approve", card.handle)
    told = await says(store, "sunjing", "权限 王芳")
    assert "劳动仲裁" in told
    assert nobody_in(told)


async def test_who_may_see_candidates_reads_the_words_as_they_are(store: Store) -> None:
    hr, unit = await Employee.get(key="wangfang"), await Organisation.get(path="huachen/net")
    assert await free_words.read_by(hr, unit, WORDS, NOW) == WORDS
    assert await free_words.read_by(None, unit, "", NOW) == ""

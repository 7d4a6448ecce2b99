"""撤回 S…, L…, X…, D…: who proposed something takes it back while nobody decided, and nobody else does."""

import re

import pytest

from models import AuditRecord, Booking, BookingStatus, Candidate, CardPurpose, ErasureRequest, Grant, Role
from models.store import Store
from tests.database import office
from tests.database.office import by
from tests.database.signed import installed_signing
from tests.database.talking import newest_card, presses, says, seen
from workflow import erasing

__all__ = ["installed_signing"]

CASES = {
    "grant": ("zhoukai", "授权 王芳 用人部门 huachen/net", "hanxue", CardPurpose.GRANT),
    "purge": ("zhoukai", "清理 huachen/net 全部到期", "hanxue", CardPurpose.PURGE),
    "export": ("sunjing", "导出日志 huachen/net xlsx 用途 季度审计", "hanxue", CardPurpose.EXPORT),
    "erasure": ("wangfang", "删除资料 {number} 依据 目的已实现", "hanxue", CardPurpose.ERASURE),
}


@pytest.fixture
async def number(store: Store) -> str:
    """Enter a unit with its administrators and an old interview of which nothing is left to do; return its number."""
    made: list[Booking] = []

    async def enter() -> None:
        group, unit = await office.unit("huachen", None), await office.unit()
        await office.employee("sunjing", group, Role.AUDITOR, name="孙静")
        await office.employee("hanxue", group, Role.SECURITY_ADMIN, name="韩雪")
        await office.employee("zhoukai", group, Role.SYSTEM_ADMIN, name="周凯")
        await office.employee("wangfang", unit, Role.HR)
        made.append(await office.old_booking(unit))
        await Booking.all().update(status=BookingStatus.COMPLETED)

    await store.transact(enter)
    return made[0].number


@pytest.mark.parametrize("kind", CASES)
async def test_who_proposed_takes_it_back_and_the_others_card_says_so(store: Store, number: str, kind: str) -> None:
    proposer, words, decider, purpose = CASES[kind]
    said = await says(store, proposer, words.format(number=number))
    found = re.search(r"[SLXD][0-9]{8}-[0-9]{3,}", said)
    assert found, said
    card = await newest_card(decider, purpose)

    assert "只有提出人能撤回" in await says(store, decider, f"撤回 {found[0]}")
    assert found[0] in await says(store, proposer, "撤回")
    assert not await AuditRecord.exists(action=f"{kind}.recalled")
    assert "已撤回" in await says(store, proposer, f"撤回 {found[0].lower()}")

    drawn = await seen(card)
    assert (drawn.status, drawn.buttons) == ("提出人已撤回", ())
    assert (await AuditRecord.get(action=f"{kind}.recalled")).subject == found[0]
    refused = await presses(store, decider, "approve", card.handle)
    assert "已撤回，未重复执行" in refused.answer.sentence
    assert "已撤回，未重复执行" in await says(store, proposer, f"撤回 {found[0]}")
    assert "没有待你审批的申请" in await says(store, decider, "待我审批")
    assert "没有能撤回的申请" in await says(store, proposer, "撤回")
    assert not await Grant.exists(employee__key="wangfang", role=Role.DEPARTMENT_HEAD)


async def test_what_a_candidate_asked_for_is_not_taken_back(store: Store, number: str) -> None:
    person = await Candidate.get().prefetch_related("organisation")
    await store.transact(lambda: erasing.wished(by(person), person))
    wish = await ErasureRequest.get()
    await says(store, "wangfang", f"同意 {wish.number}")
    assert "候选人要求的删除不能撤回" in await says(store, "wangfang", f"撤回 {wish.number}")
    assert (await ErasureRequest.get()).status == "proposed"

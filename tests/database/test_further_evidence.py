"""Proof that the requester adds while others decide: asked which request it is of, shown anew to who is asked, and
told to who agreed without it.
"""

import json
import secrets
from datetime import datetime
from typing import Any

import pytest

from cards.buttons import Press
from handlers import evidence as door
from handlers.receiving import receive
from handlers.routing import File, Incoming
from models import Account, AuditRecord, CancellationRequest, Evidence, OutboxMessage, Platform, Step, StepStatus
from models.store import Store
from tests.database.chains import HEAD, LEADER, PNG, Company, asked, board, card_of, chain_of, status
from tests.database.office import NOW, by
from tests.database.talking import NUMBERS, deliver_cards, presses, seen
from workflow.evidence import Material
from workflow.evidence_rules import MOST
from workflow.plans import Signing


@pytest.fixture
async def company(store: Store) -> Company:
    made = Company(store)
    await store.transact(made.enter)
    return made


async def heard(before: set[Any]) -> str:
    rows = [each for each in await OutboxMessage.filter(kind="say").order_by("posted_at") if each.id not in before]
    return "\n".join(str(each.payload) for each in rows).replace("\\n", "\n")


async def said_before() -> set[Any]:
    return set(await OutboxMessage.filter(kind="say").values_list("id", flat=True))


async def sends(company: Company, who: str = "liuyang", count: int = 1, at: datetime = NOW) -> str:
    """Let somebody send files; returns what is said at once."""
    before = await said_before()
    files = tuple(File(secrets.token_hex(8), "补充.png") for _ in range(count))
    incoming = Incoming(Platform.DINGTALK, f"file:{next(NUMBERS)}", "file", who, files=files)
    await company.store.transact(lambda: receive(incoming, at))
    return await heard(before)


async def arrive(company: Company, content: bytes = b"") -> str:
    """Let the files that are being fetched arrive; returns what is said then."""
    before = await said_before()
    for row in await OutboxMessage.filter(kind="fetch", status="waiting").order_by("posted_at"):
        payload = json.loads(str(row.payload))
        material = Material(content or PNG + secrets.token_bytes(8), payload["name"], payload["source"])
        person = await (await Account.get(id=row.account_id)).employee
        await company.store.transact(lambda: door.fetched(by(person), row, material, "E123456"))  # noqa: B023
        await company.store.transact(lambda: OutboxMessage.filter(id=row.id).update(status="sent"))  # noqa: B023
    return await heard(before)


async def lost(company: Company, *, unchecked: bool = False) -> str:
    """Let the files that are being fetched be given up; returns what is said then."""
    before = await said_before()
    for row in await OutboxMessage.filter(kind="fetch", status="waiting"):
        act = by(company.person("liuyang"))
        await company.store.transact(lambda: door.lost(act, row, unchecked=unchecked))  # noqa: B023
    return await heard(before)


async def adds(company: Company, content: bytes = b"") -> str:
    """Add one piece to the only request; returns what is said when it arrived."""
    await sends(company)
    await company.says("liuyang", "1")
    return await arrive(company, content)


async def pieces(request: CancellationRequest) -> int:
    return await Evidence.filter(request=request).count()


async def test_a_file_is_kept_only_for_the_request_that_was_chosen(company: Company) -> None:
    first, second = await company.request(HEAD), await company.request(HEAD)
    said = await sends(company)
    assert "还没有保存" in said
    assert {each.number for each in (first, second) if each.number in said} == {first.number, second.number}
    assert not await OutboxMessage.filter(kind="fetch").exists()
    meant, other = (first, second) if f"1　{first.number}" in said else (second, first)
    await company.says("liuyang", "1")
    said = await arrive(company)
    assert f"已补进 {meant.number}，现有 2 份证明。陈敏 的卡片已更新，要按新的内容决定。" in said
    assert (await pieces(meant), await pieces(other)) == (2, 1)
    assert await AuditRecord.filter(action="evidence.kept", subject=meant.number).count() == 2


async def test_what_the_approver_was_shown_before_decides_nothing_and_they_hear_what_changed(company: Company) -> None:
    request = await company.request(HEAD, LEADER)
    await deliver_cards(company.store)
    stale = (await card_of("chenmin", request)).handle
    await adds(company)
    form = {"still_needed": "no"}
    before = await said_before()
    card = await card_of("chenmin", request)
    press, key = Press("approve", stale), f"press:{next(NUMBERS)}"
    await deliver_cards(company.store)
    old = Incoming(Platform.DINGTALK, key, "press", "chenmin", press=press, form=form, card_id=f"sy-{card.id.hex}")
    found = await company.store.transact(lambda: receive(old, NOW))
    assert "新增证明材料 1 份（现有 2 份）" in str(found.answer) + await heard(before)
    assert await status(request) == "awaiting_approval"
    assert await asked(request) == ["chenmin"]
    fresh = await card_of("chenmin", request)
    assert fresh.handle != stale
    assert "2 份" in str((await seen(fresh)).lines)
    await presses(company.store, "chenmin", "approve", fresh.handle, form)
    assert await asked(request) == ["qian"]


async def test_who_agreed_without_it_keeps_their_answer_knowingly_and_may_take_it_back(company: Company) -> None:
    request = await company.request(HEAD, board(Signing.ANY))
    await company.presses("chenmin", "approve", request, still_needed="no")
    said = await adds(company)
    assert "陈敏 已按当时的证明同意，意见仍然有效，已告诉其又补了证明" in said
    assert f"{request.number}：你同意以后又补了证明，现有 2 份（发「看证据 {request.number}」看）。" in said
    assert await chain_of(request) == [
        (1, "chenmin", StepStatus.APPROVED),
        (2, "qian", StepStatus.OPEN),
        (2, "sunli", StepStatus.OPEN),
        (2, "zhao", StepStatus.OPEN),
    ]
    await company.presses("chenmin", "undo", request)
    assert await asked(request) == ["chenmin"]


async def test_of_those_asked_together_only_who_answered_is_told_the_others_are_shown(company: Company) -> None:
    request = await company.request(board(Signing.ALL))
    await company.presses("zhao", "approve", request)
    said = await adds(company)
    assert "钱进、孙丽 的卡片已更新" in said
    assert "赵国强 已按当时的证明同意" in said
    assert await asked(request) == ["qian", "sunli"]
    await company.presses("qian", "approve", request)
    await company.presses("sunli", "approve", request)
    assert await status(request) == "approved"


async def test_the_same_bytes_change_nothing_for_anybody(company: Company) -> None:
    request = await company.request(HEAD)
    await deliver_cards(company.store)
    handle, revision = (await card_of("chenmin", request)).handle, request.revision
    assert "已经有了，没有变化" in await adds(company, PNG)
    fresh = await CancellationRequest.get(id=request.id)
    assert (fresh.revision, (await card_of("chenmin", request)).handle) == (revision, handle)
    assert await pieces(request) == 1


async def test_a_request_that_was_decided_meanwhile_takes_nothing(company: Company) -> None:
    request = await company.request(LEADER)
    await sends(company)
    await company.says("liuyang", "1")
    await company.presses("qian", "approve", request)
    said = await arrive(company)
    assert "没有办理：申请已通过" in said
    assert "编号 E" in said
    assert await pieces(request) == 1
    assert await AuditRecord.filter(action="evidence.refused").count() == 1


async def test_one_that_is_over_when_the_number_is_typed_is_refused(company: Company) -> None:
    request = await company.request(LEADER)
    await sends(company)
    await company.says("liuyang", f"撤回 {request.number}")
    assert "没有办理：申请已撤回" in await company.says("liuyang", "1")
    assert not await OutboxMessage.filter(kind="fetch").exists()


async def test_a_request_that_waits_for_its_proof_gets_it_without_a_question(company: Company) -> None:
    request = await company.request(HEAD, LEADER)
    await company.says("chenmin", f"退回 {request.number} 请补盖章")
    assert await sends(company) == ""
    await arrive(company)
    assert await pieces(request) == 2


async def test_nobody_adds_to_what_another_requested(company: Company) -> None:
    request = await company.request(HEAD)
    assert "没有等证明的申请" in await sends(company, "chenmin")
    assert await pieces(request) == 1


async def test_put_down_it_is_no_proof_and_two_files_are_two_pieces(company: Company) -> None:
    request = await company.request(HEAD)
    await sends(company)
    await company.says("liuyang", "算了")
    assert "没有对应的选项" in await company.says("liuyang", "1")
    await sends(company, count=2)
    await company.says("liuyang", "1")
    said = await arrive(company)
    assert "现有 3 份证明" in said
    assert await pieces(request) == 3
    assert await Step.filter(request=request, status=StepStatus.OPEN).count() == 1


async def test_two_pictures_that_come_as_two_messages_are_both_taken_with_one_answer(company: Company) -> None:
    request = await company.request(HEAD)
    assert "收到文件，还没有保存" in await sends(company)
    said = await sends(company)
    assert "这 2 份还没有保存" in said
    assert "回复 1，这 2 份都作为那一件补充的证明" in said
    await company.says("liuyang", "1")
    assert "现有 3 份证明" in await arrive(company)
    assert await pieces(request) == 3


async def test_what_was_put_down_or_waited_too_long_does_not_come_with_the_next(company: Company) -> None:
    request = await company.request(HEAD)
    await sends(company)
    await company.says("liuyang", "算了")
    assert "份还没有保存" not in await sends(company)
    await sends(company, at=NOW + door.LASTS)
    assert "2 份" not in await sends(company, at=NOW + 3 * door.LASTS)
    await company.says("liuyang", "1")
    await arrive(company)
    assert await pieces(request) == 2


async def test_more_than_one_request_can_hold_is_said_at_once(company: Company) -> None:
    await company.request(HEAD)
    await sends(company, count=MOST - 1)
    said = await sends(company, count=3)
    assert f"这 {MOST} 份还没有保存。一次最多补 {MOST} 份，多出的 2 份没有收下" in said
    await company.says("liuyang", "1")
    assert await OutboxMessage.filter(kind="fetch").count() == MOST


async def test_a_further_piece_that_is_lost_is_not_said_to_be_waited_for(company: Company) -> None:
    request = await company.request(HEAD, LEADER)
    await sends(company)
    await company.says("liuyang", "1")
    said = await lost(company, unchecked=True)
    assert "病毒检查一直没有做成" in said
    assert f"申请 {request.number} 正在审批，不等这一份；要补请重新发一次。" in said
    await company.says("liuyang", f"撤回 {request.number}")
    said = await lost(company)
    assert f"申请 {request.number} 现在已不收证明，不用再发。到哪一步了可发「时间轴 {request.number}」" in said


async def test_a_first_piece_that_is_lost_is_waited_for(company: Company) -> None:
    request = await company.request(HEAD, LEADER)
    await company.says("chenmin", f"退回 {request.number} 请补盖章")
    await sends(company)
    assert f"申请 {request.number} 还在等证明，请重新发一次。" in await lost(company)

"""Each decision leaves an 审批确认记录 that somebody else can check, bound to what stood on the card."""

import json
from pathlib import Path

from bot.packing import enrolments
from models import ApprovalStatement, AuditRecord, CancellationRequest, Step
from tests.audit.test_statements import program
from tests.audit.test_verify import laid, verify
from tests.scenarios.company import Company
from tests.scenarios.steps import on_the_table, recorded, whole_logs
from tests.scenarios.test_true_cards import at_the_leader, decisions
from workflow import confirming, packing
from workflow.acting import Act
from workflow.canonical import canonical
from workflow.statements import digest_of

__all__ = ["whole_logs"]


async def a_pack(company: Company, folder: Path, *, shown: bool) -> Path:
    """Lay out the decisions of the strict unit as a case pack has them."""
    records = await AuditRecord.filter(log="shouyue/huachen/heavy").order_by("seq")
    files = {f"records/{each.seq}.json": each.line.encode() for each in records}
    files |= {"keys.txt": packing.keys_of("shouyue/huachen/heavy")}
    assert company.app is not None
    act = Act(company.app.clock.now(), "cli", "operator")
    files |= await enrolments(company.app.store, act, records)
    return laid(folder, files | await confirming.files_of(records, shown=shown))


async def test_two_decisions_leave_two_statements_that_verify_offline(company: Company, tmp_path: Path) -> None:
    _, leaders = await at_the_leader(company)
    await company.taps("zhaoguoqiang", leaders, "approve", {"comment": "同意，请及时通知"})
    await company.card("zhaoguoqiang", "已同意")
    folder = await a_pack(company, tmp_path / "pack", shown=True)
    assert len(list((folder / "statements").iterdir())) == 4
    answer = program.check(str(folder))
    assert (answer["ok"], answer["statements"], answer["code"]) == (True, 2, ""), answer
    first, second = await ApprovalStatement.all().order_by("place")
    said = json.loads(second.text)
    assert said["prev"] == first.digest == digest_of(first.text)
    assert [each["statement"] for each in await decisions("approval.approved")] == [first.digest, second.digest]
    request = await CancellationRequest.get()
    pieces = [each.cipher_digest for each in await request.evidence.all()]
    assert (said["evidence"], said["decision"], said["grade"]) == (pieces, "approved", "g0")
    step = await Step.get(level=2).prefetch_related("approver")
    assert said["approver"] == f"u_{step.approver.id.hex[:16]}"
    told = json.loads(str(second.shown))
    assert "马超" in told["title"]
    assert "原因：岗位暂停招聘" in told["lines"]
    assert not any(each.startswith(("距面试", "进度")) for each in told["lines"])
    assert "马超" not in second.text + first.text
    assert verify.attempt(verify.parse, second.text.encode())[1] == canonical(said).encode()


async def test_a_statement_that_was_edited_or_taken_away_is_found(company: Company, tmp_path: Path) -> None:
    await at_the_leader(company)
    folder = await a_pack(company, tmp_path / "pack", shown=False)
    [file] = (folder / "statements").iterdir()
    good = file.read_bytes()
    file.write_bytes(good.replace(b'"decision":"approved"', b'"decision":"rejected"'))
    assert program.check(str(folder))["code"] == "signature"
    file.unlink()
    assert program.check(str(folder))["code"] == "missing"


async def test_a_rejection_and_a_return_are_stated_too_and_a_refused_press_is_not(company: Company) -> None:
    card = await on_the_table(company)
    await company.taps("chenmin", card, "approve")  # says nothing of the position: refused
    await company.card("chenmin", "请先选岗位是否仍需招聘")
    assert await ApprovalStatement.all().count() == 0
    await company.taps("chenmin", await company.card("chenmin", "待你审批"), "send_back", {"comment": "请补邮件"})
    back = await company.card("liuyang", "已退回，待你补充")
    await company.taps("liuyang", back, "submit")
    again = await company.card("chenmin", "待你审批")
    await company.taps("chenmin", again, "reject", {"comment": "岗位仍缺人"})
    await company.card("liuyang", "已驳回")
    said = [json.loads(each.text) for each in await ApprovalStatement.all().order_by("place")]
    assert [(each["decision"], each["rev"]) for each in said] == [("sent_back", 1), ("rejected", 2)]
    assert all(len(each["comment"]) == 64 for each in said)
    assert (await recorded())["approval.rejected"] == 1

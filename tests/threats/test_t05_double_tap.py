"""T5: opposite taps at the same moment are one decision, and every later one hears which.

More of it, with two processes and PostgreSQL: tests/scenarios/test_concurrency.py.
"""

import asyncio
import json

from models import AuditRecord, Card, CardPurpose, Step, StepStatus
from tests.scenarios.company import Company
from tests.scenarios.steps import on_the_table
from tests.scenarios.test_true_cards import another_proof
from tests.threats.attacking import clicks

COMMENT = {"form": {"still_needed": "no", "comment": "材料不全，请补盖章的通知"}}


async def test_forty_taps_at_once_are_one_decision(company: Company) -> None:
    await on_the_table(company)
    card = await Card.get(holder__key="chenmin", purpose=CardPurpose.APPROVAL)
    actions = ["approve", "reject", "send_back", "approve"] * 10
    taps = [
        clicks(company, "chenmin", f"{each}.{card.handle}", f"sy-{card.id.hex}", params=COMMENT) for each in actions
    ]
    answers = await asyncio.gather(*taps)
    decided = await AuditRecord.filter(action__in=("approval.approved", "approval.rejected", "approval.sent_back"))
    assert len(decided) == 1
    assert [each.status for each in await Step.filter(level=1)] == [
        {"approval.approved": StepStatus.APPROVED, "approval.rejected": StepStatus.REJECTED}.get(
            decided[0].action, StepStatus.SENT_BACK
        )
    ]
    assert sum("已" in json.dumps(each, ensure_ascii=False) for each in answers) >= len(actions) - 1


async def test_a_stale_card_cannot_undo_what_was_decided_after_it(company: Company) -> None:
    await on_the_table(company)
    old = await Card.get(holder__key="chenmin", purpose=CardPurpose.APPROVAL)
    await another_proof(company)
    await clicks(company, "chenmin", f"approve.{old.handle}", f"sy-{old.id.hex}", params=COMMENT)
    assert (await Card.get(id=old.id)).handle != old.handle
    await clicks(company, "chenmin", f"approve.{old.handle}", f"sy-{old.id.hex}", params=COMMENT)
    assert await AuditRecord.filter(action="approval.approved").count() == 0

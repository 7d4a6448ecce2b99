"""T4: a card in strange hands decides nothing, says nothing about the candidate, and leaves a record.

All buttons of all roles: tests/database/test_rights_matrix.py; forwarding: tests/scenarios/test_refusals.py.
"""

from models import AuditRecord, Card, CardPurpose, Employee
from tests.scenarios.company import Company
from tests.scenarios.steps import heard, on_the_table
from tests.threats.attacking import clicks, decisions

ACTIONS = ("approve", "reject", "send_back", "undo", "confirm", "submit", "dismiss", "open")


async def test_everybody_presses_everybody_elses_buttons_in_vain(company: Company) -> None:
    await on_the_table(company)
    before = await decisions()
    cards = await Card.filter(purpose__in=(CardPurpose.APPROVAL, CardPurpose.REQUEST)).prefetch_related("holder")
    assert {each.holder.key for each in cards if each.holder} >= {"chenmin", "liuyang"}
    people = await Employee.filter(accounts__platform="dingtalk").distinct().values_list("key", flat=True)
    pressed = 0
    for card in cards:
        for person in sorted({str(each) for each in people} - {card.holder.key if card.holder else ""}):
            for action in ACTIONS:
                await clicks(company, person, f"{action}.{card.handle}", f"sy-{card.id.hex}")
                pressed += 1
    assert await decisions() == before
    assert pressed > 50
    assert await AuditRecord.filter(action="attempt.refused").count() == pressed


async def test_who_presses_a_strange_card_learns_nothing_about_the_candidate(company: Company) -> None:
    await on_the_table(company)
    card = await Card.get(holder__key="chenmin", purpose=CardPurpose.APPROVAL)
    for person in ("wangfang", "lilei"):
        answer = await clicks(company, person, f"approve.{card.handle}", f"sy-{card.id.hex}")
        await company.settled()
        told = "\n".join([str(answer), *await heard(company, person)])
        assert "马" not in told
        assert "5566" not in told
        assert "编号 E" in told

"""What several scenarios share: people entered on the way, evidence, and the check that every log is whole."""

import json
from collections import Counter
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from bot.company import terms_of
from models import AuditRecord, Booking, Candidate, Employee, Role
from models.vault import vault
from sandbox.people import person_with_id
from tests import pictures
from tests.scenarios.company import START, Company
from workflow import administering, audit, verifying
from workflow.acting import Act

PNG = pictures.png()  # a real one: what is sent is opened
DAY = 86_400.0
ADMINISTRATOR = Act(START, "test", "administrator")


def key_index(candidate: str) -> str:
    """Return the keyed hash under which one of the cast is stored."""
    person = person_with_id(candidate)
    assert person is not None
    return vault().index("key", f"{person.organisation}/{candidate}")


@pytest.fixture(autouse=True)
async def whole_logs(company: Company) -> AsyncIterator[None]:
    """After each scenario every audit log must verify, hold something, and say of each record how it knew who acted."""
    yield
    names = await audit.logs()
    assert names
    for name in names:
        assert (await verifying.verify(name))[1:] == (None, ""), name
    lines = [json.loads(each.line) for each in await AuditRecord.all()]
    assert [each["type"] for each in lines if not (each["actor"]["auth"] and each["actor"]["via"])] == []


async def booked(candidate: str, starts_at: datetime, company: Company, interviewer: str = "lilei") -> Booking:
    """Enter one more interview of a candidate of the cast."""
    person = await Candidate.get(key_index=key_index(candidate)).prefetch_related("organisation")
    new = administering.NewBooking(
        "架构师",
        starts_at,
        terms_of(str(person.name), str(person.phone)),
        interviewer=await Employee.get(key=interviewer),
    )
    return await at_the_desk(
        company, lambda: administering.add_booking(ADMINISTRATOR, person.organisation, person, new)
    )


async def given_role(company: Company, key: str, role: Role) -> None:
    """Let an employee hold one more role in their own unit."""
    person = await Employee.get(key=key).prefetch_related("organisation")
    name, unit = str(person.name), person.organisation
    await at_the_desk(company, lambda: administering.add_employee(ADMINISTRATOR, key, name, unit, [role], []))


async def left_the_company(company: Company, key: str) -> None:
    """Let an employee be no longer active."""
    await at_the_desk(company, lambda: Employee.filter(key=key).update(active=False))


async def at_the_desk(company: Company, work: Any) -> Any:
    """Do what an administrator does, in one transaction of the running program."""
    assert company.app is not None
    return await company.app.store.transact(work)


async def number_of(candidate: str) -> str:
    """Return the number of a candidate's first booking."""
    booking = await Booking.filter(candidate__key_index=key_index(candidate)).order_by("starts_at").first()
    assert booking is not None
    return booking.number


async def state_of(candidate: str) -> str:
    """Return how a candidate's first booking stands."""
    booking = await Booking.filter(candidate__key_index=key_index(candidate)).order_by("starts_at").first()
    assert booking is not None
    return str(booking.status)


async def recorded() -> Counter[str]:
    """Count the audit records of every kind."""
    return Counter(await AuditRecord.all().values_list("action", flat=True))


async def noted(action: str, times: int) -> bool:
    """Tell whether the log holds so many records of a kind: a phone may show a thing before it is noted as sent."""
    return (await recorded())[action] >= times


async def heard(company: Company, person: str) -> list[str]:
    """Return the texts that the bot sent to a person, cards included."""
    return [each["text"] for each in await company.screen(person) if each["from"] == "bot"]


async def asked_for_evidence(company: Company, words: str = "取消 马超 原因 岗位暂停") -> dict[str, Any]:
    """Let 刘洋 file a request in the strict unit; returns the card that waits for evidence."""
    await company.says("liuyang", words)
    card = await company.card("liuyang", "待你确认")
    await company.taps("liuyang", card, "submit")
    return await company.card("liuyang", "待补证明")


async def on_the_table(company: Company, words: str = "取消 马超 原因 岗位暂停") -> dict[str, Any]:
    """Let 刘洋 file a request with its evidence; returns 陈敏's card."""
    await asked_for_evidence(company, words)
    await company.sends_file("liuyang", "邮件截图.png", PNG)
    return await company.card("chenmin", "待你审批")


def request_number(card: dict[str, Any]) -> str:
    """Read the request's number off a card."""
    return next(line.removeprefix("编号：") for line in card["lines"] if line.startswith("编号：Q"))


def until(days: int, hour: int, minute: int = 0) -> float:
    """Return the seconds from the first morning to a clock time some days later."""
    there = START.replace(hour=hour, minute=minute) + timedelta(days=days)
    return (there - START).total_seconds()

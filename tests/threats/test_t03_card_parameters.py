"""T3: what a click carries beside its handle decides nothing: not who, not which request, not which level.

Reading clicks is tested in tests/unit/platforms/test_dingtalk_messages.py.
"""

import json
import random
from typing import Any

import pytest

from models import Card, CardPurpose, Employee, StepStatus
from platforms.dingtalk.frames import Malformed
from platforms.dingtalk.messages import card_click
from tests.scenarios.company import Company
from tests.scenarios.steps import on_the_table
from tests.threats.attacking import clicks, decisions, handle_of, pushed_click

CLAIMS: dict[str, Any] = {
    "userId": "chenmin",
    "user_id": "chenmin",
    "actor": "chenmin",
    "approver": "chenmin",
    "role": "leader",
    "is_admin": True,
    "level": 3,
    "revision": 99,
    "status": "approved",
    "request": "Q20261124-001",
    "organisation": "huachen",
    "tenant": "huachen",
    "step": {"value": "3"},
    "__proto__": {"value": "x"},
    "form": {"still_needed": "no", "approver": "chenmin", "status": "approved", "decided_by": "chenmin"},
}


async def test_a_stranger_who_claims_to_be_the_approver_stays_a_stranger(company: Company) -> None:
    await on_the_table(company)
    handle = await handle_of(holder__key="chenmin", purpose=CardPurpose.APPROVAL)
    before = await decisions()
    for stranger in ("wangfang", "liuyang", "lilei", "sunjing", "nobody", ""):
        for action in ("approve", "reject", "send_back", "undo"):
            try:
                await clicks(
                    company, stranger, f"{action}.{handle}", params=CLAIMS, unionId="chenmin", staffId="chenmin"
                )
            except Malformed:
                assert stranger == ""
    assert await decisions() == before


async def test_the_approver_who_sends_more_than_the_form_decides_their_own_step_and_no_more(company: Company) -> None:
    await on_the_table(company)
    card = await Card.get(holder__key="chenmin", purpose=CardPurpose.APPROVAL)
    await clicks(company, "chenmin", f"approve.{card.handle}", f"sy-{card.id.hex}", params=CLAIMS)
    steps = sorted((await decisions())["Step"], key=lambda each: each["level"])
    chenmin = await Employee.get(key="chenmin")
    assert [each["status"] for each in steps] == [StepStatus.APPROVED, StepStatus.OPEN] + [StepStatus.WAITING] * (
        len(steps) - 2
    )
    assert [each["decided_by_id"] for each in steps if each["decided_by_id"]] == [chenmin.id]
    (request,) = (await decisions())["CancellationRequest"]
    assert (request["status"], request["revision"]) == ("awaiting_approval", 1)


async def test_five_hundred_crafted_clicks_change_nothing(company: Company) -> None:
    await on_the_table(company)
    handles = [each.handle for each in await Card.all()]
    before, rng = await decisions(), random.Random(3)
    for _ in range(500):
        raw = crafted(rng, handles, company.settings.dingtalk.corp_id)
        try:
            await pushed_click(company, raw)
        except Malformed:
            continue
    assert await decisions() == before
    assert company.app is not None
    assert company.app.inbox.counters["dead"] == 0


@pytest.mark.parametrize("user", [{"userId": ["chenmin"]}, {"userId": {"value": "chenmin"}}, {"userIdType": 2}])
def test_who_pressed_is_one_plain_id_or_nothing_is_read(user: dict[str, Any]) -> None:
    with pytest.raises(Malformed):
        card_click(json.dumps({"userId": "x", "outTrackId": "y", **user}))


def crafted(rng: random.Random, handles: list[str], corp: str) -> str:
    """Write a click that somebody other than a holder could send: any action, handle, card, corp and parameters."""
    handle = rng.choice([*handles, "a" * 26, handles[0][:-1] + "a", "' OR 1=1 --", ""])
    action = rng.choice(["approve", "confirm", "submit", "undo", "reject", "send_back", "open", "x", "approve.approve"])
    names = rng.sample(sorted(CLAIMS), rng.randrange(len(CLAIMS)))
    private = {"actionIds": [f"{action}.{handle}"], "params": {name: CLAIMS[name] for name in names}}
    holders_press_too = {"wangfang", "liuyang", "chenmin"}
    user = rng.choice(["lilei", "zhoukai", "hanxue", "nobody", "chenmin ", "chenmin/1", "%", "chen\u200bmin"])
    assert user not in holders_press_too
    found = {
        "userId": user,
        "outTrackId": rng.choice(["sy-" + "0" * 32, "sy-" + handle, "x" * 200]),
        "corpId": rng.choice([corp, "dingother", ""]),
        "content": json.dumps({"cardPrivateData": private}),
    }
    return json.dumps(found)

"""A leader signs on the authority's page what their card shows, and it is checked without us (G2)."""

import copy
import hashlib
import hmac
import json
from pathlib import Path
from typing import Any

from models import (
    ApprovalStatement,
    AuditRecord,
    CancellationRequest,
    Employee,
    OrderState,
    Organisation,
    Preset,
    SigningOrder,
)
from tests.audit.test_statements import program
from tests.scenarios.company import Company
from tests.scenarios.steps import at_the_desk, on_the_table, recorded, whole_logs
from tests.scenarios.test_statements import a_pack
from workflow import rules_proposals
from workflow.acting import Act
from workflow.rules.presets import DOCUMENTS

__all__ = ["whole_logs"]
LEADER, HEAD = "zhaoguoqiang", "chenmin"
NEEDED = {"still_needed": "no"}


async def signing(company: Company, *levels: int) -> None:
    """Let two administrators bring rules into force under which people sign at these levels of the chain."""
    document: dict[str, Any] = copy.deepcopy(dict(DOCUMENTS[Preset.STRICT]))
    for level in levels:
        document["chains"]["三级"][level]["grade"] = "g2"
    assert company.app is not None
    now = company.app.clock.now()

    async def work() -> None:
        unit = await Organisation.get(path="huachen/heavy")
        system, security = await Employee.get(key="zhoukai"), await Employee.get(key="hanxue")
        proposed = await rules_proposals.propose(Act(now, "test", "test", employee=system), unit, document)
        await rules_proposals.approve(Act(now, "test", "test", employee=security), proposed)

    await at_the_desk(company, work)


async def order_of(company: Company, nth: int = 0) -> dict[str, Any]:
    """Return an order as the authority has it, in the order in which they came."""

    async def there() -> bool:
        return len((await company.get("/signatures"))["orders"]) > nth

    await company.until(there, f"the authority has order {nth}")
    return dict((await company.get("/signatures"))["orders"][nth])


async def decides(company: Company, person: str, answer: str, after: int = 0) -> str:
    """Let a person open the link they were sent and confirm or decline; returns the page."""
    address = (await company.sees(person, "/signatures/page/", after=after))["links"][0]
    async with company.http.get(address) as page:
        text = await page.text()
        assert page.status == 200, text
    async with company.http.post(address, data={"answer": answer}) as page:
        assert page.status == 200
    return text


async def ended(company: Company, why: str) -> None:
    async def there() -> bool:
        return await SigningOrder.filter(why=why).exists()

    await company.until(there, f"an order ends: {why}")


async def callbacks(company: Company) -> list[dict[str, Any]]:
    found = (await company.get("/callbacks"))["callbacks"]
    return [each for each in found if each["platform"] == "signatures"]


async def test_a_press_in_dingtalk_a_page_of_the_authority_and_it_is_decided_and_verifies_offline(
    company: Company, tmp_path: Path
) -> None:
    await signing(company, 0, 1)
    card = await on_the_table(company)
    await company.taps(HEAD, card, "approve", NEEDED)
    await company.card(HEAD, "待你本人签名")
    assert await ApprovalStatement.all().count() == 0
    text = await decides(company, HEAD, "confirm")
    order = await order_of(company)
    assert (await SigningOrder.get()).digest in text  # what the person can compare
    assert order["order_no"] == (await SigningOrder.get()).id.hex
    await company.card(HEAD, "已同意")
    await company.sees(HEAD, "签名已核对")
    await company.taps(LEADER, await company.card(LEADER, "待你审批"), "approve")
    await company.sees(LEADER, "还没有生效")
    await decides(company, LEADER, "confirm")
    await company.card(LEADER, "已同意")
    grades = [json.loads(each.text)["grade"] for each in await ApprovalStatement.all().order_by("place")]
    assert grades == ["g2", "g2"]
    folder = await a_pack(company, tmp_path / "pack", shown=True)
    answer = program.check(str(folder))
    assert (answer["ok"], answer["statements"], answer["roots"]) == (True, 2, "pack"), answer
    (folder / "statements" / "roots.pem").unlink()
    assert program.check(str(folder))["code"] == "root"
    [first, *_] = sorted((folder / "statements").glob("*.statement"))
    lines = first.read_bytes().split(b"\n")
    first.write_bytes(b"\n".join([*lines[:3], b""]))  # without the person's signature
    assert program.check(str(folder))["code"] == "certificate"
    told = await recorded()
    assert (told["signature.wanted"], told["signature.asked"], told["approval.approved"]) == (2, 2, 2)


async def test_declined_nothing_is_decided_a_reminder_still_goes_and_the_next_press_signs(company: Company) -> None:
    await signing(company, 0)
    await on_the_table(company)
    await company.taps(HEAD, await company.card(HEAD, "待你审批"), "approve", NEEDED)
    await decides(company, HEAD, "decline")
    await company.sees(HEAD, "你在签署页面选了不签")
    assert await ApprovalStatement.all().count() == 0
    await company.says("liuyang", "催办")
    await company.sees("liuyang", "已催办")
    seen = len(await company.screen(HEAD))
    await company.taps(HEAD, await company.card(HEAD, "待你审批"), "approve", NEEDED)
    await decides(company, HEAD, "confirm", after=seen)
    await company.card(HEAD, "已同意")


async def test_a_callback_after_the_case_moved_on_and_one_that_comes_twice_change_nothing(company: Company) -> None:
    await signing(company, 0)
    await on_the_table(company)
    await company.taps(HEAD, await company.card(HEAD, "待你审批"), "approve", NEEDED)
    await company.sees(HEAD, "/signatures/page/")
    await company.says("liuyang", f"撤回 {(await CancellationRequest.get()).number}")
    await company.sees("liuyang", "已撤回")
    await company.post("/faults", {"platform": "signatures", "match": "/sign", "kind": "twice"})
    await decides(company, HEAD, "confirm")
    await company.sees(HEAD, "没有生效")

    async def both() -> bool:
        return [each["status"] for each in await callbacks(company)] == [200, 200]

    await company.until(both, "both callbacks are answered")
    assert await ApprovalStatement.all().count() == 0
    assert await AuditRecord.filter(action="attempt.refused").count() == 1
    await company.post("/redeliver", {"n": (await callbacks(company))[0]["n"], "times": 3, "concurrently": True})
    assert await AuditRecord.filter(action="attempt.refused").count() == 1


async def test_an_order_outlives_a_restart_and_is_asked_after_where_no_callback_comes(company: Company) -> None:
    await signing(company, 0)
    await on_the_table(company)
    await company.taps(HEAD, await company.card(HEAD, "待你审批"), "approve", NEEDED)
    await company.sees(HEAD, "/signatures/page/")
    await company.stop_bot()
    await company.post("/faults", {"platform": "signatures", "match": "/sign", "kind": "unheard"})
    order = await order_of(company)
    await company.post(f"/signatures/{order['id']}/confirm")
    await company.start_bot()
    await company.passes(90)
    await company.card(HEAD, "已同意")
    assert await callbacks(company) == []


async def test_a_signature_over_something_else_or_by_somebody_else_is_refused(company: Company) -> None:
    await signing(company, 0)
    await on_the_table(company)
    for kind in ("wrong-digest", "other-certificate", "expired-certificate"):
        seen = len(await company.screen(HEAD))
        await company.post("/faults", {"platform": "signatures", "match": "/sign", "kind": kind})
        await company.taps(HEAD, await company.card(HEAD, "待你审批"), "approve", NEEDED)
        await decides(company, HEAD, "confirm", after=seen)
        await company.sees(HEAD, "签名没有通过核对", after=seen)
    assert await ApprovalStatement.all().count() == 0
    assert await SigningOrder.filter(state=OrderState.ENDED, why="signature-refused").count() == 3


async def test_a_service_that_is_down_is_said_and_nothing_is_decided(company: Company) -> None:
    await signing(company, 0)
    await on_the_table(company)
    fault = {"platform": "signatures", "match": "/v1/orders", "kind": "http", "value": 503, "times": 20}
    await company.post("/faults", fault)
    await company.taps(HEAD, await company.card(HEAD, "待你审批"), "approve", NEEDED)
    await company.passes(10)
    await company.passes(40)
    await ended(company, "signature-down")
    await company.sees(HEAD, "签名服务现在没有回应")
    assert await ApprovalStatement.all().count() == 0


async def test_an_order_that_nobody_signs_ends_and_says_so(company: Company) -> None:
    await signing(company, 0)
    await on_the_table(company)
    await company.taps(HEAD, await company.card(HEAD, "待你审批"), "approve", NEEDED)
    await company.sees(HEAD, "/signatures/page/")
    await company.passes(3700)
    await company.sees(HEAD, "这次签署过期了")
    await company.card(HEAD, "待你审批")


async def test_a_forged_callback_is_refused_and_one_for_somebody_else_reads_as_none(company: Company) -> None:
    await signing(company, 0)
    await on_the_table(company)
    await company.taps(HEAD, await company.card(HEAD, "待你审批"), "approve", NEEDED)
    order = await order_of(company)
    await company.sees(HEAD, "/signatures/page/")
    assert company.app is not None
    section = company.settings.signatures
    assert section is not None
    stamp = str(int(company.app.clock.now().timestamp()))
    secret = section.callback_secret.get_secret_value()
    good = {"app_id": section.app_id, "id": order["id"], "order_no": order["order_no"], "status": "declined"}

    async def pushed(said: dict[str, str], key: str = secret) -> int:
        body = json.dumps(said).encode()
        made = hmac.new(key.encode(), stamp.encode() + b"\n" + body, hashlib.sha256).hexdigest()
        headers = {"X-Signature-Timestamp": stamp, "X-Signature": made}
        url = f"{company.settings.public_url}/signatures/callback"
        async with company.http.post(url, data=body, headers=headers) as answer:
            return answer.status

    assert await pushed(good, "not-the-secret-0") == 403
    assert await pushed({**good, "app_id": "another-company"}) == 404
    assert await pushed({**good, "order_no": "0" * 32}) == 404
    assert await pushed({**good, "id": "another"}) == 404
    assert (await SigningOrder.get()).state == OrderState.OPEN
    assert company.app.refused.by_door()["signature"] == {"forged": 1, "foreign": 1, "gone": 2}
    assert await pushed(good) == 200
    await company.sees(HEAD, "选了不签")

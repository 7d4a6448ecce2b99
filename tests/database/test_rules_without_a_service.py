"""Rules want an authority's signature and its service is gone: only the answers that need it stop (G2)."""

import copy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bot import anchors, signable
from bot.settings import Settings
from models import AuditRecord, Booking, BookingStatus, CancellationRequest, RulesStatus, RulesVersion
from models.store import Store
from sandbox.authority import Authority as Issuer
from tests.database import office
from tests.database.office import NOW, by
from tests.database.talking import says
from tests.database.test_rules_submitting import GOOD
from tests.database.test_rules_versions import LATE_FORBIDDEN, Desk, agreed, desk, made, proposed, refused
from workflow import authorities, proposals, replying, rulebook, rules_proposals
from workflow.authorities import Authority
from workflow.rules.ruleset import WrongRules

__all__ = ["desk"]

G2: dict[str, Any] = copy.deepcopy(LATE_FORBIDDEN)
G2["chains"]["领导"][0]["grade"] = "g2"
PATH = "chains.领导.1.grade"
WITHOUT = GOOD.replace("title:", "chains: {领导: [{name: 分管领导, who: [role:leader]}]}\ntitle:")


@pytest.fixture(autouse=True)
def authority() -> Iterator[None]:
    authorities.install(Authority("某某认证", ()))
    yield
    authorities.install(None)


@pytest.fixture
async def signed(store: Store, desk: Desk) -> Desk:
    """Return the desk with approved rules by which leaders sign, after its signing service was taken away."""
    await agreed(store, desk, await proposed(store, desk, G2))
    authorities.install(None)
    return desk


async def test_a_candidate_still_declines(store: Store, signed: Desk) -> None:
    booking = await made(store, lambda: office.booking(signed.unit))
    await store.transact(lambda: replying.decline(by(booking.candidate), booking, "来不了了"))
    assert (await Booking.get(id=booking.id)).status == BookingStatus.CANCELLED
    assert (await CancellationRequest.get()).policy["rule"] == "own"


async def test_hr_files_and_only_the_answer_that_has_to_be_signed_is_refused(store: Store, signed: Desk) -> None:
    await made(store, lambda: office.booking(signed.unit))
    await says(store, "wangfang", "取消 张伟 原因 岗位暂停")
    await says(store, "wangfang", "确认取消")
    request = await CancellationRequest.get()
    assert request.status == "awaiting_approval"
    assert "签名服务现在没有配置" in await says(store, "zhao", f"同意 {request.number}")
    assert (await AuditRecord.get(action="attempt.refused")).line.count("grade-missing") == 1
    assert (await CancellationRequest.get()).status == "awaiting_approval"
    assert "AI面试取消管理规范" in await says(store, "wangfang", "规范")


async def test_rules_without_it_are_proposed_and_agreed_to_in_the_chat(store: Store, signed: Desk) -> None:
    assert "已提出" in await says(store, "zhoukai", f"规范 提交 huachen/net\n{WITHOUT}")
    version = await RulesVersion.get(status=RulesStatus.PROPOSED)
    await says(store, "hanxue", f"同意 {version.number}")
    assert (await rulebook.rules_of(signed.unit, NOW)).version == version.version


async def test_a_new_document_that_wants_it_is_named_by_its_key_and_not_proposed(store: Store, signed: Desk) -> None:
    before = await RulesVersion.all().count()
    with pytest.raises(WrongRules, match=rf"^{PATH}: g2 .*signatures"):
        await proposed(store, signed, {**G2, "title": "再一版"})
    said = await says(store, "zhoukai", f"规范 提交 huachen/net\n{GOOD}")  # the chain comes with base: current
    assert f"{PATH}: " in said
    assert await RulesVersion.all().count() == before


async def test_a_proposal_is_not_agreed_to_once_the_service_is_gone(store: Store, desk: Desk) -> None:
    version = await proposed(store, desk, G2)
    authorities.install(None)
    said = await says(store, "hanxue", f"同意 {version.number}")
    assert f"{version.number} 的 {PATH} 要用有资质机构的证书签署" in said
    fresh = await proposals.reload(rules_proposals.KIND, version.id)
    assert await refused(store, lambda: rules_proposals.approve(by(desk.security), fresh)) == "rules-unsignable"
    authorities.install(Authority("某某认证", ()))
    await agreed(store, desk, version)
    assert (await RulesVersion.get()).status == RulesStatus.APPROVED


async def test_check_names_the_units_whose_rules_nobody_can_sign(
    store: Store, signed: Desk, home: Path, database_url: str
) -> None:
    company = await anchors.known(database_url, NOW)
    [step] = signable.lacking(Settings(home=home), company)
    assert step.title == "配置签名服务，或改「单位 huachen/net」、「单位 huachen/net/lab」的规范"
    (home / "roots.pem").write_text(Issuer().pem)
    service = {"name": "某某认证", "base": "https://sign.example.cn", "app_id": "a", "api_key": "k"}
    service |= {"callback_secret": "0123456789abcdef", "roots": str(home / "roots.pem")}
    assert signable.lacking(Settings(home=home, signatures=service), company) == []  # type: ignore[arg-type]

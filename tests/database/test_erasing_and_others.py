"""An erasure beside what else stands in its way or hangs on the case: holds, reveals, archive, exports, purges."""

from datetime import timedelta

import asyncpg
import pytest
from tortoise.exceptions import BaseORMException

from models import (
    ArchiveBlob,
    ArchivePackage,
    ArchiveStatus,
    AuditRecord,
    Basis,
    Booking,
    Candidate,
    Card,
    CorrectedField,
    CorrectionRequest,
    ErasureRequest,
    ErasureStatus,
    Evidence,
    EvidenceBlob,
    ExportRequest,
    Hold,
    OutboxMessage,
    PersonKey,
    Purge,
    PurgeItem,
    PurgeOutcome,
    RevealLink,
)
from models.sealed import ERASED
from models.store import Store
from tests.database import office, talking
from tests.database.office import NOW, by
from tests.database.old_cases import DUE, Desk, usual_periods, years_after
from tests.database.signed import installed_signing
from workflow import (
    archive_words,
    completeness,
    erasing,
    erasure_rounds,
    export_requests,
    holds,
    own_data,
    purge_proposals,
    purging,
    restricting,
    revealing,
)
from workflow.completeness import Completeness
from workflow.errors import NotNow
from workflow.export_requests import Wanted
from workflow.log_periods import Period
from workflow.numbering import erasure_number, export_number

__all__ = ["installed_signing", "usual_periods"]

NAME = "马超骉"
LATER = DUE + timedelta(days=30)  # everything of the case may go


class Case(Desk):
    """A strict case of old, and who may say something to it."""

    async def enter(self) -> None:
        await super().enter()
        self.request = await self.strict_case(NAME)
        self.booking: Booking = await self._read()

    async def _read(self) -> Booking:
        return await Booking.get(id=self.request.booking_id).prefetch_related("organisation", "candidate")

    async def erased(self) -> ErasureRequest:
        erasure = await erasing.propose(by(self.hr, now=LATER), await self._read(), Basis.TERM_OVER)
        await erasing.approve(by(self.security, now=LATER), await erasing.reload(erasure.id))
        assert await erasure_rounds.carry_out(by(now=LATER, via="clock"), erasure.id)
        return await erasing.reload(erasure.id)


@pytest.fixture
async def case(store: Store) -> Case:
    made = Case()
    await store.transact(made.enter)
    return made


async def test_who_is_held_is_restricted_and_erased_only_once_released(store: Store, case: Case) -> None:
    clock, who = by(now=LATER, via="clock"), str(case.booking.candidate_id)
    await store.transact(lambda: holds.place(by(case.security, now=LATER), case.request.number, "劳动仲裁"))
    assert await restricting.obstacles(case.booking.candidate_id, LATER) == ["held"]
    said = await talking.says(store, "liuyang", f"删除资料 {case.booking.number} 依据 候选人要求", LATER)
    assert "有留存冻结" in said
    assert "受限" in said
    erasure = await ErasureRequest.get()
    assert (erasure.status, erasure.number[0]) == (ErasureStatus.EXPIRED, "D")
    assert (await Candidate.get(id=case.booking.candidate_id)).restricted_at == LATER
    assert not await store.transact(lambda: erasure_rounds.due(clock, who))
    await store.transact(lambda: holds.release(by(case.security, now=LATER), case.request.number))
    assert await store.transact(lambda: erasure_rounds.due(clock, who))
    assert await ErasureRequest.filter(status=ErasureStatus.SUGGESTED).count() == 1


async def test_a_hold_that_comes_after_the_consent_stops_the_erasure(store: Store, case: Case) -> None:
    async def agreed() -> ErasureRequest:
        erasure = await erasing.propose(by(case.hr, now=LATER), case.booking, Basis.TERM_OVER)
        return await erasing.approve(by(case.security, now=LATER), await erasing.reload(erasure.id))

    erasure = await store.transact(agreed)
    await store.transact(lambda: holds.place(by(case.security, now=LATER), case.booking.number, "审计调查"))
    clock = by(now=LATER + timedelta(days=2), via="clock")
    assert not await store.transact(lambda: erasure_rounds.carry_out(clock, erasure.id))
    assert (await Candidate.get(id=case.booking.candidate_id)).name == NAME
    assert '"held"' in (await AuditRecord.get(action="erasure.stopped")).line


async def test_a_candidate_who_is_held_hears_why_not_now(store: Store, case: Case) -> None:
    await store.transact(lambda: holds.place(by(case.security, now=LATER), case.request.number, "劳动仲裁"))
    candidate = case.booking.candidate
    wished = await store.transact(lambda: erasing.wished(by(candidate, now=LATER), candidate))
    assert wished[1] == ["held"]
    assert (await Candidate.get(id=candidate.id)).restricted_at == LATER


async def test_what_colleagues_made_of_the_case_goes_along(store: Store, case: Case) -> None:
    async def made() -> None:
        await revealing.ask(by(case.hr, now=LATER), case.booking.number, [revealing.Kind.PHONE], f"回电给{NAME}")
        package = await ArchivePackage.get(request=case.request)
        await ArchiveBlob.create(id=package.id, sealed=b"sealed")
        await holds.place(by(case.security, now=LATER), case.request.number, f"{NAME} 提起仲裁")
        await holds.release(by(case.security, now=LATER), case.request.number)
        await export_requests.ask(by(case.auditor, now=LATER), Wanted(case.unit, "xlsx", Period(), f"查{NAME}的案"))

    await store.transact(made)
    link = await RevealLink.get()
    erasure = await store.transact(case.erased)
    assert not await RevealLink.all().exists()
    assert not await ArchiveBlob.all().exists()
    package = await ArchivePackage.get()
    assert (package.status, package.faults) == (ArchiveStatus.FAILED, ["erased"])
    assert (await Hold.get()).reason == (await ExportRequest.get()).purpose == ERASED
    counted = {"reveal_link", "archive_blob", "hold", "export_request", "evidence_blob"}
    assert {erasure.counts[each] for each in counted} == {1}
    await store.transact(lambda: revealing.expire(by(now=LATER, via="clock"), link.id.hex))
    assert archive_words.FAULTS["erased"]


async def test_evidence_is_emptied_in_its_place_and_no_damage(store: Store, case: Case) -> None:
    before = await _examined(case)
    await store.transact(case.erased)
    piece = await Evidence.get()
    assert bytes((await EvidenceBlob.get(id=piece.id)).sealed) == b""
    assert piece.digest == piece.cipher_digest
    assert before == await _examined(case)
    assert "evidence-damaged" not in before


async def _examined(case: Case) -> list[str]:
    found: Completeness = await completeness.examine(case.unit, Period(), LATER)
    return [code for each in found.cases for code in each.lacks]


async def test_emptied_evidence_of_somebody_who_was_not_erased_is_damage(store: Store, case: Case) -> None:
    await store.transact(lambda: EvidenceBlob.all().update(sealed=b""))
    assert "evidence-damaged" in await _examined(case)


async def test_the_digest_of_evidence_becomes_that_of_the_sealed_bytes_and_nothing_else(
    store: Store, case: Case
) -> None:
    with pytest.raises((BaseORMException, asyncpg.PostgresError), match="evidence is kept"):
        await store.transact(lambda: Evidence.all().update(digest="0" * 64))


async def test_nobody_is_shown_the_data_of_somebody_restricted_or_erased(store: Store, case: Case) -> None:
    act = by(case.hr, now=LATER)
    link = await store.transact(lambda: revealing.ask(act, case.booking.number, [revealing.Kind.PHONE], "核对身份"))
    assert link is not None
    await store.transact(lambda: restricting.restrict(act, case.booking.candidate, number="D1"))
    with pytest.raises(NotNow, match="restricted"):
        await store.transact(lambda: revealing.show(act, link))
    with pytest.raises(NotNow, match="restricted"):
        await store.transact(lambda: revealing.ask(act, case.booking.number, [revealing.Kind.NAME], "核对身份"))
    await store.transact(case.erased)
    said = await talking.says(store, "liuyang", f"显示 {case.booking.number} 电话 原因 核对身份", LATER)
    assert "已依法删除" in said


async def test_a_purge_takes_the_erasure_and_the_wishes_along(store: Store, case: Case) -> None:
    async def wished() -> CorrectionRequest:
        candidate = case.booking.candidate
        return await own_data.ask_for_correction(by(candidate, now=LATER), candidate, CorrectedField.NAME, "马超彪")

    await store.transact(wished)
    erasure = await store.transact(case.erased)
    assert await Card.filter(erasure=erasure).exists()
    purge: Purge = await store.transact(lambda: purge_proposals.propose(by(case.system, now=LATER), case.group))
    await store.transact(lambda: purge_proposals.approve(by(case.security, now=LATER), purge))
    clock = by(now=LATER, via="clock")
    assert await store.transact(lambda: purging.portion(clock, purge.id))
    assert (await PurgeItem.get()).outcome == PurgeOutcome.PURGED
    for table in (ErasureRequest, CorrectionRequest, Candidate, Booking):
        assert not await table.all().exists()
    assert (await PersonKey.get()).sealed is None
    assert not await store.transact(lambda: erasure_rounds.due(clock, str(case.booking.candidate_id)))
    assert not await store.transact(lambda: restricting.begin(clock, str(case.booking.candidate_id), "D1"))
    for again in (erasure_rounds.carry_out, erasure_rounds.remind, erasure_rounds.expire):
        assert not await store.transact(lambda again=again: again(clock, str(erasure.id)))  # type: ignore[misc]
    assert await AuditRecord.filter(action="subject.erased", subject=erasure.number).exists()


async def test_a_purge_waits_for_an_erasure_that_is_not_settled(store: Store, case: Case) -> None:
    """It would end the wish, its cards and what was promised to the candidate without a word."""
    system, security, clock = by(case.system, now=LATER), by(case.security, now=LATER), by(now=LATER, via="clock")
    candidate = case.booking.candidate
    purge: Purge = await store.transact(lambda: purge_proposals.propose(system, case.group))
    await store.transact(lambda: purge_proposals.approve(security, purge))
    wished = await store.transact(lambda: erasing.wished(by(candidate, now=LATER), candidate))
    assert await store.transact(lambda: purging.portion(clock, purge.id))
    assert (await PurgeItem.get()).outcome == PurgeOutcome.CHANGED
    await store.transact(lambda: purging.finish(clock, purge.id))
    assert "等删除资料的 1 件" in await talking.says(store, "zhoukai", f"清理 {case.group.name} 全部到期", LATER)
    for who in ("liuyang", "hanxue"):
        assert "没有找到" not in await talking.says(store, who, f"同意 {wished[0].number}", LATER)
    assert await OutboxMessage.filter(topic=erasing.NOTICE).exists()
    later = by(now=LATER + timedelta(days=2), via="clock")
    assert await store.transact(lambda: erasure_rounds.carry_out(later, wished[0].id))
    told = years_after(LATER) + timedelta(days=30)  # that notice is a record of the case as well
    again = await store.transact(lambda: purge_proposals.propose(by(case.system, now=told), case.group))
    assert again.cases == 1


async def test_a_purge_waits_for_a_wish_that_is_kept_and_comes_back(store: Store, case: Case) -> None:
    candidate = case.booking.candidate
    await store.transact(lambda: erasing.wished(by(candidate, now=NOW + timedelta(days=10)), candidate))
    system = by(case.system, now=LATER)
    with pytest.raises(NotNow, match="nothing-due"):
        await store.transact(lambda: purge_proposals.propose(system, case.group))


async def test_numbers_of_erasures_and_of_exports_are_told_apart(store: Store, case: Case) -> None:
    assert (await erasure_number(NOW))[0] == "D"
    assert (await export_number(NOW))[0] == "X"
    await store.transact(lambda: office.unit("huachen/another"))
    erasure = await store.transact(lambda: erasing.propose(by(case.hr, now=LATER), case.booking, Basis.TERM_OVER))
    assert erasure.number in await talking.says(store, "hanxue", "待我审批", LATER)
    assert "已同意" in await talking.says(store, "hanxue", f"同意 {erasure.number}", LATER)

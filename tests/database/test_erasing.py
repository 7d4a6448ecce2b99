"""Erasing a candidate: two agree, the secret is destroyed, every column is emptied, the log still verifies."""

import asyncio
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from tortoise import Tortoise, fields

from models import (
    Account,
    Attempt,
    AuditRecord,
    Basis,
    Booking,
    BookingStatus,
    BookingTerm,
    CancellationRequest,
    Candidate,
    Card,
    CardPurpose,
    Employee,
    ErasureRequest,
    ErasureStatus,
    Evidence,
    EvidenceBlob,
    InboundMessage,
    OutboxMessage,
    OutboxStatus,
    PersonKey,
    Preset,
    Role,
)
from models.forgetting import forget
from models.sealed import ERASED, columns
from models.store import Store
from models.vault import Vault
from tests.database import office, talking
from tests.database.office import NOW, by
from workflow import (
    administering,
    approving,
    cancelling,
    erasing,
    erasure_rounds,
    evidence,
    finding,
    outbox,
    permissions,
    requests,
    restricting,
    timeline,
    wiping,
)
from workflow.acting import Act
from workflow.errors import AlreadyDecided, Missing, NotAllowed, NotNow
from workflow.verifying import Codes

PNG = b"\x89PNG\r\n\x1a\n" + b"canary-picture" * 20
LATER = NOW + timedelta(days=4 * 366)
CANARIES = ("赵金丝雀", "13811227788", "canary@example.cn", "金丝雀的原话", "金丝雀的意见", "canary.png")


class Desk:
    """A unit with HR and a security administrator above; a candidate whose interview was cancelled long ago."""

    async def enter(self) -> None:
        group = await office.unit("huachen", None)
        self.unit = await office.unit("huachen/heavy", Preset.STRICT)
        self.hr: Employee = await office.employee("liuyang", self.unit, Role.HR, name="刘洋")
        await office.employee("chenmin", self.unit, Role.DEPARTMENT_HEAD, name="陈敏")
        await office.employee("zhao", self.unit, Role.LEADER, name="赵国强")
        self.security: Employee = await office.employee("hanxue", group, Role.SECURITY_ADMIN, name="韩雪")
        new = administering.NewCandidate(CANARIES[0], CANARIES[1], CANARIES[2])
        self.candidate = await administering.add_candidate(self.unit, new)
        entry = administering.NewBooking("会计", NOW + timedelta(days=2), frozenset({"w:赵金丝雀"}))
        made = await administering.add_booking(by(), self.unit, self.candidate, entry)
        await administering.issue_link(by(), made)
        await administering.invite(by(), self.candidate)
        self.booking = await self.read()

    async def read(self) -> Booking:
        found = await Booking.get(candidate_id=self.candidate.id)
        return await Booking.get(id=found.id).prefetch_related("organisation", "candidate", "position", "interviewer")

    async def cancelled(self) -> None:
        """Let it be cancelled with all that can be said of a person, and settle it."""
        wish = cancelling.Wish("other", CANARIES[3] + "，家里有事")
        request = await cancelling.request_cancellation(by(self.hr), self.booking, wish, shown=1)
        await evidence.keep_file(by(self.hr), request, evidence.Material(PNG, CANARIES[5], "m"))
        await cancelling.evidence_came(by(self.hr), request)
        step = (await requests.reload(request.id)).steps[0]
        rejected = by(await step.approver)
        await approving.reject(rejected, step, shown=approving.Shown(1), comment=CANARIES[4])
        await Booking.filter(id=self.booking.id).update(status=BookingStatus.CANCELLED)
        said = InboundMessage(
            person_id=self.candidate.id, key="k", platform="sms", kind="text", received_at=NOW, content=CANARIES[3]
        )
        await said.save()
        account = (await Account.filter(candidate_id=self.candidate.id))[0]
        await outbox.say(by(), account, CANARIES[3])
        row = await OutboxMessage.filter(kind="say", account=account).first()
        await Attempt.create(
            person_id=self.candidate.id, message=row, number=1, platform="sms", content=CANARIES[3], started_at=NOW
        )
        colleague = InboundMessage(key="hr", platform="dingtalk", kind="text", received_at=NOW)
        colleague.content = f"取消 {CANARIES[0]} 明天"
        await colleague.save()

    async def agreed(self, now: datetime = LATER) -> ErasureRequest:
        """Let both agree."""
        erasure = await erasing.propose(by(self.hr, now=now), await self.read(), Basis.TERM_OVER)
        return await erasing.approve(by(self.security, now=now), await erasing.reload(erasure.id))


@pytest.fixture
async def desk(store: Store) -> Desk:
    made = Desk()
    await store.transact(made.enter)
    await store.transact(made.cancelled)
    return made


async def erased(store: Store, desk: Desk, now: datetime = LATER) -> ErasureRequest:
    erasure = await store.transact(lambda: desk.agreed(now))
    assert await store.transact(lambda: erasure_rounds.carry_out(Act(now, "clock", "system"), erasure.id))
    return await ErasureRequest.get(id=erasure.id)


async def kept_bytes(desk: Desk) -> list[bytes]:
    """Return every sealed value about the candidate."""
    found: list[bytes] = []
    for table in wiping.tables():
        rows = await table.filter(**{table.PERSON: desk.candidate.id}).values_list(*columns(table))
        found += [bytes(value) for row in rows for value in row if value]
    pieces = await Evidence.filter(person_id=desk.candidate.id).values_list("id", flat=True)
    found += [bytes(each.sealed) for each in await EvidenceBlob.filter(id__in=list(pieces)) if each.sealed]
    key = await PersonKey.get(id=desk.candidate.id)
    return [*found, bytes(key.sealed or b"")]


async def test_what_two_agree_on_is_erased_and_counted(store: Store, desk: Desk) -> None:
    erasure = await erased(store, desk)
    assert (erasure.status, erasure.done_at) == (ErasureStatus.CARRIED_OUT, LATER)
    assert erasure.counts["evidence_blob"] == erasure.counts["candidate"] == 1
    assert erasure.counts["inbound_message"] == 2
    key = await PersonKey.get(id=desk.candidate.id)
    assert (key.sealed, key.erased_at) == (None, LATER)
    record = await AuditRecord.get(action="subject.erased")
    assert "evidence_blob=1" in record.line
    assert record.subject == erasure.number


async def test_nothing_about_the_person_is_left_in_any_column(store: Store, desk: Desk) -> None:
    sealed = await kept_bytes(desk)
    assert len(sealed) > 12
    await erased(store, desk)
    assert await kept_bytes(desk) == [b""]
    candidate = await Candidate.get(id=desk.candidate.id)
    assert (candidate.name, candidate.phone) == (ERASED, ERASED)
    assert (candidate.phone_index, candidate.email_index, candidate.key_index) == (None, None, None)
    assert not await BookingTerm.filter(booking=desk.booking).exists()
    colleague = await InboundMessage.get(key="hr")
    assert colleague.content == ERASED


def test_a_table_about_people_cannot_be_forgotten() -> None:
    """Every column that could hold a person's data is sealed, listed in PLAIN, or known to hold none."""
    harmless = {
        "account.platform attempt.outcome attempt.platform candidate.preferred card.handle card.purpose",
        "cancellation_request.number cancellation_request.status cancellation_request.origin",
        "cancellation_request.reason_code cancellation_request.policy cancellation_request.trace",
        "evidence.kind evidence.media_type",
        "evidence.cipher_digest inbound_message.key inbound_message.platform inbound_message.kind",
        "inbound_message.status inbound_message.reference outbox_message.kind outbox_message.topic",
        "outbox_message.status outbox_message.platform outbox_message.dedupe outbox_message.reason step.role",
        "step.status step.still_needed step.added erasure_request.number erasure_request.basis erasure_request.status",
        "approval_statement.digest approval_statement.text approval_statement.signatures",
        "erasure_request.counts correction_request.number correction_request.field correction_request.status",
    }
    known = {name for line in harmless for name in line.split()}
    left = set()
    for table in wiping.tables():
        if table in wiping.GONE:
            continue
        for name, field in table._meta.fields_map.items():
            speaks = isinstance(field, fields.CharField | fields.TextField | fields.JSONField | fields.BinaryField)
            wiped = name in columns(table) or name in wiping.PLAIN.get(table, {})
            left |= {f"{table._meta.db_table}.{name}"} if speaks and not wiped else set()
    assert left - known == set()


def test_every_table_that_names_a_candidate_is_walked_over() -> None:
    of_cases = {"archive_package", "booking_term", "entry_link", "hold", "reveal_link", "signing_order"}
    walked = {each._meta.db_table for each in wiping.tables()} | {"booking", "invitation"} | of_cases
    naming = set()
    for table in (Tortoise.apps or {}).get("models", {}).values() if Tortoise.apps else _tables():
        has = {"candidate_id", "person_id", "booking_id", "request_id"} & set(table._meta.fields_map)
        naming |= {table._meta.db_table} if has else set()
    assert naming
    assert naming <= walked


def _tables() -> list[type]:
    import models

    return [each for each in vars(models).values() if isinstance(each, type) and hasattr(each, "_meta")]


async def test_who_wants_to_see_somebody_erased_is_told_that_nothing_can_be_shown(store: Store, desk: Desk) -> None:
    await erased(store, desk)
    said = await talking.says(store, "liuyang", f"显示 {desk.booking.number} 电话 原因 核对身份", LATER)
    assert "资料已依法删除，不能再显示" in said
    assert "没有可以再删的" not in said


async def test_the_log_still_verifies_and_tells_the_case(store: Store, desk: Desk) -> None:
    from workflow.verifying import verify

    await erased(store, desk)
    for log in {each.log for each in await AuditRecord.all()}:
        assert (await verify(log, [], Codes(frozenset())))[1] is None
    request = await CancellationRequest.get(booking_id=desk.booking.id)
    case = await timeline.case_of(by(desk.hr, now=LATER), request.number)
    assert ERASED in case.title
    assert "····" in case.title
    assert len(await timeline.entries_of(case)) >= 4


async def test_who_types_the_number_still_sees_the_case_and_no_name(store: Store, desk: Desk) -> None:
    await erased(store, desk)
    said = await talking.says(store, "liuyang", f"时间轴 {desk.booking.number}", LATER)
    assert ERASED in said
    await talking.says(store, "liuyang", f"查 {desk.booking.number}", LATER)
    card = await Card.filter(holder=desk.hr, purpose=CardPurpose.BOOKING).order_by("-created_at").first()
    assert card is not None
    drawn = await talking.seen(card, LATER)
    assert ERASED in str(drawn)
    assert not any(each in str(drawn) + said for each in CANARIES)
    assert await finding.find(desk.hr, permissions.READ, LATER, any_of=["w:赵金丝雀"], live=False) == []


async def test_nothing_more_is_sent_to_or_about_somebody_erased(store: Store, desk: Desk) -> None:
    await erased(store, desk)
    rows = OutboxMessage.filter(person_id=desk.candidate.id)
    assert not await rows.filter(status__in=wiping.UNSETTLED).exists()
    assert await rows.filter(status=OutboxStatus.SUPPRESSED, reason="erased").exists()


async def test_live_interviews_forbid_it_and_kept_records_restrict(store: Store, desk: Desk) -> None:
    act = by(desk.hr)
    await store.transact(lambda: Booking.filter(id=desk.booking.id).update(status=BookingStatus.SCHEDULED))
    assert await restricting.obstacles(desk.candidate.id, NOW) == ["live", "kept"]
    with pytest.raises(NotNow, match="erase-not-yet"):
        await store.transact(lambda: _proposed(desk, act))
    await store.transact(lambda: Booking.filter(id=desk.booking.id).update(status=BookingStatus.CANCELLED))
    assert (await store.transact(lambda: _proposed(desk, act))).status == ErasureStatus.EXPIRED
    assert await AuditRecord.filter(action="subject.restricted").count() == 1
    candidate = await Candidate.get(id=desk.candidate.id)
    assert candidate.restricted_at == NOW
    assert candidate.erase_after is not None
    assert candidate.erase_after.year == NOW.year + 3
    assert candidate.name == CANARIES[0]


async def _proposed(desk: Desk, act: Act, basis: Basis = Basis.ASKED) -> ErasureRequest:
    return await erasing.propose(act, await desk.read(), basis)


async def test_somebody_restricted_is_found_by_number_alone_and_not_named(store: Store, desk: Desk) -> None:
    await store.transact(lambda: _proposed(desk, by(desk.hr)))
    found = await finding.find(desk.hr, permissions.READ, NOW, any_of=["w:赵金丝雀"], live=False)
    assert found == []
    case = await timeline.case_of(by(desk.hr), desk.booking.number)
    assert "（受限）" in case.title
    assert (case.names, case.evidence) == (False, False)
    assert CANARIES[1][-4:] not in case.title


async def test_when_its_time_has_come_hr_is_asked_by_itself(store: Store, desk: Desk) -> None:
    await store.transact(lambda: _proposed(desk, by(desk.hr), Basis.PURPOSE_OVER))
    timer = await OutboxMessage.get(topic=restricting.DUE)
    assert timer.not_before.year == NOW.year + 3
    clock = Act(timer.not_before, "clock", "system")
    who = str(desk.candidate.id)
    assert await store.transact(lambda: erasure_rounds.due(clock, who))
    erasure = await ErasureRequest.get(status=ErasureStatus.SUGGESTED)
    assert erasure.basis == Basis.TERM_OVER
    cards = await Card.filter(purpose=CardPurpose.ERASURE, erasure=erasure).prefetch_related("holder")
    assert [each.holder.key for each in cards if each.holder] == ["liuyang"]
    now = timer.not_before
    for key in ("liuyang", "hanxue"):
        card = await Card.get(erasure=erasure, holder__key=key)
        await talking.presses(store, key, "approve", card.handle, now=now)
    assert (await ErasureRequest.get(id=erasure.id)).status == ErasureStatus.APPROVED
    assert await store.transact(lambda: erasure_rounds.carry_out(clock, erasure.id))


async def test_one_person_cannot_erase_alone(store: Store, desk: Desk) -> None:
    erasure = await store.transact(lambda: erasing.propose(by(desk.hr, now=LATER), desk.booking, Basis.TERM_OVER))
    for who in (desk.hr, await Employee.get(key="zhao")):
        with pytest.raises(NotAllowed):
            await store.transact(lambda who=who: _approved(who, erasure))  # type: ignore[misc]
    assert (await PersonKey.get(id=desk.candidate.id)).sealed
    await store.transact(lambda: _approved(desk.security, erasure))
    with pytest.raises(AlreadyDecided):
        await store.transact(lambda: _approved(desk.security, erasure))


async def _approved(who: Employee, erasure: ErasureRequest) -> ErasureRequest:
    return await erasing.approve(by(who, now=LATER), await erasing.reload(erasure.id))


async def test_a_rejection_needs_a_reason_and_changes_nothing(store: Store, desk: Desk) -> None:
    erasure = await store.transact(lambda: erasing.propose(by(desk.hr, now=LATER), desk.booking, Basis.TERM_OVER))

    async def reject(comment: str) -> None:
        await erasing.reject(by(desk.security, now=LATER), await erasing.reload(erasure.id), comment=comment)

    with pytest.raises(Missing):
        await store.transact(lambda: reject(""))
    await store.transact(lambda: reject("还要用"))
    assert (await ErasureRequest.get(id=erasure.id)).status == ErasureStatus.REJECTED
    assert (await Candidate.get(id=desk.candidate.id)).name == CANARIES[0]


async def test_the_candidate_who_asked_is_told_before_the_data_go(store: Store, desk: Desk) -> None:
    async def agree() -> ErasureRequest:
        erasure = await erasing.propose(by(desk.hr, now=LATER), await desk.read(), Basis.ASKED)
        return await erasing.approve(by(desk.security, now=LATER), await erasing.reload(erasure.id))

    erasure = await store.transact(agree)
    notice = await OutboxMessage.get(topic=erasing.NOTICE)
    clock = Act(LATER, "clock", "system")
    assert not await store.transact(lambda: erasure_rounds.carry_out(clock, erasure.id))
    assert (await Candidate.get(id=desk.candidate.id)).name == CANARIES[0]
    await store.transact(lambda: OutboxMessage.filter(id=notice.id).update(status=OutboxStatus.SENT))
    assert await store.transact(lambda: erasure_rounds.carry_out(clock, erasure.id))


async def test_hr_types_it_and_the_security_administrator_answers(store: Store, desk: Desk) -> None:
    assert "没看到依据" in await talking.says(store, "liuyang", f"删除资料 {desk.booking.number}", LATER)
    said = await talking.says(store, "liuyang", f"删除资料 {desk.booking.number} 依据 保存期满", LATER)
    assert "已交安全管理员审批" in said
    erasure = await ErasureRequest.get(status=ErasureStatus.PROPOSED)
    assert erasure.number in await talking.says(store, "hanxue", "待我审批", LATER)
    card = await talking.newest_card("hanxue", CardPurpose.ERASURE)
    drawn = str(await talking.seen(card, LATER))
    assert desk.booking.number in drawn
    assert not any(each in drawn for each in CANARIES)
    assert "没有这个权限" in await talking.says(
        store, "chenmin", f"删除资料 {desk.booking.number} 依据 保存期满", LATER
    )
    await talking.says(store, "hanxue", f"同意 {erasure.number}", LATER)
    assert (await ErasureRequest.get(id=erasure.id)).status == ErasureStatus.APPROVED


def on_disk(url: str) -> bytes:
    """Return everything that an SQLite database has written, its log included."""
    path = Path(url.removeprefix("sqlite://"))
    log = path.with_name(f"{path.name}-wal")
    return path.read_bytes() + (log.read_bytes() if log.exists() else b"")


@pytest.mark.usefixtures("installed_signing")
async def test_the_bytes_themselves_are_gone_from_the_sqlite_files(sqlite_url: str, installed_vault: Vault) -> None:
    store, desk = Store(sqlite_url), Desk()
    await store.open()
    try:
        await store.transact(desk.enter)
        await store.transact(desk.cancelled)
        sealed = [each for each in await kept_bytes(desk) if len(each) > 20]
        assert all(each[3:35] in on_disk(sqlite_url) for each in sealed)
        await erased(store, desk)
        assert await forget(sqlite_url, [])
        left = on_disk(sqlite_url)
        assert [each for each in sealed if each[3:35] in left] == []
        assert [each for each in (*CANARIES, PNG[8:40].decode()) if each.encode() in left] == []
        assert (await Candidate.get(id=desk.candidate.id)).name == ERASED
        await store.transact(lambda: office.unit("huachen/after"))
    finally:
        await store.close()


async def test_forgetting_leaves_everybody_else_alone(store: Store, desk: Desk) -> None:
    other = await store.transact(lambda: office.booking(desk.unit, "马超", "13800005566"))
    counts = (await erased(store, desk)).counts
    writing = [asyncio.create_task(store.transact(lambda n=n: office.unit(f"huachen/u{n}"))) for n in range(5)]  # type: ignore[misc]
    assert await forget(store.url, counts)
    await asyncio.gather(*writing)
    assert (await Candidate.get(id=other.candidate_id)).name == "马超"

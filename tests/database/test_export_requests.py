"""Many records leave only when a second person agrees, for a purpose, once and within a day (T24)."""

from collections.abc import Iterator
from datetime import timedelta
from functools import partial

import pytest

from models import AuditRecord, CardPurpose, Employee, ExportRequest, ExportStatus, Organisation, Role
from models.store import Store
from tests.database import office
from tests.database.office import NOW, by
from tests.database.signed import installed_signing
from tests.database.talking import newest_card, presses, says, seen
from workflow import downloads, examining, export_limits, export_requests, timeline
from workflow.errors import AlreadyDecided, Missing, NotAllowed, NotFound, NotNow, Refusal
from workflow.export_limits import Limits
from workflow.export_requests import Wanted
from workflow.exporting import TakenLog, take_log
from workflow.log_periods import Period, days

__all__ = ["installed_signing"]

PURPOSE = "季度审计 canary-7731"


class House:
    """A unit, its auditor, a second one, and the administrators of the group."""

    unit: Organisation
    auditor: Employee
    second: Employee
    security: Employee
    system: Employee

    async def enter(self) -> None:
        group = await office.unit("huachen", None)
        self.unit = await office.unit()
        self.auditor = await office.employee("sunjing", group, Role.AUDITOR, name="孙静")
        self.second = await office.employee("qianli", group, Role.AUDITOR, name="钱莉")
        self.security = await office.employee("hanxue", group, Role.SECURITY_ADMIN, name="韩雪")
        self.system = await office.employee("zhoukai", group, Role.SYSTEM_ADMIN, name="周凯")
        await office.employee("wangfang", self.unit, Role.HR)

    def wanted(self, form: str = "xlsx", period: Period = Period(), purpose: str = PURPOSE) -> Wanted:  # noqa: B008
        return Wanted(self.unit, form, period, purpose)


@pytest.fixture(autouse=True)
def one_alone() -> Iterator[None]:
    export_limits.install(Limits(alone=1))
    yield
    export_limits.install(Limits())


@pytest.fixture
async def house(store: Store) -> House:
    made = House()
    await store.transact(made.enter)
    return made


async def agreed(store: Store, house: House, form: str = "xlsx") -> ExportRequest:
    request = await store.transact(lambda: export_requests.ask(by(house.auditor), house.wanted(form)))
    return await store.transact(lambda: export_requests.approve(by(house.security), request))


async def taken(store: Store, who: Employee | None, number: str = "", form: str = "xlsx", hours: int = 0) -> TakenLog:
    act = by(who, now=NOW + timedelta(hours=hours))
    return await store.transact(lambda: take_log(act, "huachen/net", form, Period(), number))


async def test_more_records_than_one_may_take_alone_need_consent(store: Store, house: House) -> None:
    with pytest.raises(Missing) as refused:
        await taken(store, house.auditor)
    assert refused.value.code == "export-unapproved"
    assert not await AuditRecord.exists(action="log.exported")


async def test_few_records_leave_without_asking_anybody(store: Store, house: House) -> None:
    export_limits.install(Limits(alone=500))
    assert (await taken(store, house.auditor)).approval == ""


async def test_what_was_agreed_leaves_once_and_the_record_names_the_consent(store: Store, house: House) -> None:
    request = await agreed(store, house)
    assert (await taken(store, house.auditor, request.number)).approval == request.number
    record = await AuditRecord.get(action="log.exported")
    assert request.number in record.line
    assert (await ExportRequest.get(id=request.id)).status == ExportStatus.TAKEN
    with pytest.raises(NotNow, match="export-over"):
        await taken(store, house.auditor, request.number)


async def test_a_consent_ends_after_a_day(store: Store, house: House) -> None:
    request = await agreed(store, house)
    with pytest.raises(NotNow, match="export-too-late"):
        await taken(store, house.auditor, request.number, hours=24)


async def test_a_consent_is_for_that_person_form_unit_and_period_alone(store: Store, house: House) -> None:
    request = await agreed(store, house)
    with pytest.raises(NotNow, match="export-other"):
        await taken(store, house.auditor, request.number, form="pdf")
    with pytest.raises(NotFound):
        await taken(store, house.second, request.number)
    act = by(house.auditor)
    with pytest.raises(NotNow, match="export-other"):
        await store.transact(lambda: take_log(act, "huachen", "xlsx", Period(), request.number))
    with pytest.raises(NotNow, match="export-other"):
        await store.transact(lambda: take_log(act, "huachen/net", "xlsx", days("2026-11-01", ""), request.number))
    assert (await ExportRequest.get(id=request.id)).status == ExportStatus.APPROVED


async def test_nothing_leaves_before_the_answer_nor_after_a_no(store: Store, house: House) -> None:
    request = await store.transact(lambda: export_requests.ask(by(house.auditor), house.wanted()))
    with pytest.raises(NotNow, match="export-waiting"):
        await taken(store, house.auditor, request.number)
    await store.transact(lambda: export_requests.reject(by(house.second), request, comment="没有必要"))
    with pytest.raises(NotNow, match="export-over"):
        await taken(store, house.auditor, request.number)


async def test_nobody_agrees_to_their_own_export_and_only_auditors_and_security_may(store: Store, house: House) -> None:
    request = await store.transact(lambda: export_requests.ask(by(house.auditor), house.wanted()))
    for who in (house.auditor, house.system):
        with pytest.raises(NotAllowed):
            await store.transact(lambda who=who: export_requests.approve(by(who), request))
    assert {each.key for each in await export_requests.deciders(request, NOW)} == {"qianli", "hanxue"}


async def test_of_two_answers_the_second_hears_of_the_first(store: Store, house: House) -> None:
    request = await agreed(store, house)
    fresh = await ExportRequest.get(id=request.id).prefetch_related(*export_requests.KIND.relations)
    with pytest.raises(AlreadyDecided, match="already-decided"):
        await store.transact(lambda: export_requests.reject(by(house.second), fresh))


async def test_who_may_not_export_cannot_ask_and_a_purpose_is_needed(store: Store, house: House) -> None:
    hr = await Employee.get(key="wangfang")
    for who, wanted in (
        (hr, house.wanted()),
        (house.security, house.wanted()),
        (house.auditor, house.wanted(purpose=" ")),
    ):
        with pytest.raises(Refusal):
            await store.transact(lambda who=who, wanted=wanted: export_requests.ask(by(who), wanted))
    assert not await ExportRequest.exists()


async def test_a_whole_log_has_no_period(store: Store, house: House) -> None:
    wanted = house.wanted("pack", days("2026-11-01", "2026-11-30"))
    with pytest.raises(NotNow, match="export-whole"):
        await store.transact(lambda: export_requests.ask(by(house.auditor), wanted))


async def test_the_clock_closes_what_nobody_answered(store: Store, house: House) -> None:
    request = await store.transact(lambda: export_requests.ask(by(house.auditor), house.wanted()))
    later = by(now=NOW + export_requests.ASKED_LASTS, via="clock")
    assert await store.transact(lambda: export_requests.expire(later, request.id))
    assert not await store.transact(lambda: export_requests.expire(later, request.id))
    assert (await ExportRequest.get(id=request.id)).status == ExportStatus.EXPIRED


async def test_the_operator_at_the_machine_is_recorded_and_not_asked(store: Store, house: House) -> None:
    assert (await taken(store, None)).approval == ""
    record = await AuditRecord.get(action="log.exported")
    assert '"sub":"system"' in record.line


async def test_the_purpose_is_in_no_record(store: Store, house: House) -> None:
    await agreed(store, house)
    assert not [each for each in await AuditRecord.all() if "canary-7731" in each.line]


async def test_it_is_asked_in_words_agreed_on_a_card_and_fetched_by_a_link(store: Store, house: House) -> None:
    told = await says(store, "sunjing", "导出日志 huachen/net xlsx 2026-11 用途 季度审计")
    assert "等另一位审计或安全管理员同意" in told
    card = await newest_card("hanxue", CardPurpose.EXPORT)
    drawn = await seen(card)
    assert ("季度审计" in str(drawn.lines), [each.action for each in drawn.buttons]) == (True, ["approve", "reject"])
    await presses(store, "hanxue", "approve", card.handle)
    request = await ExportRequest.get()
    assert (request.status, request.records > 0) == (ExportStatus.APPROVED, True)
    told = await says(store, "sunjing", f"导出 {request.number}")
    assert "验证码" in told
    link = await store.transact(lambda: downloads.offer_log(by(house.auditor), request.number))
    await link.fetch_related("employee")
    found = await store.transact(lambda: downloads.take(by(house.auditor), link))
    assert isinstance(found, TakenLog)
    assert (found.approval, found.form) == (request.number, "xlsx")
    assert "已导出过一次" in await says(store, "sunjing", f"导出 {request.number}")


async def test_it_is_agreed_or_refused_by_text_and_listed(store: Store, house: House) -> None:
    await says(store, "sunjing", "导出日志 huachen/net 审计包 用途 核对")
    number = (await ExportRequest.get()).number
    assert number in await says(store, "qianli", "待我审批")
    assert number not in await says(store, "sunjing", "待我审批")
    assert "不能自己审批" in await says(store, "sunjing", f"同意 {number}")
    assert "没有找到" in await says(store, "wangfang", f"同意 {number}")
    assert "已驳回导出" in await says(store, "qianli", f"驳回 {number} 不需要")
    assert "已驳回" in await says(store, "hanxue", f"同意 {number}")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("导出日志", "请写单位"),
        ("导出日志 huachen/net", "请写单位"),
        ("导出日志 huachen/net xlsx", "请写用途"),
        ("导出日志 huachen/none xlsx 用途 查", "没有找到"),
        ("导出日志 huachen/net pack 2026 用途 查", "不能只要一段时间"),
    ],
)
async def test_what_is_missing_is_said(store: Store, house: House, text: str, why: str) -> None:
    assert why in await says(store, "sunjing", text)


async def test_each_step_has_its_words_in_the_timeline(store: Store, house: House) -> None:
    from cards.timeline import ACTIONS

    await agreed(store, house)
    records = await AuditRecord.filter(action__startswith="export.")
    assert {each.action for each in await timeline.read(list(records))} == {"export.asked", "export.approved"}
    assert {each.action for each in records} <= set(ACTIONS)


async def test_a_foreign_unit_reads_like_one_that_does_not_exist(store: Store, house: House) -> None:
    await store.transact(lambda: office.unit("beichen"))
    own = await store.transact(lambda: office.employee("local", house.unit, Role.AUDITOR, name="林涛"))
    for who, units in (("wangfang", ("huachen", "单位 beichen")), (own.key, ("huachen", "单位 beichen", "beichen"))):
        absent = await says(store, who, "导出日志 nirgendwo xlsx 用途 审计")
        assert "没有办理" in absent
        assert {await says(store, who, f"导出日志 {each} xlsx 用途 审计") for each in units} == {absent}
    for path in ("beichen", "nirgendwo"):
        for take in (partial(take_log, by(own), path, "xlsx", Period()), partial(examining.unit_named, by(own), path)):
            with pytest.raises(NotFound) as refused:
                await store.transact(take)
            assert refused.value.facts == {"what": "organisation"}

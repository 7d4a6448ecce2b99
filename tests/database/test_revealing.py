"""显示 behind every door: one person's, counted by the day, opened in packs for who may, masked for who may not."""

from datetime import timedelta

import pytest

from models import AuditRecord, Booking, Employee, OutboxMessage, RevealLink, Role
from models.store import Store
from tests.database import office
from tests.database.office import NOW, by
from workflow import exporting, limits, revealing, signing, timeline, viewing
from workflow.acting import local
from workflow.errors import Missing, NotAllowed, NotFound
from workflow.openings import openings_of
from workflow.revealing import Kind
from workflow.signing import Signing

REASON = "张小伟本人来电核对 13800008123"


@pytest.fixture(autouse=True)
def installed() -> None:
    signing.install(Signing(bytes(range(32, 64))))
    limits.install(None)


class Desk:
    """A unit with two HR and an auditor above it, and one booking."""

    async def enter(self) -> None:
        self.group = await office.unit("huachen", None)
        unit = await office.unit()
        self.hr: Employee = await office.employee("wangfang", unit, Role.HR)
        self.colleague: Employee = await office.employee("lili", unit, Role.HR, name="李丽")
        self.auditor: Employee = await office.employee("sunjing", self.group, Role.AUDITOR, name="孙静")
        self.security: Employee = await office.employee("hanxue", self.group, Role.SECURITY_ADMIN, name="韩雪")
        self.booking: Booking = await office.booking(unit, "张小伟")

    async def asks(self, store: Store, who: Employee, **more: object) -> RevealLink | None:
        act = by(who, **more)  # type: ignore[arg-type]
        return await store.transact(lambda: revealing.ask(act, self.booking.number, [Kind.PHONE], REASON))


@pytest.fixture
async def desk(store: Store) -> Desk:
    made = Desk()
    await store.transact(made.enter)
    return made


async def test_a_link_shows_nothing_to_another_account_even_of_the_same_right(store: Store, desk: Desk) -> None:
    link = await desk.asks(store, desk.hr)
    assert link is not None
    with pytest.raises(NotAllowed):
        await store.transact(lambda: revealing.show(by(desk.colleague), link))
    assert await store.transact(lambda: revealing.show(by(desk.hr), link)) == {Kind.PHONE: "13800008123"}


async def test_a_link_is_found_until_its_minute_and_never_after(store: Store, desk: Desk) -> None:
    link = await desk.asks(store, desk.hr)
    assert link is not None
    token = revealing.token_of(link.id.hex)
    assert await revealing.find(token, NOW + revealing.LASTS - timedelta(seconds=1)) is not None
    assert await revealing.find(token, NOW + revealing.LASTS) is None
    for other in ("a" * 26, token[:-1], token.upper(), ""):
        assert await revealing.find(other, NOW) is None


async def test_a_late_timer_changes_nothing_of_a_link_that_was_opened(store: Store, desk: Desk) -> None:
    link = await desk.asks(store, desk.hr)
    assert link is not None
    await store.transact(lambda: revealing.show(by(desk.hr), link))
    later = by(now=NOW + timedelta(minutes=11), via="clock")
    await store.transact(lambda: revealing.expire(later, link.id.hex))
    assert not await AuditRecord.filter(action="reveal.expired").exists()


async def test_the_day_ends_at_midnight_in_shanghai_and_each_person_has_their_own(store: Store, desk: Desk) -> None:
    limits.install(limits.Limits(reveals=1))
    late = local(NOW).replace(hour=23, minute=59)
    assert await desk.asks(store, desk.hr, now=late) is not None
    assert await desk.asks(store, desk.hr, now=late + timedelta(seconds=30)) is None
    assert await desk.asks(store, desk.colleague, now=late) is not None
    assert await desk.asks(store, desk.hr, now=late + timedelta(minutes=1)) is not None
    told = await OutboxMessage.filter(kind="say", account__employee=desk.security)
    assert len(told) == 1
    assert "张" not in str(told[0].payload)


@pytest.mark.parametrize("reason", ["", "看看", "……！！？？", "a b c", "   "])
async def test_a_reason_of_fewer_than_four_characters_is_none(store: Store, desk: Desk, reason: str) -> None:
    with pytest.raises(Missing):
        await store.transact(lambda: revealing.ask(by(desk.hr), desk.booking.number, [Kind.PHONE], reason))
    assert not await RevealLink.exists()


async def test_who_reads_without_the_right_is_refused_and_who_may_not_read_finds_nothing(
    store: Store, desk: Desk
) -> None:
    with pytest.raises(NotAllowed):
        await desk.asks(store, desk.auditor)
    with pytest.raises(NotFound):
        await desk.asks(store, desk.security)


async def test_a_pack_opens_the_reason_for_hr_and_the_timeline_tells_an_auditor_without_the_name(
    store: Store, desk: Desk
) -> None:
    assert await desk.asks(store, desk.hr) is not None
    case = await timeline.case_of(by(desk.hr), desk.booking.number)
    opened = await openings_of(case, await timeline.records_of(case))
    assert [each["value"] for each in opened.lines if each["label"] == "purpose"] == [REASON]
    case = await timeline.case_of(by(desk.auditor), desk.booking.number)
    remarks = [each.remark for each in await timeline.entries_of(case) if each.action == "reveal.asked"]
    assert remarks == ["张**本人来电核对 ［号码 尾号8123］"]
    assert (await openings_of(case, await timeline.records_of(case))).lines == []


async def test_an_auditor_is_counted_only_what_was_done_in_the_units_they_read(store: Store, desk: Desk) -> None:
    foreign = await store.transact(lambda: office.unit("qinghe", None))
    other = await store.transact(lambda: office.employee("auditor2", foreign, Role.AUDITOR, name="钱进"))
    link = await desk.asks(store, desk.hr)
    assert link is not None
    await store.transact(lambda: revealing.show(by(desk.hr), link))
    await store.transact(lambda: exporting.take_case(by(desk.hr), desk.booking.number, "pdf"))
    found = await viewing.days_of(by(via="clock"), local(NOW).date())
    assert [each.key for each, _ in found] == [desk.auditor.key]
    (day,) = [day for _, day in found]
    assert (day.asked, day.shown, day.refused) == (1, 1, 0)
    assert (dict(day.askers), dict(day.exporters)) == ({"王芳": 1}, {"王芳": 1})
    assert await viewing.days_of(by(via="clock"), local(NOW).date() + timedelta(days=1)) == []
    assert other.key not in [each.key for each, _ in found]


async def test_a_day_is_counted_by_one_timer_however_much_there_is(store: Store, desk: Desk) -> None:
    for who in (desk.hr, desk.colleague, desk.hr):
        await desk.asks(store, who)
    (timer,) = await OutboxMessage.filter(kind="timer", topic=viewing.TIMER)
    assert local(timer.not_before).strftime("%m-%d %H:%M") == "11-25 08:30"

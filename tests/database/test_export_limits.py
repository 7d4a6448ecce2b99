"""Many small exports are a big one: what one person takes out alone is summed over a day and a month (T24)."""

import asyncio
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from models import AuditRecord, Booking, CardPurpose, Employee, ExportRequest, ExportTaken, Organisation, Preset, Role
from models.store import Store
from tests.database import office
from tests.database.office import NOW, by
from tests.database.talking import newest_card, presses, says, seen
from workflow import downloads, export_limits, export_requests, retention
from workflow.errors import Missing, NotNow, Refusal
from workflow.export_limits import Allowance, Limits
from workflow.exporting import TakenCase, of_case, take_case, take_log
from workflow.log_periods import Period, days
from workflow.timeline import case_of

ROOT = Path(__file__).parents[2]
MANY = 10_000
HOURS = timedelta(hours=1)


def allowing(records: int = MANY, month: int = MANY, cases: int = MANY, cases_month: int = MANY) -> None:
    """Allow so much in every unit, and any size of one export."""
    sums = dict.fromkeys(Preset, Allowance(records, month, cases, cases_month))
    export_limits.install(Limits(alone=MANY, sums=sums))


@pytest.fixture(autouse=True)
def nothing_left_installed() -> Iterator[None]:
    yield
    export_limits.install(Limits())


class House:
    """A unit with four bookings, its HR, an auditor, and who may agree."""

    unit: Organisation
    hr: Employee
    auditor: Employee
    security: Employee
    bookings: list[Booking]

    async def enter(self) -> None:
        group = await office.unit("huachen", None)
        self.unit = await office.unit()
        self.hr = await office.employee("wangfang", self.unit, Role.HR)
        self.auditor = await office.employee("sunjing", group, Role.AUDITOR, name="孙静")
        self.security = await office.employee("hanxue", group, Role.SECURITY_ADMIN, name="韩雪")
        self.bookings = [await office.booking(self.unit, phone=f"1380000812{place}") for place in range(4)]


@pytest.fixture
async def house(store: Store) -> House:
    made = House()
    await store.transact(made.enter)
    return made


async def takes(
    store: Store,
    who: Employee | None,
    booking: Booking,
    form: str = "pack",
    after: timedelta = timedelta(),
    no: str = "",
) -> TakenCase:
    """Take a case out as whatever door would, a while after NOW."""
    act = by(who, now=NOW + after, via="page")
    return await store.transact(lambda: take_case(act, booking.number, form, no))


async def refused(store: Store, who: Employee, booking: Booking, after: timedelta = timedelta()) -> Refusal:
    with pytest.raises(Missing, match="export-many") as caught:
        await takes(store, who, booking, after=after)
    return caught.value


async def test_the_third_case_of_a_day_needs_consent_and_nothing_of_it_is_recorded(store: Store, house: House) -> None:
    allowing(cases=2)
    for each, form in zip(house.bookings[:2], ("pdf", "pack"), strict=True):
        await takes(store, house.hr, each, form)
    refusal = await refused(store, house.hr, house.bookings[2])
    assert refusal.facts["over"] == "加上这一件会超过 2 件"
    assert str(refusal.facts["before"]).startswith("2 件、")
    assert await AuditRecord.filter(action="case.exported").count() == 2
    assert await ExportTaken.all().count() == 2


async def test_the_same_case_again_is_one_case_but_its_records_count_again(store: Store, house: House) -> None:
    allowing(cases=1)
    first = await takes(store, house.hr, house.bookings[0])
    await takes(store, house.hr, house.bookings[0], "pdf")
    await refused(store, house.hr, house.bookings[1])
    rows = [each.records for each in await ExportTaken.all().order_by("records")]
    assert rows[0] == len(first.records) - 1  # but for the record of the export itself
    assert rows[1] == rows[0] + 1
    allowing(records=sum(rows))
    refusal = await refused(store, house.hr, house.bookings[0])
    assert str(refusal.facts["over"]).endswith(f"会超过 {sum(rows)} 条")


async def test_a_day_is_the_last_24_hours_and_a_month_the_last_30_days(store: Store, house: House) -> None:
    allowing(cases=1, cases_month=2)
    await takes(store, house.hr, house.bookings[0])
    refusal = await refused(store, house.hr, house.bookings[1], 24 * HOURS - timedelta(seconds=1))
    assert refusal.facts["period"] == "24 小时"
    await takes(store, house.hr, house.bookings[1], after=24 * HOURS)
    refusal = await refused(store, house.hr, house.bookings[2], 30 * 24 * HOURS - timedelta(seconds=1))
    assert (refusal.facts["period"], refusal.facts["over"]) == ("30 天", "加上这一件会超过 2 件")
    await takes(store, house.hr, house.bookings[2], after=30 * 24 * HOURS)


async def test_logs_and_cases_are_one_sum_of_records_for_each_person_apart(store: Store, house: House) -> None:
    await takes(store, house.auditor, house.bookings[0])
    spent = (await ExportTaken.get()).records
    allowing(records=spent)
    with pytest.raises(Missing, match="export-many") as caught:
        await store.transact(lambda: take_log(by(house.auditor), "huachen/net", "xlsx", Period()))
    assert caught.value.facts["typed"] == "导出日志 huachen/net xlsx 用途 …"
    november = days("2026-11-01", "2026-11-30")
    with pytest.raises(Missing, match="export-many") as caught:
        await store.transact(lambda: take_log(by(house.auditor), "huachen/net", "pdf", november))
    assert caught.value.facts["typed"] == "导出日志 huachen/net pdf 2026-11-01 至 2026-11-30 用途 …"
    allowing(records=spent * 2)
    await takes(store, house.hr, house.bookings[0])  # the other one's sum is not hers


async def test_who_takes_a_log_has_taken_its_records(store: Store, house: House) -> None:
    allowing()
    taken = await store.transact(lambda: take_log(by(house.auditor), "huachen/net", "xlsx", Period()))
    (row,) = await ExportTaken.all()
    assert (row.records, row.case_number, row.approval) == (taken.count, "", "")


async def test_the_sum_allowed_goes_by_the_preset_of_the_unit_and_strict_where_none_is(
    store: Store, house: House
) -> None:
    sums = {**export_limits.DEFAULTS, Preset.STRICT: Allowance(MANY, MANY, 0, 0)}
    export_limits.install(Limits(sums=sums))
    await takes(store, house.hr, house.bookings[0])

    async def elsewhere() -> Booking:
        unit = await office.unit("beichen", None)
        await office.employee("nobody", unit, Role.HR)
        return await office.booking(unit, phone="13800009999")

    booking = await store.transact(elsewhere)
    await refused(store, await Employee.get(key="nobody"), booking)


async def test_the_operator_of_the_machine_is_not_counted(store: Store, house: House) -> None:
    allowing(records=0, cases=0)
    await takes(store, None, house.bookings[0])
    assert not await ExportTaken.exists()


async def test_with_consent_it_leaves_once_and_is_no_part_of_ones_own_sum(store: Store, house: House) -> None:
    allowing(cases=1)
    await takes(store, house.hr, house.bookings[0])
    wanted = of_case(await case_of(by(house.hr), house.bookings[1].number), "pack", "劳动仲裁")
    request = await store.transact(lambda: export_requests.ask(by(house.hr), wanted))
    await store.transact(lambda: export_requests.approve(by(house.security), request))
    with pytest.raises(NotNow, match="export-other"):
        await takes(store, house.hr, house.bookings[2], no=request.number)
    with pytest.raises(NotNow, match="export-other"):
        await takes(store, house.hr, house.bookings[1], "pdf", no=request.number)
    taken = await takes(store, house.hr, house.bookings[1], no=request.number)
    assert taken.approval == request.number
    assert request.number in taken.export.line
    with pytest.raises(NotNow, match="export-over"):
        await takes(store, house.hr, house.bookings[1], no=request.number)
    day, _ = await export_limits.taken_alone(house.hr, NOW)
    assert day.cases == {house.bookings[0].number}


async def test_a_consent_to_a_case_is_not_one_to_the_log_of_its_unit(store: Store, house: House) -> None:
    allowing(cases=0)
    wanted = of_case(await case_of(by(house.auditor), house.bookings[0].number), "pdf", "审计")
    request = await store.transact(lambda: export_requests.ask(by(house.auditor), wanted))
    await store.transact(lambda: export_requests.approve(by(house.security), request))
    with pytest.raises(NotNow, match="export-other"):
        await store.transact(lambda: take_log(by(house.auditor), "huachen/net", "pdf", Period(), request.number))


async def test_in_a_chat_it_is_refused_in_words_asked_for_agreed_and_fetched(store: Store, house: House) -> None:
    allowing(cases=1)
    number = house.bookings[1].number
    await takes(store, house.hr, house.bookings[0])
    told = await says(store, "wangfang", f"证据包 {number}")
    assert "没有办理：最近 24 小时你独自导出了 1 件、" in told
    assert f"请在聊天里发「证据包 {number} 用途 …」" in told
    assert f"「导出 {number} 用途 …」" in await says(store, "wangfang", f"导出 {number}")
    told = await says(store, "wangfang", f"证据包 {number} 用途 11月25日 劳动仲裁 开庭")
    assert f"已提出导出 {number} 的证据包（" in told
    card = await newest_card("hanxue", CardPurpose.EXPORT)
    drawn = await seen(card)
    assert drawn.title == f"导出一件取消 · {number}"
    shown = {each.label: each.value for each in drawn.lines}
    assert shown["用途"] == "11月25日 劳动仲裁 开庭"
    assert shown["此前"].startswith("最近 24 小时独自导出 1 件、")
    await presses(store, "hanxue", "approve", card.handle)
    request = await ExportRequest.get()
    assert "验证码" in await says(store, "wangfang", f"导出 {request.number}")
    link = await store.transact(lambda: downloads.offer_log(by(house.hr), request.number))
    await link.fetch_related("employee")
    taken = await store.transact(lambda: downloads.take(by(house.hr), link))
    assert isinstance(taken, TakenCase)
    assert (taken.case.booking.number, taken.form, taken.approval) == (number, "pack", request.number)


async def test_below_the_sum_a_purpose_asks_nobody(store: Store, house: House) -> None:
    assert "验证码" in await says(store, "wangfang", f"导出 {house.bookings[0].number} 用途 存档")
    assert not await ExportRequest.exists()


async def test_a_link_made_below_the_sum_opens_nothing_above_it(store: Store, house: House) -> None:
    allowing(cases=1)
    cases = [await case_of(by(house.hr), each.number) for each in house.bookings[:2]]
    links = [await store.transact(lambda each=each: downloads.offer(by(house.hr), each)) for each in cases]
    await store.transact(lambda: downloads.take(by(house.hr), links[0]))
    with pytest.raises(Missing, match="export-many"):
        await store.transact(lambda: downloads.take(by(house.hr), links[1]))


async def test_what_counts_no_more_is_forgotten(store: Store, house: House) -> None:
    await takes(store, house.hr, house.bookings[0])
    month = export_limits.MONTH
    for after, left in ((month - timedelta(seconds=1), 1), (month, 0)):
        await store.transact(lambda after=after: retention.clear(by(now=NOW + after, via="clock")))
        assert await ExportTaken.all().count() == left


TAKING = """
import asyncio, sys
from models import Employee, Preset
from models.store import Store
from models.vault import Vault, install
from tests.database.office import by
from workflow import export_limits, signing
from workflow.errors import Missing
from workflow.exporting import take_case
from workflow.signing import Signing

async def main(url, number):
    install(Vault({1: bytes(range(32))}))
    signing.install(Signing(bytes(range(32, 64))))
    allowance = export_limits.Allowance(10000, 10000, 1, 10000)
    export_limits.install(export_limits.Limits(sums=dict.fromkeys(Preset, allowance)))
    store = Store(url)
    await store.open()

    async def take():
        await take_case(by(await Employee.get(key="sunjing")), number, "pack")
        await asyncio.sleep(0.5)  # the other one asks before this is committed

    try:
        print("ready", flush=True)
        sys.stdin.readline()
        await store.transact(take)
        print("taken")
    except Missing as refusal:
        print(refusal.code)
    finally:
        await store.close()

asyncio.run(main(*sys.argv[1:]))
"""


async def test_of_two_exports_at_the_same_moment_one_is_the_last_allowed(
    store: Store, house: House, database_url: str
) -> None:
    """The cases are of two units, and somebody else took each before: neither a common log nor a timer makes the
    one wait for the other.
    """

    async def elsewhere() -> Booking:
        return await office.booking(await office.unit("huachen/heavy"), phone="13800009999")

    bookings = [house.bookings[0], await store.transact(elsewhere)]
    for each in bookings:
        await takes(store, None, each)
    await store.close()
    pipe = asyncio.subprocess.PIPE
    processes = [
        await asyncio.create_subprocess_exec(
            *(sys.executable, "-c", TAKING, database_url, booking.number),
            cwd=ROOT,
            stdin=pipe,
            stdout=pipe,
            stderr=pipe,
        )
        for booking in bookings
    ]
    async with asyncio.timeout(60):
        assert [await each.stdout.readline() for each in processes if each.stdout] == [b"ready\n"] * 2
        outcomes = await asyncio.gather(*(each.communicate(b"go\n") for each in processes))
    assert sorted(out.decode().strip() for out, _ in outcomes) == ["export-many", "taken"], outcomes
    await store.open()
    assert await ExportTaken.all().count() == 1

"""Finding bookings through keyed hashes: all that fits is found, nothing outside one's units, no name is stored."""

import random
from collections.abc import Iterable
from datetime import timedelta

import pytest
from tortoise import Tortoise

from handlers.reading.names import full_pinyin, initials, query_terms, rank
from models import Booking, BookingStatus, BookingTerm, Employee, Preset, Role
from models.store import Store
from tests.database import office
from tests.database.office import NOW
from workflow import access, finding

SURNAMES = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜戚谢邹喻柏水窦章单仇解查区欧阳"
COMPOUND = ("欧阳", "司马", "尉迟", "诸葛", "上官", "万俟")
GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉萍红玲建国海燕波宁晨曦雯乐行长重"


def some_names(chance: random.Random, count: int) -> list[str]:
    """Return Chinese names of one to four characters, homophones and multi-reading surnames among them."""
    names = ["林", "单", "张伟", "张玮", "章伟", "单雄信", "买买提·艾力"]
    while len(names) < count:
        surname = chance.choice(COMPOUND) if chance.random() < 0.1 else chance.choice(SURNAMES)
        names.append(surname + "".join(chance.choice(GIVEN) for _ in range(chance.choice((0, 1, 1, 2, 2)))))
    return names


def queries(chance: random.Random, name: str, phone: str) -> Iterable[str]:
    """Return what one may type to find this person."""
    yield name
    yield full_pinyin(name)
    yield initials(name)
    yield phone[-4:]
    yield chance.choice(name)
    yield name[-2:]
    yield f"{name}老师"


def fits(query: str, name: str, phone: str) -> bool:
    """Tell, from the plain values, whether a query means this person."""
    return phone.endswith(query) if query.isdigit() else rank(query, name) is not None


async def hr_of(store: Store, path: str, key: str) -> Employee:
    unit = await store.transact(lambda: office.unit(path))
    return await store.transact(lambda: office.employee(key, unit, Role.HR))


async def numbers(employee: Employee, *terms: str, **more: object) -> set[str]:
    found = await finding.find(employee, access.READ, NOW, any_of=terms, **more)  # type: ignore[arg-type]
    return {each.number for each in found}


async def test_three_hundred_names_are_found_by_everything_one_may_type(store: Store) -> None:
    chance = random.Random(11)
    hr = await hr_of(store, "huachen/net", "wangfang")
    people = [
        (name, f"139{number:04d}{chance.randrange(10**4):04d}") for number, name in enumerate(some_names(chance, 300))
    ]

    async def enter() -> list[str]:
        made = [await office.booking(hr.organisation, *each, timedelta(hours=n)) for n, each in enumerate(people)]
        return [booking.number for booking in made]

    known = list(zip(await store.transact(enter), people, strict=True))
    for name, phone in chance.sample(people, 40):
        for query in queries(chance, name, phone):
            wanted = {number for number, person in known if fits(query, *person)}
            assert {number for number, person in known if person == (name, phone)} <= wanted, query
            assert wanted <= await all_found(hr, query_terms(query), len(people)), query


async def all_found(hr: Employee, terms: list[str], hours: int) -> set[str]:
    """Return what is found, window by window where one answer would be too long."""
    found = await numbers(hr, *terms)
    if len(found) == finding.MOST:
        for start in range(0, hours, finding.MOST):
            between = (NOW + timedelta(hours=start), NOW + timedelta(hours=start + finding.MOST))
            found |= await numbers(hr, *terms, between=between)
    return found


async def test_the_database_holds_no_name_no_pinyin_and_no_phone(store: Store) -> None:
    hr = await hr_of(store, "huachen/net", "wangfang")
    await store.transact(lambda: office.booking(hr.organisation, "欧阳娜娜", "13912345678"))
    terms = [str(term) for term in await BookingTerm.all().values_list("term", flat=True)]
    assert len(terms) > 8
    assert all(len(term) == 32 and set(term) <= set("0123456789abcdef") for term in terms)
    stored = await everything()
    for secret in ("欧阳", "娜娜", "ouyang", "oynn", "13912345678", "t:5678", "2345678"):
        assert secret not in stored


async def everything() -> str:
    """Return every value of every table as text, bytes read leniently."""
    connection = Tortoise.get_connection("default")
    tables = ["booking", "booking_term", "candidate", "account", "audit_record", "outbox_message", "entry_link"]
    found: list[str] = []
    for table in tables:
        for row in await connection.execute_query_dict(f"SELECT * FROM {table}"):
            found += [
                bytes(v).decode("utf-8", "ignore") if isinstance(v, bytes | memoryview) else str(v)
                for v in row.values()
            ]
    return "\n".join(found)


async def test_nothing_of_another_unit_is_found_by_name_or_by_number(store: Store) -> None:
    net = await hr_of(store, "huachen/net", "wangfang")
    heavy = await hr_of(store, "huachen/heavy", "liuyang")
    beside = await hr_of(store, "huachen/network", "helin")
    mine = await store.transact(lambda: office.booking(net.organisation, "张伟"))
    foreign = await store.transact(lambda: office.booking(heavy.organisation, "张伟", "13900004410"))
    assert await numbers(net, *query_terms("张伟")) == {mine.number}
    assert await numbers(heavy, *query_terms("张伟")) == {foreign.number}
    assert await numbers(beside, *query_terms("张伟")) == set()
    assert await numbers(net, number=foreign.number) == set()


async def test_a_grant_above_reaches_all_units_below_and_no_grant_reaches_none(store: Store) -> None:
    group = await store.transact(lambda: office.unit("huachen", None))
    auditor = await store.transact(lambda: office.employee("sunjing", group, Role.AUDITOR))
    admin = await store.transact(lambda: office.employee("zhoukai", group, Role.SYSTEM_ADMIN))
    unit = await store.transact(lambda: office.unit("huachen/net"))
    booking = await store.transact(lambda: office.booking(unit))
    assert await numbers(auditor) == {booking.number}
    assert await finding.find(auditor, access.CANCEL, NOW) == []
    assert await numbers(admin) == set()


async def test_somebody_who_left_finds_nothing(store: Store) -> None:
    hr = await hr_of(store, "huachen/net", "wangfang")
    await store.transact(lambda: office.booking(hr.organisation))
    hr.active = False
    assert await numbers(hr) == set()


async def test_a_time_is_half_open_and_only_live_bookings_are_offered(store: Store) -> None:
    hr = await hr_of(store, "huachen/net", "wangfang")
    made = [
        await store.transact(lambda n=n: office.booking(hr.organisation, "张伟", f"1380000{n}123", timedelta(hours=n)))  # type: ignore[misc]
        for n in range(1, 5)
    ]
    between = (NOW + timedelta(hours=2), NOW + timedelta(hours=4))
    assert await numbers(hr, between=between) == {made[1].number, made[2].number}
    await Booking.filter(id=made[1].id).update(status=BookingStatus.CANCELLED)
    assert await numbers(hr, between=between) == {made[2].number}
    assert await numbers(hr, between=between, live=False) == {made[1].number, made[2].number}


async def test_the_earliest_come_first_and_never_more_than_fifty(store: Store) -> None:
    hr = await hr_of(store, "huachen/net", "wangfang")

    async def enter() -> None:
        for number in range(finding.MOST + 5):
            await office.booking(hr.organisation, "张伟", f"138{number:08d}", timedelta(hours=200 - number))

    await store.transact(enter)
    found = await finding.find(hr, access.READ, NOW, any_of=query_terms("张伟"))
    assert len(found) == finding.MOST
    assert [each.starts_at for each in found] == sorted(each.starts_at for each in found)


@pytest.mark.parametrize("text", ["%", "_", "' OR 1=1 --", "w:", "*"])
async def test_a_query_is_never_read_as_anything_but_a_term(store: Store, text: str) -> None:
    hr = await hr_of(store, "huachen/net", "wangfang")
    await store.transact(lambda: office.booking(hr.organisation))
    assert await numbers(hr, text) == set()
    assert await numbers(hr, number=text) == set()


async def test_a_preset_changes_nothing_about_who_sees_what(store: Store) -> None:
    unit = await store.transact(lambda: office.unit("huachen/heavy", Preset.STRICT))
    hr = await store.transact(lambda: office.employee("liuyang", unit, Role.HR))
    booking = await store.transact(lambda: office.booking(unit, "林晓"))
    assert await numbers(hr, *query_terms("linxiao")) == {booking.number}

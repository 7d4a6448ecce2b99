"""What a reading of the directory does to people: joining, moving, being linked by staff number, leaving."""

import pytest

from models import Account, AuditRecord, DirectoryEntry, Employee, Grant, Organisation, OutboxMessage, Platform, Role
from models.store import Store
from tests.database import office
from tests.database.office import by
from workflow import directory
from workflow.directory import Person
from workflow.errors import NotAllowed

WANG = Person("wangfang", "王芳", "huachen/net", "HC0004")
DINGTALK, WECOM = Platform.DINGTALK, Platform.WECOM


@pytest.fixture
async def net(store: Store) -> Organisation:
    await store.transact(lambda: office.unit("huachen", None))
    return await store.transact(office.unit)


async def becomes(store: Store, source: Platform, address: str, after: Person | None) -> tuple[str, ...]:
    return await store.transact(lambda: directory.become(by(via="directory"), source, address, after))


async def reads(store: Store, source: Platform, *people: Person) -> None:
    before, after = await directory.stored(source), directory.reading_of(list(people))
    for change in directory.difference(before, after):
        whom = change.after or change.before
        assert whom is not None
        await becomes(store, source, whom.address, change.after)


async def test_what_was_read_is_what_is_stored(store: Store, net: Organisation) -> None:
    lilei = Person("LiLei", "李雷", "huachen", leads=True)
    await reads(store, DINGTALK, WANG, lilei)
    assert await directory.stored(DINGTALK) == {"wangfang": WANG, "lilei": lilei}
    await reads(store, DINGTALK, lilei)
    assert await directory.stored(DINGTALK) == {"lilei": lilei}


async def test_somebody_new_can_be_written_to_and_holds_no_right(store: Store, net: Organisation) -> None:
    assert await becomes(store, DINGTALK, "wangfang", WANG) == ("joined",)
    employee = await Employee.get(key="wangfang").prefetch_related("organisation")
    assert (employee.name, employee.organisation.path, employee.active) == ("王芳", "huachen/net", True)
    assert await Account.filter(employee=employee, platform=DINGTALK).count() == 1
    assert not await Grant.exists()


async def test_who_is_entered_already_is_the_same_person_and_keeps_their_rights(
    store: Store, net: Organisation
) -> None:
    known = await store.transact(lambda: office.employee("wangfang", net, Role.HR))
    await becomes(store, DINGTALK, "WangFang", Person("WangFang", "王芳芳", "huachen"))
    employee = await Employee.get().prefetch_related("organisation")
    assert (employee.id, employee.name, employee.organisation.path) == (known.id, "王芳芳", "huachen")
    assert await Grant.filter(employee=known).count() == 1


async def test_a_change_is_recorded_once_by_ids_only(store: Store, net: Organisation) -> None:
    await becomes(store, DINGTALK, "wangfang", WANG)
    moved = Person("wangfang", "王小芳", "huachen", "HC0004")
    assert await becomes(store, DINGTALK, "wangfang", moved) == ("moved", "renamed")
    assert await becomes(store, DINGTALK, "wangfang", moved) == ()
    lines = [each.line for each in await AuditRecord.filter(action__startswith="person.").order_by("id")]
    assert len(lines) == 3
    assert not any("王" in each or "HC0004" in each for each in lines)


async def test_one_staff_number_on_both_platforms_is_one_person(store: Store, net: Organisation) -> None:
    await becomes(store, DINGTALK, "wangfang", WANG)
    await becomes(store, WECOM, "wf01", Person("wf01", "王芳", "huachen/net", " hc0004 "))
    employee = await Employee.get()
    accounts = await Account.filter(employee=employee)
    assert {each.platform for each in accounts} == {DINGTALK, WECOM}
    assert await AuditRecord.filter(action="person.linked").count() == 1


async def test_a_staff_number_that_two_have_links_nobody(store: Store, net: Organisation) -> None:
    await reads(store, DINGTALK, WANG, Person("wangfang2", "王芳", "huachen", "HC0004"))
    await becomes(store, WECOM, "wf01", Person("wf01", "王芳", "huachen/net", "HC0004"))
    assert await Employee.all().count() == 3


async def test_the_second_with_a_number_on_the_own_platform_is_not_linked(store: Store, net: Organisation) -> None:
    await becomes(store, DINGTALK, "wangfang", WANG)
    await becomes(store, WECOM, "wf01", Person("wf01", "王芳", "huachen/net", "HC0004"))
    await becomes(store, WECOM, "wf02", Person("wf02", "王方", "huachen/net", "HC0004"))
    assert await Employee.all().count() == 2


async def test_one_userid_of_two_people_on_two_platforms_makes_two(store: Store, net: Organisation) -> None:
    await becomes(store, DINGTALK, "wangfang", WANG)
    await becomes(store, WECOM, "wangfang", Person("wangfang", "王方", "huachen"))
    assert set(await Employee.all().values_list("key", flat=True)) == {"wangfang", "wangfang@wecom"}


async def test_somebody_on_two_platforms_leaves_with_the_last(store: Store, net: Organisation) -> None:
    await becomes(store, DINGTALK, "wangfang", WANG)
    await becomes(store, WECOM, "wf01", Person("wf01", "王芳", "huachen/net", "HC0004"))
    await becomes(store, DINGTALK, "wangfang", None)
    assert (await Employee.get()).active
    await becomes(store, WECOM, "wf01", None)
    assert not (await Employee.get()).active
    assert not await DirectoryEntry.exists()


async def test_who_comes_back_is_active_again_without_the_old_rights(store: Store, net: Organisation) -> None:
    await store.transact(lambda: office.employee("wangfang", net, Role.HR))
    await becomes(store, DINGTALK, "wangfang", WANG)
    await becomes(store, DINGTALK, "wangfang", None)
    await becomes(store, DINGTALK, "wangfang", WANG)
    assert (await Employee.get()).active
    assert not await Grant.exists()


async def test_a_reading_that_is_refused_is_recorded_and_administrators_hear_what_to_do(
    store: Store, net: Organisation
) -> None:
    await store.transact(lambda: office.employee("zhoukai", net, Role.SYSTEM_ADMIN))
    await store.transact(lambda: directory.refuse(by(via="directory"), DINGTALK, 4, 9))
    said = await OutboxMessage.get(kind="say")
    assert "少了 4 人（原有 9 人）" in str(said.payload)
    assert await AuditRecord.filter(action="directory.refused", log="shouyue").count() == 1


async def test_nobody_edits_the_directory_by_hand(store: Store, net: Organisation) -> None:
    admin = await store.transact(lambda: office.employee("zhoukai", net, Role.SYSTEM_ADMIN))
    with pytest.raises(NotAllowed):
        await store.transact(lambda: directory.become(by(admin), DINGTALK, "zhoukai", None))

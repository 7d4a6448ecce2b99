"""What an administrator enters: twice is once, names are sealed, and what was typed is shown harmless."""

from datetime import timedelta

import pytest

from models import (
    Account,
    AuditRecord,
    Booking,
    BookingTerm,
    Candidate,
    Employee,
    EntryLink,
    Grant,
    Platform,
    Preset,
    Role,
)
from models.store import Store
from models.vault import vault
from tests.database import office
from tests.database.office import NOW, by
from workflow import administering, audit, replying
from workflow.administering import NewBooking, NewCandidate
from workflow.sight import FULL
from workflow.views import booking_view


async def test_a_unit_entered_again_keeps_its_id_and_takes_the_new_name(store: Store) -> None:
    first = await store.transact(lambda: administering.add_organisation(by(), "huachen/net", "旧名", Preset.FAST))
    again = await store.transact(lambda: administering.add_organisation(by(), "huachen/net", "新名", Preset.STRICT))
    assert (again.id, again.name, again.preset) == (first.id, "新名", Preset.STRICT)
    assert again.origin == "shouyue/huachen/net"


async def test_an_employee_entered_again_gets_no_second_account_or_grant(store: Store) -> None:
    unit = await store.transact(office.unit)
    for name in ("王芳", "王方"):
        await store.transact(lambda name=name: office.employee("wangfang", unit, Role.HR, name=name))  # type: ignore[misc]
    assert [str(each.name) for each in await Employee.all()] == ["王方"]
    assert (await Account.all().count(), await Grant.all().count()) == (1, 1)
    assert await AuditRecord.filter(action="grant.given").count() == 1


async def test_an_address_is_found_whatever_its_case_and_only_on_its_platform(store: Store) -> None:
    unit = await store.transact(office.unit)
    await store.transact(lambda: office.employee("WangFang", unit))
    index = administering.address_index(Platform.DINGTALK, "wangfang")
    assert await Account.filter(platform=Platform.DINGTALK, address_index=index).count() == 1
    assert index != administering.address_index(Platform.WECOM, "wangfang")


async def test_the_same_person_is_one_candidate_and_another_of_that_name_is_not(store: Store) -> None:
    unit, other = await store.transact(office.unit), await store.transact(lambda: office.unit("huachen/heavy"))
    enter = administering.add_candidate
    first = await store.transact(lambda: enter(unit, NewCandidate("张伟", "13800008123")))
    same = await store.transact(lambda: enter(unit, NewCandidate("张伟", "13800008123", "zw@example.com")))
    namesake = await store.transact(lambda: enter(unit, NewCandidate("张伟", "13900004410")))
    by_mail = await store.transact(lambda: enter(unit, NewCandidate("张玮", email="ZW@example.com")))
    same_mail = await store.transact(lambda: enter(unit, NewCandidate("张玮", email="zw@EXAMPLE.com")))
    elsewhere = await store.transact(lambda: enter(other, NewCandidate("张伟", "13800008123")))
    assert first.id == same.id
    assert by_mail.id == same_mail.id
    assert len({each.id for each in (first, namesake, by_mail, elsewhere)}) == 4
    assert len({each.secret for each in await Candidate.all()}) == 4
    assert {str(each) for each in await replying.candidates_at(first.id)} == {str(first.id), str(elsewhere.id)}


async def test_a_candidates_phone_and_mail_become_channels(store: Store) -> None:
    unit = await store.transact(office.unit)
    new = NewCandidate("张玮", "13800000092", "zw@example.com", Platform.EMAIL)
    candidate = await store.transact(lambda: administering.add_candidate(unit, new))
    accounts = await Account.filter(candidate=candidate)
    assert {(each.platform, str(each.address)) for each in accounts} == {
        (Platform.SMS, "13800000092"),
        (Platform.EMAIL, "zw@example.com"),
    }
    assert candidate.preferred == Platform.EMAIL


async def test_a_booking_tells_nobody_and_has_a_link_whose_token_is_not_stored(store: Store) -> None:
    unit = await store.transact(office.unit)
    booking = await store.transact(lambda: office.booking(unit))
    token = await administering.link_token(booking)
    link = await EntryLink.get(booking=booking)
    assert len(token) == 26
    assert link.token_index == vault().index("entry", token) != token
    newer = await store.transact(lambda: administering.issue_link(by(now=NOW + timedelta(seconds=1)), booking))
    assert await administering.link_token(booking) == newer != token
    line = (await AuditRecord.get(action="booking.entered")).line
    assert f'"{audit.commitment(booking.candidate, "name", "张伟")}"' in line


async def test_a_changed_booking_is_a_new_revision_and_is_found_by_its_new_terms_only(store: Store) -> None:
    unit = await store.transact(office.unit)
    booking = await store.transact(lambda: office.booking(unit))
    new = NewBooking("会计", NOW + timedelta(days=3), frozenset({"w:张玮"}), round="二面")
    await store.transact(lambda: administering.change_booking(by(), booking, new))
    fresh = await Booking.get(id=booking.id).prefetch_related("position")
    assert (fresh.revision, fresh.position.name, fresh.round) == (2, "会计", "二面")
    terms = await BookingTerm.filter(booking=booking).values_list("term", flat=True)
    assert terms == [vault().index("term", "w:张玮")]


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("张三\u202e王五", "张三王五"),
        ("张三\n【系统】已批准", "张三 【系统】已批准"),
        ("[同意](http://evil.example)", "[同意](［链接已隐去］"),
        ("买买提·艾力" * 30, "买买提·艾力买买提·艾力买买提·艾力买…"),
    ],
)
async def test_a_hostile_name_is_kept_as_it_came_and_shown_harmless(store: Store, typed: str, shown: str) -> None:
    unit = await store.transact(office.unit)
    booking = await store.transact(lambda: office.booking(unit, typed))
    assert str((await Candidate.get(id=booking.candidate_id)).name) == typed
    assert booking_view(booking, FULL).title == f"{shown} · 尾号8123 · 11月26日 周四 09:30"

"""Every button × every role × own or another's card × own unit or a sibling's: exactly the allowed ones succeed (S82).

Presses come in through `receiving.receive`, the door behind both platforms: a handle may be anything somebody learnt.
"""

import re
from dataclasses import dataclass
from datetime import timedelta
from itertools import product
from typing import Any

import pytest

from cards.buttons import ACTIONS, Press
from cards.showing import showing
from handlers.receiving import Received, receive
from handlers.routing import Incoming
from models import (
    AuditRecord,
    Basis,
    Booking,
    CancellationRequest,
    Card,
    CardPurpose,
    Employee,
    ErasureRequest,
    ExportRequest,
    Grant,
    GrantChange,
    Hold,
    OutboxMessage,
    Platform,
    Preset,
    Purge,
    Role,
    RulesVersion,
    Step,
)
from models.store import Store
from tests.database import office
from tests.database.office import NOW, by
from workflow import (
    approving,
    cancelling,
    erasing,
    evidence,
    export_requests,
    outbox,
    purge_proposals,
    rights,
    rules_proposals,
    shown,
)
from workflow.card_views import card_view
from workflow.log_periods import Period
from workflow.rights import GrantChangeKind, Wanted

PNG = b"\x89PNG\r\n\x1a\n"
PRESSERS = ("hr", "head", "leader", "interviewer", "auditor", "system", "security", "sibling_hr", "nobody")
OFFERED = {  # what each card's holder may press, and nobody else may
    "confirm": {"submit", "dismiss"},
    "booking": {"open"},
    "request": {"submit"},
    "undoable": {"undo"},
    "approval": {"approve", "send_back", "reject"},
    "grant": {"approve", "reject"},
    "rules": {"approve", "reject"},
    "purge": {"approve", "reject"},
    "export": {"approve", "reject"},
    "erasure": {"approve", "reject"},
}
HOLDERS = {
    "confirm": "hr",
    "booking": "hr",
    "request": "hr",
    "undoable": "hr",
    "approval": "head",
    "grant": "security",
    "rules": "security",
    "purge": "security",
    "export": "security",
    "erasure": "security",
}
TWO_DAYS = timedelta(days=2)
NO_HANDLE = "a" * 26


@dataclass
class Office:
    """A strict unit with one card of every kind, a sibling unit, and a group with administrators and an auditor."""

    people: dict[str, Employee]
    cards: dict[str, Card]


async def entered() -> Office:
    group = await office.unit("huachen", None)
    heavy = await office.unit("huachen/heavy", Preset.STRICT)
    net = await office.unit("huachen/net", Preset.FAST)
    people = {
        "hr": await office.employee("liuyang", heavy, Role.HR, name="刘洋"),
        "head": await office.employee("chenmin", heavy, Role.DEPARTMENT_HEAD, name="陈敏"),
        "leader": await office.employee("zhao", heavy, Role.LEADER, name="赵国强"),
        "interviewer": await office.employee("wutong", heavy, Role.INTERVIEWER, name="吴桐"),
        "auditor": await office.employee("sunjing", group, Role.AUDITOR, name="孙静"),
        "system": await office.employee("zhoukai", group, Role.SYSTEM_ADMIN, name="周凯"),
        "security": await office.employee("hanxue", group, Role.SECURITY_ADMIN, name="韩雪"),
        "sibling_hr": await office.employee("wangfang", net, Role.HR, name="王芳"),
    }
    bookings = [await office.booking(heavy, f"马{each}", f"1380000{each}") for each in range(5566, 5570)]
    fast = await office.booking(net, "张伟", "13900008123")
    cards = {
        "confirm": await cancelling.propose(by(people["hr"]), bookings[0], cancelling.Wish("plan_changed")),
        "booking": await _booking_card(people["hr"], bookings[1]),
        "approval": await _approval_card(people["hr"], bookings[2]),
        "request": await _returned(people, bookings[3]),
        "undoable": await _undoable(people, fast),
        "grant": await _grant_card(people, heavy),
        "rules": await _rules_card(people, heavy),
        "purge": await _purge_card(people, heavy),
        "export": await _export_card(people, heavy),
        "erasure": await _erasure_card(people, await office.booking(heavy, "马岱", "13800007788", -TWO_DAYS)),
    }
    return Office(people, cards)


async def _booking_card(holder: Employee, booking: Booking) -> Card:
    account = await outbox.account_of(holder)
    assert account is not None
    return await outbox.hand_card(by(holder), CardPurpose.BOOKING, account, holder=holder, booking=booking)


async def _filed(hr: Employee, booking: Booking) -> CancellationRequest:
    request = await cancelling.request_cancellation(by(hr), booking, cancelling.Wish("plan_changed"), shown=1)
    await evidence.keep_file(by(hr), request, evidence.Material(PNG, "x.png", "m"))
    await cancelling.evidence_came(by(hr), request)
    return request


async def _approval_card(hr: Employee, booking: Booking) -> Card:
    request = await _filed(hr, booking)
    card = await Card.get(request=request, purpose=CardPurpose.APPROVAL)
    await shown.shown_view(card, by(hr), showing)
    return card


async def _request_card(hr: Employee, request: CancellationRequest) -> Card:
    account = await outbox.account_of(hr)
    assert account is not None
    booking = await Booking.get(id=request.booking_id)
    return await outbox.hand_card(by(hr), CardPurpose.REQUEST, account, holder=hr, booking=booking, request=request)


async def _returned(people: dict[str, Employee], booking: Booking) -> Card:
    request = await _filed(people["hr"], booking)
    await approving.send_back(by(people["head"]), await Step.get(request=request, level=1), shown=approving.Shown(1))
    return await _request_card(people["hr"], request)


async def _undoable(people: dict[str, Employee], booking: Booking) -> Card:
    """A decided cancellation inside its grace, in the unit of 王芳; its requester holds it."""
    hr = people["sibling_hr"]
    request = await cancelling.request_cancellation(by(hr), booking, cancelling.Wish("plan_changed"), shown=1)
    return await _request_card(hr, request)


async def _grant_card(people: dict[str, Employee], unit: Any) -> Card:
    wanted = Wanted(GrantChangeKind.GIVE, people["interviewer"], Role.LEADER, unit)
    change = await rights.propose(by(people["system"]), wanted)
    return await Card.get(change=change)


async def _rules_card(people: dict[str, Employee], unit: Any) -> Card:
    return await Card.get(rules=await rules_proposals.propose(by(people["system"]), unit, {"base": "fast"}))


async def _purge_card(people: dict[str, Employee], unit: Any) -> Card:
    await office.old_booking(unit)
    purge = await purge_proposals.propose(by(people["system"]), unit)
    return await Card.get(purge=purge)


async def _export_card(people: dict[str, Employee], unit: Any) -> Card:
    wanted = export_requests.Wanted(unit, "xlsx", Period(), "季度审计")
    return await Card.get(export=await export_requests.ask(by(people["auditor"]), wanted))


async def _erasure_card(people: dict[str, Employee], booking: Booking) -> Card:
    erasure = await erasing.propose(by(people["hr"]), booking, Basis.PURPOSE_OVER)
    return await Card.get(erasure=erasure)


@pytest.fixture
async def made(store: Store) -> Office:
    found: list[Office] = []

    async def work() -> None:
        found.append(await entered())

    await store.transact(work)
    return found[0]


class Undone(Exception):
    """Ends a transaction whose effect was looked at."""


def pressed(key: str, action: str, handle: str, place: int = 0) -> Incoming:
    """Return a press as a platform's envelope brings it."""
    form = {"still_needed": "yes", "comment": "同意"}
    return Incoming(
        Platform.DINGTALK,
        f"press:{key}:{action}:{handle}:{place}",
        "press",
        key,
        press=Press(action, handle),
        form=form,
    )


async def state() -> tuple[object, ...]:
    """Return all that a button could change."""
    return (
        await Booking.all().order_by("id").values_list("status", "revision"),
        await CancellationRequest.all().order_by("id").values_list("status", "revision"),
        await Step.all().order_by("id").values_list("status", "decided_at"),
        await Grant.all().order_by("id").values_list("role"),
        await GrantChange.all().order_by("id").values_list("status"),
        await RulesVersion.all().order_by("id").values_list("status"),
        await Purge.all().order_by("id").values_list("status"),
        await Hold.all().order_by("id").values_list("released_at"),
        await ExportRequest.all().order_by("id").values_list("status"),
        await ErasureRequest.all().order_by("id").values_list("status"),
        await Card.all().order_by("id").values_list("purpose", "closed"),
    )


async def effect(store: Store, incoming: Incoming) -> tuple[bool, Received, list[str]]:
    """Press and look: whether anything changed, what was answered and said; then undo it all."""
    seen: list[tuple[bool, Received, list[str]]] = []

    async def work() -> None:
        before, said = await state(), await OutboxMessage.filter(kind="say").count()
        answer = await receive(incoming, NOW + timedelta(seconds=5))
        rows = await OutboxMessage.filter(kind="say").order_by("posted_at", "id").offset(said)
        seen.append((await state() != before, answer, [str(each.payload) for each in rows]))
        raise Undone

    with pytest.raises(Undone):
        await store.transact(work)
    return seen[0]


def key_of(made: Office, who: str) -> str:
    return made.people[who].key if who in made.people else "stranger"


ASKING = {"approval": {"see", "hand_over", "add"}}  # what they bring is said in the chat, and changes nothing by itself


def holder_of(kind: str) -> str:
    return "sibling_hr" if kind == "undoable" else HOLDERS[kind]


@pytest.mark.parametrize("kind", list(OFFERED))
async def test_exactly_the_allowed_presses_change_something(store: Store, made: Office, kind: str) -> None:
    card, changed = made.cards[kind], set()
    for who, action in product(PRESSERS, sorted(ACTIONS)):
        did, _, _ = await effect(store, pressed(key_of(made, who), action, card.handle))
        changed |= {(who, action)} if did else set()
    assert changed == {(holder_of(kind), action) for action in OFFERED[kind]}


@pytest.mark.parametrize("kind", list(OFFERED))
async def test_a_card_shows_its_holder_exactly_what_they_may_press(made: Office, kind: str) -> None:
    card = await Card.get(id=made.cards[kind].id)
    assert set((await card_view(card, by(now=NOW + timedelta(seconds=5)))).actions) == OFFERED[kind] | ASKING.get(
        kind, set()
    )


@pytest.mark.parametrize("kind", [each for each in OFFERED if each not in ("grant", "purge")])
async def test_a_holder_who_lost_the_role_sees_no_button_and_presses_in_vain(
    store: Store, made: Office, kind: str
) -> None:
    holder = made.people[holder_of(kind)]
    await store.transact(lambda: Grant.filter(employee=holder).delete())
    card = await Card.get(id=made.cards[kind].id)
    allowed = {"dismiss"} if kind == "confirm" else set()  # putting one's own card down needs no right
    view = await card_view(card, by(now=NOW + timedelta(seconds=5)))
    assert set(view.actions) <= allowed
    for action in sorted(ACTIONS - allowed):
        assert not (await effect(store, pressed(holder.key, action, card.handle)))[0], action


def normal(said: list[str]) -> list[str]:
    return [re.sub(r"E[0-9A-F]{6}", "E…", each) for each in said]


@pytest.mark.parametrize("who", ["sibling_hr", "interviewer", "system", "security", "nobody"])
@pytest.mark.parametrize("kind", ["confirm", "booking", "request", "approval"])
async def test_who_may_not_read_a_matter_gets_the_answer_of_a_handle_that_was_never_made(
    store: Store, made: Office, who: str, kind: str
) -> None:
    key = key_of(made, who)
    for action in sorted(ACTIONS):
        _, foreign, told = await effect(store, pressed(key, action, made.cards[kind].handle))
        _, nothing, untold = await effect(store, pressed(key, action, NO_HANDLE))
        assert foreign.answer == nothing.answer
        assert normal(told) == normal(untold) != []


async def test_a_proposal_is_unknown_to_who_may_not_see_rights(store: Store, made: Office) -> None:
    for kind, who in product(("grant", "export"), ("hr", "sibling_hr", "leader", "interviewer")):
        _, foreign, told = await effect(store, pressed(key_of(made, who), "approve", made.cards[kind].handle))
        _, nothing, untold = await effect(store, pressed(key_of(made, who), "approve", NO_HANDLE))
        assert (foreign.answer, normal(told)) == (nothing.answer, normal(untold))


async def test_every_refused_press_is_recorded(store: Store, made: Office) -> None:
    before = await AuditRecord.filter(action="attempt.refused").count()
    press = pressed("wangfang", "approve", made.cards["approval"].handle)
    await store.transact(lambda: receive(press, NOW))
    assert await AuditRecord.filter(action="attempt.refused").count() == before + 1


SENTENCES = (
    "取消 {name} 原因 计划调整",
    "取消 {tail}",
    "取消 {booking} 原因 计划调整",
    "确认取消 {booking} 原因 计划调整",
    "查 {name}",
    "查 {booking}",
    "列表 本月",
    "时间轴 {booking}",
    "时间轴 {request}",
    "撤回 {request}",
    "撤销 {request}",
    "催办 {request}",
    "显示 {booking} 全部 原因 核对身份信息",
    "提交 {request}",
    "同意 {request}",
    "驳回 {request} 不行",
    "退回 {request} 再看",
    "同意 {change}",
    "驳回 {change} 不行",
    "留存冻结 {request} 原因 劳动仲裁",
    "解除冻结 {booking}",
    "留存清单",
    "清理 huachen/heavy 全部到期",
    "清理证明 {purge}",
    "同意 {purge}",
    "驳回 {purge} 不行",
    "同意 {export}",
    "驳回 {export} 不行",
    "导出 {export}",
    "证据包 {request}",
    "证据包 {booking}",
)


async def typed(store: Store, key: str, text: str) -> tuple[bool, list[str]]:
    incoming = Incoming(Platform.DINGTALK, f"text:{key}:{text}", "text", key, text=text)
    did, _, said = await effect(store, incoming)
    return did, normal(said)


@pytest.mark.parametrize("who", ["sibling_hr", "interviewer", "system", "nobody"])
async def test_what_is_typed_about_another_unit_is_answered_like_what_does_not_exist(
    store: Store, made: Office, who: str
) -> None:
    request = await CancellationRequest.get(id=made.cards["approval"].request_id).prefetch_related("booking")
    change = await GrantChange.get(id=made.cards["grant"].change_id)
    real = {"name": "马5568", "tail": "5568", "booking": request.booking.number, "request": request.number}
    none = {"name": "马7799", "tail": "7799", "booking": "Y20261124-000000", "request": "Q20261124-000000"}
    purge = await Purge.get(id=made.cards["purge"].purge_id)
    export = await ExportRequest.get(id=made.cards["export"].export_id)
    theirs = {**real, "change": change.number, "purge": purge.number, "export": export.number}
    nobodys = {
        **none,
        "change": "S20261124-000000",
        "purge": "L20261124-000000",
        "export": "X20261124-000000",
    }
    for sentence in SENTENCES:
        if who == "system" and ("{change}" in sentence or "{purge}" in sentence or "清" in sentence):
            continue  # the proposer may know of it
        changed, told = await typed(store, key_of(made, who), sentence.format(**theirs))
        _, untold = await typed(store, key_of(made, who), sentence.format(**nobodys))
        assert not changed, sentence
        assert told, sentence
        assert _without(told, theirs) == _without(untold, nobodys), sentence


def _without(said: list[str], typed_words: dict[str, str]) -> list[str]:
    for word in typed_words.values():
        said = [each.replace(word, "…") for each in said]
    return said


MORE = ("授权 李雷 HR huachen/net", "收回授权 刘洋 HR huachen/heavy", "权限 刘洋", "待我审批", "同意 1", "1", "帮助")


async def test_an_account_of_nobody_changes_nothing_whatever_it_types(store: Store, made: Office) -> None:
    names = {
        "name": "刘洋",
        "tail": "5568",
        "booking": "Y20261124-0",
        "request": "Q20261124-0",
        "change": "S20261124-0",
        "purge": "L20261124-0",
        "export": "X20261124-0",
    }
    for sentence in (*(each.format(**names) for each in SENTENCES), *MORE):
        changed, told = await typed(store, "stranger", sentence)
        assert not changed
        assert len(told) == 1
        assert "还没有绑定" in told[0]
        assert "刘洋" not in told[0]

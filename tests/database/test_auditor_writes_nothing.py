"""The auditor reads everything in scope and writes nothing: every function that writes is called, every one refuses."""

import importlib
import inspect
import pkgutil
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest

import workflow
from models import Added, Basis, Booking, CancellationRequest, CorrectedField, Employee, Platform, Preset, Role, Step
from models.store import Store
from tests.database import office
from tests.database.office import by
from workflow import (
    access,
    administering,
    approving,
    archiving,
    cancelling,
    commenting,
    delegating,
    delivering,
    deputising,
    directory,
    entering_units,
    erasing,
    evidence,
    founding,
    handing_on,
    holds,
    leaving,
    own_data,
    proposals,
    purge_proposals,
    reminding,
    replying,
    requests,
    returning,
    revealing,
    rights,
    rules_proposals,
)
from workflow.acting import Act
from workflow.errors import NotAllowed, NotFound, NotNow, NotYours
from workflow.rights import GrantChangeKind, Wanted

PNG = b"\x89PNG\r\n\x1a\n"
REFUSALS = (NotAllowed, NotFound, NotYours)
WISH = cancelling.Wish("plan_changed")

READS = {
    "access.booking_for",
    "access.request_for",
    "access.require",
    "access.require_desk",
    "access.require_employee",
    "access.unit_named",
    "access.sees_card",
    "approving.answerable",
    "delegation_views.delegation_view",
    "approving.checked",
    "archiving.state_of",
    "handing_on.require_fit",
    "gone.require_not_purged",
    "cancelling.last_undoable",
    "purge_views.purge_view",
    "cancelling.undoables",
    "cancelling.facts_of",
    "cancelling.preview",
    "card_views.card_view",
    "proposals.named",
    "proposals.on_card",
    "erasure_views.erasure_view",
    "evidence.awaiting",
    "evidence.under_approval",
    "twins.seen",
    "downloads.require_alone",
    "examining.unit_named",
    "examining.units_for",
    "export_requests.require_alone",
    "export_requests.usable",
    "export_views.export_view",
    "own_data.correction_named",
    "pace.units_for",
    "replying.declined_ahead",
    "replying.own_booking",
    "replying.upcoming",
    "rights_views.grant_view",
    "rules_views.rules_view",
    "references.happened",
    "timeline.case_of",
    "timeline.of_booking",
    "trials.at_the_desk",
    "trials.trial",
    "views.booking_seen",
    "views.bookings_seen",
    "views.request_seen",
}
"""Functions that change nothing."""

OWN_NOTES = {
    "saved_queries.auditor_of",
    "saved_queries.forget",
    "saved_queries.named",
    "saved_queries.save",
    "saved_queries.saved_by",
}
"""An auditor's own searches, which nobody else sees: they say nothing about a case."""

READS_ON_RECORD = {
    "certifying.take",
    "downloads.offer_certificate",
    "downloads.end",
    "downloads.note_wrong_code",
    "downloads.offer",
    "downloads.offer_log",
    "downloads.offer_rules",
    "rulebook.take",
    "downloads.take",
    "evidence_viewing.ask",
    "evidence_viewing.note_wrong_code",
    "evidence_viewing.refuse",
    "evidence_viewing.view",
    "examining.ask",
    "examining.note",
    "examining.offer",
    "examining.take_report",
    "export_requests.approve",
    "export_requests.ask",
    "export_requests.reject",
    "export_requests.spend",
    "export_requests.use",
    "export_requests.withdraw",
    "exporting.note_refused",
    "pace.measure",
    "revealing.note_wrong_code",
    "revealing.refuse",
    "viewing.arrange",
    "exporting.note_written",
    "exporting.take_case",
    "exporting.take_log",
    "searching.nearest_positions",
    "searching.nearest_units",
    "searching.search",
    "timeline.note_viewed",
}
"""Functions that leave nothing but the record that somebody read: an auditor's reading is recorded as well."""

OWN_ACCOUNTS = {"linking.issue", "linking.redeem"}
"""Whose accounts these are: it touches no case, and anybody may say it of themselves."""

OF_ONESELF = {
    "briefing.switch",
    "factors.check",
    "factors.confirm",
    "factors.offer",
    "factors.show",
    "passkeys.bind",
    "passkeys.lose",
    "passkeys.note_failure",
    "passkeys.offer",
    "passkeys.revoke",
    "signing_orders.end",
    "signing_orders.laid",
    "signing_orders.offer",
    "signing_orders.signed",
    "stepup.answer",
    "stepup.ask",
    "stepup.lose",
    "stepup.require",
}
"""How anybody, an auditor too, proves who they are a second time: it says nothing about a case."""

OF_THE_LOG = {"anchor_rounds.asked_for"}
"""What an auditor sets going so that others keep the log's checkpoints: it changes no case."""

BEHIND = {
    "anchor_rounds.daily",
    "anchoring.arrange",
    "anchoring.ask",
    "anchoring.keep",
    "anchoring.printed",
    "anchoring.refuse",
    "approving.renew_cards",
    "approving.settle_answer",
    "archiving.arrange",
    "archiving.given_up",
    "archiving.incomplete",
    "archiving.packed",
    "archiving.received",
    "briefing.arrange",
    "briefing.morning",
    "briefing.tell",
    "cancelling.evidence_came",
    "cancelling.expire",
    "cancelling.more_evidence",
    "cancelling.proceed",
    "certifying.keep",
    "certifying.prove",
    "contacts.enter",
    "deadlines.arrange",
    "deadlines.set_timer",
    "copying.tell",
    "delegating.answered",
    "delegating.expire",
    "delegating.taken_back",
    "delivering.no_longer_owed",
    "alerting.tell_holders",
    "drafts.retire",
    "evidence.note_refused",
    "revealing.expire",
    "viewing.days_of",
    "purge_proposals.expire",
    "purging.begin",
    "purging.finish",
    "purging.portion",
    "purging.take_up",
    "retention.arrange",
    "retention.clear",
    "retention.monthly",
    "export_requests.expire",
    "erasing.again",
    "erasing.look_again",
    "erasing.note",
    "erasing.settle",
    "erasing.tell_proposer",
    "erasure_rounds.again",
    "erasure_rounds.carry_out",
    "erasure_rounds.due",
    "erasure_rounds.expire",
    "erasure_rounds.remind",
    "erasure_wishes.promise",
    "erasure_wishes.wait",
    "leaving_erasures.hand_on",
    "overdue.rang",
    "own_data.note_shown",
    "restricting.begin",
    "restricting.look_at",
    "restricting.restrict",
    "restricting.restrict_later",
    "returning.close",
    "returning.expire",
    "approving.confirmed",
    "confirm_links.end",
    "confirm_links.note_failure",
    "confirm_links.note_shown",
    "confirm_links.offer",
    "confirming.confirm",
    "revising.new_evidence",
    "revising.told_apart",
    "shown.keep",
    "shown.shown_view",
    "proposals.hand_out",
    "proposals.lapsed",
    "proposals.lay_before",
    "proposals.redraw",
    "proposals.settle",
    "proposals.withdraw",
    "rights.end",
    "rights.expire",
    "rules_proposals.expire",
    "unconfirmed.close",
    "unconfirmed.settle",
    "unconfirmed.tell",
    "unconfirmed.watch",
}
MACHINERY = ("audit", "chain", "checkpoints", "outbox", "requests")
"""What runs behind a function that has asked for the right, or on the clock; no door calls it for a person."""


class Case:
    """A strict unit with a request on its way, a booking beside it, and an auditor above."""

    async def enter(self) -> None:
        self.group = await office.unit("huachen", None)
        self.unit = await office.unit("huachen/heavy", Preset.STRICT)
        self.hr = await office.employee("liuyang", self.unit, Role.HR, name="刘洋")
        head = await office.employee("chenmin", self.unit, Role.DEPARTMENT_HEAD, name="陈敏")
        await office.employee("zhao", self.unit, Role.LEADER, name="赵国强")
        self.system = await office.employee("zhoukai", self.group, Role.SYSTEM_ADMIN, name="周凯")
        self.security = await office.employee("hanxue", self.group, Role.SECURITY_ADMIN, name="韩雪")
        self.auditor: Employee = await office.employee("sunjing", self.group, Role.AUDITOR, name="孙静")
        self.booking: Booking = await office.booking(self.unit)
        self.other: Booking = await office.booking(self.unit, "马超", "13800005566")
        self.declined: Booking = await office.booking(self.unit, "高原", "13800003344")
        await replying.decline(by(self.declined.candidate), self.declined, "来不了")
        await returning.ask(by(self.declined.candidate), self.declined, "我要参加")
        request = await cancelling.request_cancellation(by(self.hr), self.booking, WISH, shown=1)
        await evidence.keep_file(by(self.hr), request, evidence.Material(PNG, "x.png", "m"))
        await cancelling.evidence_came(by(self.hr), request)
        self.request: CancellationRequest = await requests.reload(request.id)
        self.step = await Step.get(request=request, level=1)
        link = await revealing.ask(by(self.hr), self.booking.number, [revealing.Kind.PHONE], "核对身份信息")
        assert link is not None
        self.link = link
        wanted = Wanted(GrantChangeKind.GIVE, self.hr, Role.LEADER, self.unit)
        self.change = await rights.propose(by(self.system), wanted)
        self.delegation = await delegating.propose(by(head), self.hr, self.booking.starts_at)
        self.old = await office.old_booking(self.unit)
        self.rules = await rules_proposals.propose(by(self.system), self.unit, {"base": "fast"})
        self.purge = await purge_proposals.propose(by(self.system), self.unit)
        self.held: Booking = await office.old_booking(self.unit, "钱久", "13800002222")
        await holds.place(by(self.security), self.held.number, "劳动仲裁")
        self.past: Booking = await office.booking(self.unit, "马岱", "13800007788", ahead=timedelta(days=-2))
        before: Booking = await office.booking(self.unit, "马谡", "13800007799", ahead=timedelta(days=-2))
        self.erasure = (await erasing.wished(by(before.candidate), before.candidate))[0]
        name = CorrectedField.NAME
        self.correction = await own_data.ask_for_correction(by(before.candidate), before.candidate, name, "马速")

    def wanted(self) -> Wanted:
        """Return an authorisation that would make sense."""
        return Wanted(GrantChangeKind.GIVE, self.hr, Role.DEPARTMENT_HEAD, self.unit)

    def new(self) -> administering.NewBooking:
        """Return a booking to enter."""
        return administering.NewBooking("会计", self.booking.starts_at, frozenset({"w:马超"}))


Write = Callable[[Act, Case], Awaitable[Any]]
TWO = {role: founding.Founder(role, role) for role in (Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN)}
WRITES: dict[str, Write] = {
    "administering.add_booking": lambda a, c: administering.add_booking(a, c.unit, c.booking.candidate, c.new()),
    "administering.add_employee": lambda a, c: administering.add_employee(
        a, "sunjing", "孙静", c.unit, [Role.HR], [Platform.DINGTALK]
    ),
    "administering.add_organisation": lambda a, _: administering.add_organisation(a, "huachen/new", "新单位", None),
    "administering.change_booking": lambda a, c: administering.change_booking(a, c.booking, c.new()),
    "administering.invite": lambda a, c: administering.invite(a, c.booking.candidate),
    "administering.issue_link": lambda a, c: administering.issue_link(a, c.booking),
    "administering.make_room": lambda a, c: administering.make_room(a, c.booking),
    "approving.approve": lambda a, c: approving.approve(a, c.step, shown=approving.Shown(1)),
    "approving.decide_consequence": lambda a, c: approving.decide_consequence(a, c.step, keep=False),
    "handing_on.add": lambda a, c: handing_on.add(a, c.step, c.system, Added.BESIDE, shown=approving.Shown(1)),
    "handing_on.hand_on": lambda a, c: handing_on.hand_on(a, c.step, c.system, shown=approving.Shown(1)),
    "handing_on.send_to_level": lambda a, c: handing_on.send_to_level(a, c.step, 1, shown=approving.Shown(1)),
    "approving.reject": lambda a, c: approving.reject(a, c.step, shown=approving.Shown(1), comment="不行"),
    "approving.send_back": lambda a, c: approving.send_back(a, c.step, shown=approving.Shown(1)),
    "approving.take_back": lambda a, c: approving.take_back(a, c.step),
    "archiving.again": lambda a, c: archiving.again(a, c.request.number),
    "cancelling.propose": lambda a, c: cancelling.propose(a, c.other, WISH),
    "cancelling.request_cancellation": lambda a, c: cancelling.request_cancellation(a, c.other, WISH, shown=1),
    "cancelling.submit": lambda a, c: cancelling.submit(a, c.request),
    "cancelling.undo": lambda a, c: cancelling.undo(a, c.request),
    "cancelling.withdraw": lambda a, c: cancelling.withdraw(a, c.request),
    "commenting.comment": lambda a, c: commenting.comment(a, c.request, "请看附件"),
    "delegating.accept": lambda a, c: delegating.accept(a, c.delegation),
    "delegating.cancel": lambda a, _: delegating.cancel(a),
    "delegating.decline": lambda a, c: delegating.decline(a, c.delegation),
    "delegating.propose": lambda a, c: delegating.propose(a, c.hr, c.booking.starts_at),
    "delegating.withdraw": lambda a, c: delegating.withdraw(a, c.delegation),
    "delivering.told_by_phone": lambda a, c: delivering.told_by_phone(a, c.request),
    "deputising.set_deputy": lambda a, c: deputising.set_deputy(a, c.hr, c.system),
    "directory.become": lambda a, c: directory.become(a, Platform.DINGTALK, "liuyang", None),
    "directory.refuse": lambda a, _: directory.refuse(a, Platform.DINGTALK, 3, 4),
    "evidence.keep_file": lambda a, c: evidence.keep_file(a, c.request, evidence.Material(PNG, "y.png", "n")),
    "evidence.keep_reply": lambda a, c: evidence.keep_reply(a, c.request, "来不了", "s"),
    "entering_units.enter": lambda a, _: entering_units.enter(a, "huachen/new", "新单位", Preset.FAST),
    "founding.found": lambda a, _: founding.found(a, founding.Founder("x", "x"), Platform.DINGTALK, TWO),
    "holds.place": lambda a, c: holds.place(a, c.old.number, "劳动仲裁"),
    "holds.release": lambda a, c: holds.release(a, c.held.number),
    "purge_proposals.approve": lambda a, c: purge_proposals.approve(a, c.purge),
    "purge_proposals.propose": lambda a, c: purge_proposals.propose(a, c.unit),
    "rules_proposals.approve": lambda a, c: rules_proposals.approve(a, c.rules),
    "rules_proposals.propose": lambda a, c: rules_proposals.propose(a, c.group, {"base": "fast"}),
    "rules_proposals.reject": lambda a, c: rules_proposals.reject(a, c.rules),
    "rules_proposals.withdraw": lambda a, c: rules_proposals.withdraw(a, c.rules),
    "purge_proposals.withdraw": lambda a, c: purge_proposals.withdraw(a, c.purge),
    "purge_proposals.reject": lambda a, c: purge_proposals.reject(a, c.purge),
    "leaving.leave": lambda a, c: leaving.leave(a, c.hr, source="dingtalk"),
    "erasing.approve": lambda a, c: erasing.approve(a, c.erasure),
    "erasing.propose": lambda a, c: erasing.propose(a, c.past, Basis.PURPOSE_OVER),
    "erasing.withdraw": lambda a, c: erasing.withdraw(a, c.erasure),
    "erasing.reject": lambda a, c: erasing.reject(a, c.erasure, comment="不行"),
    "erasing.suggest": lambda a, c: erasing.suggest(a, c.past.candidate, Basis.ASKED, by_candidate=True),
    "erasing.wished": lambda a, c: erasing.wished(a, c.past.candidate),
    "own_data.ask_for_correction": lambda a, c: own_data.ask_for_correction(
        a, c.past.candidate, CorrectedField.NAME, "马潮"
    ),
    "own_data.copies": lambda a, c: own_data.copies(a, [c.past.candidate.id]),
    "own_data.correct": lambda a, c: own_data.correct(a, c.correction, lambda name, phone: frozenset()),
    "own_data.refuse_correction": lambda a, c: own_data.refuse_correction(a, c.correction, "不对"),
    "reminding.remind": lambda a, c: reminding.remind(a, c.request),
    "replying.ask_for_another_time": lambda a, c: replying.ask_for_another_time(a, c.booking, "周五"),
    "replying.call_without_booking": lambda a, c: replying.call_without_booking(a, c.booking.candidate.id, "请回电"),
    "replying.decline": lambda a, c: replying.decline(a, c.other, "来不了"),
    "replying.keep": lambda a, c: replying.keep(a, c.other),
    "replying.pass_on": lambda a, c: replying.pass_on(a, c.other, "问一下"),
    "returning.ask": lambda a, c: returning.ask(a, c.declined, "我要参加"),
    "returning.leave": lambda a, c: returning.leave(a, c.declined.id),
    "returning.restore": lambda a, c: returning.restore(a, c.declined.id),
    "revealing.ask": lambda a, c: revealing.ask(a, c.booking.number, list(revealing.Kind), "核对身份信息"),
    "revealing.show": lambda a, c: revealing.show(a, c.link),
    "rights.approve": lambda a, c: rights.approve(a, c.change),
    "rights.propose": lambda a, c: rights.propose(a, c.wanted()),
    "rights.withdraw": lambda a, c: rights.withdraw(a, c.change),
    "rights.reject": lambda a, c: rights.reject(a, c.change),
}
"""Every function through which a person changes something."""


@pytest.fixture
async def case(store: Store) -> Case:
    made = Case()
    await store.transact(made.enter)
    return made


def acting() -> set[str]:
    """Name every public function of the workflow that is handed an Act."""
    found = set()
    for module in pkgutil.iter_modules(workflow.__path__):
        loaded = importlib.import_module(f"workflow.{module.name}")
        found |= {
            f"{module.name}.{name}"
            for name, function in inspect.getmembers(loaded, inspect.iscoroutinefunction)
            if function.__module__ == loaded.__name__
            and not name.startswith("_")
            and "act" in inspect.signature(function).parameters
            and module.name not in MACHINERY
        }
    return found


def test_every_function_that_somebody_acts_through_is_known_here() -> None:
    """A new one must be put into one of these lists, and into WRITES when it changes something for a person."""
    allowed = READS | OWN_NOTES | READS_ON_RECORD | OWN_ACCOUNTS | OF_ONESELF | OF_THE_LOG | BEHIND
    assert acting() == allowed | set(WRITES)


@pytest.mark.parametrize("name", list(WRITES))
async def test_the_auditor_is_refused_by_every_function_that_writes(store: Store, case: Case, name: str) -> None:
    refusals = (*REFUSALS, NotNow) if name == "founding.found" else REFUSALS
    with pytest.raises(refusals):
        await store.transact(lambda: WRITES[name](by(case.auditor), case))


async def test_the_auditor_reads_what_is_in_scope(case: Case) -> None:
    assert (await access.booking_for(by(case.auditor), case.booking.id)).number == case.booking.number
    assert (await access.request_for(by(case.auditor), case.request.id)).number == case.request.number
    assert (await proposals.named(by(case.auditor), rights.KIND, case.change.number)).number == case.change.number


async def test_the_same_calls_are_no_empty_shells(store: Store, case: Case) -> None:
    """What is refused above works for who may do it, so that the refusal is about the right."""
    await store.transact(lambda: WRITES["reminding.remind"](by(case.hr), case))
    await store.transact(lambda: WRITES["revealing.ask"](by(case.hr), case))
    await store.transact(lambda: WRITES["revealing.show"](by(case.hr), case))
    await store.transact(lambda: WRITES["cancelling.propose"](by(case.hr), case))
    await store.transact(lambda: WRITES["evidence.keep_file"](by(case.hr), case))
    await store.transact(lambda: WRITES["rights.propose"](by(case.system), case))
    await store.transact(lambda: WRITES["cancelling.withdraw"](by(case.hr), case))
    await store.transact(lambda: WRITES["purge_proposals.reject"](by(case.security), case))
    await store.transact(lambda: WRITES["purge_proposals.propose"](by(case.system), case))
    await store.transact(lambda: WRITES["rules_proposals.propose"](by(case.system), case))
    await store.transact(lambda: WRITES["rules_proposals.approve"](by(case.security), case))
    await store.transact(lambda: WRITES["holds.release"](by(case.security), case))
    await store.transact(lambda: WRITES["holds.place"](by(case.security), case))
    await store.transact(lambda: WRITES["erasing.propose"](by(case.hr), case))
    await store.transact(lambda: WRITES["own_data.correct"](by(case.hr), case))
    await store.transact(lambda: WRITES["replying.keep"](by(case.other.candidate), case))

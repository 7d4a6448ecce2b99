"""Plays a history against the program on a real SQLite file, through the door by which people type."""

import re
import shutil
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from cards.showing import showing
from handlers import timers
from handlers.receiving import receive
from handlers.routing import Incoming
from models import (
    Booking,
    CancellationRequest,
    Card,
    Delegation,
    Employee,
    Organisation,
    OutboxMessage,
    OutboxStatus,
    Platform,
    Step,
    StepStatus,
)
from models.store import Store
from tests.approvals import ending
from tests.approvals.clock_model import ABOVE, ASKED, REMINDED, Timed
from tests.approvals.documents import document_of, later_document, put_in_force
from tests.approvals.histories import (
    AHEAD,
    ANSWERS,
    DEPUTIES,
    FILED,
    NAMES,
    REQUESTER,
    SECOND,
    History,
    Move,
    begin,
    follow,
)
from tests.approvals.rows import Rows
from tests.database import chains, office
from tests.database.office import NOW, by
from workflow import approving, cancelling, checkpoints, deputising
from workflow.deadlines import STAGES
from workflow.errors import Refusal
from workflow.shown import shown_view

PEOPLE = {**chains.NAMES, "admin": "周凯"}
UNIT = "huachen/heavy"
TIMERS, DEADLINES = ("carry_out", "expire", "delegation_end", *STAGES), (REMINDED, ASKED, ABOVE)
WORDS = {
    "yes": "同意 {q}",
    "no": "驳回 {q} 理由不成立",
    "back": "退回 {q} 请补一份证明",
    "return": "退回 {q} 到 {level} 请再核一下",
    "hand": "转交 {q} {to}",
    "before": "前加签 {q} {to}",
    "after": "后加签 {q} {to}",
    "beside": "并加签 {q} {to}",
    "withdraw": "撤回 {q}",
    "undo": "撤销 {q}",
    "submit": "提交 {q}",
    "delegate": "委托 {to} 至 {until}{most}",
    "accept": "同意 {w}",
    "cancel": "委托 取消",
}
CHANGED = "请看过更新后的卡片再决定"  # docs/approving.md: 先把新卡片发给你
REFUSED = re.compile(r"E[0-9A-F]{6}")


def key_of(who: str) -> str:
    """Return the key of an employee, whom the model may know by another word."""
    return "zhoukai" if who == "admin" else who


def _model_of(key: str) -> str:
    return "admin" if key == "zhoukai" else key


@dataclass
class Game:
    """One store with one request and everybody who may touch it; `decided` is what was accepted, by whom.

    `passed` are the seconds since the request was filed, `rows` what is committed.
    """

    at: Path
    store: Store
    rows: Rows
    names: dict[str, str]
    passed: int = 0
    rung: datetime = NOW
    read: int = 0
    request: CancellationRequest | None = None
    last: Incoming | None = None
    sent: int = 0
    versions: int = 1
    said: str = ""
    decided: list[tuple[str, str]] = field(default_factory=list)

    @classmethod
    async def open(cls, at: Path) -> "Game":
        """Open the store in a file."""
        store = Store(f"sqlite://{at}")
        await store.open()
        rows = Rows(at)
        return cls(at, store, rows, {word: _model_of(key) for word, key in rows.pseudonyms().items()})

    async def close(self) -> None:
        """Close the store."""
        self.rows.close()
        await self.store.close()

    @property
    def now(self) -> datetime:
        """Return what time it is in this game."""
        return NOW + timedelta(seconds=self.passed)

    async def file(self, history: History) -> None:
        """File a request under the rules of the history."""

        async def work() -> CancellationRequest:
            await self._new_rules(document_of(history))
            booking = await Booking.get(starts_at=NOW + timedelta(seconds=history.ahead))
            hr, wish = await Employee.get(key=REQUESTER), cancelling.Wish("plan_changed")
            return await cancelling.request_cancellation(by(hr), booking, wish, shown=booking.revision)

        self.request = await self.store.transact(work)
        await self.clock()

    async def _new_rules(self, document: dict[str, object]) -> None:
        self.versions += 1
        await put_in_force(await Organisation.get(path=UNIT), document, self.versions)

    async def play(self, move: Move) -> bool | None:
        """Make a move; returns whether it was accepted, None where nobody is answered."""
        self.passed += SECOND
        await self.clock()
        match move.what:
            case "clock":
                self.passed += move.until
            case "again" if last := self.last:
                await self.store.transact(lambda: receive(last, self.now))
            case "restart" | "standstill":
                await self._restart(move.until)
            case "policy":
                await self.store.transact(lambda: self._new_rules(later_document(self.versions)))
            case "take_back":
                return await self._takes_back(move)
            case "again":
                pass
            case _:
                return await self._says(move)
        await self.clock()
        return None

    async def _restart(self, after: int) -> None:
        """Let the program end and begin anew so many seconds later; what was due meanwhile rings then."""
        await self.close()
        self.store, self.rows = Store(f"sqlite://{self.at}"), Rows(self.at)
        await self.store.open()
        self.passed += after
        self.rung = self.now

    async def _says(self, move: Move, *, again: bool = True) -> bool:
        """Let somebody type; whose card has changed since they saw it looks at the new one and types again, once."""
        assert self.request is not None
        text = WORDS[move.what].format(
            q=self.request.number,
            to=PEOPLE.get(move.to, ""),
            level=NAMES[move.level],
            until=(NOW + timedelta(seconds=move.until - FILED, hours=8)).strftime("%Y-%m-%d %H:%M"),
            most=f" 至多 {move.most} 级" if move.most else "",
            w=await self._offer(move) if move.what == "accept" else "",
        )
        if move.what in ANSWERS and (cards := self.rows.cards_for(key_of(move.who))):
            await self.store.transact(lambda: self._sees(cards))
        before = {*self.rows.said_to(key_of(move.who))}
        self.sent += 1
        incoming = Incoming(Platform.DINGTALK, f"text:{self.sent}", "text", key_of(move.who), text=text)
        self.last = incoming
        await self.store.transact(lambda: receive(incoming, self.now))
        new = [each for each in self.rows.said_to(key_of(move.who)) if each not in before]
        answers = await OutboxMessage.filter(id__in=new).order_by("posted_at") if new else ()
        self.said = f"{move.who}: {text} → {'; '.join(str(each.payload) for each in answers)}"
        await self.clock()
        accepted = not REFUSED.search(self.said)
        if again and CHANGED in self.said:
            return await self._says(move, again=False)
        self.decided += [(move.what, key_of(move.who))] if accepted and move.what in ending.DECISIONS else []
        return accepted

    async def _sees(self, cards: list[str]) -> None:
        """Let somebody look at the cards that came to them, as they are now."""
        for card in await Card.filter(id__in=cards):
            await shown_view(card, by(now=self.now), showing)
            await OutboxMessage.filter(card_id=card.id).update(status=OutboxStatus.SENT)
            card.delivered_at = self.now
            await card.save(update_fields=["delivered_at"])

    async def _offer(self, move: Move) -> str:
        found = await Delegation.filter(principal__key=key_of(move.to)).order_by("-asked_at").first()
        return found.number if found else "W20261124-099"

    async def _takes_back(self, move: Move) -> bool:
        assert self.request is not None
        employee = await Employee.get(key=key_of(move.who))
        steps = Step.filter(request=self.request, decided_by=employee, status=StepStatus.APPROVED)
        newest = steps.order_by("-revision", "-decided_at", "-round", "-level")
        step = await newest.first() or await Step.filter(request=self.request).first()
        self.said = ""
        if step is None:
            return False
        try:
            await self.store.transact(lambda: approving.take_back(by(employee, now=self.now), step))
        except Refusal as refusal:
            self.said = f"{refusal.code} {refusal.facts}"
            return False
        finally:
            await self.clock()
        return True

    async def clock(self) -> None:
        """Let every timer ring that is due, each at its time or when the program runs again, and those it sets."""
        while (due := self.rows.next_timer(TIMERS, self.now)) is not None:
            self.rung = max(self.rung, due)
            await self.store.transact(self._rings)
        self.rung = self.now

    async def _rings(self) -> None:
        due = OutboxMessage.filter(kind="timer", topic__in=TIMERS, status=OutboxStatus.WAITING)
        for row in await due.filter(not_before__lte=self.rung).order_by("not_before"):
            row.status = OutboxStatus.SENT
            await row.save(update_fields=["status"])
            await timers.rang(by(now=self.rung, via="clock"), row)

    def state(self) -> tuple[str, list[str]]:
        """Return how the request stands, and who is asked."""
        assert self.request is not None
        status, asked = self.rows.standing(str(self.request.id))
        return status, sorted(map(_model_of, asked)) if status == "awaiting_approval" else []

    def heard(self) -> list[tuple[float, str, int, str, list[str]]]:
        """Return what deadlines brought about since this was asked last, as the model says it, from the log."""
        assert self.request is not None
        found = list[tuple[float, str, int, str, list[str]]]()
        for row, action, line in self.rows.records(self.request.number, DEADLINES, self.read):
            self.read = row
            at, data = datetime.fromisoformat(line["at"]), line["data"]
            to = sorted(self.names[each] for each in data["to"])
            found.append(((at - NOW).total_seconds() + FILED, action, data["level"] - 1, self.names[data["for"]], to))
        return found

    async def faults(self) -> str:
        """Return what is wrong with what is left behind; the log is signed before."""
        assert self.request is not None
        request, log = self.request, self.request.organisation.origin
        await self.store.transact(lambda: checkpoints.sign_log(by(now=self.now, via="clock"), log))
        return await ending.faults(request, log, self.decided)


async def office_file(template: Path, made: Path) -> None:
    """Write a store with the company and an interview at each distance, to be copied for each history."""
    shutil.copy(template, made)
    store = Store(f"sqlite://{made}")
    await store.open()
    company = chains.Company(store)

    async def work() -> None:
        await company.enter()
        for who, deputy in DEPUTIES.items():
            await deputising.set_deputy(by(company.person(who)), company.person(who), company.person(deputy))
        for ahead in sorted(set(AHEAD)):
            await office.booking(company.unit, phone=office.some_phone(), ahead=timedelta(seconds=ahead))

    await store.transact(work)
    await store.close()


async def disagreement(office_at: Path, at: Path, history: History) -> str:
    """Play a history beside the model; returns the first thing on which they disagree, or nothing."""
    for leftover in at.parent.glob(f"{at.name}*"):
        leftover.unlink()
    shutil.copy(office_at, at)
    game = await Game.open(at)
    try:
        return await _compared(game, history)
    except Exception as error:
        return f"{type(error).__name__}: {error}; {game.said}"
    finally:
        await game.close()


async def _compared(game: Game, history: History) -> str:
    model = begin(history)
    try:
        await game.file(history)
    except Refusal as refusal:
        return "" if model.status() == "refused" else f"filing: refused {refusal.code}, model {model.status()}"
    if found := _differs(game, model):
        return f"filing: {found}"
    for number, move in enumerate(history.moves):
        wanted, was = follow(model, move), await game.play(move)
        if wanted != was:
            return f"{number} {move}: accepted {was}, model {wanted}; {game.said}"
        if found := _differs(game, model):
            return f"{number} {move}: {found}"
    return await game.faults()


def _differs(game: Game, model: Timed) -> str:
    wanted, found = (model.status(), sorted(p.who for p in model.asked())), game.state()
    due, rung, model.heard = sorted(model.heard), sorted(game.heard()), []
    if wanted != found:
        return f"{found}, model {wanted}; {game.said}"
    return "" if due == rung else f"the clock did {rung}, model {due}; {game.said}"


async def shortest(office_at: Path, at: Path, history: History) -> History:
    """Return the history without every move that can be left out while program and model still disagree."""

    async def fails(tried: History) -> bool:
        return bool(await disagreement(office_at, at, tried))

    return await shorter(history, fails)


async def shorter(history: History, fails: Callable[[History], Awaitable[bool]]) -> History:
    """Return the history without every move that can be left out while it still fails."""
    for index in reversed(range(len(history.moves))):
        tried = History(history.steps, history.ahead, (*history.moves[:index], *history.moves[index + 1 :]))
        history = tried if await fails(tried) else history
    return history

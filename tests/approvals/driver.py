"""Plays a history against the program on a real SQLite file, through the door by which people type."""

import re
import shutil
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from handlers.receiving import receive
from handlers.routing import Incoming
from models import (
    CancellationRequest,
    Delegation,
    Employee,
    Organisation,
    OutboxMessage,
    Platform,
    Preset,
    Step,
    StepStatus,
)
from models.store import Store
from tests.approvals.histories import FILED, NAMES, REQUESTER, History, Move, begin, follow
from tests.database import chains, office, talking
from tests.database.office import NOW, by
from workflow import approving, cancelling, delegating, evidence, requests
from workflow.errors import Refusal
from workflow.plans import Otherwise, Signing, StepPlan, as_kept

PEOPLE = {**chains.NAMES, "admin": "周凯"}
SIGNING = {"one": Signing.ONE, "any": Signing.ANY, "all": Signing.ALL, "votes": Signing.VOTES}
OTHERWISE = {("nobody",): Otherwise.PARENT, (): Otherwise.SKIP, ("admin",): Otherwise.ADMINISTRATOR}
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
REFUSED = re.compile(r"E[0-9A-F]{6}")


def key_of(who: str) -> str:
    """Return the key of an employee, whom the model may know by another word."""
    return "zhoukai" if who == "admin" else who


def plans_for(history: History) -> tuple[StepPlan, ...]:
    """Return the steps of a history as the program's rules describe them."""
    return tuple(
        StepPlan(
            NAMES[level],
            tuple("person:nobody" if each == "role:nobody" else each for each in step["who"]),
            sign=SIGNING[step["sign"]],
            votes=step["votes"],
            in_turn=step["in_turn"],
            beside=step["beside"],
            repeats=step["repeats"],
            otherwise=OTHERWISE[tuple(step["otherwise"])],
        )
        for level, step in enumerate(history.steps)
    )


def _is_for(row: OutboxMessage, key: str) -> bool:
    employee = row.account.employee if row.account else None
    return employee is not None and employee.key == key


@dataclass
class Game:
    """One store with one request and everybody who may touch it."""

    url: str
    store: Store
    passed: int = 0
    request: CancellationRequest | None = None
    last: Incoming | None = None
    sent: int = 0
    said: str = ""

    @property
    def now(self) -> datetime:
        """Return what time it is in this game."""
        return NOW + timedelta(seconds=self.passed)

    async def file(self, history: History) -> None:
        """File a request whose chain is that of the history."""

        async def work() -> CancellationRequest:
            unit = await Organisation.get(path="huachen/heavy")
            hr = await Employee.get(key=REQUESTER)
            booking = await office.booking(unit, ahead=timedelta(seconds=history.ahead))
            request = await cancelling.request_cancellation(by(hr), booking, cancelling.Wish("plan_changed"), shown=1)
            request.policy = {**request.policy, "steps": as_kept(plans_for(history))}
            await request.save(update_fields=["policy"])
            await evidence.keep_file(by(hr), request, evidence.Material(chains.PNG, "x.png", "m"))
            await cancelling.evidence_came(by(hr), await requests.reload(request.id))
            return await requests.reload(request.id)

        self.request = await self.store.transact(work)
        await self.clock()

    async def play(self, move: Move) -> bool | None:
        """Make a move; returns whether it was accepted, None where nobody is answered."""
        match move.what:
            case "clock":
                self.passed += move.until
            case "again" if last := self.last:
                await self.store.transact(lambda: receive(last, self.now))
            case "restart":
                await self.store.close()
                self.store = Store(self.url)
                await self.store.open()
            case "policy":
                await self.store.transact(self._other_rules)
            case "take_back":
                return await self._takes_back(move)
            case "again":
                pass
            case _:
                return await self._says(move)
        await self.clock()
        return None

    async def _other_rules(self) -> None:
        unit = await Organisation.get(path="huachen/heavy")
        unit.preset = Preset.FAST if unit.preset == Preset.STRICT else Preset.STRICT
        await unit.save(update_fields=["preset"])

    async def _says(self, move: Move) -> bool:
        assert self.request is not None
        text = WORDS[move.what].format(
            q=self.request.number,
            to=PEOPLE.get(move.to, ""),
            level=NAMES[move.level],
            until=(NOW + timedelta(seconds=move.until - FILED, hours=8)).strftime("%Y-%m-%d %H:%M"),
            most=f" 至多 {move.most} 级" if move.most else "",
            w=await self._offer(move),
        )
        await talking.deliver_cards(self.store, self.now)
        before = await OutboxMessage.filter(kind="say").count()
        self.sent += 1
        incoming = Incoming(Platform.DINGTALK, f"text:{self.sent}", "text", key_of(move.who), text=text)
        self.last = incoming
        await self.store.transact(lambda: receive(incoming, self.now))
        rows = await OutboxMessage.filter(kind="say").order_by("posted_at").prefetch_related("account__employee")
        new = [each for each in rows if _is_for(each, key_of(move.who))]
        self.said = f"{move.who}: {text} → " + (str(new[-1].payload) if len(rows) > before and new else "")
        await self.clock()
        return not REFUSED.search(self.said)

    async def _offer(self, move: Move) -> str:
        found = await Delegation.filter(principal__key=key_of(move.to)).order_by("-asked_at").first()
        return found.number if found else "W20261124-099"

    async def _takes_back(self, move: Move) -> bool:
        assert self.request is not None
        employee = await Employee.get(key=key_of(move.who))
        steps = Step.filter(request=self.request, decided_by=employee, status=StepStatus.APPROVED).order_by(
            "-decided_at"
        )
        step = await steps.first() or await Step.filter(request=self.request).first()
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
        """Do what the clock does."""

        async def work() -> None:
            act = by(now=self.now, via="clock")
            assert self.request is not None
            request = await requests.reload(self.request.id)
            if not await requests.carry_out(act, request) and self.now >= request.booking.starts_at:
                await cancelling.expire(act, await requests.reload(request.id))
            for each in await Delegation.filter(expires_at__lte=self.now):
                await delegating.expire(act, str(each.id))

        await self.store.transact(work)

    async def state(self) -> tuple[str, list[str]]:
        """Return how the request stands, and who is asked."""
        assert self.request is not None
        fresh = await CancellationRequest.get(id=self.request.id)
        if fresh.status != "awaiting_approval":
            return str(fresh.status), []
        return str(fresh.status), sorted("admin" if key == "zhoukai" else key for key in await chains.asked(fresh))


async def office_file(template: Path, made: Path) -> None:
    """Write a store in which the company is entered, to be copied for each history."""
    shutil.copy(template, made)
    store = Store(f"sqlite://{made}")
    await store.open()
    await store.transact(chains.Company(store).enter)
    await store.close()


async def disagreement(office_at: Path, at: Path, history: History) -> str:
    """Play a history beside the model; returns the first thing on which they disagree, or nothing."""
    for leftover in at.parent.glob(f"{at.name}*"):
        leftover.unlink()
    shutil.copy(office_at, at)
    store = Store(f"sqlite://{at}")
    await store.open()
    try:
        game = Game(f"sqlite://{at}", store)
        return await _compared(game, history)
    finally:
        await game.store.close()


async def _compared(game: Game, history: History) -> str:
    model = begin(history)
    try:
        await game.file(history)
    except Refusal as refusal:
        return "" if model.status() == "refused" else f"filing: refused {refusal.code}, model {model.status()}"
    if found := _differs(game, model.status(), [p.who for p in model.asked()], await game.state()):
        return f"filing: {found}"
    for number, move in enumerate(history.moves):
        wanted, was = follow(model, move), await game.play(move)
        if wanted != was:
            return f"{number} {move}: accepted {was}, model {wanted}; {game.said}"
        if found := _differs(game, model.status(), [p.who for p in model.asked()], await game.state()):
            return f"{number} {move}: {found}"
    return ""


def _differs(game: Game, status: str, asked: list[str], found: tuple[str, list[str]]) -> str:
    wanted = (status, sorted(asked))
    return "" if wanted == found else f"{found}, model {wanted}; {game.said}"


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

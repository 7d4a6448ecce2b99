"""Random histories of approvals as pure data: the same seed makes the same rules, moves, repeats and restarts."""

import random
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from tests.approvals.clock_model import Timed
from tests.approvals.model import OPEN, Model

FILED = 34200  # when a request is filed: 09:30, in seconds of that day, as all times here
ROLES = {"hr": ["liuyang"], "department_head": ["chenmin"], "leader": ["qian", "sunli", "zhao"], "nobody": []}
DEPUTIES = {"chenmin": "zhao", "qian": "lina", "zhao": "chenmin", "sunli": "liuyang"}  # the requester's too: in vain
REQUESTER, COLLEAGUES = "liuyang", ("chenmin", "qian", "sunli", "zhao", "lina")
EVERYBODY = (REQUESTER, *COLLEAGUES, "admin")
NAMES = ("甲级", "乙级", "丙级", "丁级", "戊级")
SECOND, MINUTE, HOUR = 1, 60, 3600
AHEAD = (150 * HOUR, 48 * HOUR, 48 * HOUR, 30 * HOUR, 3 * HOUR, 20 * MINUTE)  # from days and a weekend to too late
WHO = (["role:leader"], ["role:department_head"], ["role:leader", "role:department_head"], ["role:hr", "role:leader"])
ANSWERS = ("yes",) * 10 + ("no", "back", "return", "return", "hand", "hand", "before", "after", "beside", "beside")
OTHERS = ("take_back", "take_back", "delegate", "delegate", "delegate") * 2 + ("cancel", "withdraw", "undo", "submit")
UNREST = ("clock",) * 4 + ("again",) * 2 + ("restart", "standstill", "policy")


@dataclass(frozen=True)
class Move:
    """One attempt: `what` by `who`; `until` is when a delegation ends or how far the clock goes, `level` from 0.

    A `standstill` is a restart with nobody there for that long.
    """

    what: str
    who: str = ""
    to: str = ""
    level: int = 0
    until: int = 0
    most: int = 0


@dataclass(frozen=True)
class History:
    """Rules, how long before the start the request is filed, and what everybody tries."""

    steps: tuple[dict[str, Any], ...]
    ahead: int
    moves: tuple[Move, ...]


def begin(history: History) -> Timed:
    """Return the model of the request as it is filed."""
    model = Timed(DEPUTIES, list(history.steps), ROLES, REQUESTER, FILED, FILED + history.ahead)
    model.move("submit", REQUESTER)
    return model


def follow(model: Timed, move: Move) -> bool | None:
    """Let the model make a move; returns whether it had to be accepted, None where nobody is answered.

    Every move takes a second: no two answers are given at the same moment.
    """
    model.tick(model.now + SECOND)
    if move.what in ("clock", "standstill"):
        model.tick(model.now + move.until, slept=move.what == "standstill")
    if move.what in UNREST:
        return None
    return model.move(move.what, move.who, move.to, move.level, move.until, move.most)


def history(seed: int) -> History:
    """Return the history of a seed. Many moves are possible ones, so that much happens."""
    chance = random.Random(seed)
    made = _rules(chance)
    made = _rules(chance) if begin(made).status() == "refused" else made
    model, moves = begin(made), list[Move]()
    after_the_end = 0
    for _ in range(chance.randint(4, 20)):
        moves.append(_likely_move(chance, model))
        follow(model, moves[-1])
        after_the_end += model.status() not in (*OPEN[:2], "approved")
        if after_the_end > 2:
            break
    return History(made.steps, made.ahead, tuple(moves))


def _rules(chance: random.Random) -> History:
    many = chance.choice((0, 1, 1, 2, 2, 2, 3, 3, 3, 3, 4, 4, 5))
    return History(tuple(_step(chance, level) for level in range(many)), chance.choice(AHEAD), ())


def _step(chance: random.Random, level: int) -> dict[str, Any]:
    sign = chance.choice(("one", "any", "all", "votes"))
    named = [f"person:{who}" for who in chance.sample(COLLEAGUES, chance.choice((1, 1, 2, 3)))]
    who = chance.choice((*WHO, named, named, ["role:nobody"] if chance.random() < 0.2 else named))
    return {
        "who": who,
        "sign": sign,
        "votes": chance.randint(1, 1 if who in (["role:nobody"], named[:1]) else 2) if sign == "votes" else 0,
        "in_turn": sign in ("all", "votes") and chance.random() < 0.3,
        "beside": level > 0 and chance.random() < 0.25,
        "repeats": chance.random() < 0.3,
        "hours": chance.choice((0, 0, 1, 2, 4, 8)),
        "otherwise": chance.choice((["nobody"], [], [], ["admin"], ["admin"])),
    }


def _likely_move(chance: random.Random, model: Timed) -> Move:
    move = _move(chance, model)
    for _ in range(chance.choice((0, 3, 6))):
        if follow(deepcopy(model), move) is not False:
            break
        move = _move(chance, model)
    return move


def _move(chance: random.Random, model: Model) -> Move:
    what = chance.choice(chance.choice((*(ANSWERS,) * 5, *(OTHERS,) * 3, *(UNREST,) * 2)))
    if any(d["on"] < 0 for d in model.given.values()) and chance.random() < 0.5:
        what = "accept"
    if model.status() == OPEN[1] and chance.random() < 0.5:  # sent back: other rules may come, then it is handed in
        what = chance.choice(("submit", "submit", "policy", "clock"))
    asked = [p.who for p in model.asked()]
    stand_ins = [who for p in model.asked() for who in COLLEAGUES if model.stands_in(who, p)]
    likely = stand_ins if stand_ins and chance.random() < 0.4 else asked
    likely = [p.answer[1] for p in model.places if p.answer[1]] if what == "take_back" else likely
    likely = [REQUESTER] if what in ("withdraw", "undo", "submit") else likely
    who = chance.choice(likely) if likely and chance.random() < 0.67 else chance.choice(EVERYBODY)
    if what in ("clock", "standstill"):
        return Move(what, until=_how_long(chance, model))
    if what in UNREST:
        return Move(what)
    if what == "return":
        return Move(what, who, level=chance.randrange(max(1, len(model.steps))))
    free = [each for each in COLLEAGUES if not model.taken(each)]
    to = chance.choice(free if free and chance.random() < 0.8 else EVERYBODY)
    if what == "delegate":
        until = int(model.now) // 60 * 60 + chance.choice((2 * HOUR, 3 * HOUR, 6 * HOUR, -HOUR, 100 * 24 * HOUR))
        return Move(what, who, to, until=until, most=chance.choice((0, 0, 1, 2)))
    if what == "accept":
        to, who = chance.choice([(p, d["to"]) for p, d in model.given.items()] or [("qian", who)])
        return Move(what, who, to)
    return Move(what, who, to if what in ("hand", "before", "after", "beside") else "")


def _how_long(chance: random.Random, model: Timed) -> int:
    """Return how long nothing happens: often until something of a deadline is due, or just before or after that."""
    due = [at for p in model.asked() for at in model.moments(p) if at > model.now + MINUTE]
    if due and chance.random() < 0.6:
        return max(1, int(chance.choice(due) - model.now) + chance.choice((-2, -1, 0, 60)))
    long = chance.choice((9, 24, 49)) * HOUR if chance.random() < 0.3 else 61
    return chance.choice((30, 61, HOUR, 5 * HOUR, long))

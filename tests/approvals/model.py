"""What approvals come to, from the documents alone; where they are silent, QUESTIONS.md. Only answers are kept."""

from dataclasses import dataclass, field
from typing import Any

OPEN, DONE, COUNT = ("awaiting_approval", "sent_back", "draft"), ("approved", "carried_out"), iter(range(1, 10**9))


@dataclass(eq=False)
class Place:  # one person's place in one level; whoever is in `after` agrees first; `on` is whose place it was added to
    level: int
    who: str
    on: "Place | None" = None
    after: "list[Place]" = field(default_factory=list)
    answer: tuple[str, str, int] = ("", "", 0)  # what, by whom, the how-manieth


class Model:
    def __init__(self, steps: list[Any], roles: dict[str, list[str]], requester: str, now: float, starts: float):
        self.steps, self.roles, self.requester, self.starts, self.now = steps, roles, requester, starts, now
        self.places, self.given, self.ended, self.due = list[Place](), dict[str, Any](), "draft", 0.0

    def lay_out(self) -> None:  # nobody has two places, the requester none; no level is empty in silence
        self.places = []
        for level, step in enumerate(self.steps):
            named = dict.fromkeys(p for w in step["who"] for p in (self.roles[w[5:]] if w[:5] == "role:" else [w[7:]]))
            free = [p for p in named if p != self.requester and (step["repeats"] or not self.taken(p))]
            few = free or len(step["otherwise"]) not in (0, step["votes"] or 1)  # some, but not enough, is not nobody
            free = free if len(free) >= (step["votes"] or 1) else ["nobody"] if few else step["otherwise"]
            self.places += [Place(level, p) for p in (free[:1] if step["sign"] == "one" else free)]
        self.ended = "refused" if self.taken("nobody") else ""

    def taken(self, person: str) -> bool:
        return person == self.requester or any(person in (p.who, p.answer[1]) for p in self.places)

    def at(self, level: int, on: bool) -> list[Place]:
        return [p for p in self.places if p.level == level and bool(p.on) == on]

    def agrees(self, p: Place) -> bool:  # 自动去重: who agreed at an earlier level need not again
        before = [q for q in self.places if q.level < self.first(p.level) and q.answer[:2] == ("yes", p.who)]
        return p.answer[0] == "yes" or bool(self.steps[p.level]["repeats"] and not p.on and before)

    def needs(self, at: int) -> int:
        return min(len(self.at(at, False)), {"all": 99}.get(self.steps[at]["sign"], self.steps[at]["votes"] or 1))

    def enough(self, level: int) -> bool:
        return sum(self.agrees(p) and not self.awaits(p) for p in self.at(level, False)) >= self.needs(level)

    def done(self, level: int) -> bool:
        return self.enough(level) and all(map(self.agrees, self.at(level, True)))

    def first(self, level: int) -> int:  # of the levels that stand beside each other
        return self.first(level - 1) if level and self.steps[level]["beside"] else level

    def awaits(self, p: Place) -> list[Place]:  # who still has to answer before p
        line = self.at(p.level, False) if self.steps[p.level]["in_turn"] and not p.on else [p]
        on = p.on if p.on and not p.on.answer[0] and (p.on.on or not self.enough(p.level)) else None
        turn = [q for q in self.awaits(on) if q.on is not on] if on else line[: line.index(p)]
        turn += [q for q in p.after if q.on or not p.on or not self.enough(q.level)]
        return [q for q in turn if not (q.answer[0] or self.agrees(q))]

    def asked(self) -> list[Place]:
        turn = [p for p in self.places * (self.status() == OPEN[0]) if all(map(self.done, range(self.first(p.level))))]
        free = [p for p in turn if not (p.answer[0] or self.awaits(p))]
        return [p for p in free if p.on or not (self.agrees(p) or self.enough(p.level))]

    def status(self) -> str:
        spare = {x: sum(p.answer[0] != "no" for p in self.at(x, False)) - self.needs(x) for x in range(len(self.steps))}
        no = [p.answer[0] for p in self.places if p.on or self.steps[p.level]["sign"] != "votes" or spare[p.level] < 0]
        return self.ended or ("rejected" if "no" in no else DONE[0] if all(map(self.done, spare)) else OPEN[0])

    def tick(self, now: float) -> None:  # whatever the clock does; there are 60 s of grace, within 30 min none
        self.now, self.given = now, {p: d for p, d in self.given.items() if d["until"] > now}
        self.due = (self.due or now + 60 * (self.starts - now > 1800)) if self.status() in DONE else 0
        if (self.due and now >= self.due) or (self.status() in OPEN and now >= self.starts):
            self.ended = "carried_out" if self.due else "expired"

    def stands_in(self, who: str, p: Place) -> bool:  # whom somebody who is away asked, who accepted, until the limit
        return any(x == p.who and d["to"] == who and d["on"] > 0 for x, d in self.given.items())

    def mine(self, who: str) -> Place | None:  # what somebody may answer, perhaps for another
        return next((p for p in self.asked() if p.who == who or (self.stands_in(who, p) and not self.taken(who))), None)

    def revocable(self, who: str) -> Place | None:  # their own yes, while nobody answered who without it would wait
        p = max(self.places, key=lambda q: q.answer[2] * (q.answer[:2] == ("yes", who)), default=Place(0, ""))
        was, p.answer = p.answer, ("", "", 0)
        later = [q for q in self.places if q.answer[2] > was[2]]
        held, p.answer = any(self.due or self.first(q.level) > p.level or self.awaits(q) for q in later), was
        return None if held or was[:2] != ("yes", who) or self.status() not in (DONE[0], OPEN[0]) else p

    def move(self, what: str, who: str, to: str = "", level: int = 0, until: float = 0, most: int = 0) -> bool:
        p, status, offer = self.mine(who), self.status(), self.given.get(to, {"to": ""})
        fits = p and p.who == who and to != "admin" and not self.taken(to)
        gives = self.given.get(who, {"on": 0})["on"] == 0 and any(who in each for each in self.roles.values())
        match what:
            case "yes" | "no" | "back" if p and who != "admin":
                p.answer, self.ended = (what, who, next(COUNT)), OPEN[1] if what == "back" else ""
                self.given.get(p.who, {"on": 0})["on"] -= Model.stands_in(self, who, p)
            case "return" if p and who != "admin" and level < self.first(p.level) and self.at(level, False):
                self.given.get(p.who, {"on": 0})["on"] -= Model.stands_in(self, who, p)
                kept = [q for q in self.places if q.level < level or not q.on]
                self.places = [Place(q.level, q.who) if q.level >= level else q for q in kept]
            case "hand" if p and fits:
                p.who = to
            case "before" | "after" | "beside" if p and fits and who != "admin":
                self.places.append(Place(p.level, to, p, [p] if what == "after" else []))
                p.after += self.places[-1:] if what == "before" else []
            case "withdraw" | "undo" if who == self.requester and status in (DONE[:1] if what == "undo" else OPEN):
                self.ended = "undone" if what == "undo" else "withdrawn"
            case "submit" if who == self.requester and status in OPEN[1:]:
                self.lay_out()
            case "take_back" if back := self.revocable(who):
                back.answer = ("", "", 0)
            case "delegate" if 0 < until - self.now <= 92 * 86400 and gives and to not in (who, "admin"):
                self.given[who] = {"to": to, "until": until, "on": -(most or 10**9)}  # until accepted
            case "accept" if offer["to"] == who and offer["on"] < 0:
                offer["on"], offer["since"] = -offer["on"], next(COUNT)
            case "cancel" if self.given.get(who):
                del self.given[who]
            case _:
                return False
        self.tick(self.now)
        return True

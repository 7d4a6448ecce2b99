"""What deadlines come to, from docs/rules.md alone: who is reminded, asked instead, and told of it, and when."""

from typing import Any

from tests.approvals.model import OPEN, Model, Place

HOUR, DAY, OFFICE = 3600, 86400, ((9, 12), (13, 18))  # the day on which a request is filed is a Tuesday
REMINDED, ASKED, ABOVE = "step.reminded", "step.deputy_asked", "step.escalated"
APART = 4 * HOUR  # nobody is reminded of one request more often


def later(start: float, length: float) -> float:
    """Return when so much working time has passed; all in seconds since the first day began."""
    day = int(start // DAY)
    while True:
        for opens, shuts in OFFICE if (day + 1) % 7 < 5 else ():
            begins, ends = max(start, day * DAY + opens * HOUR), day * DAY + shuts * HOUR
            if begins + length <= ends:
                return begins + length
            length -= max(0, ends - begins)
        day += 1


class Timed(Model):
    """Approvals with deadlines; `heard` is what the clock did: when, what, at which level, for whom, to whom."""

    def __init__(self, deputies: dict[str, str], *rest: Any) -> None:
        self.deputies, self.since, self.rung = deputies, dict[Any, float](), dict[Any, int]()
        self.heard, self.reminded = list[tuple[float, str, int, str, list[str]]](), dict[str, float]()
        super().__init__(*rest)

    def moments(self, p: Place) -> list[float]:  # half of the time, the end, half as long again; or quarters of less
        since, hours = self.since.get((p, p.who), self.now), self.steps[p.level]["hours"]
        usual = [later(since, hours * HOUR * n / 2) for n in (1, 2, 3) if hours]
        short = usual and usual[-1] >= self.starts
        return [since + (self.starts - since) * n / 4 for n in (1, 2, 3)] if short else usual

    def stands_in(self, who: str, p: Place) -> bool:
        over = self.moments(p)[1:2]
        return bool(over and self.now >= over[0] and self.deputies.get(p.who) == who) or super().stands_in(who, p)

    def ring(self, now: float, nth: int, p: Place) -> None:
        self.now, self.rung[p, p.who] = now, nth + 1
        self.given = {who: each for who, each in self.given.items() if each["until"] > now}
        people = {*self.deputies.values(), *(d["to"] for d in self.given.values())}
        others = sorted(x for x in people if self.stands_in(x, p) and not self.taken(x))
        if nth == 0 and now < self.moments(p)[1]:  # after a standstill nobody is reminded of what is over
            others = [x for x in (p.who, *others) if self.reminded.get(x, -APART) <= now - APART]
            self.reminded |= dict.fromkeys(others, now)
            self.heard += [(now, REMINDED, p.level, p.who, sorted(others))] if others else []
        elif nth == 1 and others:
            self.heard.append((now, ASKED, p.level, p.who, others))
        elif nth:
            self.rung[p, p.who] = 3
            self.heard.append((now, ABOVE, p.level, p.who, [] if p.who == "admin" else ["admin"]))

    def move(self, what: str, who: str, *rest: Any, **more: Any) -> bool:  # what is taken back is no level of 至多 N 级
        back = self.revocable(who) if what == "take_back" else None
        lent = self.given.get(back.who, {}) if back else {}
        if back and lent.get("to") == who and lent.get("since", 10**9) < back.answer[2]:
            lent["on"] += 1
        return super().move(what, who, *rest, **more)

    def tick(self, now: float, slept: bool = False) -> None:
        due = [(at, nth, p) for p in self.asked() for nth, at in enumerate(self.moments(p)) if at <= now]
        for at, nth, p in sorted(due, key=lambda each: each[:2]) if not slept or now < self.starts else ():
            if nth >= self.rung.get((p, p.who), 0):
                self.ring(now if slept else at, nth, p)
        super().tick(now)
        asked = [(p, p.who) for p in self.asked() if self.status() == OPEN[0]]
        self.since = {each: self.since.get(each, now) for each in asked}
        self.rung = {each: self.rung.get(each, 0) for each in asked}

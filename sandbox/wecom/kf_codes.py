"""One-time codes of customer service: the welcome, the waiting pool and the end of a session (wecom.md §5.6)."""

import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from sandbox.wecom.errors import WecomError
from sandbox.wecom.kf_state import Customer

SHORT_LIFE_S = 20
LONG_LIFE_S = 48 * 3600


@dataclass
class Code:
    """A code, the state it was given in, and its birth on both clocks."""

    scene: str
    customer: Customer
    state: int
    real: float
    business: float
    used: bool = False


@dataclass
class Codes:
    """Give out codes and take each back once; `now` is the business clock, `real` the one of transport."""

    now: Callable[[], float]
    real: Callable[[], float] = time.monotonic
    _codes: dict[str, Code] = field(default_factory=dict)

    def issue(self, scene: str, customer: Customer, age_s: float = 0) -> str:
        """Make a code for `welcome`, `pool` or `end`; what it answers may have happened `age_s` seconds ago."""
        name = secrets.token_urlsafe(24)
        self._codes[name] = Code(scene, customer, customer.state, self.real() - age_s, self.now() - age_s)
        return name

    def find(self, name: object) -> Code:
        """Return a code that is unused, young enough and still fits the session, else raise 41050 or 95018.

        Twenty seconds are transport time and real; 48 hours are business time.
        """
        code = self._codes.get(str(name))
        if code is None or code.used or self._is_old(code):
            raise WecomError(41050)
        if code.scene != "welcome" and code.customer.state != code.state:
            raise WecomError(95018)
        return code

    def _is_old(self, code: Code) -> bool:
        if code.scene == "pool":
            return self.now() - code.business > LONG_LIFE_S
        return self.real() - code.real > SHORT_LIFE_S

"""四性检测: what is checked of a package before it is sent, item by item (DA/T 70-2018: 真实 完整 可用 安全)."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

AUTHENTIC, COMPLETE, USABLE, SAFE = "真实性", "完整性", "可用性", "安全性"
GOOD, QUALIFIED, BAD = "合格", "有保留", "不合格"


class Weight(StrEnum):
    """What does it mean when an item is not as it should be?"""

    STOPS = "stops"  # the package is not sent
    NOTED = "noted"  # it is sent, and the report says so: nobody can mend a file that came in that way


@dataclass(frozen=True)
class Check:
    """One item: which of the four natures, what was looked at, whether it is good, and what was seen."""

    nature: str
    code: str
    about: str
    good: bool
    said: str
    weight: Weight = Weight.STOPS

    @property
    def verdict(self) -> str:
        """Return the item's result as the report says it."""
        if self.good:
            return GOOD
        return BAD if self.weight == Weight.STOPS else QUALIFIED


def verdict_of(checks: Sequence[Check]) -> str:
    """Return the result of the whole: the worst of its items."""
    found = {each.verdict for each in checks}
    return next((each for each in (BAD, QUALIFIED) if each in found), GOOD)


def faults_of(checks: Sequence[Check]) -> list[str]:
    """Return the codes that stop a package, each once."""
    return list(dict.fromkeys(each.code for each in checks if each.verdict == BAD))

"""How long things are kept; `build` installs it once from the settings, as it does the vault.

What makes up a case stays for `records_years` after its end (S42: three at least). The log is never shortened (S85).
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

FLOOR_YEARS = 3


@dataclass(frozen=True)
class Periods:
    """`records_years` counts from the end of a case, the others from when a thing was last of use."""

    records_years: int = FLOOR_YEARS
    inbound: timedelta = timedelta(days=180)  # the texts of what came in
    answers: timedelta = timedelta(days=180)  # what was answered in a chat and is no record of a case
    links: timedelta = timedelta(days=30)  # links to downloads, once they have ended
    dialogues: timedelta = timedelta(days=7)  # questions, once they have expired

    def __post_init__(self) -> None:
        if self.records_years < FLOOR_YEARS:
            raise ValueError(f"records stay for {FLOOR_YEARS} years at least")


_installed: list[Periods] = []


def install(periods: Periods) -> None:
    """Make these the process's periods."""
    _installed[:] = [periods]


def periods() -> Periods:
    """Return the process's periods, the shortest allowed ones when none were installed."""
    return _installed[0] if _installed else Periods()


def cutoff(now: datetime) -> datetime:
    """Return the moment up to which a case must have ended to be due; never a day too late for a leap day."""
    year = now.year - periods().records_years
    try:
        return now.replace(year=year)
    except ValueError:  # 29 February
        return now.replace(year=year, day=28)

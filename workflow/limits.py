"""How much of people's data one person may see in a day; `build` installs what the settings say, once."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """`reveals` is how often one person may ask to see a candidate's data, by the day in Asia/Shanghai."""

    reveals: int = 20


_installed: list[Limits] = []


def install(limits: Limits | None) -> None:
    """Make these the process's limits; None brings the defaults back."""
    _installed[:] = [limits] if limits else []


def limits() -> Limits:
    """Return the process's limits."""
    return _installed[0] if _installed else Limits()

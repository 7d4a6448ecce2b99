"""What is known about this machine's clock; it stands in every record, so that a reader can judge its time (R1)."""

from dataclasses import dataclass


@dataclass
class ClockState:
    """`off_ms` is how far we were ahead of a platform when it last told its time; `step` that the clock has jumped and
    no record says so yet.
    """

    off_ms: int | None = None
    step: bool = False

    def member(self) -> dict[str, object]:
        """Return the record's member `clk`."""
        return {"off_ms": self.off_ms, "step": self.step}


state = ClockState()
"""The process's own; `bot/clockwatch.py` keeps it."""

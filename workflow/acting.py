"""Who acts, when, and through which door: every function that changes something is handed an `Act` first."""

from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

from models import Candidate, Employee

SHANGHAI = timezone(timedelta(hours=8), "Asia/Shanghai")


@dataclass(frozen=True)
class Act:
    """One person (or the clock) doing something now.

    `now` is aware UTC business time; `via` the door (dingtalk, wecom, kf, sms, page, cli, import, clock); `auth` how
    we know who it is; `source` the SHA-256 of the raw callback or message, for the audit record; `message` its
    id on its platform.
    """

    now: datetime
    via: str
    auth: str = ""
    employee: Employee | None = None
    candidate: Candidate | None = None
    source: str = ""
    message: str = ""

    @property
    def subject(self) -> str:
        """Return the pseudonym that stands in the audit log."""
        if self.employee:
            return self.employee.pseudonym
        return f"c_{self.candidate.id.hex[:16]}" if self.candidate else "system"


def local(moment: datetime) -> datetime:
    """Return the moment on the clock of Asia/Shanghai."""
    return moment.astimezone(SHANGHAI)

"""What a notice is about: the state as it is when the notice is sent."""

from dataclasses import dataclass
from datetime import datetime

from workflow.views import BookingView, RequestView


@dataclass(frozen=True)
class Matter:
    """What a notice is about; `link` is the candidate's own page, `words` what somebody wrote, `said_at` when."""

    booking: BookingView
    request: RequestView | None
    link: str
    reason_code: str = ""
    words: str = ""
    contact: str = ""
    said_at: datetime | None = None

    def ask(self, otherwise: str) -> str:
        """Return the sentence that names whom to ask, or another where nobody was entered."""
        return f"如有疑问，请联系 {self.contact}。" if self.contact else otherwise

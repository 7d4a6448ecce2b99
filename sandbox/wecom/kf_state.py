"""One WeChat customer as WeChat customer service sees it: session state, 48-hour window, five messages, entries."""

from dataclasses import dataclass

from sandbox.wecom.errors import WecomError

WINDOW_S = 48 * 3600
MESSAGES_PER_TURN = 5

NEW, ASSISTANT, POOL, HUMAN, ENDED = range(5)
API_MAY_SEND = (NEW, ASSISTANT)
# The official picture of all arrows could not be read; the text allows these (wecom.md §5.7).
MOVES = {
    NEW: (ASSISTANT, POOL, HUMAN),
    ASSISTANT: (POOL, HUMAN, ENDED),
    POOL: (HUMAN, ENDED),
    HUMAN: (HUMAN, ENDED),
    ENDED: (),
}


@dataclass
class Customer:
    """Who wrote when, and what may still be sent; moments are seconds of the business clock."""

    person: str
    external_userid: str
    nickname: str
    state: int = ENDED
    servicer: str = ""
    spoke_at: float | None = None
    left: int = 0
    entered_at: float | None = None
    scene: str = ""
    scene_param: str = ""
    welcomed_at: float | None = None

    def enter(self, scene: str, scene_param: str, now: float) -> bool:
        """Open the chat through a link; return whether a welcome is due.

        It is when the customer got no welcome and wrote nothing within 48 hours (O:94670).
        """
        self.entered_at, self.scene, self.scene_param = now, scene, scene_param
        quiet = all(at is None or now - at > WINDOW_S for at in (self.spoke_at, self.welcomed_at))
        return quiet

    def speak(self, now: float) -> None:
        """Count a message of the customer: it reopens an ended session and grants five messages."""
        self.spoke_at, self.left = now, MESSAGES_PER_TURN
        if self.state == ENDED:
            self.state = NEW

    def check_may_send(self, now: float) -> None:
        """Raise the reason why the app may not send to this customer now."""
        if self.state not in API_MAY_SEND:
            raise WecomError(95018)
        if self.spoke_at is None or now - self.spoke_at > WINDOW_S:
            raise WecomError(95002)
        if self.left <= 0:
            raise WecomError(95001)

    def move(self, state: object, servicer: str) -> bool:
        """Move the session; return whether the move yields a msg_code (into 2 or 3 at first, and at the end)."""
        if state not in MOVES[self.state]:
            raise WecomError(95016, f"{self.state} -> {state}")
        first = self.state not in (POOL, HUMAN)
        assert isinstance(state, int)
        self.state, self.servicer = state, servicer if state == HUMAN else ""
        return first or state == ENDED

    def is_active(self, now: float) -> bool:
        """Tell whether the customer entered or wrote within 48 hours, as batchget asks."""
        return any(at is not None and now - at <= WINDOW_S for at in (self.entered_at, self.spoke_at))

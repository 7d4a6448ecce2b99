"""What came in, who sent it, and which handler gets it. Handlers run inside the transaction of the inbox row."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from cards.buttons import Press
from models import Account, Employee, Platform
from workflow import administering, replying
from workflow.acting import Act
from workflow.views import CardView

STAFF_PLATFORMS = (Platform.DINGTALK, Platform.WECOM)


@dataclass(frozen=True)
class File:
    """A file that can be fetched later: `ref` is a download code or a media id."""

    ref: str
    name: str


@dataclass(frozen=True)
class Incoming:
    """One thing somebody did; who it was comes from the platform's envelope only (design.md §1.4).

    `key` is the business id under which a repeat is recognised, `source` the SHA-256 of what came in raw.
    """

    platform: Platform
    key: str
    kind: str  # text, press, file
    address: str
    text: str = ""
    press: Press | None = None
    form: Mapping[str, str] = field(default_factory=dict)
    files: tuple[File, ...] = ()
    in_group: bool = False
    update_code: str = ""
    cipher: str = ""  # digest of the ciphertext it came in; accepted once, for ever
    source: str = ""


@dataclass(frozen=True)
class Context:
    """Everything a handler may use: who acts, when, what came in, and the reference a refusal carries."""

    act: Act
    incoming: Incoming
    account: Account
    reference: str
    candidate_ids: tuple[object, ...] = ()

    @property
    def employee(self) -> Employee:
        """The acting employee; only staff handlers ask."""
        assert self.act.employee is not None
        return self.act.employee


@dataclass(frozen=True)
class Answer:
    """What is answered at once to a press: the card as it is now, or a sentence on it. Everything else is posted."""

    view: CardView | None = None
    sentence: str = ""


async def known(incoming: Incoming, now: datetime, reference: str) -> Context | None:
    """Find out who acts; None for an address that belongs to nobody."""
    index = administering.address_index(incoming.platform, incoming.address)
    accounts = await Account.filter(platform=incoming.platform, address_index=index).prefetch_related(
        "employee", "candidate"
    )
    accounts = [each for each in accounts if each.employee or each.candidate]
    staff = next((each for each in accounts if each.employee), None)
    account = staff or next(iter(accounts), None)
    if account is None:
        return None
    auth = "stream-envelope" if incoming.platform == Platform.DINGTALK else "platform-envelope"
    candidates = [each.candidate for each in accounts if each.candidate]
    act = Act(
        now,
        str(incoming.platform),
        auth,
        employee=staff.employee if staff else None,
        candidate=candidates[0] if candidates and not staff else None,
        source=incoming.source,
    )
    ids: list[object] = []
    for candidate in candidates:
        ids += await replying.candidates_at(candidate.id)
    return Context(act, incoming, account, reference, tuple(dict.fromkeys(ids)))

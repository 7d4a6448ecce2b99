"""What came in, who sent it, and which handler gets it. Handlers run inside the transaction of the inbox row."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from cards.buttons import Press
from models import Account, Employee, Platform
from workflow import administering, replying
from workflow.acting import Act
from workflow.card_views import AnyView

STAFF_PLATFORMS = (Platform.DINGTALK, Platform.WECOM)


@dataclass(frozen=True)
class File:
    """A file that can be fetched later: `ref` is a download code or a media id."""

    ref: str
    name: str


@dataclass(frozen=True)
class ReplyAddress:
    """Where the group a message came from can be answered, and until when (ms since 1970); a secret."""

    url: str = field(repr=False)
    until_ms: int


@dataclass(frozen=True)
class Incoming:
    """One thing somebody did; who it was comes from the platform's envelope only (design.md §1.4).

    `key` is the business id under which a repeat is recognised, `source` the SHA-256 of what came in raw.
    """

    platform: Platform
    key: str
    kind: str  # text, press, file; voice and other are what nobody here can read
    address: str
    text: str = ""
    press: Press | None = None
    form: Mapping[str, str] = field(default_factory=dict)
    files: tuple[File, ...] = ()
    in_group: bool = False
    update_code: str = ""
    card_id: str = ""  # of the pressed card on its platform
    cipher: str = ""  # digest of the ciphertext it came in; accepted once, for ever
    source: str = ""
    reply_to: ReplyAddress | None = None


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

    view: AnyView | None = None
    sentence: str = ""


def authenticated_by(platform: Platform) -> str:
    """Name how a platform told us who it was; it stands in every record."""
    return "stream-envelope" if platform == Platform.DINGTALK else "platform-envelope"


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
    candidates = [each.candidate for each in accounts if each.candidate]
    act = Act(
        now,
        str(incoming.platform),
        authenticated_by(incoming.platform),
        employee=staff.employee if staff else None,
        candidate=candidates[0] if candidates and not staff else None,
        source=incoming.source,
        message=incoming.key,
    )
    ids: list[object] = []
    for candidate in candidates:
        ids += await replying.candidates_at(candidate.id)
    return Context(act, incoming, account, reference, tuple(dict.fromkeys(ids)))

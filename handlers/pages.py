"""The candidate's own page: what it shows. Showing reads and never writes: mail scanners open every link (I16)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from urllib.parse import urlsplit

from handlers import entry_links, page_own_data
from handlers.entry_links import Form, ends_at
from handlers.page_own_data import OwnWishes
from models import Booking, BookingStatus, CancellationRequest, EntryLink, InboundMessage, Origin
from workflow import anchoring, cancelling
from workflow.acting import Act
from workflow.contacts import contact_of
from workflow.masking import masked
from workflow.moments import when_of
from workflow.reasons import UNSAID
from workflow.states import LIVE_BOOKINGS

OPENS_BEFORE = timedelta(minutes=10)  # the room is open from then until the end
MOST_WISHES = 3  # for another time, on one revision of the booking; further ones are for the telephone


class PageState(StrEnum):
    """What the page says first."""

    UPCOMING = "upcoming"  # 已预约
    DUE = "due"  # 可以进入
    OVER = "over"  # 已结束
    DECLINED = "declined"  # 已登记您不来
    CANCELLED = "cancelled"  # 已取消
    MOVED = "moved"  # 已改期


@dataclass(frozen=True)
class Page:
    """Everything the page is drawn from; the name is masked, moments are aware UTC.

    `room` is the provider's address while the interview can be entered; it is followed, never printed.
    `forms` holds what may be done now. `closing` says what follows a cancellation: nothing, or the company's own steps
    because it is late or because its rules want them.
    """

    name: str
    position: str
    company: str
    contact: str
    starts_at: datetime
    when: str
    ends_at: datetime
    opens_at: datetime
    duration_min: int
    now: datetime
    state: PageState
    confirmed: bool
    own_word_at: datetime | None
    cancelled_at: datetime | None
    keeps_eligibility: bool
    number: str
    code: str
    wished_at: datetime | None
    passed_on_at: datetime | None
    closing: str
    fact: str
    locked: bool
    room: str
    own: OwnWishes
    forms: dict[str, tuple[Form, str]]

    @property
    def opens_in_s(self) -> int:
        """Return the seconds until the room opens."""
        return int((self.opens_at - self.now).total_seconds())


async def show(link: EntryLink, now: datetime) -> Page:
    """Return the page of a link as it is now."""
    booking = link.booking
    wishes = await wishes_of(link)
    noted = await InboundMessage.get_or_none(key=Form("cancel", booking.revision).key(link))
    locked = await entry_links.is_locked(link, now)
    forms = [] if locked or not entry_links.fact_of(booking.candidate) else _offered(booking, now, len(wishes))
    if noted:
        forms = [each for each in forms if each.action != "cancel"]
    own = await page_own_data.asked(link, now)
    forms += [*await _of_data(link, own, locked), *_entrance(booking, now)]
    return Page(
        name=masked(str(booking.candidate.name)),
        position=booking.position.name,
        company=booking.organisation.name,
        contact=await contact_of(booking.organisation),
        starts_at=booking.starts_at,
        when=when_of(booking),
        ends_at=ends_at(booking),
        opens_at=booking.starts_at - OPENS_BEFORE,
        duration_min=booking.duration_min,
        now=now,
        state=state_of(booking, now),
        confirmed=BookingStatus.CONFIRMED in (booking.status, booking.before_frozen),
        own_word_at=booking.declined_at,
        cancelled_at=booking.cancelled_at,
        keeps_eligibility=booking.keeps_eligibility,
        number=await _number(booking),
        code=await anchoring.code_of(booking.organisation, now),
        wished_at=wishes[-1] if wishes else None,
        passed_on_at=noted.received_at if noted else None,
        closing=await _closing(booking, now),
        fact=entry_links.fact_of(booking.candidate),
        locked=locked,
        room=room_of(booking, now),
        own=own,
        forms={form.action: (form, form.seal(link)) for form in forms},
    )


def state_of(booking: Booking, now: datetime) -> PageState:
    """Return what the page says first."""
    ended = {
        BookingStatus.CANCELLED: PageState.CANCELLED,
        BookingStatus.DECLINED: PageState.DECLINED,
        BookingStatus.RESCHEDULED: PageState.MOVED,
    }
    if booking.status not in LIVE_BOOKINGS or now >= ends_at(booking):
        return ended.get(booking.status, PageState.OVER)
    return PageState.DUE if now >= booking.starts_at - OPENS_BEFORE else PageState.UPCOMING


async def wishes_of(link: EntryLink) -> list[datetime]:
    """Return when another time was asked for on the present revision, earliest first."""
    keys = [Form("reschedule", link.booking.revision, turn).key(link) for turn in range(MOST_WISHES)]
    return sorted(each.received_at for each in await InboundMessage.filter(key__in=keys))


def room_of(booking: Booking, now: datetime) -> str:
    """Return the address of the room while it can be entered; an imported one may be anything, so only http(s)."""
    url = urlsplit(booking.room_url)
    is_address = url.scheme in ("http", "https") and bool(url.hostname)
    return booking.room_url if is_address and state_of(booking, now) == PageState.DUE else ""


def _offered(booking: Booking, now: datetime, wishes: int) -> list[Form]:
    ahead = booking.status in LIVE_BOOKINGS and now < booking.starts_at
    again = booking.status == BookingStatus.CANCELLED and booking.keeps_eligibility
    forms = [Form("cancel", booking.revision)] if ahead else []
    if (ahead or again) and wishes < MOST_WISHES:
        forms.append(Form("reschedule", booking.revision, wishes))
    return forms


async def _of_data(link: EntryLink, own: OwnWishes, locked: bool) -> list[Form]:
    """Offer to see, correct and delete what is kept, to whoever knows the second fact (PIPL 45–47)."""
    if locked or not entry_links.fact_of(link.booking.candidate):
        return []
    return [Form("copy", link.booking.revision), *await page_own_data.offered(link, own)]


def _entrance(booking: Booking, now: datetime) -> list[Form]:
    return [Form("enter", booking.revision)] if room_of(booking, now) else []


async def _closing(booking: Booking, now: datetime) -> str:
    """Say what the rules make of a cancellation now; nobody is made to come, whatever they say."""
    act = Act(now, "page", "link", candidate=booking.candidate)
    _, decision = await cancelling.preview(booking, Origin.CANDIDATE, act, UNSAID)
    if not decision.plans and not decision.drafted_for_hr:
        return ""
    return "late" if decision.late else "rules"


async def _number(booking: Booking) -> str:
    """Return the number under which the candidate's own word is kept."""
    if booking.declined_at is None:
        return ""
    request = await CancellationRequest.filter(booking=booking).order_by("-created_at").first()
    return request.number if request else ""

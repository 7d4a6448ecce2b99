"""A company for tests of chains: several holders of each role, and requests whose rules a test chooses."""

from models import CancellationRequest, Card, CardPurpose, Employee, Preset, Role, Step, StepStatus
from models.store import Store
from tests.database import office
from tests.database.office import by
from tests.database.talking import deliver_cards, presses, says
from workflow import cancelling, evidence, places, requests
from workflow.plans import STILL_NEEDED, Signing, StepPlan, as_kept

PNG = b"\x89PNG\r\n\x1a\n"
HEAD = StepPlan("用人部门", ("role:department_head",), asks=(STILL_NEEDED,))
LEADER = StepPlan("分管领导", ("role:leader",))
BOARD = ("role:leader",)
NAMES = {"liuyang": "刘洋", "chenmin": "陈敏", "zhao": "赵国强", "qian": "钱进", "sunli": "孙丽", "lina": "李娜"}


def board(sign: Signing, votes: int = 0, **more: object) -> StepPlan:
    """Return a level that asks all three leaders."""
    return StepPlan("班子", BOARD, sign=sign, votes=votes, **more)  # type: ignore[arg-type]


class Company:
    """A strict unit with a recruiter, a department head, three leaders, and 李娜, who holds no role."""

    def __init__(self, store: Store) -> None:
        self.store = store

    async def enter(self) -> None:
        self.group = await office.unit("huachen", None)
        self.unit = await office.unit("huachen/heavy", Preset.STRICT)
        roles = {"liuyang": Role.HR, "chenmin": Role.DEPARTMENT_HEAD, "zhao": Role.LEADER, "qian": Role.LEADER}
        roles["sunli"] = Role.LEADER
        self.people = {
            key: await office.employee(key, self.unit, *([roles[key]] if key in roles else []), name=name)
            for key, name in NAMES.items()
        }
        self.admin = await office.employee("zhoukai", self.group, Role.SYSTEM_ADMIN, name="周凯")

    def person(self, key: str) -> Employee:
        """Return one of the people."""
        return self.people[key]

    async def request(self, *plans: StepPlan) -> CancellationRequest:
        """File a request whose chain is this, with its evidence, so that its first level is asked."""
        return await self.store.transact(lambda: self._request(plans))

    async def _request(self, plans: tuple[StepPlan, ...]) -> CancellationRequest:
        hr, booking = self.person("liuyang"), await office.booking(self.unit, phone=office.some_phone())
        request = await cancelling.request_cancellation(by(hr), booking, cancelling.Wish("plan_changed"), shown=1)
        request.policy = {**request.policy, "steps": as_kept(plans)}
        await request.save(update_fields=["policy"])
        await evidence.keep_file(by(hr), request, evidence.Material(PNG, "x.png", "m"))
        await cancelling.evidence_came(by(hr), await requests.reload(request.id))
        return await requests.reload(request.id)

    async def says(self, who: str, text: str) -> str:
        """Let somebody type; returns what is said in answer."""
        return await says(self.store, who, text)

    async def presses(self, who: str, action: str, request: CancellationRequest, **form: str) -> str:
        """Let somebody press a button of their newest card of a request; returns what the card says then."""
        await deliver_cards(self.store)
        card = await card_of(who, request)
        return str((await presses(self.store, who, action, card.handle, form)).answer)


async def card_of(who: str, request: CancellationRequest) -> Card:
    """Return somebody's newest card of a request."""
    cards = Card.filter(holder__key=who, request=request, purpose=CardPurpose.APPROVAL)
    card = await cards.order_by("closed", "-created_at", "-id").first()
    assert card is not None, who
    return card


async def status(request: CancellationRequest) -> str:
    """Return how a request stands."""
    return str((await CancellationRequest.get(id=request.id)).status)


async def chain_of(request: CancellationRequest) -> list[tuple[int, str, StepStatus]]:
    """Return level, person and state of every place that counts, in order."""
    fresh = await requests.reload(request.id)
    steps = places.live(await Step.filter(request=fresh).prefetch_related("approver"), fresh.revision)
    return [(each.level, each.approver.key, each.status) for each in steps]


async def asked(request: CancellationRequest) -> list[str]:
    """Return who is asked now."""
    return [key for _, key, state in await chain_of(request) if state == StepStatus.OPEN]

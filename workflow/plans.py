"""审批节点的设定: what the rules say of each step of a chain, as it is kept in the request that was decided by them."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum

from models import Role

ROLE, PERSON = "role", "person"  # the kinds of those who can be asked
STILL_NEEDED = "still_needed"  # 岗位是否仍需招聘? (S34)


class Signing(StrEnum):
    """How many of those who are asked have to agree before the next step is asked (S40)."""

    ONE = "one"  # 一人: the first person who holds the role
    ANY = "any"  # 或签: whoever answers first decides
    ALL = "all"  # 会签: everybody
    VOTES = "votes"  # 票签: so many of them


class Otherwise(StrEnum):
    """What happens where nobody can be asked; it is never passed in silence (S40)."""

    PARENT = "parent"  # who holds the role in the unit above, and so on up
    ADMINISTRATOR = "administrator"  # the unit's system administrator names somebody
    SKIP = "skip"  # goes on, labelled 无人可审，按规范跳过; only where the rules say so


class Grade(StrEnum):
    """How an approval is signed (reliability.md R7)."""

    G0 = "g0"  # 审批确认记录: the server's key, always
    G1 = "g1"  # the person's own passkey
    G2 = "g2"  # a signature of a licensed authority


@dataclass(frozen=True)
class StepPlan:
    """One step of a chain as the rules describe it.

    `who` names people as `role:<role>` or `person:<Employee.key>`. `votes` counts for 票签 alone. `beside` opens the
    step together with the one before it; both have to be done before the next. `hours` are working hours.
    """

    name: str
    who: tuple[str, ...]
    sign: Signing = Signing.ONE
    votes: int = 0
    in_turn: bool = False
    beside: bool = False
    hours: int = 0  # 0: no deadline of its own
    asks: tuple[str, ...] = ()
    otherwise: Otherwise = Otherwise.PARENT
    repeats: bool = False  # 自动去重: who agreed at an earlier level is skipped here, with a label, instead of refused
    grade: Grade = Grade.G0
    copies: tuple[str, ...] = ()  # 抄送: told of the answer, asked nothing

    @property
    def roles(self) -> tuple[Role, ...]:
        """Return the roles among those who are asked."""
        return tuple(Role(name) for kind, _, name in (each.partition(":") for each in self.who) if kind == ROLE)


def fewest_agreeing(plan: StepPlan) -> int:
    """Return how many people agree at a step at the least, unless it is skipped."""
    return plan.votes if plan.sign == Signing.VOTES else 1


OF_ROLE = {
    Role.HR: StepPlan("HR", (f"{ROLE}:{Role.HR}",)),
    Role.DEPARTMENT_HEAD: StepPlan("用人部门", (f"{ROLE}:{Role.DEPARTMENT_HEAD}",), asks=(STILL_NEEDED,)),
    Role.LEADER: StepPlan("分管领导", (f"{ROLE}:{Role.LEADER}",)),
}


def plans_of(kept: Mapping[str, object]) -> tuple[StepPlan, ...]:
    """Return the steps that a request's rules ask for (`CancellationRequest.policy`).

    Requests filed before chains were plans keep the names of roles: each of those is a step of one person.
    """
    steps = kept.get("steps", [])
    if not isinstance(steps, list):
        return ()
    return tuple(_plan(each) if isinstance(each, Mapping) else OF_ROLE[Role(str(each))] for each in steps)


def as_kept(plans: tuple[StepPlan, ...]) -> list[dict[str, object]]:
    """Return the form in which a request keeps its steps: JSON that `plans_of` reads back."""
    return [{key: list(v) if isinstance(v, tuple) else v for key, v in asdict(each).items()} for each in plans]


def _plan(kept: Mapping[str, object]) -> StepPlan:
    lists = {key: tuple(str(each) for each in v) if isinstance(v, list) else v for key, v in kept.items()}
    enums = {"sign": Signing, "otherwise": Otherwise, "grade": Grade}
    read = {key: enums[key](str(v)) if key in enums else v for key, v in lists.items()}
    return StepPlan(**read)  # type: ignore[arg-type]

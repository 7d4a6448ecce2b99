"""规则: one unit's rules as they stand, read from a document and checked. Pure values."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from models import EvidenceKind, Origin, Preset, Role
from workflow.evidence_rules import LARGEST, SAID, EvidenceRules
from workflow.plans import StepPlan
from workflow.working_hours import USUAL, Office

APPROVING = (Role.HR, Role.DEPARTMENT_HEAD, Role.LEADER)  # who can be asked to agree
FILES = tuple(SAID)  # the kinds of files that can be taken at all
MOST_MB = LARGEST // 2**20
MOST = 100_000  # of any number in the rules; more is a slip of the finger


class WrongRules(ValueError):
    """Rules name something that does not exist: an administrator has to act, nobody's wish is refused.

    `problems` holds a line for each mistake, its key's path first.
    """

    def __init__(self, *problems: str) -> None:
        self.problems = problems
        super().__init__("\n".join(problems))


@dataclass(frozen=True)
class When:
    """条件: what has to be true for a scene to fit; None and () ask nothing. Hours are those left until the start."""

    by_candidate: bool | None = None
    late: bool | None = None
    sensitive: bool | None = None
    origin: tuple[Origin, ...] = ()
    reasons: tuple[str, ...] = ()
    positions: tuple[str, ...] = ()  # names, `*` for anything
    hours_from: int | None = None
    hours_below: int | None = None
    earlier_from: int | None = None  # cancelled interviews of this candidate

    @property
    def fits_everything(self) -> bool:
        return self == When()

    @property
    def may_be_a_candidates(self) -> bool:
        """Tell whether a candidate's own wish can fit: their origin is not looked at, so that none is ever refused."""
        return self.by_candidate is not False


@dataclass(frozen=True)
class Proof:
    """证明材料: how many pieces of which kinds are needed before anybody is asked; how many files, which, how large."""

    least: int = 0
    most: int = 9
    kinds: tuple[EvidenceKind, ...] = (EvidenceKind.FILE, EvidenceKind.REPLY)
    files: tuple[str, ...] = FILES
    most_mb: int = MOST_MB

    @property
    def rules(self) -> EvidenceRules:
        """Return what whoever takes evidence goes by."""
        return EvidenceRules(self.least, self.most, self.kinds, self.files, self.most_mb * 2**20)


@dataclass(frozen=True)
class Scene:
    """场景: the first whose conditions fit decides. `chain`, `notice` and `consequence` are names; empty is none."""

    id: str
    name: str
    when: When = When()
    allow: bool = True
    because: str = ""  # why not, in the words that are shown
    chain: str = ""
    proof: Proof = Proof()
    notice: str = ""
    consequence: str = ""
    drafted: bool = False  # laid on HR's table first, who submits it


@dataclass(frozen=True)
class Notice:
    """通知方式: whether HR may choose not to tell the candidate; interviewers are always told."""

    always: bool = False
    says: str = ""


@dataclass(frozen=True)
class Consequence:
    """对候选人的影响: whether HR may choose that the candidate's eligibility is not kept."""

    keeps: bool = False
    says: str = ""


@dataclass(frozen=True)
class RuleSet:
    """One unit's rules. `digest` is the SHA-256 of the whole document's canonical JSON, `version` counts in a unit."""

    preset: Preset
    title: str
    scenes: tuple[Scene, ...]
    chains: Mapping[str, tuple[StepPlan, ...]]
    notices: Mapping[str, Notice] = field(default_factory=dict)
    consequences: Mapping[str, Consequence] = field(default_factory=dict)
    sensitive_positions: tuple[str, ...] = ()
    notice_period_h: int = 24  # S50: exactly 24 hours before the start is still in time
    grace_s: int = 60
    office: Office = USUAL  # in which the hours of steps are counted
    code: bool = False  # 存证码 on its cards and in its notices: whoever keeps one is a witness
    archive: bool = False  # 归档: a package of each case that is over goes to the archive system
    version: int = 1
    digest: str = ""
    document: Mapping[str, object] = field(default_factory=dict, compare=False, repr=False)

    @property
    def name(self) -> str:
        """Return the name of the preset that the rules were made from: checks of what is strict go by it."""
        return str(self.preset)

    @property
    def notice_period(self) -> timedelta:
        return timedelta(hours=self.notice_period_h)

    def plans(self, scene: Scene) -> tuple[StepPlan, ...]:
        """Return the steps of a scene's chain."""
        return self.chains[scene.chain] if scene.chain else ()


@dataclass(frozen=True)
class Facts:
    """判定依据: everything a decision may depend on. Moments are aware UTC."""

    origin: Origin
    by_candidate: bool
    starts_at: datetime
    now: datetime
    sensitive: bool = False
    reason: str = ""  # a code of `workflow.reasons`
    position: str = ""
    earlier: int = 0  # cancelled interviews of this candidate

    @property
    def ahead(self) -> timedelta:
        return self.starts_at - self.now

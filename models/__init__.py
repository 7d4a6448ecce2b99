"""The store: tables and their enums, a file per noun."""

from models.audit import Anchor, AuditHead, AuditRecord, Checkpoint
from models.booking import Booking, BookingStatus, BookingTerm, EntryLink
from models.cancellation import (
    CancellationRequest,
    Evidence,
    EvidenceBlob,
    EvidenceKind,
    Origin,
    RequestStatus,
    Step,
    StepStatus,
    StillNeeded,
)
from models.correction import CorrectedField, CorrectionRequest, CorrectionStatus
from models.download import DownloadLink
from models.erasure import Basis, ErasureRequest, ErasureStatus
from models.exchange import (
    Attempt,
    AttemptOutcome,
    Card,
    CardPurpose,
    InboundMessage,
    InboundStatus,
    OutboxMessage,
    OutboxStatus,
    SeenCipher,
)
from models.organisation import Organisation, Position, Preset
from models.person import (
    Account,
    Candidate,
    CustomerServiceCursor,
    Dialogue,
    Employee,
    Grant,
    Invitation,
    Platform,
    Role,
)
from models.person_key import PersonKey
from models.query import SavedQuery
from models.rights import GrantChange, GrantChangeKind, GrantChangeStatus

__all__ = [
    "Account",
    "Anchor",
    "Attempt",
    "AttemptOutcome",
    "AuditHead",
    "AuditRecord",
    "Basis",
    "Booking",
    "BookingStatus",
    "BookingTerm",
    "CancellationRequest",
    "Candidate",
    "Card",
    "CardPurpose",
    "Checkpoint",
    "CorrectedField",
    "CorrectionRequest",
    "CorrectionStatus",
    "CustomerServiceCursor",
    "Dialogue",
    "DownloadLink",
    "Employee",
    "EntryLink",
    "ErasureRequest",
    "ErasureStatus",
    "Evidence",
    "EvidenceBlob",
    "EvidenceKind",
    "Grant",
    "GrantChange",
    "GrantChangeKind",
    "GrantChangeStatus",
    "InboundMessage",
    "InboundStatus",
    "Invitation",
    "Organisation",
    "Origin",
    "OutboxMessage",
    "OutboxStatus",
    "PersonKey",
    "Platform",
    "Position",
    "Preset",
    "RequestStatus",
    "Role",
    "SavedQuery",
    "SeenCipher",
    "Step",
    "StepStatus",
    "StillNeeded",
]

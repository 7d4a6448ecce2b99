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
from models.directory import DirectoryEntry, LinkCode
from models.download import DownloadLink
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
from models.query import SavedQuery
from models.rights import GrantChange, GrantChangeKind, GrantChangeStatus

__all__ = [
    "Account",
    "Anchor",
    "Attempt",
    "AttemptOutcome",
    "AuditHead",
    "AuditRecord",
    "Booking",
    "BookingStatus",
    "BookingTerm",
    "CancellationRequest",
    "Candidate",
    "Card",
    "CardPurpose",
    "Checkpoint",
    "CustomerServiceCursor",
    "Dialogue",
    "DirectoryEntry",
    "DownloadLink",
    "Employee",
    "EntryLink",
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
    "LinkCode",
    "Organisation",
    "Origin",
    "OutboxMessage",
    "OutboxStatus",
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

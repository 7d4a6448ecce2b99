"""The store: tables and their enums, a file per noun."""

from models.archive import ArchiveBlob, ArchivePackage, ArchiveStatus
from models.audit import Anchor, AuditHead, AuditRecord, Checkpoint
from models.booking import Booking, BookingStatus, BookingTerm, EntryLink
from models.cancellation import (
    Added,
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
from models.comment import Comment
from models.correction import CorrectedField, CorrectionRequest, CorrectionStatus
from models.delegation import Delegation, DelegationStatus
from models.directory import DirectoryEntry, LinkCode
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
from models.export import ExportRequest, ExportStatus, ExportTaken
from models.organisation import Organisation, Position, Preset
from models.passkey import Passkey
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
from models.retention import Hold, Purge, PurgeCertificate, PurgeItem, PurgeOutcome, PurgePermit, PurgeStatus
from models.reveal import RevealLink
from models.rights import GrantChange, GrantChangeKind, GrantChangeStatus
from models.rules import RulesStatus, RulesText, RulesVersion
from models.signing_order import OrderState, SigningOrder
from models.statement import ApprovalStatement
from models.stepup import Factor, Proof

__all__ = [
    "Account",
    "Added",
    "Anchor",
    "ApprovalStatement",
    "ArchiveBlob",
    "ArchivePackage",
    "ArchiveStatus",
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
    "Comment",
    "CorrectedField",
    "CorrectionRequest",
    "CorrectionStatus",
    "CustomerServiceCursor",
    "Delegation",
    "DelegationStatus",
    "Dialogue",
    "DirectoryEntry",
    "DownloadLink",
    "Employee",
    "EntryLink",
    "ErasureRequest",
    "ErasureStatus",
    "Evidence",
    "EvidenceBlob",
    "EvidenceKind",
    "ExportRequest",
    "ExportStatus",
    "ExportTaken",
    "Factor",
    "Grant",
    "GrantChange",
    "GrantChangeKind",
    "GrantChangeStatus",
    "Hold",
    "InboundMessage",
    "InboundStatus",
    "Invitation",
    "LinkCode",
    "OrderState",
    "Organisation",
    "Origin",
    "OutboxMessage",
    "OutboxStatus",
    "Passkey",
    "PersonKey",
    "Platform",
    "Position",
    "Preset",
    "Proof",
    "Purge",
    "PurgeCertificate",
    "PurgeItem",
    "PurgeOutcome",
    "PurgePermit",
    "PurgeStatus",
    "RequestStatus",
    "RevealLink",
    "Role",
    "RulesStatus",
    "RulesText",
    "RulesVersion",
    "SavedQuery",
    "SeenCipher",
    "SigningOrder",
    "Step",
    "StepStatus",
    "StillNeeded",
]

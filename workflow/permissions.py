"""Roles → permissions, as data. What is not written here is not allowed (S79, S80)."""

from typing import Final

from models import Role

READ: Final = "booking:read"
CANCEL: Final = "booking:cancel"
DECIDE: Final = "request:decide"
EVIDENCE_READ: Final = "evidence:read"
REVEAL: Final = "person:reveal"
AUDIT_READ: Final = "audit:read"
AUDIT_EXPORT: Final = "audit:export"
AUDIT_VERIFY: Final = "audit:verify"
ANCHOR: Final = "audit:anchor"
CASE_EXPORT: Final = "case:export"
ARCHIVE_READ: Final = "archive:read"
ARCHIVE_SEND: Final = "archive:send"
EXAMINE: Final = "record:examine"
EXPORT_APPROVE: Final = "export:approve"
GRANT_READ: Final = "grant:read"
GRANT_PROPOSE: Final = "grant:propose"
GRANT_APPROVE: Final = "grant:approve"
DIRECTORY_MANAGE: Final = "directory:manage"
SETTINGS_READ: Final = "settings:read"
HOLD_SET: Final = "hold:set"
PURGE_PROPOSE: Final = "purge:propose"
PURGE_APPROVE: Final = "purge:approve"
ERASE_PROPOSE: Final = "erase:propose"
ERASE_APPROVE: Final = "erase:approve"
RULES_PROPOSE: Final = "rules:propose"
RULES_APPROVE: Final = "rules:approve"

PERMISSIONS: Final[dict[Role, frozenset[str]]] = {
    Role.HR: frozenset(
        {READ, CANCEL, DECIDE, EVIDENCE_READ, REVEAL, CASE_EXPORT, ERASE_PROPOSE, ARCHIVE_READ, ARCHIVE_SEND, EXAMINE}
    ),
    Role.DEPARTMENT_HEAD: frozenset({READ, DECIDE, EVIDENCE_READ}),
    Role.LEADER: frozenset({READ, DECIDE, EVIDENCE_READ}),
    Role.INTERVIEWER: frozenset(),
    Role.AUDITOR: frozenset(
        {READ, EVIDENCE_READ, AUDIT_READ, AUDIT_EXPORT, AUDIT_VERIFY, ANCHOR, CASE_EXPORT, GRANT_READ, SETTINGS_READ}
        | {ARCHIVE_READ, EXAMINE}
        | {EXPORT_APPROVE}
    ),
    Role.SYSTEM_ADMIN: frozenset(
        {ANCHOR, GRANT_READ, GRANT_PROPOSE, GRANT_APPROVE, DIRECTORY_MANAGE, SETTINGS_READ, PURGE_PROPOSE}
        | {RULES_PROPOSE}
    ),
    Role.SECURITY_ADMIN: frozenset(
        {GRANT_READ, GRANT_PROPOSE, GRANT_APPROVE, SETTINGS_READ, AUDIT_VERIFY, HOLD_SET, PURGE_APPROVE, ERASE_APPROVE}
        | {EXPORT_APPROVE, RULES_APPROVE}
    ),
}

SAID: Final[dict[str, str]] = {
    READ: "查看预约和每一步的经过",
    CANCEL: "取消面试、提交和撤回申请",
    DECIDE: "审批轮到自己的取消申请",
    EVIDENCE_READ: "看自己经手的取消的证明材料；HR 和审计看所管单位的",
    REVEAL: "写明原因后在网页上看一次候选人的姓名、电话、邮箱",
    AUDIT_READ: "检索办过的取消，保存自己的检索",
    AUDIT_EXPORT: "导出一个单位的审计日志",
    CASE_EXPORT: "导出一件取消的时间轴和证据包",
    ARCHIVE_READ: "查看归档状态",
    ARCHIVE_SEND: "重新归档办结的取消",
    EXAMINE: "完整性检查、合规体检",
    EXPORT_APPROVE: "审批别人提出的大批导出",
    ANCHOR: "让存证码立即发到审计群，没有审计群的发给每位审计",
    GRANT_READ: "查看别人的权限",
    GRANT_PROPOSE: "提出授权和收回授权",
    GRANT_APPROVE: "审批另一类管理员提出的授权",
    HOLD_SET: "冻结和解除冻结一件案的留存",
    PURGE_PROPOSE: "提出清理到期的记录",
    PURGE_APPROVE: "审批清理到期的记录",
    ERASE_PROPOSE: "提出删除候选人的资料",
    ERASE_APPROVE: "审批删除候选人的资料",
    RULES_PROPOSE: "提出取消规范的新版本",
    RULES_APPROVE: "审批取消规范的新版本",
}
"""What a permission allows, in the words people read; a permission is spoken of once its command exists."""

RETENTION_READ: Final = (HOLD_SET, PURGE_PROPOSE, PURGE_APPROVE, AUDIT_READ)
"""Whoever holds one of these may know what is held, what is due, and what was purged."""

RULES_READ: Final = (RULES_PROPOSE, RULES_APPROVE, AUDIT_READ)
"""Whoever holds one of these may know which versions of the rules are proposed, and replay past cases under them."""

ADMINISTRATORS: Final = (Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDITOR)
"""The three that are held by three different people."""

OTHER_KIND: Final = {Role.SYSTEM_ADMIN: Role.SECURITY_ADMIN, Role.SECURITY_ADMIN: Role.SYSTEM_ADMIN}
"""Who decides what an administrator of the one kind proposes."""

READ_ONLY: Final = frozenset(
    {READ, EVIDENCE_READ, AUDIT_READ, AUDIT_EXPORT, AUDIT_VERIFY, ANCHOR, CASE_EXPORT, GRANT_READ, SETTINGS_READ}
    | {ARCHIVE_READ, EXAMINE}
    | {EXPORT_APPROVE}
)
"""Permissions that change nothing: all that an auditor may hold. Anchoring only tells others how things stand, and
agreeing to an export only lets a colleague read what they may read anyway.
"""

OF_CANDIDATES: Final = frozenset(
    {READ, CANCEL, DECIDE, EVIDENCE_READ, REVEAL, CASE_EXPORT, ERASE_PROPOSE, ARCHIVE_READ, ARCHIVE_SEND, EXAMINE}
)
"""Permissions that show candidates' data: none of them is an administrator's."""


def conflicts(held: Role, wanted: Role) -> bool:
    """Tell whether one person may not hold both in units that overlap.

    The three administrators are separated (GB/T 22239), and none of them does business in a unit they look after:
    else an administrator would see candidates, and an auditor would write.
    """
    return held != wanted and (held in ADMINISTRATORS or wanted in ADMINISTRATORS)

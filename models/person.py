"""People: employees with their rights, candidates, and the accounts through which both are reached."""

from enum import StrEnum
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

from tortoise import fields
from tortoise.models import Model

from models import person_key
from models.organisation import Organisation
from models.sealed import Persons, Sealed, SealedModel

if TYPE_CHECKING:
    from models.rights import GrantChange


class Role(StrEnum):
    """What may an employee do in a unit and below it?"""

    HR = "hr"  # 招聘专员: asks for cancellations
    DEPARTMENT_HEAD = "department_head"  # 用人部门: says whether the position still needs people
    LEADER = "leader"  # 分管领导: decides
    INTERVIEWER = "interviewer"  # 面试官: is told
    AUDITOR = "auditor"  # 审计: reads everything, writes nothing
    SYSTEM_ADMIN = "system_admin"  # 系统管理员
    SECURITY_ADMIN = "security_admin"  # 安全管理员


class Platform(StrEnum):
    """Through which door does somebody reach us, and we them?"""

    DINGTALK = "dingtalk"
    WECOM = "wecom"
    KF = "kf"  # 微信客服
    SMS = "sms"
    EMAIL = "email"


class Employee(SealedModel):
    """员工; `key` is the person's id in the company, the same on every platform in the demo."""

    id = fields.UUIDField(primary_key=True)
    key = fields.CharField(max_length=64, unique=True)
    organisation: fields.ForeignKeyRelation[Organisation] = fields.ForeignKeyField(
        "models.Organisation", on_delete=fields.RESTRICT
    )
    sealed_name = fields.BinaryField()
    name = Sealed()
    deputy: fields.ForeignKeyNullableRelation["Employee"] = fields.ForeignKeyField(
        "models.Employee", on_delete=fields.RESTRICT, null=True
    )
    active = fields.BooleanField(default=True, db_default=True)
    brief_off = fields.BooleanField(default=False, db_default=False)  # they want no 简报 in the morning
    deputy_until = fields.DatetimeField(null=True)  # the deputy stands in before this moment; null: without an end

    class Meta:
        table = "employee"

    deputy_id: object
    organisation_id: object

    @property
    def pseudonym(self) -> str:
        """Return how audit logs and prints name this employee; it tells nothing of them."""
        return f"u_{self.id.hex[:16]}"


class Grant(Model):
    """授权: a role in an organisation and everything below it, until `ends_at` when there is an end.

    `change` is what two administrators agreed on; null for what was entered when the installation was set up.
    """

    id = fields.UUIDField(primary_key=True)
    employee: fields.ForeignKeyRelation[Employee] = fields.ForeignKeyField(
        "models.Employee", on_delete=fields.RESTRICT, related_name="grants"
    )
    organisation: fields.ForeignKeyRelation[Organisation] = fields.ForeignKeyField(
        "models.Organisation", on_delete=fields.RESTRICT
    )
    role = fields.CharEnumField(Role, max_length=24)
    given_at = fields.DatetimeField(null=True)
    ends_at = fields.DatetimeField(null=True)
    change: fields.ForeignKeyNullableRelation["GrantChange"] = fields.ForeignKeyField(
        "models.GrantChange", on_delete=fields.RESTRICT, null=True
    )

    class Meta:
        table = "grant_"
        unique_together = (("employee", "organisation", "role"),)

    employee_id: object
    organisation_id: object
    change_id: object


class Candidate(SealedModel):
    """候选人; `preferred` is the channel they asked for, the others follow as fallbacks."""

    PERSON = "id"
    id = fields.UUIDField(primary_key=True)
    organisation: fields.ForeignKeyRelation[Organisation] = fields.ForeignKeyField(
        "models.Organisation", on_delete=fields.RESTRICT
    )
    key_index = fields.CharField(max_length=32, null=True, db_index=True)  # keyed hash of the source's own id
    sealed_name = fields.BinaryField()
    name = Sealed()
    sealed_phone = fields.BinaryField(null=True)
    phone = Sealed()
    sealed_email = fields.BinaryField(null=True)
    email = Sealed()
    phone_index = fields.CharField(max_length=32, null=True, db_index=True)
    email_index = fields.CharField(max_length=32, null=True, db_index=True)
    sealed_secret = fields.BinaryField(default=b"")  # empty: moved to person_key
    preferred = fields.CharEnumField(Platform, max_length=16, null=True)
    restricted_at = fields.DatetimeField(null=True)  # 受限 from then on: kept, and nothing else is done with it
    erase_after = fields.DatetimeField(null=True)  # when the data of somebody restricted may go
    privacy_shown = fields.CharField(max_length=8, default="", db_default="")  # the version of the rules they have seen

    class Meta:
        table = "candidate"
        manager = Persons()

    organisation_id: object

    @classmethod
    async def enter(cls, **values: object) -> "Candidate":
        """Store somebody new, with a secret of their own."""
        candidate = cls(id=uuid4(), **values)
        await person_key.make(candidate.id)
        await candidate.save(force_create=True)
        return candidate


class Account(SealedModel):
    """How one person is known on one platform; `address` is a userid, an external_userid, a phone or a mail address."""

    PERSON = "candidate_id"
    id = fields.UUIDField(primary_key=True)
    platform = fields.CharEnumField(Platform, max_length=16)
    address_index = fields.CharField(max_length=32)
    sealed_address = fields.BinaryField()
    address = Sealed()
    employee: fields.ForeignKeyNullableRelation[Employee] = fields.ForeignKeyField(
        "models.Employee", on_delete=fields.RESTRICT, null=True, related_name="accounts"
    )
    candidate: fields.ForeignKeyNullableRelation[Candidate] = fields.ForeignKeyField(
        "models.Candidate", on_delete=fields.RESTRICT, null=True, related_name="accounts"
    )
    heard_at = fields.DatetimeField(null=True)  # when the person last wrote; opens WeChat's 48-hour window
    sent_since_heard = fields.IntField(default=0, db_default=0)  # how many of the five messages are spent
    link_tries = fields.IntField(default=0, db_default=0)  # wrong binding codes since the first of them
    link_tried_at = fields.DatetimeField(null=True)  # when the first of them was typed

    class Meta:
        table = "account"
        manager = Persons()
        indexes = (("platform", "address_index"),)

    employee_id: object
    candidate_id: UUID | None


class Invitation(Model):
    """The personal WeChat link of one candidate: who opens it first is bound to them."""

    id = fields.UUIDField(primary_key=True)
    candidate: fields.ForeignKeyRelation[Candidate] = fields.ForeignKeyField(
        "models.Candidate", on_delete=fields.RESTRICT
    )
    token_index = fields.CharField(max_length=32, unique=True)
    expires_at = fields.DatetimeField()
    used_at = fields.DatetimeField(null=True)

    class Meta:
        table = "invitation"


class CustomerServiceCursor(Model):
    """How far the messages of one customer-service account have been read."""

    open_kfid = fields.CharField(max_length=64, primary_key=True)
    cursor = fields.CharField(max_length=128)

    class Meta:
        table = "customer_service_cursor"


class Dialogue(SealedModel):
    """The one question that is open with one person in one chat; a new question replaces the old."""

    PERSON = "person_id"
    id = fields.UUIDField(primary_key=True)
    person_id = fields.UUIDField(null=True)  # the candidate it is about
    place = fields.CharField(max_length=32, unique=True)  # keyed hash of platform, person and chat
    sealed_state = fields.BinaryField()
    state = Sealed()
    expires_at = fields.DatetimeField()

    class Meta:
        table = "dialogue"
        manager = Persons()

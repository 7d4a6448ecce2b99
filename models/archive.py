"""Archive packages: what of a case that is over goes to the archive system, and what it gave for it."""

from enum import StrEnum

from tortoise import fields
from tortoise.models import Model

from models.cancellation import CancellationRequest


class ArchiveStatus(StrEnum):
    """Where is this package?"""

    WAITING = "waiting"  # 待归档
    INCOMPLETE = "incomplete"  # 资料不全，没有送出
    FAILED = "failed"  # 没有送到，已放弃
    ARCHIVED = "archived"  # 已归档，有回执


class ArchivePackage(Model):
    """归档包 of a request that is over; `number` is the idempotency key, the same for every try of this package.

    `digest` is the SHA-256 of the zip as it was sealed: every try sends the same bytes. `faults` says in codes why a
    package was not sent. A request that is archived again gets another package with the next `round`.
    """

    id = fields.UUIDField(primary_key=True)
    request: fields.ForeignKeyRelation[CancellationRequest] = fields.ForeignKeyField(
        "models.CancellationRequest", on_delete=fields.RESTRICT, related_name="archive_packages"
    )
    round = fields.IntField(default=1)
    number = fields.CharField(max_length=40, unique=True)
    status = fields.CharEnumField(ArchiveStatus, max_length=12, default=ArchiveStatus.WAITING)
    archive = fields.CharField(max_length=16, default="")  # folder, http: who was asked
    digest = fields.CharField(max_length=64, default="")
    size = fields.BigIntField(default=0)
    faults = fields.JSONField[list[str]](default=list)
    receipt = fields.CharField(max_length=160, default="")
    receipt_at = fields.DatetimeField(null=True)  # the archive's own time
    created_at = fields.DatetimeField()
    settled_at = fields.DatetimeField(null=True)

    class Meta:
        table = "archive_package"
        unique_together = (("request", "round"),)

    request_id: object


class ArchiveBlob(Model):
    """The sealed bytes of a package on its way; gone once the archive has given its receipt."""

    id = fields.UUIDField(primary_key=True)  # the ArchivePackage's id
    sealed = fields.BinaryField()

    class Meta:
        table = "archive_blob"

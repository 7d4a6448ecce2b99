"""Archive packages with their receipts, and links to a printed examination."""

from uuid import uuid4

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.migrations import operations as ops

from models.archive import ArchiveStatus


class Migration(migrations.Migration):
    dependencies = [("models", "0007_retention")]

    operations = [
        ops.AddField(
            model_name="DownloadLink",
            name="report",
            field=fields.CharField(default="", db_default="", max_length=120),
        ),
        ops.CreateModel(
            name="ArchivePackage",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                (
                    "request",
                    fields.ForeignKeyField(
                        "models.CancellationRequest",
                        source_field="request_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="archive_packages",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("round", fields.IntField(default=1)),
                ("number", fields.CharField(unique=True, max_length=40)),
                (
                    "status",
                    fields.CharEnumField(
                        default=ArchiveStatus.WAITING,
                        description="WAITING: waiting\nINCOMPLETE: incomplete\nFAILED: failed\nARCHIVED: archived",
                        enum_type=ArchiveStatus,
                        max_length=12,
                    ),
                ),
                ("archive", fields.CharField(default="", max_length=16)),
                ("digest", fields.CharField(default="", max_length=64)),
                ("size", fields.BigIntField(default=0)),
                ("faults", fields.JSONField(default=list)),
                ("receipt", fields.CharField(default="", max_length=160)),
                ("receipt_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("settled_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "archive_package",
                "app": "models",
                "unique_together": (("request", "round"),),
                "pk_attr": "id",
                "table_description": "归档包 of a request that is over; `number` is the idempotency key, the same for "
                "every try of this package.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="ArchiveBlob",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ("sealed", fields.BinaryField()),
            ],
            options={
                "table": "archive_blob",
                "app": "models",
                "pk_attr": "id",
                "table_description": "The sealed bytes of a package on its way; gone once the archive has given its receipt.",
            },
            bases=["Model"],
        ),
    ]

"""Searches that auditors save, links to what they take home, and the indexes that years of cases need."""

from uuid import uuid4

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.indexes import Index
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("models", "0004_rights")]

    operations = [
        ops.AddIndex("CancellationRequest", Index(fields=["organisation_id", "created_at"])),
        ops.AddIndex("Step", Index(fields=["approver_id", "role", "request_id"])),
        ops.CreateModel(
            name="SavedQuery",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                (
                    "employee",
                    fields.ForeignKeyField(
                        "models.Employee",
                        source_field="employee_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="saved_queries",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("name_index", fields.CharField(unique=True, max_length=32)),
                ("sealed_name", fields.BinaryField()),
                ("sealed_words", fields.BinaryField()),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "saved_query",
                "app": "models",
                "pk_attr": "id",
                "table_description": "保存的检索; `words` is the search as it was typed, so that 今年 means the year in "
                "which it is asked again.",
            },
            bases=["SealedModel"],
        ),
        ops.CreateModel(
            name="DownloadLink",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ("token_index", fields.CharField(unique=True, max_length=32)),
                (
                    "employee",
                    fields.ForeignKeyField(
                        "models.Employee",
                        source_field="employee_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="download_links",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("number", fields.CharField(max_length=24)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("expires_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("tries", fields.IntField(default=0)),
                ("ended_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "download_link",
                "app": "models",
                "pk_attr": "id",
                "table_description": "下载链接 (`/d/<token>`) to the timeline of one case; only the token's keyed hash "
                "is stored, and no code.",
            },
            bases=["Model"],
        ),
    ]

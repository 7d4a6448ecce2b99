"""Exports that a second person agrees to, and the second proof that some actions ask for."""

from uuid import uuid4

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.indexes import Index
from tortoise.migrations import operations as ops

from models.export import ExportStatus


class Migration(migrations.Migration):
    dependencies = [("models", "0011_directory")]

    operations = [
        ops.CreateModel(
            name="ExportRequest",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ("number", fields.CharField(unique=True, max_length=24)),
                ("status", fields.CharEnumField(default=ExportStatus.PROPOSED, enum_type=ExportStatus, max_length=12)),
                ("organisation", fields.ForeignKeyField("models.Organisation", source_field="organisation_id", db_constraint=True, to_field="id", on_delete=OnDelete.RESTRICT)),
                ("requester", fields.ForeignKeyField("models.Employee", source_field="requester_id", db_constraint=True, to_field="id", related_name="exports_asked", on_delete=OnDelete.RESTRICT)),
                ("form", fields.CharField(max_length=8)),
                ("since", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("until", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("records", fields.IntField()),
                ("sealed_purpose", fields.BinaryField()),
                ("asked_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("expires_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("decided_by", fields.ForeignKeyField("models.Employee", source_field="decided_by_id", null=True, db_constraint=True, to_field="id", related_name="exports_decided", on_delete=OnDelete.RESTRICT)),
                ("decided_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("sealed_comment", fields.BinaryField(null=True)),
                ("taken_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "export_request",
                "app": "models",
                "indexes": [Index(fields=['status', 'organisation_id'])],
                "pk_attr": "id",
                "table_description": "导出申请; number `X…`: one unit's log of a period, taken out once, with the consent of a second person.",
            },
            bases=["SealedModel"],
        ),
        ops.CreateModel(
            name="Factor",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ("token_index", fields.CharField(unique=True, max_length=32)),
                ("employee", fields.ForeignKeyField("models.Employee", source_field="employee_id", db_constraint=True, to_field="id", related_name="factors", on_delete=OnDelete.RESTRICT)),
                ("sealed_seed", fields.BinaryField()),
                ("made_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("shown_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("confirmed_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("ended_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("last_step", fields.BigIntField(default=0)),
                ("tries", fields.IntField(default=0)),
                ("tried_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "factor",
                "app": "models",
                "indexes": [Index(fields=['employee_id', 'ended_at'])],
                "pk_attr": "id",
                "table_description": "动态码: a TOTP secret.",
            },
            bases=["SealedModel"],
        ),
        ops.CreateModel(
            name="Proof",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ("employee", fields.ForeignKeyField("models.Employee", source_field="employee_id", db_constraint=True, to_field="id", related_name="proofs", on_delete=OnDelete.RESTRICT)),
                ("action", fields.CharField(max_length=24)),
                ("subject", fields.CharField(max_length=64)),
                ("asked_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("expires_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("passed_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("used_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "proof",
                "app": "models",
                "indexes": [Index(fields=['employee_id', 'expires_at'])],
                "pk_attr": "id",
                "table_description": "二次验证 asked of one person for one action on one matter.",
            },
            bases=["Model"],
        ),
        ops.AddField(
            "Card",
            "export",
            fields.ForeignKeyField(
                "models.ExportRequest",
                source_field="export_id",
                null=True,
                db_constraint=True,
                to_field="id",
                on_delete=OnDelete.RESTRICT,
            ),
        ),
    ]

"""Erasing a person's data: who asked, who agreed, and since when somebody's data are only kept."""

from typing import Any
from uuid import uuid4

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.indexes import Index
from tortoise.migrations import operations as ops

from models.correction import CorrectedField, CorrectionStatus
from models.erasure import Basis, ErasureStatus


def _to(table: str, column: str, **options: Any) -> Any:
    return fields.ForeignKeyField(
        table, source_field=column, db_constraint=True, to_field="id", on_delete=OnDelete.RESTRICT, **options
    )


def _moment() -> Any:
    return fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)


class Migration(migrations.Migration):
    dependencies = [("models", "0009_reveals")]

    operations = [
        ops.AddField("Candidate", "restricted_at", _moment()),
        ops.AddField("Candidate", "erase_after", _moment()),
        ops.AddField("Candidate", "privacy_shown", fields.CharField(max_length=8, default="", db_default="")),
        ops.CreateModel(
            name="ErasureRequest",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ("number", fields.CharField(unique=True, max_length=24)),
                ("candidate", _to("models.Candidate", "candidate_id", related_name="erasures")),
                ("organisation", _to("models.Organisation", "organisation_id")),
                ("basis", fields.CharEnumField(enum_type=Basis, max_length=16)),
                ("status", fields.CharEnumField(enum_type=ErasureStatus, max_length=12)),
                ("by_candidate", fields.BooleanField(default=False, db_default=False)),
                ("proposer", _to("models.Employee", "proposer_id", null=True, related_name="erasures_proposed")),
                ("suggested_at", _moment()),
                ("proposed_at", _moment()),
                ("expires_at", _moment()),
                ("decided_by", _to("models.Employee", "decided_by_id", null=True, related_name="erasures_decided")),
                ("decided_at", _moment()),
                ("sealed_comment", fields.BinaryField(null=True)),
                ("done_at", _moment()),
                ("counts", fields.JSONField(default=dict)),
            ],
            options={
                "table": "erasure_request",
                "app": "models",
                "indexes": [Index(fields=["candidate_id", "status"]), Index(fields=["status", "organisation_id"])],
                "pk_attr": "id",
                "table_description": "删除申请; number `D…`. Proposed by HR, decided by a security administrator, "
                "carried out by the clock.",
            },
            bases=["SealedModel"],
        ),
        ops.CreateModel(
            name="CorrectionRequest",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ("number", fields.CharField(unique=True, max_length=24)),
                ("candidate", _to("models.Candidate", "candidate_id", related_name="corrections")),
                ("organisation", _to("models.Organisation", "organisation_id")),
                ("field", fields.CharEnumField(enum_type=CorrectedField, max_length=8)),
                ("sealed_value", fields.BinaryField()),
                (
                    "status",
                    fields.CharEnumField(default=CorrectionStatus.ASKED, enum_type=CorrectionStatus, max_length=12),
                ),
                ("asked_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("decided_by", _to("models.Employee", "decided_by_id", null=True, related_name="corrections_decided")),
                ("decided_at", _moment()),
            ],
            options={
                "table": "correction_request",
                "app": "models",
                "indexes": [Index(fields=["candidate_id", "status"])],
                "pk_attr": "id",
                "table_description": "更正申请; number `G…`. Asked for by the candidate, carried out once HR has compared it.",
            },
            bases=["SealedModel"],
        ),
        ops.AddField("Card", "erasure", _to("models.ErasureRequest", "erasure_id", null=True)),
    ]

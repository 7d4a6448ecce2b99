"""Rules as versioned documents, and why each request was decided as it was."""

from typing import Any
from uuid import uuid4

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.indexes import Index
from tortoise.migrations import operations as ops

from models.rules import RulesStatus


def _to(table: str, column: str, **options: Any) -> Any:
    return fields.ForeignKeyField(
        table, source_field=column, db_constraint=True, to_field="id", on_delete=OnDelete.RESTRICT, **options
    )


def _moment(**options: Any) -> Any:
    return fields.DatetimeField(auto_now=False, auto_now_add=False, **options)


class Migration(migrations.Migration):
    dependencies = [("models", "0014_chains")]

    operations = [
        ops.CreateModel(
            name="RulesVersion",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ("number", fields.CharField(unique=True, max_length=24)),
                ("organisation", _to("models.Organisation", "organisation_id", related_name="rules_versions")),
                ("version", fields.IntField()),
                ("document", fields.JSONField(default=dict)),
                ("digest", fields.CharField(max_length=64)),
                ("replaces", fields.CharField(max_length=64)),
                ("status", fields.CharEnumField(default=RulesStatus.PROPOSED, enum_type=RulesStatus, max_length=12)),
                ("effective_from", _moment()),
                ("replayed", fields.JSONField(default=dict)),
                ("proposer", _to("models.Employee", "proposer_id", related_name="rules_proposed")),
                ("proposed_at", _moment()),
                ("expires_at", _moment()),
                ("decided_by", _to("models.Employee", "decided_by_id", null=True, related_name="rules_decided")),
                ("decided_at", _moment(null=True)),
                ("sealed_comment", fields.BinaryField(null=True)),
            ],
            options={
                "table": "rules_version",
                "app": "models",
                "unique_together": (("organisation", "version"),),
                "indexes": [Index(fields=["status", "effective_from"])],
                "pk_attr": "id",
                "table_description": "规则版本; number `R…`. Proposed by a system administrator, decided by a security "
                "administrator.",
            },
            bases=["SealedModel"],
        ),
        ops.CreateModel(
            name="RulesText",
            fields=[
                ("digest", fields.CharField(primary_key=True, max_length=64, unique=True, db_index=True)),
                ("document", fields.JSONField(default=dict)),
            ],
            options={
                "table": "rules_text",
                "app": "models",
                "pk_attr": "digest",
                "table_description": "A document that decided a case, under its digest: a trace can be replayed "
                "whatever became of the unit's rules.",
            },
            bases=["Model"],
        ),
        ops.AddField("CancellationRequest", "trace", fields.JSONField(null=True)),
        ops.AddField("Card", "rules", _to("models.RulesVersion", "rules_id", null=True)),
    ]

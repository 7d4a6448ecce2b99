"""Authorisations that two administrators agree on, with an end; and the card on which they are decided."""

from uuid import uuid4

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.indexes import Index
from tortoise.migrations import operations as ops

from models.person import Role
from models.rights import GrantChangeKind, GrantChangeStatus


class Migration(migrations.Migration):
    dependencies = [("models", "0003_checkpoints")]

    operations = [
        ops.CreateModel(
            name="GrantChange",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ("number", fields.CharField(unique=True, max_length=24)),
                ("kind", fields.CharEnumField(enum_type=GrantChangeKind, max_length=12)),
                (
                    "status",
                    fields.CharEnumField(
                        default=GrantChangeStatus.PROPOSED, enum_type=GrantChangeStatus, max_length=12
                    ),
                ),
                (
                    "employee",
                    fields.ForeignKeyField(
                        "models.Employee",
                        source_field="employee_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="grant_changes",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "organisation",
                    fields.ForeignKeyField(
                        "models.Organisation",
                        source_field="organisation_id",
                        db_constraint=True,
                        to_field="id",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("role", fields.CharEnumField(enum_type=Role, max_length=24)),
                ("ends_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("sealed_reason", fields.BinaryField(null=True)),
                (
                    "proposer",
                    fields.ForeignKeyField(
                        "models.Employee",
                        source_field="proposer_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="grants_proposed",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("proposer_role", fields.CharEnumField(enum_type=Role, max_length=24)),
                ("proposed_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("expires_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                (
                    "decided_by",
                    fields.ForeignKeyField(
                        "models.Employee",
                        source_field="decided_by_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="grants_decided",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("decided_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("sealed_comment", fields.BinaryField(null=True)),
            ],
            options={
                "table": "grant_change",
                "app": "models",
                "indexes": [Index(fields=["status", "proposer_role"])],
                "pk_attr": "id",
                "table_description": "授权申请; number `S…`. Proposed by one administrator, decided by one of the other kind.",
            },
            bases=["SealedModel"],
        ),
        ops.AddField("Grant", "given_at", fields.DatetimeField(null=True)),
        ops.AddField("Grant", "ends_at", fields.DatetimeField(null=True)),
        ops.AddField(
            "Grant",
            "change",
            fields.ForeignKeyField(
                "models.GrantChange",
                source_field="change_id",
                null=True,
                db_constraint=True,
                to_field="id",
                on_delete=OnDelete.RESTRICT,
            ),
        ),
        ops.AddField(
            "Card",
            "change",
            fields.ForeignKeyField(
                "models.GrantChange",
                source_field="change_id",
                null=True,
                db_constraint=True,
                to_field="id",
                on_delete=OnDelete.RESTRICT,
            ),
        ),
    ]

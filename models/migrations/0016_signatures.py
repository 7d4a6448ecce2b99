"""What each decision said, signed; and the passkeys with which people sign themselves."""

from uuid import uuid4

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("models", "0012_guards")]

    operations = [
        ops.CreateModel(
            name="ApprovalStatement",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ("person_id", fields.UUIDField(null=True)),
                (
                    "request",
                    fields.ForeignKeyField(
                        "models.CancellationRequest",
                        source_field="request_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="statements",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("place", fields.IntField()),
                ("digest", fields.CharField(unique=True, max_length=64)),
                ("text", fields.TextField(unique=False)),
                ("signatures", fields.TextField(unique=False)),
                ("sealed_shown", fields.BinaryField(null=True)),
                ("made_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "approval_statement",
                "app": "models",
                "unique_together": (("request", "place"),),
                "pk_attr": "id",
                "table_description": "One decision's statement: `text` is canonical JSON without personal data, `signatures` the lines below it.",
            },
            bases=["SealedModel"],
        ),
    ]

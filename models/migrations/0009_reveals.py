"""Links under which one person sees a candidate's data, once."""

from uuid import uuid4

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.indexes import Index
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("models", "0008_archive")]

    operations = [
        ops.CreateModel(
            name="RevealLink",
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
                        related_name="reveal_links",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "booking",
                    fields.ForeignKeyField(
                        "models.Booking",
                        source_field="booking_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="reveal_links",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("kinds", fields.CharField(max_length=40)),
                ("sealed_reason", fields.BinaryField()),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("expires_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("tries", fields.IntField(default=0)),
                ("shown_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("ended_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "reveal_link",
                "app": "models",
                "indexes": [Index(fields=["employee", "created_at"])],
                "pk_attr": "id",
                "table_description": "显示链接 (`/r/<token>`) to a candidate's data; `kinds` is what of it, `reason` why "
                "it was asked for.",
            },
            bases=["SealedModel"],
        ),
    ]

"""The passkeys with which employees confirm what they decide."""

from uuid import uuid4

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.indexes import Index
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("models", "0017_signatures")]

    operations = [
        ops.CreateModel(
            name="Passkey",
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
                        related_name="passkeys",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("made_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("tries", fields.IntField(default=0)),
                ("credential", fields.TextField(default="", unique=False)),
                ("public_key", fields.TextField(default="", unique=False)),
                ("key", fields.CharField(default="", max_length=64)),
                ("sign_count", fields.BigIntField(default=0)),
                ("transports", fields.JSONField(default=list)),
                ("aaguid", fields.CharField(default="", max_length=36)),
                ("synced", fields.BooleanField(default=False)),
                ("bound_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("revoked_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("ended_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "passkey",
                "app": "models",
                "indexes": [Index(fields=["employee", "ended_at"])],
                "pk_attr": "id",
                "table_description": "One passkey of an employee. It counts from when its page bound it until it is revoked or ended.",
            },
            bases=["Model"],
        ),
    ]

"""What the directory last told, codes that link two accounts, and who stands in for somebody who left."""

from uuid import uuid4

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.migrations import operations as ops

from models.person import Platform


class Migration(migrations.Migration):
    dependencies = [("models", "0010_erasure")]

    operations = [
        ops.AddField("Employee", "deputy_until", fields.DatetimeField(null=True)),
        ops.AddField("Account", "link_tries", fields.IntField(default=0, db_default=0)),
        ops.AddField("Account", "link_tried_at", fields.DatetimeField(null=True)),
        ops.AddField(
            "Step",
            "stands_for",
            fields.ForeignKeyField(
                "models.Employee",
                source_field="stands_for_id",
                null=True,
                db_constraint=True,
                to_field="id",
                related_name="steps_handed_on",
                on_delete=OnDelete.RESTRICT,
            ),
        ),
        ops.CreateModel(
            name="DirectoryEntry",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ("source", fields.CharEnumField(enum_type=Platform, max_length=16)),
                ("address_index", fields.CharField(max_length=32)),
                ("sealed_address", fields.BinaryField()),
                (
                    "employee",
                    fields.ForeignKeyField(
                        "models.Employee",
                        source_field="employee_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="directory_entries",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("unit", fields.CharField(max_length=120)),
                ("sealed_name", fields.BinaryField()),
                ("staff_index", fields.CharField(null=True, db_index=True, max_length=32)),
                ("sealed_staff_number", fields.BinaryField(null=True)),
                ("leads", fields.BooleanField(default=False)),
            ],
            options={
                "table": "directory_entry",
                "app": "models",
                "unique_together": (("source", "address_index"),),
                "pk_attr": "id",
                "table_description": "通讯录条目: one person as one platform's directory last told; `unit` is the path "
                "of our own unit.",
            },
            bases=["SealedModel"],
        ),
        ops.CreateModel(
            name="LinkCode",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ("code_index", fields.CharField(unique=True, max_length=32)),
                (
                    "account",
                    fields.ForeignKeyField(
                        "models.Account",
                        source_field="account_id",
                        db_constraint=True,
                        to_field="id",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("expires_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("ended_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "link_code",
                "app": "models",
                "pk_attr": "id",
                "table_description": "绑定码 that was told to one account; whoever types it in the other app says that "
                "both are theirs.",
            },
            bases=["Model"],
        ),
    ]

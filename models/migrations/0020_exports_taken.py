"""What each person took out, as long as it counts; and consent to taking out one case."""

from uuid import uuid4

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.indexes import Index
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("models", "0019_comments")]

    operations = [
        ops.AddField(
            model_name="ExportRequest",
            name="case_number",
            field=fields.CharField(default="", db_default="", max_length=24),
        ),
        ops.CreateModel(
            name="ExportTaken",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                (
                    "employee",
                    fields.ForeignKeyField(
                        "models.Employee",
                        source_field="employee_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="exports_taken",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("taken_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("records", fields.IntField()),
                ("case_number", fields.CharField(default="", max_length=24)),
                ("approval", fields.CharField(default="", max_length=24)),
            ],
            options={
                "table": "export_taken",
                "app": "models",
                "indexes": [Index(fields=["employee", "taken_at"])],
                "pk_attr": "id",
                "table_description": "已导出: one export of one person, kept as long as it counts towards what they may "
                "take out alone (T24).",
            },
            bases=["Model"],
        ),
    ]

"""Several people at one level of a chain: who is asked in which turn, who was added, who took over, which round; and delegations."""

from typing import Any
from uuid import uuid4

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.indexes import Index
from tortoise.migrations import operations as ops
from tortoise.migrations.schema_editor import BaseSchemaEditor
from tortoise.migrations.schema_generator.state_apps import StateApps

from models.cancellation import Added
from models.delegation import DelegationStatus
from models.schema_editing import widen_unique

NO_REPLACE = (
    "CREATE TRIGGER step_no_replace BEFORE INSERT ON step WHEN EXISTS (SELECT 1 FROM step WHERE id = NEW.id) "
    "OR EXISTS (SELECT 1 FROM step WHERE request_id = NEW.request_id AND revision = NEW.revision "
    "AND level = NEW.level AND slot = NEW.slot) "
    "BEGIN SELECT RAISE(ABORT, 'step is kept'); END"
)


def _to(table: str, column: str, **options: Any) -> Any:
    return fields.ForeignKeyField(
        table, source_field=column, db_constraint=True, to_field="id", on_delete=OnDelete.RESTRICT, **options
    )


async def widen(apps: StateApps, editor: BaseSchemaEditor) -> None:
    unique = ("request_id", "revision", "level")
    await widen_unique(editor, "step", unique, (*unique, "slot"))
    if editor.DIALECT == "sqlite":
        await editor.client.execute_query("DROP TRIGGER step_no_replace")
        await editor.client.execute_query(NO_REPLACE)


class Migration(migrations.Migration):
    dependencies = [("models", "0013_packs")]

    operations = [
        ops.AddField("Step", "slot", fields.IntField(default=1, db_default=1)),
        ops.AddField("Step", "round", fields.IntField(default=1, db_default=1)),
        ops.AddField("Step", "turn", fields.IntField(default=0, db_default=0)),
        ops.AddField("Step", "added", fields.CharEnumField(enum_type=Added, max_length=8, null=True)),
        ops.AddField("Step", "added_to", fields.IntField(null=True)),
        ops.AddField("Step", "took_over", fields.IntField(null=True)),
        ops.AddField("Step", "asked_by", _to("models.Employee", "asked_by_id", null=True, related_name="steps_asked")),
        ops.RunPython(widen),
        ops.CreateModel(
            name="Delegation",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ("number", fields.CharField(unique=True, max_length=24)),
                (
                    "status",
                    fields.CharEnumField(default=DelegationStatus.PROPOSED, enum_type=DelegationStatus, max_length=12),
                ),
                ("organisation", _to("models.Organisation", "organisation_id")),
                ("principal", _to("models.Employee", "principal_id", related_name="delegations_given")),
                ("delegate", _to("models.Employee", "delegate_id", related_name="delegations_held")),
                ("most", fields.IntField(default=0, db_default=0)),
                ("asked_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("expires_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("decided_by", _to("models.Employee", "decided_by_id", null=True, related_name="delegations_decided")),
                ("decided_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("ended_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "delegation",
                "app": "models",
                "indexes": [Index(fields=["delegate_id", "status"]), Index(fields=["principal_id", "status"])],
                "pk_attr": "id",
                "table_description": "委托; number `W…`: until `expires_at` the delegate decides for the principal.",
            },
            bases=["Model"],
        ),
        ops.AddField("Card", "delegation", _to("models.Delegation", "delegation_id", null=True)),
    ]

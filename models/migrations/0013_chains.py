"""Several people at one level of a chain: who is asked in which turn, who was added, who took over, and which round."""

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.migrations import operations as ops
from tortoise.migrations.schema_editor import BaseSchemaEditor
from tortoise.migrations.schema_generator.state_apps import StateApps

from models.cancellation import Added
from models.schema_editing import widen_unique

NO_REPLACE = (
    "CREATE TRIGGER step_no_replace BEFORE INSERT ON step WHEN EXISTS (SELECT 1 FROM step WHERE id = NEW.id) "
    "OR EXISTS (SELECT 1 FROM step WHERE request_id = NEW.request_id AND revision = NEW.revision "
    "AND level = NEW.level AND slot = NEW.slot) "
    "BEGIN SELECT RAISE(ABORT, 'step is kept'); END"
)


async def widen(apps: StateApps, editor: BaseSchemaEditor) -> None:
    unique = ("request_id", "revision", "level")
    await widen_unique(editor, "step", unique, (*unique, "slot"))
    if editor.DIALECT == "sqlite":
        await editor.client.execute_query("DROP TRIGGER step_no_replace")
        await editor.client.execute_query(NO_REPLACE)


class Migration(migrations.Migration):
    dependencies = [("models", "0012_guards")]

    operations = [
        ops.AddField("Step", "slot", fields.IntField(default=1, db_default=1)),
        ops.AddField("Step", "round", fields.IntField(default=1, db_default=1)),
        ops.AddField("Step", "turn", fields.IntField(default=0, db_default=0)),
        ops.AddField("Step", "added", fields.CharEnumField(enum_type=Added, max_length=8, null=True)),
        ops.AddField("Step", "added_to", fields.IntField(null=True)),
        ops.AddField("Step", "took_over", fields.IntField(null=True)),
        ops.AddField(
            "Step",
            "asked_by",
            fields.ForeignKeyField(
                "models.Employee",
                source_field="asked_by_id",
                null=True,
                db_constraint=True,
                to_field="id",
                related_name="steps_asked",
                on_delete=OnDelete.RESTRICT,
            ),
        ),
        ops.RunPython(widen),
    ]

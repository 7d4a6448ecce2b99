"""The audit log only grows: the database itself refuses to change or delete a record (reliability.md I6)."""

from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise.migrations.schema_editor import BaseSchemaEditor
from tortoise.migrations.schema_generator.state_apps import StateApps

SQLITE = (
    "CREATE TRIGGER audit_record_no_update BEFORE UPDATE ON audit_record "
    "BEGIN SELECT RAISE(ABORT, 'audit_record is append-only'); END",
    "CREATE TRIGGER audit_record_no_delete BEFORE DELETE ON audit_record "
    "BEGIN SELECT RAISE(ABORT, 'audit_record is append-only'); END",
    # INSERT OR REPLACE deletes the old row without asking the trigger above
    "CREATE TRIGGER audit_record_no_replace BEFORE INSERT ON audit_record "
    "WHEN EXISTS (SELECT 1 FROM audit_record WHERE id = NEW.id) "
    "OR EXISTS (SELECT 1 FROM audit_record WHERE log = NEW.log AND seq = NEW.seq) "
    "BEGIN SELECT RAISE(ABORT, 'audit_record is append-only'); END",
)
POSTGRES = (
    "CREATE FUNCTION audit_record_refuse() RETURNS trigger LANGUAGE plpgsql AS $$ "
    "BEGIN RAISE EXCEPTION 'audit_record is append-only'; END $$",
    "CREATE TRIGGER audit_record_no_update BEFORE UPDATE ON audit_record "
    "FOR EACH STATEMENT EXECUTE FUNCTION audit_record_refuse()",
    "CREATE TRIGGER audit_record_no_delete BEFORE DELETE ON audit_record "
    "FOR EACH STATEMENT EXECUTE FUNCTION audit_record_refuse()",
    "CREATE TRIGGER audit_record_no_truncate BEFORE TRUNCATE ON audit_record "
    "FOR EACH STATEMENT EXECUTE FUNCTION audit_record_refuse()",
)


async def guard(apps: StateApps, editor: BaseSchemaEditor) -> None:
    for statement in {"sqlite": SQLITE, "postgres": POSTGRES}[editor.DIALECT]:
        await editor.client.execute_query(statement)


class Migration(migrations.Migration):
    dependencies = [("models", "0001_initial")]

    operations = [ops.RunPython(guard)]

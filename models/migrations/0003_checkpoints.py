"""Checkpoints and who keeps them; the database refuses to change or delete either, as it does with records."""

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.migrations import operations as ops
from tortoise.migrations.schema_editor import BaseSchemaEditor
from tortoise.migrations.schema_generator.state_apps import StateApps

UNIQUE = {  # INSERT OR REPLACE deletes what stands under the same unique columns without asking a trigger on DELETE
    "checkpoint": "log = NEW.log AND size = NEW.size",
    "anchor": "checkpoint_id = NEW.checkpoint_id AND kind = NEW.kind AND name = NEW.name",
}


def sqlite(table: str) -> list[str]:
    refuse = f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
    return [
        f"CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} {refuse}",
        f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} {refuse}",
        f"CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table} "
        f"WHEN EXISTS (SELECT 1 FROM {table} WHERE id = NEW.id) "
        f"OR EXISTS (SELECT 1 FROM {table} WHERE {UNIQUE[table]}) {refuse}",
    ]


def postgres(table: str) -> list[str]:
    refuse = (
        f"CREATE FUNCTION {table}_refuse() RETURNS trigger LANGUAGE plpgsql AS $$ "
        f"BEGIN RAISE EXCEPTION '{table} is append-only'; END $$"
    )
    return [refuse] + [
        f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
        f"FOR EACH STATEMENT EXECUTE FUNCTION {table}_refuse()"
        for verb in ("UPDATE", "DELETE", "TRUNCATE")
    ]


async def guard(apps: StateApps, editor: BaseSchemaEditor) -> None:
    make = {"sqlite": sqlite, "postgres": postgres}[editor.DIALECT]
    for table in UNIQUE:
        for statement in make(table):
            await editor.client.execute_query(statement)


class Migration(migrations.Migration):
    dependencies = [("models", "0002_guards")]

    operations = [
        ops.AddField(
            model_name='AuditHead',
            name='signed',
            field=fields.BigIntField(default=0, db_default=0),
        ),
        ops.CreateModel(
            name='Checkpoint',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('log', fields.CharField(max_length=140)),
                ('size', fields.BigIntField()),
                ('root', fields.CharField(max_length=64)),
                ('note', fields.TextField(unique=False)),
                ('code', fields.CharField(db_index=True, max_length=9)),
                ('peaks', fields.TextField(unique=False)),
                ('digest', fields.CharField(max_length=64)),
                ('at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'checkpoint', 'app': 'models', 'unique_together': (('log', 'size'),), 'pk_attr': 'id', 'table_description': '检查点: what the log signed about its first `size` lines; never changed, never two for one size.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Anchor',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('checkpoint', fields.ForeignKeyField('models.Checkpoint', source_field='checkpoint_id', db_constraint=True, to_field='id', related_name='anchors', on_delete=OnDelete.RESTRICT)),
                ('kind', fields.CharField(max_length=8)),
                ('name', fields.CharField(max_length=190)),
                ('at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('receipt', fields.TextField(unique=False)),
            ],
            options={'table': 'anchor', 'app': 'models', 'unique_together': (('checkpoint', 'kind', 'name'),), 'pk_attr': 'id', 'table_description': '锚定: somebody outside the database keeps a checkpoint; `receipt` is what they gave for it.'},
            bases=['Model'],
        ),
        ops.RunPython(guard),
    ]

"""What was said beside a case; the database itself keeps it as long as its case (I14)."""

from uuid import uuid4

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.migrations import operations as ops
from tortoise.migrations.schema_editor import BaseSchemaEditor
from tortoise.migrations.schema_generator.state_apps import StateApps

TABLE = "request_comment"
KEPT = ("id", "request_id", "place", "author_id", "made_at")  # all but what is sealed
EARLY = (
    "NOT EXISTS (SELECT 1 FROM purge_permit p WHERE p.case_id = "
    "(SELECT r.booking_id FROM cancellation_request r WHERE r.id = OLD.request_id))"
)
THERE = " OR ".join(
    f"EXISTS (SELECT 1 FROM {TABLE} WHERE {each})"
    for each in ("id = NEW.id", "request_id = NEW.request_id AND place = NEW.place")
)


def changed(differs: str) -> str:
    return " OR ".join(f"NEW.{each} {differs} OLD.{each}" for each in KEPT)


def sqlite() -> list[str]:
    refused = f"BEGIN SELECT RAISE(ABORT, '{TABLE} is kept'); END"
    when = {"no_early_delete": ("DELETE", EARLY), "kept": ("UPDATE", changed("IS NOT")), "no_replace": ("INSERT", THERE)}
    return [
        f"CREATE TRIGGER {TABLE}_{name} BEFORE {event} ON {TABLE} WHEN {condition} {refused}"
        for name, (event, condition) in when.items()
    ]


def postgres() -> list[str]:
    refused, found = f"RAISE EXCEPTION '{TABLE} is kept'", []
    when = {
        "no_early_delete": ("DELETE", "ROW", EARLY, "OLD"),
        "kept": ("UPDATE", "ROW", changed("IS DISTINCT FROM"), "NEW"),
        "no_truncate": ("TRUNCATE", "STATEMENT", "true", "NULL"),
    }
    for name, (event, each, condition, result) in when.items():
        body = f"BEGIN IF {condition} THEN {refused}; END IF; RETURN {result}; END"
        found.append(f"CREATE FUNCTION {TABLE}_{name}() RETURNS trigger LANGUAGE plpgsql AS $$ {body} $$")
        run = f"EXECUTE FUNCTION {TABLE}_{name}()"
        found.append(f"CREATE TRIGGER {TABLE}_{name} BEFORE {event} ON {TABLE} FOR EACH {each} {run}")
    return found


async def guard(apps: StateApps, editor: BaseSchemaEditor) -> None:
    for statement in {"sqlite": sqlite, "postgres": postgres}[editor.DIALECT]():
        await editor.client.execute_query(statement)


class Migration(migrations.Migration):
    dependencies = [("models", "0018_passkeys")]

    operations = [
        ops.CreateModel(
            name="Comment",
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
                        related_name="comments",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("place", fields.IntField()),
                (
                    "author",
                    fields.ForeignKeyField(
                        "models.Employee",
                        source_field="author_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="comments",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("sealed_words", fields.BinaryField(null=True)),
                ("made_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "request_comment",
                "app": "models",
                "unique_together": (("request", "place"),),
                "pk_attr": "id",
                "table_description": "One comment on a request; `place` counts those of a request from 1, as its record in the log names it.",
            },
            bases=["SealedModel"],
        ),
        ops.RunPython(guard),
    ]

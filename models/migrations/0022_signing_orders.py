"""What certification authorities were asked to have signed; the database itself keeps it as long as its case (I14)."""

from typing import Any
from uuid import uuid4

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.indexes import Index
from tortoise.migrations import operations as ops
from tortoise.migrations.schema_editor import BaseSchemaEditor
from tortoise.migrations.schema_generator.state_apps import StateApps

from models.signing_order import OrderState

TABLE = "signing_order"
KEPT = ("id", "request_id", "card_id", "employee_id", "made_at")
AT_ITS_END = ("state", "digest", "certificate", "remote", "why", "expires_at", "ended_at")
EARLY = (
    "NOT EXISTS (SELECT 1 FROM purge_permit p WHERE p.case_id = "
    "(SELECT r.booking_id FROM cancellation_request r WHERE r.id = OLD.request_id))"
)
THERE = f"EXISTS (SELECT 1 FROM {TABLE} WHERE id = NEW.id)"


def changed(differs: str) -> str:
    always = " OR ".join(f"NEW.{each} {differs} OLD.{each}" for each in KEPT)
    after = " OR ".join(f"NEW.{each} {differs} OLD.{each}" for each in AT_ITS_END)
    return f"{always} OR (OLD.ended_at IS NOT NULL AND ({after}))"


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


def referring(name: str, to: str) -> tuple[str, fields.Field[Any]]:
    return name, fields.ForeignKeyField(
        f"models.{to}",
        source_field=f"{name}_id",
        db_constraint=True,
        to_field="id",
        related_name="signing_orders",
        on_delete=OnDelete.RESTRICT,
    )


class Migration(migrations.Migration):
    dependencies = [("models", "0021_own_briefs")]

    operations = [
        ops.CreateModel(
            name="SigningOrder",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                referring("request", "CancellationRequest"),
                ("card_id", fields.UUIDField()),
                referring("employee", "Employee"),
                ("state", fields.CharEnumField(enum_type=OrderState, max_length=8)),
                ("digest", fields.CharField(default="", max_length=64, db_index=True)),
                ("certificate", fields.CharField(default="", max_length=64)),
                ("remote", fields.CharField(default="", max_length=120)),
                ("why", fields.CharField(default="", max_length=40)),
                ("made_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("expires_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("ended_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("sealed_signature", fields.BinaryField(null=True)),
            ],
            options={
                "table": "signing_order",
                "app": "models",
                "indexes": [Index(fields=["card_id", "ended_at"])],
                "pk_attr": "id",
                "table_description": "One order. It decides nothing: the answer is given when the signature comes, if it is the same answer then.",
            },
            bases=["SealedModel"],
        ),
        ops.RunPython(guard),
    ]

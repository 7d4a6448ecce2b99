"""Holds, purges and their certificates; and the database itself keeps the three kinds of records (S41, S42, I14).

What makes up a case cannot be deleted, nor changed so that it could be, without a permit; and there is no permit for a
case that is held, open, or younger than three years.
"""

from typing import Any
from uuid import uuid4

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.indexes import Index
from tortoise.migrations import operations as ops
from tortoise.migrations.schema_editor import BaseSchemaEditor
from tortoise.migrations.schema_generator.state_apps import StateApps

from models.retention import PurgeOutcome, PurgeStatus

OF_REQUEST = "SELECT r.booking_id FROM cancellation_request r WHERE r.id = "
OF_MESSAGE = f"SELECT COALESCE(m.booking_id, ({OF_REQUEST} m.request_id)) FROM outbox_message m WHERE m.id = "
A_NOTICE = "(OLD.kind = 'notice' OR OLD.request_id IS NOT NULL)"

CASES = {  # table: which case (its booking's id) a row belongs to, and which rows are records
    "cancellation_request": ("OLD.booking_id", ""),
    "step": (f"({OF_REQUEST} OLD.request_id)", ""),
    "evidence": (f"({OF_REQUEST} OLD.request_id)", ""),
    "evidence_blob": (
        f"({OF_REQUEST} (SELECT e.request_id FROM evidence e WHERE e.id = OLD.id))",
        "EXISTS (SELECT 1 FROM evidence e WHERE e.id = OLD.id)",
    ),
    "outbox_message": (f"COALESCE(OLD.booking_id, ({OF_REQUEST} OLD.request_id))", A_NOTICE),
    "attempt": (
        f"({OF_MESSAGE} OLD.message_id)",
        "EXISTS (SELECT 1 FROM outbox_message m WHERE m.id = OLD.message_id "
        "AND (m.kind = 'notice' OR m.request_id IS NOT NULL))",
    ),
}
KEPT = {  # columns that nobody changes once they are written
    "cancellation_request": ("id", "number", "booking_id", "organisation_id", "created_at"),
    "step": ("id", "request_id", "level", "role"),
    "evidence": ("id", "request_id", "kind", "created_at"),
    "evidence_blob": ("id",),
    "outbox_message": ("id", "kind", "booking_id", "request_id", "dedupe", "posted_at"),
    "attempt": ("id", "message_id", "number", "platform", "started_at"),
}
SETTLED = {  # what says how it ended, once it has
    "cancellation_request": (
        "OLD.ended_at IS NOT NULL",
        ("status", "origin", "reason_code", "requester_id", "candidate_id", "filed_at", "decided_at", "ended_at"),
    ),
    "step": (
        "OLD.status IN ('approved', 'rejected', 'sent_back') AND EXISTS "
        "(SELECT 1 FROM cancellation_request r WHERE r.id = OLD.request_id AND r.ended_at IS NOT NULL)",
        ("status", "revision", "approver_id", "decided_by_id", "decided_at", "still_needed"),
    ),
}
UNIQUE = {  # INSERT OR REPLACE deletes what stands under the same unique columns without asking a trigger on DELETE
    "cancellation_request": ("id = NEW.id", "number = NEW.number"),
    "step": ("id = NEW.id", "request_id = NEW.request_id AND revision = NEW.revision AND level = NEW.level"),
    "evidence": ("id = NEW.id", "request_id = NEW.request_id AND digest = NEW.digest"),
    "evidence_blob": ("id = NEW.id",),
    "outbox_message": ("id = NEW.id", "dedupe = NEW.dedupe"),
    "attempt": ("id = NEW.id",),
    "hold": ("id = NEW.id",),
    "purge_certificate": ("id = NEW.id",),
}
EARLY = {  # why there is no permit, in SQL of both engines
    "is held": "SELECT 1 FROM hold h JOIN booking b ON b.id = NEW.case_id WHERE h.released_at IS NULL "
    "AND (h.booking_id = b.id OR (h.booking_id IS NULL AND h.candidate_id = b.candidate_id))",
    "is not over": "SELECT 1 FROM cancellation_request r WHERE r.booking_id = NEW.case_id AND r.ended_at IS NULL",
    "is too young": "SELECT 1 FROM booking b WHERE b.id = NEW.case_id "
    "AND (b.starts_at > NEW.cutoff OR b.cancelled_at > NEW.cutoff) UNION ALL "
    "SELECT 1 FROM cancellation_request r WHERE r.booking_id = NEW.case_id AND r.ended_at > NEW.cutoff UNION ALL "
    "SELECT 1 FROM outbox_message m WHERE m.booking_id = NEW.case_id AND m.kind = 'notice' "
    "AND m.posted_at > NEW.cutoff",
}
FLOOR = {
    "sqlite": "julianday(NEW.cutoff) > julianday(NEW.at, '-3 years')",
    "postgres": "NEW.cutoff > NEW.at - interval '3 years'",
}
WITHOUT_PERMIT = "NOT EXISTS (SELECT 1 FROM purge_permit p WHERE p.case_id = {case})"


def changed(columns: tuple[str, ...], differs: str) -> str:
    return "(" + " OR ".join(f"NEW.{each} {differs} OLD.{each}" for each in columns) + ")"


def not_kept(table: str, differs: str) -> str:
    """Return the condition under which an update would change what is kept."""
    _, records = CASES[table]
    found = changed(KEPT[table], differs)
    if table == "outbox_message":  # others may be arranged anew, but no key may push a record aside
        found = f"(({records} AND {found}) OR NEW.dedupe {differs} OLD.dedupe)"
    if table == "evidence":  # an erasure puts the digest of the sealed bytes in its place: that tells nothing of them
        found = f"({found} OR (NEW.digest {differs} OLD.digest AND NEW.digest {differs} OLD.cipher_digest))"
    if table in SETTLED:
        settled, columns = SETTLED[table]
        found = f"({found} OR (({settled}) AND {changed(columns, differs)}))"
    return found


def deleted_early(table: str) -> str:
    """Return the condition under which a deletion comes too early."""
    case, records = CASES[table]
    return " AND ".join(each for each in (records, WITHOUT_PERMIT.format(case=case)) if each)


def sqlite() -> list[str]:
    def refuse(name: str, event: str, table: str, condition: str, why: str) -> str:
        when = f"WHEN {condition} " if condition else ""
        return f"CREATE TRIGGER {name} BEFORE {event} ON {table} {when}BEGIN SELECT RAISE(ABORT, '{why}'); END"

    found = []
    for table in CASES:
        kept = f"{table} is kept"
        found += [
            refuse(f"{table}_no_early_delete", "DELETE", table, deleted_early(table), kept),
            refuse(f"{table}_kept", "UPDATE", table, not_kept(table, "IS NOT"), kept),
        ]
    for table, unique in UNIQUE.items():
        there = " OR ".join(f"EXISTS (SELECT 1 FROM {table} WHERE {each})" for each in unique)
        found.append(refuse(f"{table}_no_replace", "INSERT", table, there, f"{table} is kept"))
    found.append(refuse("hold_no_delete", "DELETE", "hold", "OLD.released_at IS NULL", "hold is not released"))
    for verb in ("UPDATE", "DELETE"):
        name = f"purge_certificate_no_{verb.lower()}"
        found.append(refuse(name, verb, "purge_certificate", "", "purge_certificate is append-only"))
    reasons = {**{why: f"EXISTS ({found_by})" for why, found_by in EARLY.items()}, "comes too early": FLOOR["sqlite"]}
    for place, (why, condition) in enumerate(reasons.items(), start=1):
        name = f"purge_permit_earned_{place}"
        found.append(refuse(name, "INSERT", "purge_permit", condition, f"purge_permit: the case {why}"))
    found.append(refuse("purge_permit_no_update", "UPDATE", "purge_permit", "", "purge_permit is not changed"))
    return found


def postgres() -> list[str]:
    def function(name: str, checks: list[tuple[str, str]], result: str) -> str:
        body = " ".join(f"IF {condition} THEN RAISE EXCEPTION '{why}'; END IF;" for condition, why in checks)
        return f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body} RETURN {result}; END $$"

    def trigger(name: str, event: str, table: str, function_name: str, each: str = "ROW") -> str:
        return f"CREATE TRIGGER {name} BEFORE {event} ON {table} FOR EACH {each} EXECUTE FUNCTION {function_name}()"

    found = []
    for table in (*CASES, "hold", "purge_certificate"):
        found.append(function(f"{table}_no_truncate", [("true", f"{table} is kept")], "NULL"))
        found.append(trigger(f"{table}_no_truncate", "TRUNCATE", table, f"{table}_no_truncate", "STATEMENT"))
    for table in CASES:
        early, differs, kept = deleted_early(table), not_kept(table, "IS DISTINCT FROM"), f"{table} is kept"
        found.append(function(f"{table}_no_early_delete", [(early, kept)], "OLD"))
        found.append(trigger(f"{table}_no_early_delete", "DELETE", table, f"{table}_no_early_delete"))
        found.append(function(f"{table}_kept", [(differs, kept)], "NEW"))
        found.append(trigger(f"{table}_kept", "UPDATE", table, f"{table}_kept"))
    found.append(function("hold_no_delete", [("OLD.released_at IS NULL", "hold is not released")], "OLD"))
    found.append(trigger("hold_no_delete", "DELETE", "hold", "hold_no_delete"))
    found.append(function("purge_certificate_refuse", [("true", "purge_certificate is append-only")], "NULL"))
    for verb in ("UPDATE", "DELETE"):
        name = f"purge_certificate_no_{verb.lower()}"
        found.append(trigger(name, verb, "purge_certificate", "purge_certificate_refuse"))
    checks = [(f"EXISTS ({found_by})", f"purge_permit: the case {why}") for why, found_by in EARLY.items()]
    checks.append((FLOOR["postgres"], "purge_permit: the case comes too early"))
    found.append(function("purge_permit_earned", checks, "NEW"))
    found.append(trigger("purge_permit_earned", "INSERT", "purge_permit", "purge_permit_earned"))
    found.append(function("purge_permit_refuse", [("true", "purge_permit is not changed")], "NULL"))
    found.append(trigger("purge_permit_no_update", "UPDATE", "purge_permit", "purge_permit_refuse"))
    return found


async def guard(apps: StateApps, editor: BaseSchemaEditor) -> None:
    for statement in {"sqlite": sqlite, "postgres": postgres}[editor.DIALECT]():
        await editor.client.execute_query(statement)


def key(model: str, column: str, related: str | None = None, *, null: bool = False) -> Any:
    options: dict[str, Any] = {"related_name": related} if related else {}
    return fields.ForeignKeyField(  # type: ignore[call-overload]
        f"models.{model}",
        source_field=column,
        null=null,
        db_constraint=True,
        to_field="id",
        on_delete=OnDelete.RESTRICT,
        **options,
    )


def moment(*, null: bool = False) -> Any:
    options: dict[str, Any] = {"null": null, "auto_now": False, "auto_now_add": False}
    return fields.DatetimeField(**options)


def uuid_key() -> Any:
    return fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)


class Migration(migrations.Migration):
    dependencies = [("models", "0006_person_keys")]

    operations = [
        ops.CreateModel(
            name="Hold",
            fields=[
                ("id", uuid_key()),
                ("organisation", key("Organisation", "organisation_id")),
                ("candidate", key("Candidate", "candidate_id", "holds")),
                ("booking", key("Booking", "booking_id", "holds", null=True)),
                ("number", fields.CharField(max_length=24)),
                ("sealed_reason", fields.BinaryField()),
                ("set_by", key("Employee", "set_by_id", "holds_set")),
                ("set_at", moment()),
                ("released_by", key("Employee", "released_by_id", "holds_released", null=True)),
                ("released_at", moment(null=True)),
            ],
            options={"table": "hold", "app": "models", "pk_attr": "id"},
            bases=["SealedModel"],
        ),
        ops.CreateModel(
            name="Purge",
            fields=[
                ("id", uuid_key()),
                ("number", fields.CharField(unique=True, max_length=24)),
                (
                    "status",
                    fields.CharEnumField(default=PurgeStatus.PROPOSED, enum_type=PurgeStatus, max_length=12),
                ),
                ("organisation", key("Organisation", "organisation_id")),
                ("year", fields.IntField(null=True)),
                ("cases", fields.IntField()),
                ("digest", fields.CharField(max_length=64)),
                ("proposer", key("Employee", "proposer_id", "purges_proposed")),
                ("proposed_at", moment()),
                ("expires_at", moment()),
                ("decided_by", key("Employee", "decided_by_id", "purges_decided", null=True)),
                ("decided_at", moment(null=True)),
                ("sealed_comment", fields.BinaryField(null=True)),
                ("done_at", moment(null=True)),
            ],
            options={
                "table": "purge",
                "app": "models",
                "indexes": [Index(fields=["status", "expires_at"])],
                "pk_attr": "id",
            },
            bases=["SealedModel"],
        ),
        ops.CreateModel(
            name="PurgeItem",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("purge", key("Purge", "purge_id", "items")),
                ("case_id", fields.UUIDField()),
                ("number", fields.CharField(max_length=24)),
                ("requests", fields.JSONField(default=list)),
                ("log", fields.CharField(max_length=140)),
                ("ended_at", moment()),
                (
                    "outcome",
                    fields.CharEnumField(default=PurgeOutcome.WAITING, enum_type=PurgeOutcome, max_length=8),
                ),
                ("rows", fields.IntField(default=0)),
                ("seq", fields.BigIntField(null=True)),
            ],
            options={
                "table": "purge_item",
                "app": "models",
                "unique_together": (("purge", "case_id"),),
                "indexes": [Index(fields=["purge_id", "outcome"])],
                "pk_attr": "id",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="PurgePermit",
            fields=[
                ("case_id", fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ("purge", key("Purge", "purge_id")),
                ("at", moment()),
                ("cutoff", moment()),
            ],
            options={"table": "purge_permit", "app": "models", "pk_attr": "case_id"},
            bases=["Model"],
        ),
        ops.CreateModel(
            name="PurgeCertificate",
            fields=[
                ("id", uuid_key()),
                ("sha256", fields.CharField(max_length=64)),
                ("content", fields.BinaryField()),
                ("made_at", moment()),
            ],
            options={"table": "purge_certificate", "app": "models", "pk_attr": "id"},
            bases=["Model"],
        ),
        ops.AddField("Card", "purge", key("Purge", "purge_id", null=True)),
        ops.RunPython(guard),
    ]

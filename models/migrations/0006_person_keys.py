"""Every candidate's secret in a table of its own, and on each row about a candidate whose it is.

The secrets are moved as they are sealed, so that no key is needed here; what was sealed with the installation's key
alone stays readable and is sealed anew by `python -m bot keys reseal`.
"""

from tortoise import fields, migrations
from tortoise.migrations import operations as ops
from tortoise.migrations.schema_editor import BaseSchemaEditor
from tortoise.migrations.schema_generator.state_apps import StateApps

ABOUT_A_CANDIDATE = (
    "CancellationRequest",
    "Step",
    "Evidence",
    "InboundMessage",
    "OutboxMessage",
    "Attempt",
    "Card",
    "Dialogue",
)
FILL = (
    "INSERT INTO person_key (id, sealed) SELECT id, sealed_secret FROM candidate",
    "UPDATE candidate SET sealed_secret = ''",
    "UPDATE cancellation_request SET person_id = "
    "(SELECT candidate_id FROM booking WHERE booking.id = cancellation_request.booking_id)",
    "UPDATE step SET person_id = (SELECT person_id FROM cancellation_request q WHERE q.id = step.request_id)",
    "UPDATE evidence SET person_id = (SELECT person_id FROM cancellation_request q WHERE q.id = evidence.request_id)",
    "UPDATE card SET person_id = coalesce("
    "(SELECT candidate_id FROM booking WHERE booking.id = card.booking_id), "
    "(SELECT candidate_id FROM account WHERE account.id = card.account_id))",
    "UPDATE outbox_message SET person_id = coalesce("
    "(SELECT candidate_id FROM booking WHERE booking.id = outbox_message.booking_id), "
    "(SELECT person_id FROM cancellation_request q WHERE q.id = outbox_message.request_id), "
    "(SELECT person_id FROM card WHERE card.id = outbox_message.card_id), "
    "(SELECT candidate_id FROM account WHERE account.id = outbox_message.account_id))",
    "UPDATE attempt SET person_id = (SELECT person_id FROM outbox_message o WHERE o.id = attempt.message_id)",
)


async def fill(apps: StateApps, editor: BaseSchemaEditor) -> None:
    for statement in FILL:
        await editor.client.execute_query(statement)


class Migration(migrations.Migration):
    dependencies = [("models", "0005_searching")]

    operations = [
        ops.CreateModel(
            name="PersonKey",
            fields=[
                ("id", fields.UUIDField(primary_key=True, unique=True, db_index=True)),
                ("sealed", fields.BinaryField(null=True)),
                ("erased_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "person_key",
                "app": "models",
                "pk_attr": "id",
                "table_description": "个人密钥: 32 random bytes, sealed; `id` is the candidate's. Erased: the secret is "
                "gone, the row says since when.",
            },
            bases=["Model"],
        ),
        *[
            ops.AddField(model_name=name, name="person_id", field=fields.UUIDField(null=True))
            for name in ABOUT_A_CANDIDATE
        ],
        ops.RunPython(fill),
    ]

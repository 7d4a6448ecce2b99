"""The audit log: lines of canonical JSON, each naming the hash of the one before; what was signed over them, and who
outside keeps it.
"""

from tortoise import fields
from tortoise.models import Model


class AuditHead(Model):
    """The last line of one log; locked in every transaction that adds to it, so that numbers have no gaps."""

    log = fields.CharField(max_length=140, primary_key=True)
    seq = fields.BigIntField(default=0)
    digest = fields.CharField(max_length=64)
    signed = fields.BigIntField(default=0, db_default=0)  # the size of the latest checkpoint

    class Meta:
        table = "audit_head"


class AuditRecord(Model):
    """审计记录: one line, kept byte for byte; the columns beside it only help to find it."""

    id = fields.BigIntField(primary_key=True)
    log = fields.CharField(max_length=140)
    seq = fields.BigIntField()
    at = fields.DatetimeField()
    action = fields.CharField(max_length=48)
    subject = fields.CharField(max_length=64, db_index=True)  # the request's or booking's number
    line = fields.TextField()

    class Meta:
        table = "audit_record"
        unique_together = (("log", "seq"),)


class Checkpoint(Model):
    """检查点: what the log signed about its first `size` lines; never changed, never two for one size."""

    id = fields.BigIntField(primary_key=True)
    log = fields.CharField(max_length=140)
    size = fields.BigIntField()
    root = fields.CharField(max_length=64)  # hex
    note = fields.TextField()  # the signed note, byte for byte, with our signature line alone
    code = fields.CharField(max_length=9, db_index=True)
    peaks = fields.TextField()  # `workflow.merkle.Range` of these lines, from which the next one goes on
    digest = fields.CharField(max_length=64)  # of line `size`, which the next line names
    at = fields.DatetimeField()

    anchors: fields.ReverseRelation["Anchor"]

    class Meta:
        table = "checkpoint"
        unique_together = (("log", "size"),)


class Anchor(Model):
    """锚定: somebody outside the database keeps a checkpoint; `receipt` is what they gave for it.

    `kind` is post (a message in a group), code (printed in a card or notice), witness (a cosignature line) or tsa (an
    RFC 3161 answer in base64).
    """

    id = fields.BigIntField(primary_key=True)
    checkpoint: fields.ForeignKeyRelation[Checkpoint] = fields.ForeignKeyField(
        "models.Checkpoint", on_delete=fields.RESTRICT, related_name="anchors"
    )
    kind = fields.CharField(max_length=8)
    name = fields.CharField(max_length=190)  # who keeps it: a group, a witness's key name, a time-stamp authority
    at = fields.DatetimeField()
    receipt = fields.TextField()

    class Meta:
        table = "anchor"
        unique_together = (("checkpoint", "kind", "name"),)

    checkpoint_id: int

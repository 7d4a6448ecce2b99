"""The audit log: lines of canonical JSON, each naming the hash of the one before."""

from tortoise import fields
from tortoise.models import Model


class AuditHead(Model):
    """The last line of one log; locked in every transaction that adds to it, so that numbers have no gaps."""

    log = fields.CharField(max_length=140, primary_key=True)
    seq = fields.BigIntField(default=0)
    digest = fields.CharField(max_length=64)

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

"""What is known of a piece of evidence beside its bytes: what it looks like, where it came from, where else it is used."""

from tortoise import fields, migrations
from tortoise.indexes import Index
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("models", "0015_rules")]

    operations = [
        ops.AddField("Evidence", "raw_digest", fields.CharField(default="", db_default="", max_length=64)),
        ops.AddField("Evidence", "look", fields.CharField(default="", db_default="", max_length=512)),
        ops.AddField("Evidence", "shape", fields.IntField(default=0, db_default=0)),
        ops.AddField("Evidence", "facts", fields.JSONField(null=True)),
        ops.AddField("Evidence", "twins", fields.JSONField(null=True)),
        ops.AddIndex("Evidence", Index(fields=["digest"])),
    ]

"""Whether somebody wants the brief in the morning."""

from tortoise import fields, migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("models", "0020_exports_taken")]

    operations = [ops.AddField("Employee", "brief_off", fields.BooleanField(default=False, db_default=False))]

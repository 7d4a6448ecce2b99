"""Links to a whole case pack beside those to its printed timeline."""

from tortoise import fields, migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("models", "0012_guards")]

    operations = [
        ops.AddField(
            model_name="DownloadLink",
            name="form",
            field=fields.CharField(default="pdf", db_default="pdf", max_length=8),
        ),
    ]

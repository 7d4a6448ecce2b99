"""A link under which one person may take one case home, once."""

from tortoise import fields
from tortoise.models import Model

from models.person import Employee


class DownloadLink(Model):
    """下载链接 (`/d/<token>`) to one case as `form` (pdf: its printed timeline; pack: 证据包); only the token's keyed
    hash is stored, and no code.

    Where `report` is set it leads to the printed examination of the unit with that path instead, or to its printed
    rules where `number` says so; an agreed export has the form that was agreed to, which this one does not say.
    """

    id = fields.UUIDField(primary_key=True)
    token_index = fields.CharField(max_length=32, unique=True)
    employee: fields.ForeignKeyRelation[Employee] = fields.ForeignKeyField(
        "models.Employee", on_delete=fields.RESTRICT, related_name="download_links"
    )
    number = fields.CharField(max_length=24)  # of the case: Q… or Y…
    report = fields.CharField(max_length=120, default="", db_default="")
    form = fields.CharField(max_length=8, default="pdf", db_default="pdf")
    created_at = fields.DatetimeField()
    expires_at = fields.DatetimeField()
    tries = fields.IntField(default=0)  # wrong codes
    ended_at = fields.DatetimeField(null=True)  # taken, or refused for good

    class Meta:
        table = "download_link"

    employee_id: object

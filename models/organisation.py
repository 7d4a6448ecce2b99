"""Units of the group: who belongs where, and which preset of rules each follows."""

from enum import StrEnum

from tortoise import fields
from tortoise.models import Model


class Preset(StrEnum):
    """Which ready-made rules does a unit follow?"""

    FAST = "fast"  # 互联网: nothing to approve, everything recorded
    STRICT = "strict"  # 国企: evidence and three levels
    TRANSITION = "transition"  # 制造业: HR alone, late or sensitive cases to the department head


class Organisation(Model):
    """One unit 组织; `path` is its place in the tree, such as `huachen/net`."""

    id = fields.UUIDField(primary_key=True)
    path = fields.CharField(max_length=120, unique=True)
    name = fields.CharField(max_length=80)
    preset = fields.CharEnumField(Preset, max_length=16, null=True)
    policy = fields.JSONField[dict[str, object]](default=dict)

    class Meta:
        table = "organisation"

    @property
    def origin(self) -> str:
        """The name of this unit's audit log."""
        return f"shouyue/{self.path}"


class Position(Model):
    """岗位: what the interview is for."""

    id = fields.UUIDField(primary_key=True)
    organisation: fields.ForeignKeyRelation[Organisation] = fields.ForeignKeyField(
        "models.Organisation", on_delete=fields.RESTRICT
    )
    name = fields.CharField(max_length=120)
    sensitive = fields.BooleanField(default=False, db_default=False)

    class Meta:
        table = "position"
        unique_together = (("organisation", "name"),)

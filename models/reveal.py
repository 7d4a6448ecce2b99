"""A link under which one person may see a candidate's data, once."""

from tortoise import fields

from models.booking import Booking
from models.person import Employee
from models.sealed import Sealed, SealedModel


class RevealLink(SealedModel):
    """显示链接 (`/r/<token>`) to a candidate's data; `kinds` is what of it, `reason` why it was asked for.

    Only the token's keyed hash is stored, and no code.
    """

    id = fields.UUIDField(primary_key=True)
    token_index = fields.CharField(max_length=32, unique=True)
    employee: fields.ForeignKeyRelation[Employee] = fields.ForeignKeyField(
        "models.Employee", on_delete=fields.RESTRICT, related_name="reveal_links"
    )
    booking: fields.ForeignKeyRelation[Booking] = fields.ForeignKeyField(
        "models.Booking", on_delete=fields.RESTRICT, related_name="reveal_links"
    )
    kinds = fields.CharField(max_length=40)  # name, phone, email: joined by commas
    sealed_reason = fields.BinaryField()
    reason = Sealed()
    created_at = fields.DatetimeField()
    expires_at = fields.DatetimeField()
    tries = fields.IntField(default=0)  # wrong codes
    shown_at = fields.DatetimeField(null=True)
    ended_at = fields.DatetimeField(null=True)  # shown, expired, or refused for good

    class Meta:
        table = "reveal_link"
        indexes = (("employee", "created_at"),)

    employee_id: object
    booking_id: object

"""What an auditor saved of their searches, to ask it again."""

from tortoise import fields

from models.person import Employee
from models.sealed import Sealed, SealedModel


class SavedQuery(SealedModel):
    """保存的检索; `words` is the search as it was typed, so that 今年 means the year in which it is asked again."""

    id = fields.UUIDField(primary_key=True)
    employee: fields.ForeignKeyRelation[Employee] = fields.ForeignKeyField(
        "models.Employee", on_delete=fields.RESTRICT, related_name="saved_queries"
    )
    name_index = fields.CharField(max_length=32, unique=True)  # keyed hash of employee and name
    sealed_name = fields.BinaryField()
    name = Sealed()
    sealed_words = fields.BinaryField()
    words = Sealed()
    created_at = fields.DatetimeField()

    class Meta:
        table = "saved_query"

    employee_id: object

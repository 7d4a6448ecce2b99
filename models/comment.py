"""评论: what somebody who takes part in a case said beside it; it decides nothing."""

from tortoise import fields

from models.cancellation import CancellationRequest
from models.person import Employee
from models.sealed import Persons, Sealed, SealedModel


class Comment(SealedModel):
    """One comment on a request; `place` counts those of a request from 1, as its record in the log names it."""

    PERSON = "person_id"
    id = fields.UUIDField(primary_key=True)
    person_id = fields.UUIDField(null=True)  # the candidate it is about
    request: fields.ForeignKeyRelation[CancellationRequest] = fields.ForeignKeyField(
        "models.CancellationRequest", on_delete=fields.RESTRICT, related_name="comments"
    )
    place = fields.IntField()
    author: fields.ForeignKeyRelation[Employee] = fields.ForeignKeyField(
        "models.Employee", on_delete=fields.RESTRICT, related_name="comments"
    )
    sealed_words = fields.BinaryField(null=True)
    words = Sealed()
    made_at = fields.DatetimeField()

    class Meta:
        table = "request_comment"
        manager = Persons()
        unique_together = (("request", "place"),)

    request_id: object
    author_id: object

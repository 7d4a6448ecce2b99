"""The secret of each candidate: their data are sealed and committed to with it, and gone when it is destroyed."""

import secrets
from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from tortoise import fields
from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.models import Model

from models.vault import vault

LENGTH = 32


class PersonKey(Model):
    """个人密钥: 32 random bytes, sealed; `id` is the candidate's. Erased: the secret is gone, the row says since when.

    Kept apart from what it opens, so that copies of the database for long keeping can leave this table out.
    """

    id = fields.UUIDField(primary_key=True)
    sealed = fields.BinaryField(null=True)
    erased_at = fields.DatetimeField(null=True)

    class Meta:
        table = "person_key"


def _place(person_id: UUID) -> str:
    return f"candidate.sealed_secret.{person_id}"  # where it stood before it had a table of its own


async def make(person_id: UUID) -> None:
    """Give a person who is about to be entered a secret."""
    sealed = vault().seal(secrets.token_hex(LENGTH).encode(), _place(person_id))
    await PersonKey.create(id=person_id, sealed=sealed)


async def read(person_ids: Iterable[UUID], db: BaseDBAsyncClient | None = None) -> dict[UUID, bytes]:
    """Return the secrets of those who have one."""
    rows = PersonKey.filter(id__in=list(person_ids), sealed__isnull=False)
    found = await (rows.using_db(db) if db else rows)
    return {row.id: _open(row) for row in found}


def _open(row: PersonKey) -> bytes:
    return bytes.fromhex(vault().unseal(bytes(row.sealed or b""), _place(row.id)).decode())


async def renew(row: PersonKey) -> None:
    """Seal a secret with the installation's newest key; the secret itself stays, as the log rests on it."""
    row.sealed = vault().seal(_open(row).hex().encode(), _place(row.id))
    await row.save(update_fields=["sealed"])


async def destroy(person_id: UUID, now: datetime) -> None:
    """Destroy a person's secret: what was sealed with it, here and in every copy, is noise from now on.

    The row stays, without it: it says that no copy may bring the secret back.
    """
    if not await PersonKey.filter(id=person_id).update(sealed=None, erased_at=now):
        await PersonKey.create(id=person_id, sealed=None, erased_at=now)


async def bring_back(kept: Iterable[tuple[UUID, bytes]]) -> int:
    """Put secrets that a copy left out back where there are none; somebody erased stays erased. Returns how many."""
    count = 0
    for person_id, sealed in kept:
        row = await PersonKey.get_or_none(id=person_id)
        if row is None:
            await PersonKey.create(id=person_id, sealed=sealed)
            count += 1
        elif not row.sealed and row.erased_at is None:
            count += await PersonKey.filter(id=person_id).update(sealed=sealed)
    return count

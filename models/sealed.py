"""Encrypted columns. What is about a candidate is sealed with their own secret, which comes along with the row."""

from collections.abc import Iterable, Sequence
from typing import Any, ClassVar
from uuid import UUID

from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.manager import Manager
from tortoise.models import Model
from tortoise.queryset import QuerySet

from models import person_key
from models.vault import Unsealable, is_theirs, vault

ERASED = "（已依法删除）"  # what stands where a person's data were


class Sealed:
    """An encrypted text column: `name = Sealed()` reads and writes the binary column `sealed_name`.

    What is written is sealed when the row is saved, as that is when the person's secret can be fetched.
    """

    def __set_name__(self, owner: type[Model], name: str) -> None:
        self.column = f"sealed_{name}"

    def __get__(self, row: Any, owner: type[Model]) -> Any:
        if row is None:
            return self
        if self.column in row.unsealed:
            return row.unsealed[self.column]
        sealed = getattr(row, self.column)
        return None if sealed is None else row.opened(self.column, bytes(sealed))

    def __set__(self, row: Any, value: str | None) -> None:
        row.unsealed[self.column] = value
        setattr(row, self.column, None if value is None else b"")


class WithSecrets(QuerySet[Any]):
    """Rows together with the secrets that open them: one more query where a row was sealed for a person."""

    __slots__ = ()

    async def _execute(self) -> Any:
        found = await super()._execute()
        rows = found if isinstance(found, list) else [found] if found is not None else []
        await bring_secrets(rows, self._db)
        return found


class Persons(Manager):
    """The manager of a table that holds people's data."""

    def get_queryset(self) -> QuerySet[Any]:
        """Return rows that can be read."""
        return WithSecrets(self._model)


class SealedModel(Model):
    """A table with sealed columns; they are given to the constructor like any other field.

    `PERSON` names the attribute that holds the id of the candidate a row is about; such a table's Meta has the
    manager `Persons()`. A row about nobody is sealed with the installation's key.
    """

    PERSON: ClassVar[str] = ""
    OUTLIVES: ClassVar[bool] = False  # rows about an erased person may still be made: they tell nothing of them
    secret: bytes | None = None  # of that person, 32 bytes

    def __init__(self, **values: Any) -> None:
        self.unsealed: dict[str, str | None] = {}
        sealed = {name: values.pop(name) for name in list(values) if isinstance(_declared(type(self), name), Sealed)}
        super().__init__(**values, **{f"sealed_{name}": None if text is None else b"" for name, text in sealed.items()})
        for name, value in sealed.items():
            setattr(self, name, value)

    @classmethod
    def _init_from_db(cls, **values: Any) -> Any:
        row = super()._init_from_db(**values)
        row.unsealed = {}
        return row

    class Meta:
        abstract = True

    @property
    def person(self) -> UUID | None:
        """The candidate this row is about."""
        return getattr(self, self.PERSON) if self.PERSON else None

    def opened(self, column: str, sealed: bytes) -> str:
        """Return the text of a sealed column; where its person was erased, a word that says so."""
        if not sealed or (is_theirs(sealed) and self.secret is None):
            return ERASED
        return vault().unseal(sealed, self.place_of(column), self.secret).decode()

    def place_of(self, column: str) -> str:
        """Return the one place for which a column of this row is sealed."""
        return f"{self._meta.db_table}.{column}.{self.pk}"

    async def save(
        self,
        using_db: BaseDBAsyncClient | None = None,
        update_fields: Iterable[str] | None = None,
        force_create: bool = False,
        force_update: bool = False,
    ) -> None:
        """Seal what was written since the row was read, then store it."""
        if self.unsealed:
            await self._seal(using_db)
        await super().save(using_db, update_fields, force_create, force_update)

    async def _seal(self, db: BaseDBAsyncClient | None) -> None:
        if self.person is not None and self.secret is None and any(each is not None for each in self.unsealed.values()):
            await bring_secrets([self], db, always=True)
            if self.secret is None and not self.OUTLIVES:
                raise Unsealable(f"{self._meta.db_table}: the person was erased")
        for column, text in self.unsealed.items():
            if text is not None:
                setattr(self, column, vault().seal(text.encode(), self.place_of(column), self.secret))
        self.unsealed.clear()


async def bring_secrets(rows: Sequence[Any], db: BaseDBAsyncClient | None, *, always: bool = False) -> None:
    """Put on each row the secret of its person, where a column needs it."""
    needing = [row for row in rows if row.person is not None and (always or _needs(row))]
    if needing:
        found = await person_key.read({row.person for row in needing}, db)
        for row in needing:
            row.secret = found.get(row.person)


def _needs(row: SealedModel) -> bool:
    return row.PERSON == "id" or any(is_theirs(bytes(each)) for each in _values(row) if each)


def _values(row: SealedModel) -> Iterable[Any]:
    return (getattr(row, name) for name in columns(type(row)))


def columns(table: type[SealedModel]) -> list[str]:
    """Return the names of a table's sealed columns."""
    return [each.column for base in table.__mro__ for each in vars(base).values() if isinstance(each, Sealed)]


def _declared(cls: type, name: str) -> object:
    return next((vars(base)[name] for base in cls.__mro__ if name in vars(base)), None)

"""Keys and what is done with them: sealing fields, keyed hashes to find them again, tokens for links.

A sealed value is `version(1) | key id(2) | nonce(12) | AES-256-GCM ciphertext and tag`. The associated data name
table, column and row, so that a ciphertext copied into another row does not open.
"""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Mapping
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from tortoise.models import Model

VERSION = b"\x01"
SHORTEST = 1 + 2 + 12 + 16  # bytes of a sealed empty text


class Unsealable(Exception):
    """A sealed value was changed, moved to another row, or its key is gone."""


class Vault:
    """The installation's keys: `keys` maps a key id (1..65535) to 32 bytes; the highest id seals."""

    def __init__(self, keys: Mapping[int, bytes]) -> None:
        if not keys or any(len(key) != 32 for key in keys.values()):
            raise ValueError("a vault needs at least one key of 32 bytes")
        if not all(1 <= number <= 65535 for number in keys):
            raise ValueError("a key id is a number from 1 to 65535")
        self._ciphers = {number: AESGCM(_derive(key, b"seal")) for number, key in keys.items()}
        self._current = max(keys)
        oldest = keys[min(keys)]  # blind indexes and links must survive a rotation of the sealing key
        self._index_key = _derive(oldest, b"index")
        self._token_key = _derive(oldest, b"token")

    def seal(self, plain: bytes, place: str) -> bytes:
        """Encrypt for one place (`table.column.row id`)."""
        nonce = secrets.token_bytes(12)
        head = VERSION + self._current.to_bytes(2, "big") + nonce
        return head + self._ciphers[self._current].encrypt(nonce, plain, place.encode())

    def unseal(self, sealed: bytes, place: str) -> bytes:
        """Decrypt what was sealed for this very place."""
        cipher = self._ciphers.get(int.from_bytes(sealed[1:3], "big"))
        if sealed[:1] != VERSION or cipher is None or len(sealed) < SHORTEST:
            raise Unsealable(place)
        try:
            return cipher.decrypt(sealed[3:15], sealed[15:], place.encode())
        except InvalidTag as error:
            raise Unsealable(place) from error

    def index(self, kind: str, value: str) -> str:
        """Return the keyed hash (32 hex digits) under which a sealed value is found."""
        return hmac.new(self._index_key, f"{kind}\0{value}".encode(), hashlib.sha256).hexdigest()[:32]

    def token(self, purpose: str, *parts: str) -> str:
        """Return the unguessable token (26 characters, 130 bits, lower case) of one purpose and subject."""
        digest = hmac.new(self._token_key, "\0".join((purpose, *parts)).encode(), hashlib.sha256).digest()
        return base64.b32encode(digest)[:26].decode().lower()


def _derive(key: bytes, purpose: bytes) -> bytes:
    return HKDF(SHA256(), 32, salt=None, info=b"shouyue/" + purpose).derive(key)


_installed: list[Vault] = []


def install(vault: Vault) -> None:
    """Make this the process's vault; sealed fields have no other way to reach their keys."""
    _installed[:] = [vault]


def vault() -> Vault:
    """Return the process's vault."""
    if not _installed:
        raise RuntimeError("no vault installed: build() installs it before the store is opened")
    return _installed[0]


class Sealed:
    """An encrypted text column: `name = Sealed()` reads and writes the binary column `sealed_name`."""

    def __set_name__(self, owner: type[Model], name: str) -> None:
        self.column = f"sealed_{name}"

    def __get__(self, row: Any, owner: type[Model]) -> Any:
        if row is None:
            return self
        sealed = getattr(row, self.column)
        return None if sealed is None else vault().unseal(bytes(sealed), self._place(row)).decode()

    def __set__(self, row: Model, value: str | None) -> None:
        sealed = None if value is None else vault().seal(value.encode(), self._place(row))
        setattr(row, self.column, sealed)

    def _place(self, row: Model) -> str:
        return f"{row._meta.db_table}.{self.column}.{row.pk}"


class SealedModel(Model):
    """A table with sealed columns; they are given to the constructor like any other field."""

    def __init__(self, **values: Any) -> None:
        sealed = {name: values.pop(name) for name in list(values) if isinstance(_declared(type(self), name), Sealed)}
        super().__init__(**values)
        for name, value in sealed.items():
            setattr(self, name, value)

    class Meta:
        abstract = True


def _declared(cls: type, name: str) -> object:
    return next((vars(base)[name] for base in cls.__mro__ if name in vars(base)), None)

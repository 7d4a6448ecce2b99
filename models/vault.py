"""Keys and what is done with them: sealing fields, keyed hashes to find them again, tokens for links.

A sealed value is `version(1) | key id(2) | nonce(12) | AES-256-GCM ciphertext and tag`. The associated data name
table, column and row, so that a ciphertext copied into another row does not open. Version 1 is sealed with a key of
the installation; version 2 with one that also needs the secret of the person it is about, so that nobody opens it
once that secret is destroyed (reliability.md R6).
"""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Mapping

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

OURS, THEIRS = b"\x01", b"\x02"
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
        self._sealing = {number: _derive(key, b"seal") for number, key in keys.items()}
        self.current = max(keys)
        oldest = keys[min(keys)]  # blind indexes and links must survive a rotation of the sealing key
        self._index_key = _derive(oldest, b"index")
        self._token_key = _derive(oldest, b"token")

    def seal(self, plain: bytes, place: str, secret: bytes | None = None) -> bytes:
        """Encrypt for one place (`table.column.row id`), with `secret` for one person alone."""
        nonce = secrets.token_bytes(12)
        head = (OURS if secret is None else THEIRS) + self.current.to_bytes(2, "big") + nonce
        return head + self._cipher(self.current, secret).encrypt(nonce, plain, place.encode())

    def unseal(self, sealed: bytes, place: str, secret: bytes | None = None) -> bytes:
        """Decrypt what was sealed for this very place; `secret` is needed where `is_theirs(sealed)`."""
        number = key_id(sealed)
        known = sealed[:1] == OURS or (is_theirs(sealed) and secret is not None)
        if not known or number not in self._sealing or len(sealed) < SHORTEST:
            raise Unsealable(place)
        try:
            cipher = self._cipher(number, secret if is_theirs(sealed) else None)
            return cipher.decrypt(sealed[3:15], sealed[15:], place.encode())
        except InvalidTag as error:
            raise Unsealable(place) from error

    def _cipher(self, number: int, secret: bytes | None) -> AESGCM:
        key = self._sealing[number]
        return AESGCM(key if secret is None else _derive(key, b"person", secret))

    def index(self, kind: str, value: str) -> str:
        """Return the keyed hash (32 hex digits) under which a sealed value is found."""
        return hmac.new(self._index_key, f"{kind}\0{value}".encode(), hashlib.sha256).hexdigest()[:32]

    def token(self, purpose: str, *parts: str) -> str:
        """Return the unguessable token (26 characters, 130 bits, lower case) of one purpose and subject."""
        digest = hmac.new(self._token_key, "\0".join((purpose, *parts)).encode(), hashlib.sha256).digest()
        return base64.b32encode(digest)[:26].decode().lower()


def is_theirs(sealed: bytes) -> bool:
    """Tell whether a value was sealed for one person, whose secret opens it."""
    return sealed[:1] == THEIRS


def key_id(sealed: bytes) -> int:
    """Return the id of the installation's key that sealed a value."""
    return int.from_bytes(sealed[1:3], "big")


def _derive(key: bytes, purpose: bytes, salt: bytes | None = None) -> bytes:
    return HKDF(SHA256(), 32, salt=salt, info=b"shouyue/" + purpose).derive(key)


_installed: list[Vault] = []


def install(vault: Vault) -> None:
    """Make this the process's vault; sealed fields have no other way to reach their keys."""
    _installed[:] = [vault]


def vault() -> Vault:
    """Return the process's vault."""
    if not _installed:
        raise RuntimeError("no vault installed: build() installs it before the store is opened")
    return _installed[0]

"""The key with which this installation signs its logs, and how often; `build` installs it once, as it does the vault.

One key signs every log, under the log's name, so that no signature of one log passes for another's.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import time, timedelta
from functools import cached_property

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from workflow import notes
from workflow.notes import NoteKey, VerifierKey


@dataclass(frozen=True)
class Pace:
    """A checkpoint is due after so much time or so many records, whichever comes first.

    One adds `growth` lines at most, as its transaction has to end: an old log that was never signed takes several.
    """

    every: timedelta = timedelta(minutes=10)
    records: int = 100
    growth: int = 5000


@dataclass(frozen=True)
class Outside:
    """Who outside the database is to keep checkpoints: a group, witnesses, a time-stamp authority; names, or nothing.

    Witnesses are asked about every checkpoint; the group and the authority get the newest ones once a day, `at` this
    time in Asia/Shanghai.
    """

    at: time = time(18)
    group: str = ""
    witnesses: tuple[VerifierKey, ...] = ()
    authority: str = ""

    @property
    def anybody(self) -> bool:
        """Tell whether there is anybody to ask."""
        return bool(self.group or self.witnesses or self.authority)


@dataclass(frozen=True)
class Signing:
    """`secret` is 32 random bytes; `former` are public keys (32 bytes) whose checkpoints stay good."""

    secret: bytes
    former: Sequence[bytes] = ()
    pace: Pace = Pace()
    outside: Outside = Outside()

    @cached_property
    def public(self) -> bytes:
        """Return the public key that belongs to the secret."""
        return Ed25519PrivateKey.from_private_bytes(self.secret).public_key().public_bytes_raw()

    def key_of(self, log: str) -> NoteKey:
        """Return the key as it signs one log."""
        return NoteKey(log, self.secret)

    def keys_of(self, log: str) -> list[VerifierKey]:
        """Return every public key that may have signed one log, the present one first."""
        return [VerifierKey(log, notes.LOG, public) for public in (self.public, *self.former)]


_installed: list[Signing] = []


def install(signing: Signing | None) -> None:
    """Make this the process's signing; None takes it away."""
    _installed[:] = [signing] if signing else []


def signing() -> Signing:
    """Return the process's signing."""
    if not _installed:
        raise RuntimeError("no signing key installed: build() installs it before the store is opened")
    return _installed[0]


def pace() -> Pace:
    """Return how often logs are signed; who only writes records needs no key to know it."""
    return _installed[0].pace if _installed else Pace()


def outside() -> Outside:
    """Return who outside keeps checkpoints."""
    return _installed[0].outside if _installed else Outside()


def verified(log: str, note: str) -> bool:
    """Tell whether a key of ours signed this note over a checkpoint of this log."""
    try:
        parsed = notes.parse_note(note.encode())
        origin, _, _ = notes.parse_checkpoint(parsed.text)
    except ValueError:
        return False
    ours = [(key, line) for line in parsed.signatures for key in signing().keys_of(log) if key.made(line)]
    return origin == log and bool(ours) and all(key.verifies(parsed.text, line) for key, line in ours)

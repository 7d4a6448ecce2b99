"""Archive systems: a folder that another program collects from, and a service that takes packages by HTTP.

Both are handed a package under a number of ours, the idempotency key: the same bytes under the same number twice are
one package, other bytes under it are refused.
"""

import asyncio
import hashlib
import json
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

import aiohttp

from platforms.errors import Misconfigured, PlatformError, Refused, Temporary, Unknown
from platforms.http import Http, Response

PATIENCE_S = 120.0
LARGEST_RECEIPT = 64 * 1024
LONGEST_ID = 160


@dataclass(frozen=True)
class Parcel:
    """One package as it is handed over; `digest` is the lower-case hex SHA-256 of `content`, a zip."""

    number: str
    content: bytes = field(repr=False)
    digest: str


@dataclass(frozen=True)
class Receipt:
    """What the archive gave for a package: its own id, when it took it (aware), and the digest of what it has."""

    id: str
    at: datetime
    digest: str


class Archive(Protocol):
    """Somebody who keeps packages."""

    @property
    def name(self) -> str:
        """Return which kind of archive this is."""

    async def hand_over(self, parcel: Parcel) -> Receipt:
        """Hand a package over, or find that it is there already; raises a PlatformError.

        Refused("digest") where the archive has other bytes under this number.
        """


class FolderArchive:
    """A folder: `NUMBER.zip` appears whole or not at all, is never overwritten, and stands beside its digest."""

    name = "folder"

    def __init__(self, folder: Path, now: Callable[[], datetime]) -> None:
        self._folder = folder
        self._now = now

    async def hand_over(self, parcel: Parcel) -> Receipt:
        """Write the package, and the receipt is the digest of what can be read back."""
        try:
            return await asyncio.to_thread(self._kept, parcel)
        except OSError as wrong:
            raise Temporary("folder", wrong.strerror or type(wrong).__name__) from None

    def _kept(self, parcel: Parcel) -> Receipt:
        if not parcel.number.replace("-", "").isalnum():
            raise Refused("number", "not a number that can name a file")
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        file = self._folder / f"{parcel.number}.zip"
        if not file.exists():
            self._write(file, parcel.content)
        digest = hashlib.sha256(file.read_bytes()).hexdigest()
        if digest != parcel.digest:
            raise Refused("digest", "the folder holds another package under this number")
        return Receipt(file.name, self._now(), digest)

    def _write(self, file: Path, content: bytes) -> None:
        """Write beside and rename: a crash leaves no half package under the number.

        What a crash left beside is begun anew. Whoever is asked twice at once writes the same bytes both times.
        """
        part = file.with_name(f".{file.name}.part")
        part.unlink(missing_ok=True)
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
            out.write(content)
            out.flush()
            os.fsync(out.fileno())
        part.rename(file)
        self._settle()

    def _settle(self) -> None:
        """Have the folder's own entry on the disk too."""
        handle = os.open(self._folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


@dataclass(frozen=True)
class ArchiveAccount:
    """Where the service is, and the secret it knows us by."""

    url: str
    secret: str = field(repr=False)


class HttpArchive:
    """A service: `POST url` with the parts `package` (the zip) and `sha256`, answered by a receipt in JSON.

    Headers: `Authorization: Bearer …`, `Idempotency-Key` and `X-Package-Number` with the package's number. The receipt
    is `{"id", "received_at", "sha256"}`; a service that has the number already answers the same receipt again.
    """

    name = "http"

    def __init__(self, account: ArchiveAccount, http: Http) -> None:
        self._account = account
        self._http = http

    async def hand_over(self, parcel: Parcel) -> Receipt:
        """Post the package; a call without an answer is simply repeated, the service knows the number."""
        form = aiohttp.FormData()
        form.add_field("sha256", parcel.digest)
        form.add_field("package", parcel.content, filename=f"{parcel.number}.zip", content_type="application/zip")
        headers = {
            "Authorization": f"Bearer {self._account.secret}",
            "Idempotency-Key": parcel.number,
            "X-Package-Number": parcel.number,
        }
        try:
            answer = await self._http.call(
                "POST", self._account.url, data=form, headers=headers, timeout=PATIENCE_S, limit=LARGEST_RECEIPT
            )
        except Unknown as error:
            raise Temporary(error.code, error.message) from None
        return _matching(_receipt(answer), parcel)


def _matching(receipt: Receipt, parcel: Parcel) -> Receipt:
    if receipt.digest != parcel.digest:
        raise Refused("digest", "the receipt is for other bytes")
    return receipt


def _receipt(answer: Response) -> Receipt:
    if answer.status >= 300:
        raise _failure(answer)
    found = answer.json()
    number, at, digest = (_text(found, name) for name in ("id", "received_at", "sha256"))
    try:
        moment = datetime.fromisoformat(at)
    except ValueError:
        raise Temporary("not-a-receipt", f"HTTP {answer.status}") from None
    if moment.tzinfo is None or not number or len(number) > LONGEST_ID:
        raise Temporary("not-a-receipt", f"HTTP {answer.status}")
    return Receipt(number, moment, digest.lower())


def _text(found: dict[str, Any], name: str) -> str:
    value = found.get(name)
    return value if isinstance(value, str) else ""


def _failure(answer: Response) -> PlatformError:
    code = f"http-{answer.status}"
    if answer.status == 409:
        return Refused("digest", "the archive holds another package under this number")
    if answer.status in (401, 403, 404, 405):
        return Misconfigured(code, _told(answer))
    if answer.status in (408, 425, 429) or answer.status >= 500:
        wait = answer.headers.get("Retry-After", "")
        return Temporary(code, _told(answer), float(wait) if wait.isascii() and wait.isdigit() else None)
    return Refused(code, _told(answer))


def _told(answer: Response) -> str:
    """Return the service's own short code for what is wrong; its free text may hold anything and is left out."""
    try:
        found = json.loads(answer.body)
    except (ValueError, RecursionError):
        return ""
    code = found.get("code") if isinstance(found, dict) else None
    return code if isinstance(code, str) and len(code) <= 40 and code.replace("-", "").isalnum() else ""

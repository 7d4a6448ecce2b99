"""Archive systems over a real folder and a real server: at least once, never two packages under one number."""

import hashlib
import json
import os
import stat
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest
from aiohttp import web

from platforms.archives import ArchiveAccount, FolderArchive, HttpArchive, Parcel
from platforms.errors import Misconfigured, Refused, Temporary
from platforms.http import Http
from tests.unit.platforms.servers import Server

AT = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
CONTENT = b"PK\x03\x04 a package"


def parcel(content: bytes = CONTENT, number: str = "GD-Q20261124-007-1") -> Parcel:
    return Parcel(number, content, hashlib.sha256(content).hexdigest())


def folder(home: Path) -> FolderArchive:
    return FolderArchive(home / "archive", lambda: AT)


async def test_a_package_appears_whole_for_its_owner_alone(home: Path) -> None:
    receipt = await folder(home).hand_over(parcel())
    [file] = (home / "archive").iterdir()
    assert (file.name, file.read_bytes(), stat.S_IMODE(file.stat().st_mode)) == (receipt.id, CONTENT, 0o600)
    assert stat.S_IMODE((home / "archive").stat().st_mode) == 0o700
    assert (receipt.at, receipt.digest) == (AT, parcel().digest)


async def test_the_same_package_twice_is_one_file(home: Path) -> None:
    first, second = await folder(home).hand_over(parcel()), await folder(home).hand_over(parcel())
    assert first == second
    assert len(list((home / "archive").iterdir())) == 1


async def test_another_package_under_the_same_number_is_refused_and_replaces_nothing(home: Path) -> None:
    await folder(home).hand_over(parcel())
    with pytest.raises(Refused, match="digest"):
        await folder(home).hand_over(parcel(b"other bytes"))
    assert (home / "archive" / "GD-Q20261124-007-1.zip").read_bytes() == CONTENT


async def test_what_a_crash_left_half_written_is_begun_anew(home: Path) -> None:
    (home / "archive").mkdir()
    (home / "archive" / ".GD-Q20261124-007-1.zip.part").write_bytes(CONTENT[:3])
    await folder(home).hand_over(parcel())
    assert [file.name for file in (home / "archive").iterdir()] == ["GD-Q20261124-007-1.zip"]


async def test_a_number_that_would_lead_out_of_the_folder_is_refused(home: Path) -> None:
    with pytest.raises(Refused, match="number"):
        await folder(home).hand_over(parcel(number="../../evil"))
    assert os.listdir(home) == []


async def test_a_folder_that_cannot_be_written_is_tried_again_later(home: Path) -> None:
    (home / "archive").write_text("a file stands here")
    with pytest.raises(Temporary):
        await folder(home).hand_over(parcel())


@dataclass
class Service:
    """An archive system: keeps packages by number, and answers as the tests want."""

    kept: dict[str, bytes] = field(default_factory=dict)
    calls: list[web.Request] = field(default_factory=list)
    answers: list[Callable[[dict[str, str]], web.StreamResponse]] = field(default_factory=list)
    hangs_up: bool = False  # after it has kept the package

    async def answer(self, request: web.Request) -> web.StreamResponse:
        self.calls.append(request)
        number = request.headers["Idempotency-Key"]
        form = await request.post()
        part = form["package"]
        assert isinstance(part, web.FileField)
        content = part.file.read()
        if self.kept.setdefault(number, content) != content:
            return web.json_response({"code": "conflict"}, status=409)
        assert form["sha256"] == hashlib.sha256(content).hexdigest()
        found = {
            "id": f"ARC-{number}",
            "received_at": AT.isoformat(),
            "sha256": hashlib.sha256(self.kept[number]).hexdigest(),
        }
        if self.hangs_up and request.transport is not None:
            request.transport.abort()
        return self.answers.pop(0)(found) if self.answers else web.json_response(found)


@pytest.fixture
def service() -> Service:
    return Service()


@pytest.fixture
async def archive(service: Service) -> AsyncIterator[HttpArchive]:
    async with Server(service.answer) as server, Http() as http:
        yield HttpArchive(ArchiveAccount(f"{server.base}/packages", "s3cret"), http)


async def test_a_package_is_posted_with_number_digest_and_secret(archive: HttpArchive, service: Service) -> None:
    receipt = await archive.hand_over(parcel())
    [call] = service.calls
    assert (call.method, call.path, call.headers["Authorization"]) == ("POST", "/packages", "Bearer s3cret")
    assert (call.headers["Idempotency-Key"], call.headers["X-Package-Number"]) == (parcel().number,) * 2
    assert service.kept == {parcel().number: CONTENT}
    assert (receipt.id, receipt.at, receipt.digest) == (f"ARC-{parcel().number}", AT, parcel().digest)


async def test_a_package_that_was_taken_without_an_answer_is_there_once_after_the_next_try(
    archive: HttpArchive, service: Service
) -> None:
    service.hangs_up = True
    with pytest.raises(Temporary, match="no-answer"):
        await archive.hand_over(parcel())
    service.hangs_up = False
    assert (await archive.hand_over(parcel())).id == f"ARC-{parcel().number}"
    assert (len(service.calls), list(service.kept)) == (2, [parcel().number])


async def test_a_receipt_for_other_bytes_is_no_receipt(archive: HttpArchive, service: Service) -> None:
    service.answers = [lambda found: web.json_response({**found, "sha256": "0" * 64})]
    with pytest.raises(Refused, match="digest"):
        await archive.hand_over(parcel())


async def test_other_bytes_under_a_number_that_the_archive_has_are_refused(
    archive: HttpArchive, service: Service
) -> None:
    await archive.hand_over(parcel())
    with pytest.raises(Refused, match="digest"):
        await archive.hand_over(parcel(b"other"))


@pytest.mark.parametrize(
    ("status", "error"),
    [(500, Temporary), (503, Temporary), (429, Temporary), (401, Misconfigured), (404, Misconfigured), (422, Refused)],
)
async def test_the_kind_of_a_failure_says_what_to_do_next(
    archive: HttpArchive, service: Service, status: int, error: type[Exception]
) -> None:
    service.answers = [lambda _: web.json_response({"code": "schema-invalid", "secret": "s3cret"}, status=status)]
    with pytest.raises(error) as raised:
        await archive.hand_over(parcel())
    assert "s3cret" not in str(raised.value)
    assert "schema-invalid" in str(raised.value)


@pytest.mark.parametrize(
    "body",
    [
        "<html>",
        "[]",
        json.dumps({"id": "", "received_at": AT.isoformat(), "sha256": "0"}),
        json.dumps({"id": 7, "received_at": AT.isoformat(), "sha256": "0"}),
        json.dumps({"id": "A", "received_at": "yesterday", "sha256": "0"}),
        json.dumps({"id": "A", "received_at": "2026-11-24T10:00:00", "sha256": "0"}),
        json.dumps({"id": "A" * 161, "received_at": AT.isoformat(), "sha256": "0"}),
    ],
)
async def test_an_answer_that_is_no_receipt_is_none(archive: HttpArchive, service: Service, body: str) -> None:
    service.answers = [lambda _: web.Response(text=body)]
    with pytest.raises(Temporary):
        await archive.hand_over(parcel())


async def test_nobody_there_is_tried_again() -> None:
    async with Http() as http:
        with pytest.raises(Temporary, match="connect"):
            await HttpArchive(ArchiveAccount("http://127.0.0.1:9", "x"), http).hand_over(parcel())


def test_the_secret_is_not_in_what_is_printed() -> None:
    assert "s3cret" not in repr(ArchiveAccount("https://a.example.cn", "s3cret"))
    assert "PK" not in repr(parcel())

"""The signature in a PDF: good by two validators that know nothing of us, bad after any change."""

import io
import re
import subprocess
from collections import defaultdict
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from asn1crypto import tsp
from pyhanko.keys import load_cert_from_pemder, load_private_key_from_pemder
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.timestamps.dummy_client import DummyTimeStamper
from pyhanko.sign.validation import async_validate_pdf_signature
from pyhanko.sign.validation.status import PdfSignatureStatus, SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext

from platforms.printing.certificate import self_signed
from platforms.printing.document import Column, Document
from platforms.printing.pdf import render
from platforms.printing.sign import sign
from platforms.printing.signing import NotSigned, Signing

AT = datetime(2026, 11, 24, 2, 30, tzinfo=UTC)
NOW = datetime.now(UTC)


@pytest.fixture(scope="module")
def signing(tmp_path_factory: pytest.TempPathFactory) -> Signing:
    folder = tmp_path_factory.mktemp("keys")
    certificate, key = self_signed("守约 打印文件", NOW - timedelta(days=1))
    made = Signing(folder / "c.pem", folder / "c.key")
    made.certificate_file.write_bytes(certificate)
    made.key_file.write_bytes(key)
    return made


@pytest.fixture(scope="module")
def plain() -> bytes:
    return render(Document("时间轴", (("编号", "Q1"),), (Column("事项", 1),), (("取消",),), ("注",), "守约", "u_1", AT))


async def status(content: bytes, signing: Signing) -> PdfSignatureStatus:
    root = load_cert_from_pemder(str(signing.certificate_file))
    trusted = ValidationContext(trust_roots=[root], allow_fetching=False)
    found = PdfFileReader(io.BytesIO(content)).embedded_signatures
    return await async_validate_pdf_signature(found[0], trusted, ts_validation_context=trusted)


async def test_a_signed_file_is_whole_and_trusted_with_our_certificate(signing: Signing, plain: bytes) -> None:
    signed = await sign(plain, signing, NOW, "时间轴")
    found = await status(signed, signing)
    assert (found.bottom_line, found.coverage) == (True, SignatureCoverageLevel.ENTIRE_FILE)
    assert found.signer_reported_dt == NOW.replace(microsecond=0)
    assert signed.startswith(plain)


OFF = defaultdict(lambda: -1, {b"stream": 40})  # how far behind the word the byte stands that is changed


@pytest.mark.parametrize("mark", [b"/Author", b"/Lang (zh-CN)", b"/Title", b"stream"])
async def test_a_changed_byte_breaks_the_signature(signing: Signing, plain: bytes, mark: bytes) -> None:
    signed = bytearray(await sign(plain, signing, NOW, "时间轴"))
    signed[signed.index(mark) + len(mark) + OFF[mark]] ^= 1
    assert (await status(bytes(signed), signing)).intact is False


async def test_what_is_appended_is_seen_as_not_covered(signing: Signing, plain: bytes) -> None:
    signed = await sign(plain, signing, NOW, "时间轴")
    assert (await status(signed + b"\n% more\n", signing)).coverage != SignatureCoverageLevel.ENTIRE_FILE


def pdfsig(file: Path) -> str:
    """Ask poppler, which has nothing in common with what signed (`make develop` installs it)."""
    return subprocess.run(["pdfsig", "-nocert", file], capture_output=True, text=True, check=False).stdout


async def test_another_program_agrees(signing: Signing, plain: bytes, tmp_path: Path) -> None:
    file = tmp_path / "signed.pdf"
    file.write_bytes(await sign(plain, signing, NOW, "时间轴"))
    said = pdfsig(file)
    assert "Signature is Valid" in said
    assert "Total document signed" in said
    file.write_bytes(file.read_bytes().replace(b"/Author", b"/Buthor", 1))
    assert "Digest Mismatch" in pdfsig(file)


@pytest.fixture
async def timestamps(signing: Signing) -> AsyncIterator[str]:
    """Serve RFC 3161 answers over a real socket; yields the address."""
    stamper = DummyTimeStamper(
        load_cert_from_pemder(str(signing.certificate_file)), load_private_key_from_pemder(str(signing.key_file), None)
    )

    async def answer(request: web.Request) -> web.Response:
        asked = tsp.TimeStampReq.load(await request.read())
        given = stamper.request_tsa_response(asked)
        return web.Response(body=given.dump(), content_type="application/timestamp-reply")

    app = web.Application()
    app.router.add_post("/tsr", answer)
    async with TestServer(app) as server:
        yield str(server.make_url("/tsr"))


async def test_a_time_stamp_of_somebody_else_is_added_when_there_is_a_service(
    signing: Signing, plain: bytes, timestamps: str
) -> None:
    stamped = Signing(signing.certificate_file, signing.key_file, timestamps)
    found = await status(await sign(plain, stamped, NOW, "时间轴"), signing)
    assert found.timestamp_validity is not None
    assert found.timestamp_validity.intact
    assert found.bottom_line


async def test_a_certificate_file_that_is_none_is_named(tmp_path: Path, plain: bytes) -> None:
    broken = Signing(tmp_path / "a.pem", tmp_path / "a.key")
    for file in (broken.certificate_file, broken.key_file):
        file.write_bytes(b"no key")
    with pytest.raises(NotSigned, match=re.escape(str(broken.certificate_file))):
        broken.fingerprint()
    with pytest.raises(NotSigned, match=re.escape(str(broken.certificate_file))):
        await sign(plain, broken, NOW, "时间轴")

"""A time-stamp authority of the tests' own: OpenSSL's, behind a small server; and what it can be made to do wrong."""

import asyncio
import subprocess
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from aiohttp import web
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from tests.unit.platforms.servers import Server

Bent = Callable[[bytes], bytes]
CONFIGURATION = """
[tsa]
default_tsa = it
[it]
serial = {folder}/serial
default_policy = 1.2.3.4.1
digests = sha256, sha512
signer_cert = {folder}/tsa.pem
signer_key = {folder}/tsa.key
signer_digest = sha256
certs = {folder}/ca.pem
accuracy = secs:1
ess_cert_id_chain = no
ess_cert_id_alg = sha256
"""


def made(folder: Path, *, valid: timedelta = timedelta(days=30), stamps: bool = True) -> Path:
    """Make an authority in a folder and return its root certificate."""
    folder.mkdir(exist_ok=True)
    now = datetime.now(UTC)
    root_key, key = (rsa.generate_private_key(65537, 2048) for _ in range(2))
    root = _certificate("Root", root_key, "Root", root_key, now + timedelta(days=60), None)
    purpose = ExtendedKeyUsageOID.TIME_STAMPING if stamps else ExtendedKeyUsageOID.SERVER_AUTH
    own = _certificate("Authority", key, "Root", root_key, now + valid, purpose)
    for name, certificate in (("ca.pem", root), ("tsa.pem", own)):
        (folder / name).write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    plain = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (folder / "tsa.key").write_bytes(key.private_bytes(*plain))
    (folder / "openssl.cnf").write_text(CONFIGURATION.format(folder=folder))
    (folder / "serial").write_text("01\n")
    return folder / "ca.pem"


def _certificate(
    name: str,
    key: rsa.RSAPrivateKey,
    issuer: str,
    by: rsa.RSAPrivateKey,
    until: datetime,
    purpose: x509.ObjectIdentifier | None,
) -> x509.Certificate:
    names = [x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, each)]) for each in (name, issuer)]
    builder = (
        x509.CertificateBuilder(names[1], names[0], key.public_key(), x509.random_serial_number())
        .not_valid_before(datetime.now(UTC) - timedelta(days=60))
        .not_valid_after(until)
        .add_extension(x509.BasicConstraints(purpose is None, None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(by.public_key()), critical=False)
        .add_extension(_usage(is_root=purpose is None), critical=True)
    )
    if purpose is not None:
        builder = builder.add_extension(x509.ExtendedKeyUsage([purpose]), critical=True)
    return builder.sign(by, hashes.SHA256())


def _usage(*, is_root: bool) -> x509.KeyUsage:
    return x509.KeyUsage(not is_root, not is_root, False, False, False, is_root, is_root, False, False)


def reply(folder: Path, query: bytes) -> bytes:
    """Answer one query as OpenSSL does."""
    (folder / "query.tsq").write_bytes(query)
    words = ["-config", "openssl.cnf", "-queryfile", "query.tsq", "-out", "answer.tsr"]
    subprocess.run(["openssl", "ts", "-reply", *words], cwd=folder, check=True, capture_output=True)
    return (folder / "answer.tsr").read_bytes()


@asynccontextmanager
async def serving(
    folder: Path, *, query: Bent = lambda query: query, answer: Bent = lambda answer: answer
) -> AsyncIterator[str]:
    """Serve an authority on a real socket; its address. `query` and `answer` may bend what passes."""

    async def answered(request: web.Request) -> web.Response:
        assert request.content_type == "application/timestamp-query"
        body = answer(await asyncio.to_thread(reply, folder, query(await request.read())))
        return web.Response(body=body, content_type="application/timestamp-reply")

    async with Server(answered) as server:
        yield f"{server.base}/tsr"


def verified(folder: Path, answer: bytes, stamped: bytes) -> bool:
    """Tell whether `openssl ts -verify` accepts an answer for these bytes."""
    (folder / "kept.tsr").write_bytes(answer)
    (folder / "stamped").write_bytes(stamped)
    words = ["-in", "kept.tsr", "-data", "stamped", "-CAfile", "ca.pem"]
    done = subprocess.run(["openssl", "ts", "-verify", *words], cwd=folder, capture_output=True, text=True, check=False)
    return done.returncode == 0 and "Verification: OK" in done.stdout + done.stderr

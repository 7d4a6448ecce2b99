"""RFC 3161 time stamps: somebody else's signed word that a digest existed at a moment."""

import asyncio
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from asn1crypto import algos, cms, core, pem, tsp, x509

from platforms.errors import Misconfigured, Refused, Temporary
from platforms.http import Http

QUERY, REPLY = "application/timestamp-query", "application/timestamp-reply"
LARGEST_ANSWER = 256 * 1024
GRANTED = ("granted", "granted_with_mods")


class Response(core.Sequence):  # type: ignore[misc]
    """An answer; the one of asn1crypto knows none without a token, which is how an authority says no."""

    _fields = [("status", tsp.PKIStatusInfo), ("time_stamp_token", cms.ContentInfo, {"optional": True})]  # noqa: RUF012


class Wrong(ValueError):
    """An answer that proves nothing; the text says why."""


@dataclass(frozen=True)
class TimestampAuthority:
    """One authority; `ca_file` holds the certificates (PEM) that its own has to lead to."""

    http: Http
    url: str
    ca_file: Path

    async def stamp(self, digest: bytes) -> bytes:
        """Have a SHA-256 digest stamped and return the whole answer, which has been checked.

        Asking twice does no harm. Refused means that the answer does not prove what it should.
        """
        nonce = secrets.randbits(63) | 1 << 63
        answer = await self._answer(query(digest, nonce))
        try:
            roots = list(certificates(self.ca_file.read_bytes()))
        except (OSError, ValueError) as wrong:
            raise Misconfigured("tsa-ca-file", f"{type(wrong).__name__}: no certificates can be read") from None
        try:
            await asyncio.to_thread(check, answer, digest, nonce, roots)
        except Wrong as wrong:
            raise Refused("timestamp", str(wrong)) from None
        return answer

    async def _answer(self, asked: bytes) -> bytes:
        headers = {"Content-Type": QUERY, "Accept": REPLY}
        response = await self.http.call("POST", self.url, data=asked, headers=headers, limit=LARGEST_ANSWER)
        if response.status >= 500 or response.status == 429:
            raise Temporary(f"http-{response.status}")
        if response.status != 200 or response.headers.get("Content-Type", "").partition(";")[0].strip() != REPLY:
            raise Misconfigured(f"http-{response.status}", "this is no time-stamp service")
        if status := refusal(response.body):
            raise Misconfigured("tsa-rejection", status)
        return response.body


def query(digest: bytes, nonce: int) -> bytes:
    """Return the request for a stamp on a SHA-256 digest, with the authority's certificate."""
    imprint = tsp.MessageImprint(
        {"hash_algorithm": algos.DigestAlgorithm({"algorithm": "sha256"}), "hashed_message": digest}
    )
    asked = tsp.TimeStampReq({"version": 1, "message_imprint": imprint, "nonce": nonce, "cert_req": True})
    return bytes(asked.dump())


def certificates(content: bytes) -> Iterator[x509.Certificate]:
    """Yield the certificates of a PEM file."""
    for _, _, raw in pem.unarmor(content, multiple=True):
        certificate = x509.Certificate.load(raw, strict=True)
        certificate.native  # noqa: B018 - reads it to the end, so that a broken file is noticed here
        yield certificate


def refusal(answer: bytes) -> str:
    """Return how the authority says no; nothing when it does not, or when this is no answer at all."""
    try:
        status = Response.load(answer, strict=True)["status"]
        word = str(status["status"].native)
        reason = status["fail_info"].native or set()
    except (ValueError, TypeError, KeyError):
        return ""
    return "" if word in GRANTED else " ".join([word, *sorted(map(str, reason))])


def check(answer: bytes, digest: bytes, nonce: int, roots: list[x509.Certificate]) -> datetime:
    """Return the moment a granted answer proves for this digest, or raise Wrong.

    Takes a second at the first call (the library is large), and needs a thread without a running loop.
    """
    signed, said = _token(answer)
    imprint = said["message_imprint"]
    if (imprint["hash_algorithm"]["algorithm"].native, imprint["hashed_message"].native) != ("sha256", digest):
        raise Wrong("it stamps something else")
    if said["nonce"].native != nonce:
        raise Wrong("it answers another question: the nonce differs")
    _verify(signed, digest, said["gen_time"].native, roots)
    moment: datetime = said["gen_time"].native
    return moment


def stamped(answer: bytes) -> bytes:
    """Return the SHA-256 digest that a granted answer is about, or raise Wrong; its signature is not asked."""
    _, said = _token(answer)
    imprint = said["message_imprint"]
    if imprint["hash_algorithm"]["algorithm"].native != "sha256":
        raise Wrong("it stamps no SHA-256 digest")
    return bytes(imprint["hashed_message"].native)


def _token(answer: bytes) -> tuple[Any, Any]:
    """Return the signed data of an answer and what it says."""
    try:
        response = Response.load(answer, strict=True)
        if response["status"]["status"].native not in GRANTED:
            raise Wrong("it was not granted")
        token = response["time_stamp_token"]
        if isinstance(token, core.Void) or token["content_type"].native != "signed_data":
            raise Wrong("it has no token")
        said = token["content"]["encap_content_info"]["content"].parsed
        if not isinstance(said, tsp.TSTInfo):
            raise Wrong("its token is about something else")
        said.native  # noqa: B018 - reads it to the end: what is broken inside is noticed here
    except Wrong:
        raise
    except (ValueError, TypeError, KeyError, AttributeError) as wrong:
        raise Wrong(f"it cannot be read ({type(wrong).__name__})") from None
    return token["content"], said


def _verify(signed: Any, digest: bytes, moment: datetime, roots: list[x509.Certificate]) -> None:
    """Check the signature, that its key may stamp, and its certificate's way up at the moment it names."""
    from pyhanko.sign.validation.generic_cms import validate_tst_signed_data
    from pyhanko.sign.validation.status import TimestampSignatureStatus
    from pyhanko_certvalidator import ValidationContext

    context = ValidationContext(trust_roots=roots, moment=moment, allow_fetching=False)
    try:
        found = asyncio.run(validate_tst_signed_data(signed, context, lambda _: digest))
        status = TimestampSignatureStatus(**found)
    except Exception as wrong:  # the library has several trees of errors, and hostile bytes reach more
        raise Wrong(f"its signature cannot be checked ({type(wrong).__name__})") from None
    if not (status.intact and status.valid):
        raise Wrong("its signature is not right")
    if not status.trusted:
        raise Wrong("its certificate does not lead to the given ones, or was not valid then")

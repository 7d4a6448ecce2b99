"""The signature in a PDF file (PAdES, ETSI EN 319 142-1 level B-B, or B-T with a time stamp)."""

import io
from datetime import datetime

import aiohttp
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.fields import SigSeedSubFilter
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner, SimpleSigner
from pyhanko.sign.signers.pdf_cms import PdfCMSSignedAttributes
from pyhanko.sign.timestamps import TimeStamper
from pyhanko.sign.timestamps.aiohttp_client import HTTPTimeStamper

from platforms.printing.signing import NotSigned, Signing

FIELD = "Signature1"
TIMESTAMP_PATIENCE = 20  # seconds


async def sign(pdf: bytes, signing: Signing, now: datetime, reason: str) -> bytes:
    """Return the file with an invisible signature over all of it, dated `now` (aware).

    Takes a second or two at the first call (the library is large) and computes without a pause: run it in a loop of
    its own in a thread, not in the program's.
    """
    if not signing.timestamp_url:
        return await _signed(pdf, _signer(signing), now, reason, None)
    async with aiohttp.ClientSession() as session:
        stamper = HTTPTimeStamper(signing.timestamp_url, timeout=TIMESTAMP_PATIENCE, session=session)
        return await _signed(pdf, _signer(signing), now, reason, stamper)


def _signer(signing: Signing) -> SimpleSigner:
    certificates = str(signing.certificate_file)
    signer: SimpleSigner | None = SimpleSigner.load(  # type: ignore[no-untyped-call]
        str(signing.key_file), certificates, ca_chain_files=(certificates,)
    )
    if signer is None:
        raise NotSigned(f"cannot be read as a PEM key and certificate: {signing.key_file}, {signing.certificate_file}")
    return signer


async def _signed(pdf: bytes, signer: SimpleSigner, now: datetime, reason: str, stamper: TimeStamper | None) -> bytes:
    writer, out = IncrementalPdfFileWriter(io.BytesIO(pdf)), io.BytesIO()
    meta = PdfSignatureMetadata(
        field_name=FIELD, md_algorithm="sha256", subfilter=SigSeedSubFilter.PADES, reason=reason
    )
    session = PdfSigner(meta, signer, timestamper=stamper).init_signing_session(writer)
    session.system_time = now
    checked = await session.perform_presign_validation(writer)
    reserved = await session.estimate_signature_container_size(checked, tight=False)
    prepared = session.prepare_tbs_document(validation_info=checked, bytes_reserved=reserved)
    digest, _ = prepared.digest_tbs_document(output=out)
    await prepared.perform_signature(
        document_digest=digest.document_digest, pdf_cms_signed_attrs=PdfCMSSignedAttributes(signing_time=now)
    )
    return out.getvalue()

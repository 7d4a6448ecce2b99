"""Checking what a certification authority's signature says: CMS (RFC 5652) and the certificates in it. Pure.

docs/audit/statements.md §5 is the profile: DER, one signer, detached, SHA-256 with ECDSA on P-256 or RSA of 2048 to
4096 bits. SM2 with SM3 is refused as unknown here: the libraries we keep cannot check it. Whether a certificate was
revoked is not asked; the authority signs with none that was.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from asn1crypto import cms, pem, x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import load_der_public_key

DATA, SHA256, RSA, RSA_SHA256, ECDSA_SHA256 = (
    "1.2.840.113549.1.7.1",
    "2.16.840.1.101.3.4.2.1",
    "1.2.840.113549.1.1.1",
    "1.2.840.113549.1.1.11",
    "1.2.840.10045.4.3.2",
)
KNOWN = ("2.5.29.15", "2.5.29.19", "2.5.29.32", "2.5.29.37")  # critical extensions that are understood
SIGNS = frozenset({"digital_signature", "non_repudiation"})
LEAST_RSA, MOST_RSA = 2048, 4096
MOST_CERTIFICATES = 10
LARGEST = 64 * 1024  # bytes of a signature with its certificates
MALFORMED = (ValueError, TypeError, LookupError, AttributeError, OverflowError, InvalidSignature, UnsupportedAlgorithm)
"""What reading bytes of others raises where they are not what they should be."""


class Unsound(ValueError):
    """It proves nothing; `code` is why: malformed, algorithm, digest, certificate, signature, chain, expired, root."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


@dataclass(frozen=True)
class Certificate:
    """One certificate: its DER, whom it names (`name` is the CN, `account` the serialNumber of its subject)."""

    der: bytes
    name: str
    account: str

    @property
    def digest(self) -> str:
        """Return the SHA-256 of the DER in hex, by which statements and records name it."""
        return hashlib.sha256(self.der).hexdigest()


@dataclass(frozen=True)
class Sound:
    """What a signature proves: who signed, when they say they did, and the root (DER) it leads to."""

    certificate: Certificate
    signed_at: datetime
    root: bytes


def certificates_in(text: bytes) -> tuple[bytes, ...]:
    """Return the certificates of a PEM file as DER; ValueError where it holds none or something else."""
    found = tuple(der for _, _, der in pem.unarmor(text, multiple=True))
    for der in found:
        _certificate(der)
    return found


def certificate(chain: Sequence[bytes], roots: Sequence[bytes], at: datetime) -> Certificate:
    """Return the first certificate of a chain (DER, in any order after it) if it leads to a root at this moment."""
    try:
        read = [_certificate(each) for each in chain[:MOST_CERTIFICATES]]
        _led(read[0], read, [_certificate(each) for each in roots], at)
        return _told(read[0])
    except Unsound:
        raise
    except MALFORMED as wrong:
        raise Unsound("malformed") from wrong


def checked(der: bytes, content: bytes, signer: str, roots: Sequence[bytes]) -> Sound:
    """Return what a detached signature over `content` by the certificate with this SHA-256 (hex) proves, or Unsound."""
    try:
        return _checked(der, content, signer, [_certificate(each) for each in roots])
    except Unsound:
        raise
    except MALFORMED as wrong:
        raise Unsound("malformed") from wrong


def _checked(der: bytes, content: bytes, signer: str, roots: Sequence[x509.Certificate]) -> Sound:
    signed = _signed_data(der)
    read = [each.chosen for each in signed["certificates"]]
    [info] = signed["signer_infos"]
    matching = [each for each in read if hashlib.sha256(each.dump()).hexdigest() == signer]
    _require(len(matching) == 1 and len(read) <= MOST_CERTIFICATES, "certificate")
    own = matching[0]
    named = info["sid"]
    _require(named.name == "issuer_and_serial_number" and info["version"].native == "v1", "certificate")
    _require(named.chosen["issuer"].dump() == own["tbs_certificate"]["issuer"].dump(), "certificate")
    _require(named.chosen["serial_number"].native == own.serial_number, "certificate")
    moment = _attributes(info, content)
    if info["digest_algorithm"]["algorithm"].dotted != SHA256:
        raise Unsound("algorithm")
    over = b"\x31" + info["signed_attrs"].dump()[1:]  # RFC 5652 §5.4: signed as a SET
    algorithm = info["signature_algorithm"]["algorithm"].dotted
    _verify(own, over, info["signature"].native, ECDSA_SHA256 if algorithm == ECDSA_SHA256 else _rsa_kind(algorithm))
    root = _led(own, read, roots, moment)
    return Sound(_told(own), moment, root.dump())


def _rsa_kind(algorithm: str) -> str:
    return RSA_SHA256 if algorithm in (RSA, RSA_SHA256) else algorithm


def _signed_data(der: bytes) -> cms.SignedData:
    """Return what is signed; only DER, so that no other program reads something else in the same bytes."""
    _require(len(der) <= LARGEST, "malformed")
    whole = cms.ContentInfo.load(der, strict=True)
    _require(whole["content_type"].native == "signed_data" and whole.copy().dump(force=True) == der, "malformed")
    signed = whole["content"]
    inner = signed["encap_content_info"]
    _require(inner["content_type"].dotted == DATA and inner["content"].native is None, "malformed")
    _require(signed["version"].native == "v1" and len(signed["signer_infos"]) == 1, "malformed")
    _require(all(each.name == "certificate" for each in signed["certificates"]), "malformed")
    return signed


def _attributes(info: cms.SignerInfo, content: bytes) -> datetime:
    """Return the moment of signing; refuse unless the attributes are of this content."""
    found: dict[str, list[object]] = {}
    for each in info["signed_attrs"]:
        found.setdefault(each["type"].native, []).extend(value.native for value in each["values"])
    _require(found.get("content_type") == ["data"], "malformed")
    _require(found.get("message_digest") == [hashlib.sha256(content).digest()], "digest")
    [moment] = found["signing_time"]
    assert isinstance(moment, datetime)
    return moment


def _led(
    own: x509.Certificate, read: Sequence[x509.Certificate], roots: Sequence[x509.Certificate], at: datetime
) -> x509.Certificate:
    """Return the root to which a person's certificate leads; each on the way holds at this moment."""
    usage = own.key_usage_value
    _require(usage is None or bool(SIGNS & usage.native), "chain")
    below, current = 0, own
    _require_holding(own, at)
    while below < MOST_CERTIFICATES:
        above = [each for each in (*roots, *read) if _name(each, "subject") == _name(current, "issuer")]
        if not above:
            raise Unsound("root")
        issuer = next((each for each in above if _issued(each, current, below)), None)
        if issuer is None:
            raise Unsound("chain")
        _require_holding(issuer, at)
        if any(issuer.dump() == each.dump() for each in roots):
            return issuer
        if _name(issuer, "subject") == _name(issuer, "issuer"):
            raise Unsound("root")
        below, current = below + 1, issuer
    raise Unsound("chain")


def _name(read: x509.Certificate, whose: str) -> bytes:
    return bytes(read["tbs_certificate"][whose].dump())


def _issued(issuer: x509.Certificate, below: x509.Certificate, between: int) -> bool:
    """Tell whether one certificate may issue and did issue another; `between` others lie under it."""
    usage, most = issuer.key_usage_value, issuer.max_path_length
    may = issuer.ca and (usage is None or "key_cert_sign" in usage.native) and (most is None or between <= most)
    if not may:
        return False
    algorithm = below["signature_algorithm"]
    if algorithm.dump() != below["tbs_certificate"]["signature"].dump():
        return False
    try:
        _verify(issuer, below["tbs_certificate"].dump(), below["signature_value"].native, algorithm["algorithm"].dotted)
    except (Unsound, *MALFORMED):
        return False
    return True


def _require_holding(read: x509.Certificate, at: datetime) -> None:
    """Refuse a certificate that is not valid at this moment, or carries a critical extension nobody here knows."""
    unknown = [each for each in read["tbs_certificate"]["extensions"] or () if each["critical"].native]
    _require(all(each["extn_id"].dotted in KNOWN for each in unknown), "chain")
    _require(read.not_valid_before <= at <= read.not_valid_after, "expired")


def _verify(by: x509.Certificate, message: bytes, signature: bytes, algorithm: str) -> None:
    key = load_der_public_key(by.public_key.dump())
    try:
        if isinstance(key, ec.EllipticCurvePublicKey) and algorithm == ECDSA_SHA256:
            uncompressed = by.public_key["public_key"].native[0] == 4
            _require(isinstance(key.curve, ec.SECP256R1) and uncompressed, "algorithm")
            key.verify(signature, message, ec.ECDSA(hashes.SHA256()))
        elif isinstance(key, rsa.RSAPublicKey) and algorithm == RSA_SHA256:
            _require(LEAST_RSA <= key.key_size <= MOST_RSA, "algorithm")
            key.verify(signature, message, padding.PKCS1v15(), hashes.SHA256())
        else:
            raise Unsound("algorithm")
    except InvalidSignature:
        raise Unsound("signature") from None


def _certificate(der: bytes) -> x509.Certificate:
    read = x509.Certificate.load(der, strict=True)
    _require(read.subject.native is not None and read.serial_number >= 0, "malformed")
    return read


def _told(read: x509.Certificate) -> Certificate:
    names = read.subject.native
    return Certificate(read.dump(), str(names.get("common_name", "")), str(names.get("serial_number", "")))


def _require(holds: bool, code: str) -> None:
    if not holds:
        raise Unsound(code)

"""The certification authority of the sandbox: its own root, a certificate for each account, detached CMS signatures."""

import hashlib
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any

from asn1crypto import algos, cms, x509
from cryptography import x509 as certificates
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

BEGAN = datetime(2020, 1, 1, tzinfo=UTC)
ROOT_UNTIL, ISSUER_UNTIL = datetime(2049, 12, 31, tzinfo=UTC), datetime(2045, 12, 31, tzinfo=UTC)
LASTS = timedelta(days=365)
ORGANISATION = "守约沙盒电子认证（演示，不具法律效力）"


def key_of(word: str) -> ec.EllipticCurvePrivateKey:
    """Return the key made from a word: the same in each run, so that the root can be given to others as a file."""
    seed = hashlib.sha256(f"sandbox authority {word}".encode()).digest()
    return ec.derive_private_key(int.from_bytes(seed, "big") >> 1, ec.SECP256R1())


@dataclass(frozen=True)
class Holder:
    """A certificate with its key, and those above it up to the root, the root left out."""

    certificate: certificates.Certificate
    key: ec.EllipticCurvePrivateKey
    above: tuple[certificates.Certificate, ...] = ()

    @property
    def der(self) -> bytes:
        """Return the certificate's bytes."""
        return self.certificate.public_bytes(Encoding.DER)

    @property
    def chain(self) -> list[bytes]:
        """Return the certificate and those above it."""
        return [self.der, *(each.public_bytes(Encoding.DER) for each in self.above)]


@dataclass
class Authority:
    """One authority; two with other words are strangers to each other."""

    word: str = "root"
    held: dict[str, Holder] = field(default_factory=dict)

    @cached_property
    def root(self) -> Holder:
        """Return the root: the same bytes in each run."""
        name, key = _name(f"{ORGANISATION}根", self.word), key_of(self.word)
        made = _builder(name, name, key, BEGAN, ROOT_UNTIL, 1).add_extension(_ca(1), critical=True)
        return Holder(_signed(made, key), key)

    @cached_property
    def issuer(self) -> Holder:
        """Return who issues people's certificates."""
        key = key_of(f"{self.word} issuer")
        name, above = _name(f"{ORGANISATION}签发", self.word), self.root
        made = _builder(name, above.certificate.subject, key, BEGAN, ISSUER_UNTIL, 2)
        return Holder(_signed(made.add_extension(_ca(0), critical=True), above.key), key)

    def holder(self, account: str, name: str, now: datetime, *, expired: bool = False) -> Holder:
        """Return somebody's certificate, made when it is first asked for; an expired one ended a month ago."""
        kept = f"{account} {name}{' expired' if expired else ''}"
        if kept not in self.held:
            began = now - (LASTS + timedelta(days=30) if expired else timedelta(days=1))
            key, above = key_of(f"{self.word} {kept}"), self.issuer
            number = 1000 + len(self.held)
            made = _builder(_name(name, account), above.certificate.subject, key, began, began + LASTS, number)
            made = made.add_extension(_usage(), critical=True)
            self.held[kept] = Holder(_signed(made, above.key), key, (above.certificate,))
        return self.held[kept]

    @property
    def pem(self) -> str:
        """Return the root as a file for those who are to trust it."""
        return self.root.certificate.public_bytes(Encoding.PEM).decode()


def sign(holder: Holder, digest: bytes, at: datetime, **spoil: Any) -> bytes:
    """Return a detached CMS signature (DER) over something with this SHA-256; `spoil` replaces attributes."""
    said = {
        "content_type": "data",
        "signing_time": cms.Time({"utc_time": at.astimezone(UTC)}),
        "message_digest": digest,
    }
    attributes = cms.CMSAttributes([{"type": name, "values": [value]} for name, value in {**said, **spoil}.items()])
    over = b"\x31" + cms.CMSAttributes.load(attributes.dump()).dump()[1:]
    own = x509.Certificate.load(holder.der)
    sha256 = algos.DigestAlgorithm({"algorithm": "sha256"})
    who = cms.IssuerAndSerialNumber({"issuer": own.issuer, "serial_number": own.serial_number})
    signer = {
        "version": "v1",
        "sid": cms.SignerIdentifier({"issuer_and_serial_number": who}),
        "digest_algorithm": sha256,
        "signed_attrs": attributes,
        "signature_algorithm": algos.SignedDigestAlgorithm({"algorithm": "sha256_ecdsa"}),
        "signature": holder.key.sign(over, ec.ECDSA(hashes.SHA256())),
    }
    whole = {
        "version": "v1",
        "digest_algorithms": [sha256],
        "encap_content_info": {"content_type": "data"},
        "certificates": [cms.CertificateChoices({"certificate": x509.Certificate.load(each)}) for each in holder.chain],
        "signer_infos": [signer],
    }
    return bytes(cms.ContentInfo({"content_type": "signed_data", "content": cms.SignedData(whole)}).dump())


def _name(common: str, number: str) -> certificates.Name:
    attributes = [(NameOID.COUNTRY_NAME, "CN"), (NameOID.COMMON_NAME, common), (NameOID.SERIAL_NUMBER, number)]
    return certificates.Name([certificates.NameAttribute(kind, value) for kind, value in attributes])


def _builder(
    subject: certificates.Name,
    issuer: certificates.Name,
    key: ec.EllipticCurvePrivateKey,
    began: datetime,
    until: datetime,
    number: int,
) -> certificates.CertificateBuilder:
    made = certificates.CertificateBuilder().subject_name(subject).issuer_name(issuer).serial_number(number)
    return made.public_key(key.public_key()).not_valid_before(began).not_valid_after(until)


def _ca(below: int) -> certificates.BasicConstraints:
    return certificates.BasicConstraints(ca=True, path_length=below)


def _usage() -> certificates.KeyUsage:
    others = ("key_encipherment", "data_encipherment", "key_agreement", "key_cert_sign", "crl_sign")
    unset = dict.fromkeys((*others, "encipher_only", "decipher_only"), False)
    return certificates.KeyUsage(digital_signature=True, content_commitment=True, **unset)


def _signed(made: certificates.CertificateBuilder, key: ec.EllipticCurvePrivateKey) -> certificates.Certificate:
    return made.sign(key, hashes.SHA256(), ecdsa_deterministic=True)

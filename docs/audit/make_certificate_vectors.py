"""The authority of the statement vectors, and what can be wrong with its signatures (statements.md §5)."""

import base64
import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from asn1crypto import algos, cms, core, keys, x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

AT = datetime(2026, 11, 24, 1, 31, 30, tzinfo=UTC)
SINCE, UNTIL = datetime(2020, 1, 1, tzinfo=UTC), datetime(2049, 12, 31, tzinfo=UTC)
BEFORE = datetime(2026, 11, 24, 1, 31, 29, tzinfo=UTC)
Fields = dict[str, Any]


def ec_key(word: str) -> ec.EllipticCurvePrivateKey:
    seed = hashlib.sha256(f"certificates {word}".encode()).digest()
    return ec.derive_private_key(int.from_bytes(seed, "big") >> 1, ec.SECP256R1())


def signed_by(key: Any, message: bytes) -> bytes:
    if isinstance(key, rsa.RSAPrivateKey):
        return bytes(key.sign(message, padding.PKCS1v15(), hashes.SHA256()))
    return bytes(key.sign(message, ec.ECDSA(hashes.SHA256(), deterministic_signing=True)))


def algorithm_of(key: Any) -> str:
    return "sha256_rsa" if isinstance(key, rsa.RSAPrivateKey) else "sha256_ecdsa"


@dataclass(frozen=True)
class Held:
    """A certificate with its key; `issued_by` None signs itself."""

    name: str
    key: Any
    issued_by: "Held | None" = None
    since: datetime = SINCE
    until: datetime = UNTIL
    extensions: tuple[tuple[str, bool, Any], ...] = ()
    spoil: int = 0
    number: int = 1

    @property
    def subject(self) -> x509.Name:
        return x509.Name.build({"country_name": "CN", "common_name": self.name, "serial_number": f"N-{self.number}"})

    @property
    def certificate(self) -> x509.Certificate:
        above = self.issued_by or self
        algorithm = algos.SignedDigestAlgorithm({"algorithm": algorithm_of(above.key)})
        public = self.key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        fields: Fields = {
            "version": "v3",
            "serial_number": self.number,
            "signature": algorithm,
            "issuer": above.subject,
            "validity": {"not_before": _time(self.since), "not_after": _time(self.until)},
            "subject": self.subject,
            "subject_public_key_info": keys.PublicKeyInfo.load(public),
        }
        if self.extensions:
            said = [
                {"extn_id": kind, "critical": critical, "extn_value": value}
                for kind, critical, value in self.extensions
            ]
            fields["extensions"] = said
        tbs = x509.TbsCertificate(fields)
        made = bytearray(signed_by(above.key, tbs.dump()))
        made[-1] ^= self.spoil
        whole = {"tbs_certificate": tbs, "signature_algorithm": algorithm, "signature_value": bytes(made)}
        return x509.Certificate.load(x509.Certificate(whole).dump())

    @property
    def der(self) -> bytes:
        return bytes(self.certificate.dump())

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.der).hexdigest()

    @property
    def pem(self) -> str:
        coded = base64.b64encode(self.der).decode()
        lines = "\n".join(coded[at : at + 64] for at in range(0, len(coded), 64))
        return f"-----BEGIN CERTIFICATE-----\n{lines}\n-----END CERTIFICATE-----\n"


def _time(moment: datetime) -> x509.Time:
    return x509.Time({"utc_time": moment})


def ca(most: int | None = None) -> tuple[str, bool, Any]:
    return "basic_constraints", True, {"ca": True, "path_len_constraint": most}


def usage(*allowed: str) -> tuple[str, bool, Any]:
    return "key_usage", True, set(allowed)


SIGNS = usage("digital_signature", "non_repudiation")
ROOT = Held("向量根", ec_key("root"), extensions=(ca(1),))
OTHER = Held("别的根", ec_key("other root"), extensions=(ca(),))
ISSUER = Held("向量签发", ec_key("issuer"), ROOT, extensions=(ca(0), usage("key_cert_sign", "crl_sign")), number=2)
PERSON = Held("赵国强", ec_key("person"), ISSUER, extensions=(SIGNS,), number=3)


@dataclass(frozen=True)
class Signature:
    """How a detached signature is made; each field can be made wrong."""

    by: Held = PERSON
    enclosed: tuple[Held, ...] = (PERSON, ISSUER)
    named: Held | None = None
    content: str = "data"
    at: datetime = AT
    algorithm: str = ""
    digest_algorithm: str = "sha256"
    tag: bytes = b"\x31"  # of the attributes as they are signed
    more: tuple[Fields, ...] = ()
    without: str = ""
    inner: bytes | None = None
    twice: bool = False
    spoil: int = 0
    outside: Fields = field(default_factory=dict)

    def made(self, line: bytes) -> bytes:
        said = {"content_type": self.content, "signing_time": cms.Time({"utc_time": self.at})}
        said["message_digest"] = hashlib.sha256(line).digest()
        rows = [{"type": name, "values": [value]} for name, value in said.items() if name != self.without]
        attributes = cms.CMSAttributes([*rows, *self.more])
        made = bytearray(signed_by(self.by.key, self.tag + attributes.dump()[1:]))
        made[-1] ^= self.spoil
        own = (self.named or self.by).certificate
        sha256 = algos.DigestAlgorithm({"algorithm": self.digest_algorithm})
        who = cms.IssuerAndSerialNumber({"issuer": own.issuer, "serial_number": own.serial_number})
        signer: Fields = {
            "version": "v1",
            "sid": cms.SignerIdentifier({"issuer_and_serial_number": who}),
            "digest_algorithm": sha256,
            "signed_attrs": attributes,
            "signature_algorithm": algos.SignedDigestAlgorithm(
                {"algorithm": self.algorithm or algorithm_of(self.by.key)}
            ),
            "signature": bytes(made),
            **self.outside,
        }
        inner: Fields = {"content_type": "data"}
        whole = {
            "version": "v1",
            "digest_algorithms": [sha256],
            "encap_content_info": inner | ({"content": self.inner} if self.inner else {}),
            "certificates": [cms.CertificateChoices({"certificate": each.certificate}) for each in self.enclosed],
            "signer_infos": [signer] * (2 if self.twice else 1),
        }
        return bytes(cms.ContentInfo({"content_type": "signed_data", "content": cms.SignedData(whole)}).dump())


@dataclass(frozen=True)
class Case:
    """One vector: the certificate that the statement names, how the signature is made, whose roots, the code."""

    name: str
    code: str = ""
    signature: Signature = field(default_factory=Signature)
    key: str = ""
    made: Callable[[bytes], bytes] | None = None
    roots: str | None = ROOT.pem  # None: no file of roots
    own_roots: str | None = None  # given beside the pack

    @property
    def signer(self) -> str:
        return self.key or self.signature.by.digest

    def of(self, line: bytes) -> bytes:
        return self.made(line) if self.made else self.signature.made(line)


def _through(issuer: Held, **person: Any) -> Signature:
    """Return a signature by the person of another issuer."""
    by = replace(PERSON, issued_by=issuer, **person)
    return Signature(by=by, enclosed=(by, issuer))


def _person(**changed: Any) -> Signature:
    by = replace(PERSON, **changed)
    return Signature(by=by, enclosed=(by, ISSUER))


def cases(rsa_key: rsa.RSAPrivateKey) -> Iterator[Case]:
    """Yield every vector, the good ones first."""
    good = Signature()
    yield Case("good-certificate-ecdsa")
    yield Case("good-certificate-rsa", signature=_person(key=rsa_key))
    yield Case("good-certificate-rsa-bare", signature=replace(_person(key=rsa_key), algorithm="rsassa_pkcs1v15"))
    yield Case("good-certificate-rsa-issuer", signature=_through(replace(ISSUER, key=rsa_key)))
    yield Case("good-certificate-root-enclosed", signature=replace(good, enclosed=(PERSON, ISSUER, ROOT)))
    yield Case("good-certificate-without-issuer-usage", signature=_through(replace(ISSUER, extensions=(ca(0),))))
    short = replace(PERSON, issued_by=ROOT)
    yield Case("good-certificate-straight-from-the-root", signature=Signature(by=short, enclosed=(short,)))
    stamp = {"unsigned_attrs": [{"type": "1.3.6.1.4.1.55555.1", "values": [core.OctetString(b"beside")]}]}
    yield Case("good-certificate-more-beside", signature=replace(good, outside=stamp))
    yield Case("good-certificate-roots-given", roots=None, own_roots=OTHER.pem + ROOT.pem)
    yield from _unknown()
    yield from _signatures(good)
    yield from _certificates()


def _unknown() -> Iterator[Case]:
    yield Case("root-none", "root", roots=None)
    yield Case("root-another", "root", roots=OTHER.pem)
    yield Case("root-given-another", "root", own_roots=OTHER.pem)
    yield Case("root-issuer-gone", "root", Signature(enclosed=(PERSON,)))
    lone = replace(PERSON, issued_by=None)
    yield Case("certificate-signed-by-oneself", "certificate", Signature(by=lone, enclosed=(lone,)))
    yield Case("root-enclosed-and-unknown", "root", Signature(enclosed=(PERSON, ISSUER, ROOT)), roots=OTHER.pem)


def _signatures(good: Signature) -> Iterator[Case]:
    def bad(name: str, signature: Signature, **more: Any) -> Case:
        return Case(f"certificate-{name}", "certificate", signature, **more)

    stranger = replace(PERSON, key=ec_key("stranger"), number=4)
    yield bad("spoiled", replace(good, spoil=1))
    yield bad("another-persons", Signature(by=stranger, enclosed=(stranger, ISSUER)), key=PERSON.digest)
    yield bad("another-key", Signature(by=stranger, enclosed=(PERSON, ISSUER), named=PERSON), key=PERSON.digest)
    yield bad("another-serial", replace(good, named=stranger))
    yield bad("not-enclosed", replace(good, enclosed=(ISSUER,)))
    yield bad("enclosed-twice", replace(good, enclosed=(PERSON, PERSON, ISSUER)))
    yield bad("over-the-attributes-as-they-stand", replace(good, tag=b"\xa0"))
    yield bad("without-digest", replace(good, without="message_digest"))
    yield bad("without-time", replace(good, without="signing_time"))
    yield bad("without-type", replace(good, without="content_type"))
    yield bad("type-of-another", replace(good, content="signed_data"))
    yield bad("sha512", replace(good, digest_algorithm="sha512"))
    yield bad("algorithm-of-another", replace(good, algorithm="sha256_rsa"))
    yield bad("sha1-named", replace(good, algorithm="sha1_ecdsa"))
    yield bad("content-inside", replace(good, inner=b"enclosed"))
    yield bad("two-signers", replace(good, twice=True))
    two = {"type": "message_digest", "values": [hashlib.sha256(b"x").digest()]}
    yield bad("two-digests", replace(good, more=(two,)))
    raw: dict[str, Callable[[bytes], bytes]] = {
        "another-statement": lambda line: good.made(line + b" "),
        "with-lf": lambda line: good.made(line + b"\n"),
        "cut": lambda line: good.made(line)[:-1],
        "longer": lambda line: good.made(line) + b"\0",
        "empty": lambda line: b"",
        "long-form": _long_form,
    }
    for name, made in raw.items():
        yield bad(name, good, made=lambda line, made=made: made(line))


def _long_form(line: bytes) -> bytes:
    made = Signature().made(line)  # 30 82 hh ll becomes 30 83 00 hh ll
    return made[:1] + b"\x83\x00" + made[2:]


def _certificates() -> Iterator[Case]:
    def bad(name: str, signature: Signature, code: str = "certificate", **more: Any) -> Case:
        return Case(f"certificate-{name}", code, signature, **more)

    yield bad("expired", _person(until=BEFORE))
    yield bad("not-yet-valid", _person(since=datetime(2026, 11, 24, 1, 31, 31, tzinfo=UTC)))
    yield bad("signed-after-its-end", replace(Signature(), at=datetime(2049, 12, 31, 0, 0, 1, tzinfo=UTC)))
    yield bad("issuer-expired", _through(replace(ISSUER, until=BEFORE)))
    yield bad("root-expired", _through(replace(ISSUER, issued_by=(old := replace(ROOT, until=BEFORE)))), roots=old.pem)
    yield bad("spoiled-by-its-issuer", _person(spoil=1))
    yield bad("issuer-spoiled", _through(replace(ISSUER, spoil=1)))
    yield bad("issuer-no-authority", _through(replace(ISSUER, extensions=(usage("key_cert_sign"),))))
    yield bad("issuer-may-not-issue", _through(replace(ISSUER, extensions=(ca(0), SIGNS))))
    yield bad("may-not-sign", _person(extensions=(usage("key_encipherment"),)))
    yield bad(
        "unknown-and-critical", _person(extensions=(SIGNS, ("name_constraints", True, {"permitted_subtrees": []})))
    )
    deep = replace(ISSUER, name="更深", issued_by=ISSUER, key=ec_key("deep"), number=5)
    by = replace(PERSON, issued_by=deep)
    yield bad("path-too-long", Signature(by=by, enclosed=(by, deep, ISSUER)))
    false_issuer = replace(ISSUER, key=ec_key("false"), issued_by=replace(ROOT, key=ec_key("false root")))
    yield bad("forged-chain", _through(false_issuer))

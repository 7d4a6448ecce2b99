"""With what a document is signed; apart from the signing itself, whose library takes seconds to import."""

from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes


class NotSigned(Exception):
    """The document could not be signed; the text says which file is at fault."""


@dataclass(frozen=True)
class Signing:
    """With what to sign: PEM files; `timestamp_url` is an RFC 3161 service, or nothing.

    The certificate file may hold the certificates above it too, its own first.
    """

    certificate_file: Path
    key_file: Path
    timestamp_url: str = ""

    def fingerprint(self) -> str:
        """Return the certificate's SHA-256 as PDF readers show it, in upper-case hex."""
        try:
            certificate = x509.load_pem_x509_certificate(self.certificate_file.read_bytes())
        except ValueError as error:
            raise NotSigned(f"not a PEM certificate: {self.certificate_file}") from error
        return certificate.fingerprint(hashes.SHA256()).hex().upper()

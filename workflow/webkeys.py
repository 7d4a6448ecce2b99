"""Public keys of passkeys as JWK, by which somebody without us can check what they signed (RFC 7517, 7638). Pure."""

import hashlib
import struct
from collections.abc import Mapping

from webauthn.helpers import bytes_to_base64url, decode_credential_public_key
from webauthn.helpers.cose import COSECRV, COSEAlgorithmIdentifier
from webauthn.helpers.decode_credential_public_key import DecodedEC2PublicKey, DecodedOKPPublicKey, DecodedRSAPublicKey
from webauthn.helpers.exceptions import WebAuthnException

from workflow.canonical import canonical

Jwk = Mapping[str, str]
MALFORMED = (WebAuthnException, ValueError, TypeError, LookupError, AttributeError, OverflowError, struct.error)
"""What reading a browser's answer raises where it is not what it should be."""
FIELD = 2**255 - 19  # of Ed25519 (RFC 8032)
ORDER_8 = (
    0x7A03AC9277FDC74EC6CC392CFA53202A0F67100D760B3CBA4FD84D3D706A17C7  # y of the points of order 8, and FIELD - y
)
LEAST_RSA, MOST_RSA = 256, 512  # bytes: 2048 to 4096 bits


def jwk_of(cose: bytes) -> Jwk:
    """Return a COSE key as JWK with its required members alone, or raise ValueError for a kind we do not take."""
    key = decode_credential_public_key(cose)
    if isinstance(key, DecodedEC2PublicKey) and key.alg == COSEAlgorithmIdentifier.ECDSA_SHA_256:
        return _elliptic(key)
    if isinstance(key, DecodedOKPPublicKey) and key.crv == COSECRV.ED25519 and _is_strong(key.x):
        return {"crv": "Ed25519", "kty": "OKP", "x": bytes_to_base64url(key.x)}
    if isinstance(key, DecodedRSAPublicKey) and key.alg == COSEAlgorithmIdentifier.RSASSA_PKCS1_v1_5_SHA_256:
        return _rsa(key)
    raise ValueError("not a kind of key that is taken here")


def _is_strong(x: bytes) -> bool:
    """Tell whether these are 32 bytes with a canonical y of no point of small order, for which anybody can sign."""
    y = int.from_bytes(x, "little") % 2**255
    return len(x) == 32 and y < FIELD and y not in (0, 1, FIELD - 1, ORDER_8, FIELD - ORDER_8)


def _elliptic(key: DecodedEC2PublicKey) -> Jwk:
    if key.crv != COSECRV.P256 or (len(key.x), len(key.y)) != (32, 32):
        raise ValueError("not a point of P-256")
    return {"crv": "P-256", "kty": "EC", "x": bytes_to_base64url(key.x), "y": bytes_to_base64url(key.y)}


def _rsa(key: DecodedRSAPublicKey) -> Jwk:
    modulus, exponent = key.n.lstrip(b"\0"), key.e.lstrip(b"\0")
    if not LEAST_RSA <= len(modulus) <= MOST_RSA:
        raise ValueError("not an RSA key of 2048 to 4096 bits")
    return {"e": bytes_to_base64url(exponent), "kty": "RSA", "n": bytes_to_base64url(modulus)}


def thumbprint(jwk: Jwk) -> str:
    """Return the SHA-256 of a key's JWK (RFC 7638) in hex."""
    return hashlib.sha256(canonical(dict(jwk)).encode()).hexdigest()

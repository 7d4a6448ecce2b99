"""WeCom's encrypted callback: authenticate and decrypt what comes in, encrypt what we answer. No I/O.

`wechatpy` gives the cipher; every check is ours, because it makes none after decryption and none of time.
"""

import base64
import binascii
import hashlib
import hmac
import re
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from wechatpy.crypto.base import WeChatCipher
from wechatpy.work.crypto import PrpCrypto

from platforms.wecom.strict_xml import MAX_BYTES, Malformed, TooLarge, cdata, root_of

__all__ = ["Callback", "Forged", "Malformed", "Opened", "TooLarge"]

WINDOW_S = 300
BLOCK = 32
LONGEST_ECHO = 256
TIMESTAMP = re.compile(r"[0-9]{10}")
NONCE = re.compile(r"[0-9A-Za-z_-]{1,64}")

Query = Mapping[str, Sequence[str] | str]


class Forged(Exception):
    """This did not come from WeCom, or not now; answer 403 and say nothing more."""


@dataclass(frozen=True, slots=True)
class Opened:
    """An authentic callback.

    `digest` is the hex SHA-256 of the Encrypt text: the signature has no separators, so only this value tells a
    repeat for certain (timestamp and nonce can be re-split); keep it for ever, under a unique index.
    """

    xml: bytes
    digest: str
    timestamp: int


@dataclass(frozen=True, slots=True)
class _Signed:
    signature: bytes
    timestamp: str
    nonce: str
    encrypted: str


class _Cipher(PrpCrypto):  # type: ignore[misc]
    def get_random_string(self) -> str:
        return secrets.token_hex(8)


class _Key:
    def __init__(self, token: str, encoding_aes_key: str) -> None:
        # Decoded leniently: WeCom's own sample key is not canonical base64.
        key = base64.b64decode(encoding_aes_key + "=")
        if len(key) != 32:
            raise ValueError("an EncodingAESKey is 43 characters")
        self._token = token
        self._cipher = _Cipher(key)
        self._decrypt = cast(Callable[[bytes], bytes], WeChatCipher(key).decrypt)

    def signature(self, timestamp: str, nonce: str, encrypted: str) -> bytes:
        parts = sorted(part.encode("utf-8", "replace") for part in (self._token, timestamp, nonce, encrypted))
        return hashlib.sha1(b"".join(parts), usedforsecurity=False).hexdigest().encode()

    def decrypt(self, ciphertext: bytes, corp_id: bytes) -> bytes | None:
        return _message_in(self._decrypt(ciphertext), corp_id)

    def encrypt(self, message: bytes, corp_id: str) -> str:
        encrypted: bytes = self._cipher.encrypt(message, corp_id)
        return encrypted.decode()


class Callback:
    """One callback address of one corp.

    While keys are being rotated `older` holds the (token, EncodingAESKey) pairs that WeCom may still use; we sign
    our own answers with the first.
    """

    def __init__(self, token: str, encoding_aes_key: str, corp_id: str, older: Sequence[tuple[str, str]] = ()) -> None:
        self._keys = [_Key(*pair) for pair in ((token, encoding_aes_key), *older)]
        self._corp_id = corp_id

    def verify_url(self, query: Query, now: float | None = None) -> bytes:
        """Return the exact bytes that answer WeCom's check of our address.

        Only a short plain word is echoed: otherwise whoever recorded a callback could have us decrypt it.
        """
        signed = _signed(query, _single(query, "echostr"), now)
        echo = self._open(signed)
        if len(echo) > LONGEST_ECHO or b"<" in echo:
            raise Forged
        return echo

    def open(self, query: Query, body: bytes, now: float) -> Opened:
        """Authenticate and decrypt one callback; raises Malformed, TooLarge or Forged and nothing else."""
        if len(body) > MAX_BYTES:
            raise TooLarge
        signed = _signed(query, _encrypted_in(body), now)
        xml = self._open(signed)
        digest = hashlib.sha256(signed.encrypted.encode()).hexdigest()
        return Opened(xml, digest, int(signed.timestamp))

    def reply(self, xml: bytes, nonce: str, timestamp: int) -> bytes:
        """Encrypt a passive answer; build `xml` with `cdata()` so that its texts stay texts."""
        if not NONCE.fullmatch(nonce):
            raise ValueError("nonce")
        key = self._keys[0]
        encrypted = key.encrypt(xml, self._corp_id)
        signature = key.signature(str(timestamp), nonce, encrypted).decode()
        return (
            f"<xml><Encrypt>{cdata(encrypted)}</Encrypt><MsgSignature>{cdata(signature)}</MsgSignature>"
            f"<TimeStamp>{timestamp}</TimeStamp><Nonce>{cdata(nonce)}</Nonce></xml>"
        ).encode()

    def _open(self, signed: _Signed) -> bytes:
        authentic = [key for key in self._keys if _same(key.signature(*_parts(signed)), signed.signature)]
        ciphertext = _decoded(signed.encrypted) if authentic else b""
        for key in authentic if ciphertext else []:
            message = key.decrypt(ciphertext, self._corp_id.encode())
            if message is not None:
                return message
        raise Forged


def _signed(query: Query, encrypted: str, now: float | None) -> _Signed:
    timestamp, nonce = _single(query, "timestamp"), _single(query, "nonce")
    if not TIMESTAMP.fullmatch(timestamp) or not NONCE.fullmatch(nonce):
        raise Malformed("query")
    if now is not None and abs(now - int(timestamp)) > WINDOW_S:
        raise Forged
    signature = _single(query, "msg_signature").encode("utf-8", "replace")
    return _Signed(signature, timestamp, nonce, encrypted)


def _parts(signed: _Signed) -> tuple[str, str, str]:
    return signed.timestamp, signed.nonce, signed.encrypted


def _single(query: Query, name: str) -> str:
    # A multidict shows only the first of repeated parameters unless it is asked for all.
    getall: Any = getattr(query, "getall", None)
    values = getall(name, ()) if getall is not None else query.get(name, ())
    if isinstance(values, str):
        return values
    if len(values) != 1:
        raise Malformed(name)
    return str(values[0])


def _encrypted_in(body: bytes) -> str:
    root = root_of(body)
    found = list(root.iter("Encrypt"))
    if len(found) != 1 or found[0].getparent() is not root or len(found[0]):
        raise Malformed("Encrypt")
    return found[0].text or ""


def _same(ours: bytes, theirs: bytes) -> bool:
    return hmac.compare_digest(ours, theirs)


def _decoded(encrypted: str) -> bytes:
    """Decode canonical base64 of whole cipher blocks; anything else gives nothing."""
    try:
        ciphertext = base64.b64decode(encrypted, validate=True)
    except (binascii.Error, ValueError):
        return b""
    if len(ciphertext) % BLOCK or base64.b64encode(ciphertext).decode() != encrypted:
        return b""
    return ciphertext


def _message_in(plain: bytes, corp_id: bytes) -> bytes | None:
    """Take apart 16 random bytes, length, message, receiver and padding; None unless all of it fits exactly."""
    pad = plain[-1]
    if not 1 <= pad <= BLOCK or plain[-pad:] != bytes([pad]) * pad:
        return None
    content = plain[:-pad]
    end = 20 + int.from_bytes(content[16:20], "big")
    if len(content) < 20 or end > len(content) or not hmac.compare_digest(content[end:], corp_id):
        return None
    return content[20:end]

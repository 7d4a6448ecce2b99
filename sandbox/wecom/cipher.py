"""The callback cipher of WeCom: AES-256-CBC with a 32-byte block of padding, and SHA-1 over sorted strings."""

import base64
import hashlib
import hmac
import os
import struct
from dataclasses import dataclass

from cryptography.hazmat.primitives.ciphers import Cipher as BlockCipher
from cryptography.hazmat.primitives.ciphers import algorithms, modes

BLOCK = 32


class CipherError(ValueError):
    """What arrived was not written with our token and key."""


@dataclass(frozen=True)
class Cipher:
    """Encrypt and sign what goes to one receiver, and open what comes back (wecom.md §2.6)."""

    token: str
    encoding_aes_key: str
    receiveid: str

    @property
    def key(self) -> bytes:
        """Return the 32 bytes of the key; the official sample key is not canonical base64, so nothing is re-encoded."""
        return base64.b64decode(self.encoding_aes_key + "=")

    def signature(self, timestamp: str, nonce: str, encrypted: str) -> str:
        """Sign the three strings together with the token, sorted and joined without separators."""
        joined = "".join(sorted((self.token, timestamp, nonce, encrypted)))
        return hashlib.sha1(joined.encode(), usedforsecurity=False).hexdigest()

    def encrypt(self, plain: str, random16: bytes | None = None) -> str:
        """Encrypt a text; the length that goes in front of it counts bytes, not characters."""
        body = plain.encode()
        framed = (random16 or os.urandom(16)) + struct.pack(">I", len(body)) + body + self.receiveid.encode()
        count = BLOCK - len(framed) % BLOCK
        encryptor = self._block_cipher().encryptor()
        return base64.b64encode(encryptor.update(framed + bytes([count]) * count) + encryptor.finalize()).decode()

    def decrypt(self, encrypted: str) -> str:
        """Open a ciphertext, refusing wrong padding, a wrong length or another receiver."""
        framed = _unpadded(self._decrypted(encrypted))
        if len(framed) < 20:
            raise CipherError("length")
        length = struct.unpack(">I", framed[16:20])[0]
        body, receiver = framed[20 : 20 + length], framed[20 + length :]
        if len(body) != length or receiver != self.receiveid.encode():
            raise CipherError("receiveid")
        return body.decode()

    def opened(self, signature: str, timestamp: str, nonce: str, encrypted: str) -> str:
        """Check the signature, then decrypt."""
        wanted = self.signature(timestamp, nonce, encrypted)
        if not hmac.compare_digest(wanted.encode(), signature.encode()):
            raise CipherError("signature")
        return self.decrypt(encrypted)

    def _block_cipher(self) -> BlockCipher[modes.CBC]:
        return BlockCipher(algorithms.AES(self.key), modes.CBC(self.key[:16]))

    def _decrypted(self, encrypted: str) -> bytes:
        try:
            ciphertext = base64.b64decode(encrypted, validate=True)
        except ValueError as error:
            raise CipherError("base64") from error
        if not ciphertext or len(ciphertext) % BLOCK:
            raise CipherError("length")
        decryptor = self._block_cipher().decryptor()
        return decryptor.update(ciphertext) + decryptor.finalize()


def _unpadded(padded: bytes) -> bytes:
    count = padded[-1]
    if not 1 <= count <= BLOCK or padded[-count:] != bytes([count]) * count:
        raise CipherError("padding")
    return padded[:-count]

"""A passkey in software, written apart from the program: it makes a key as a browser would, and signs with it."""

import base64
import hashlib
import json
from typing import Any

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

UP, UV, AT = 0x01, 0x04, 0x40


def coded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def decoded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _number(value: int) -> bytes:
    return value.to_bytes((value.bit_length() + 7) // 8, "big")


class Authenticator:
    """One key for one site, of a kind: es256, eddsa or rs256. `count` is what it says of its uses; 0 says nothing."""

    def __init__(
        self, origin: str, kind: str = "es256", *, name: bytes = b"credential-1", flags: int = UP | UV
    ) -> None:
        self.origin, self.kind, self.name, self.flags, self.count = origin, kind, name, flags, 0
        self.more: dict[str, object] = {}  # what its browser says beside, or instead
        self.host = origin.split("//")[1].split(":")[0]
        makers = {
            "es256": lambda: ec.generate_private_key(ec.SECP256R1()),
            "eddsa": Ed25519PrivateKey.generate,
            "rs256": lambda: rsa.generate_private_key(65537, 2048),
        }
        self.private: Any = makers[kind]()

    def _cose(self) -> bytes:
        public = self.private.public_key()
        if self.kind == "es256":
            point = public.public_numbers()
            return cbor2.dumps({1: 2, 3: -7, -1: 1, -2: point.x.to_bytes(32, "big"), -3: point.y.to_bytes(32, "big")})
        if self.kind == "eddsa":
            return cbor2.dumps({1: 1, 3: -8, -1: 6, -2: public.public_bytes_raw()})
        numbers = public.public_numbers()
        return cbor2.dumps({1: 3, 3: -257, -1: _number(numbers.n), -2: _number(numbers.e)})

    def _data(self, more: bytes = b"", flags: int = 0) -> bytes:
        head = hashlib.sha256(self.host.encode()).digest() + bytes([self.flags | flags])
        return head + self.count.to_bytes(4, "big") + more

    def _client(self, kind: str, challenge: str) -> bytes:
        said = {"type": f"webauthn.{kind}", "challenge": challenge, "origin": self.origin, "crossOrigin": False}
        return json.dumps(said | self.more).encode()

    def _answer(self, response: dict[str, object]) -> str:
        name = coded(self.name)
        return json.dumps({"id": name, "rawId": name, "type": "public-key", "response": response})

    def create(self, options: str) -> str:
        """Return what `navigator.credentials.create` gives for these options."""
        wanted = json.loads(options)
        attested = bytes(16) + len(self.name).to_bytes(2, "big") + self.name + self._cose()
        made = {"fmt": "none", "attStmt": {}, "authData": self._data(attested, AT)}
        client = coded(self._client("create", wanted["challenge"]))
        return self._answer(
            {"clientDataJSON": client, "attestationObject": coded(cbor2.dumps(made)), "transports": ["internal"]}
        )

    def get(self, options: str) -> str:
        """Return what `navigator.credentials.get` gives for these options."""
        data, client = self._data(), self._client("get", json.loads(options)["challenge"])
        message = data + hashlib.sha256(client).digest()
        response: dict[str, object] = {
            "clientDataJSON": coded(client),
            "authenticatorData": coded(data),
            "signature": coded(self._sign(message)),
        }
        return self._answer(response)

    def _sign(self, message: bytes) -> bytes:
        if self.kind == "es256":
            return bytes(self.private.sign(message, ec.ECDSA(hashes.SHA256())))
        if self.kind == "eddsa":
            return bytes(self.private.sign(message))
        return bytes(self.private.sign(message, padding.PKCS1v15(), hashes.SHA256()))

"""Requests that no platform sent, each made anew from its number, and a client that sends them by the hundred thousand.

The guesser has recorded some authentic callbacks and some addresses of pages; it has neither token, key nor code.
`python -m tests.threats.guessing HOST PORT FIRST MANY` reads what was recorded from its input and prints what was
answered.
"""

import asyncio
import base64
import json
import random
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import quote, urlencode

from sandbox.wecom.cipher import Cipher

CONNECTIONS = 16
ALPHABET = "abcdefghijklmnopqrstuvwxyz234567"
PAGES = "idrefkc"
ODD = ("", "0", "-1", "é" * 40, "\0", "9" * 400, "%", "../..", "{}", "<a>")


@dataclass(frozen=True)
class Recorded:
    """What the guesser saw go by: parameters and ciphertexts of callbacks, tokens of pages, the corp's id."""

    queries: list[dict[str, str]]
    ciphertexts: list[str]
    tokens: list[str]
    corp: str


@dataclass(frozen=True)
class Guess:
    """One request: what kind it is, and its bytes."""

    kind: str
    request: bytes


def guess(number: int, seen: Recorded) -> Guess:
    """Make the request with this number."""
    rng = random.Random(number)
    kind = rng.choice(list(KINDS))
    return Guess(kind, KINDS[kind](rng, seen))


def _flipped(rng: random.Random, seen: Recorded) -> bytes:
    """A bit of a recorded ciphertext is another; its signature is the recorded one."""
    place = rng.randrange(len(seen.queries))
    raw = bytearray(base64.b64decode(seen.ciphertexts[place]))
    raw[rng.randrange(len(raw))] ^= 1 << rng.randrange(8)
    return _callback(seen.queries[place], _enveloped(seen.corp, base64.b64encode(raw).decode()))


def _strangers(rng: random.Random, seen: Recorded) -> bytes:
    """Encrypted and signed well, with a key and a token that are not ours."""
    key = base64.b64encode(rng.randbytes(32)).decode().rstrip("=")
    cipher = Cipher(f"QDG6e{rng.choice(ALPHABET)}{rng.randrange(100)}", key, seen.corp)
    encrypted = cipher.encrypt(f"<xml><Content>取消 {rng.randrange(10**6)}</Content></xml>")
    query = _anew(rng, seen)
    query["msg_signature"] = cipher.signature(query["timestamp"], query["nonce"], encrypted)
    return _callback(query, _enveloped(seen.corp, encrypted))


def _restamped(rng: random.Random, seen: Recorded) -> bytes:
    """A recorded ciphertext and signature under another time or number."""
    place = rng.randrange(len(seen.queries))
    return _callback({**seen.queries[place], **_stamps(rng, seen)}, _enveloped(seen.corp, seen.ciphertexts[place]))


def _again(rng: random.Random, seen: Recorded) -> bytes:
    """A recorded callback as it was, or with its stamps split elsewhere, which signs alike."""
    place = rng.randrange(len(seen.queries))
    query = dict(seen.queries[place])
    if rng.random() < 0.5:
        both, cut = query["timestamp"] + query["nonce"], rng.randrange(8, 12)
        query |= {"timestamp": both[:cut], "nonce": both[cut:]}
    return _callback(query, _enveloped(seen.corp, seen.ciphertexts[place]))


def _torn(rng: random.Random, seen: Recorded) -> bytes:
    """A recorded callback whose body was cut, doubled or overwritten somewhere."""
    place = rng.randrange(len(seen.queries))
    body = bytearray(_enveloped(seen.corp, seen.ciphertexts[place]))
    for _ in range(rng.randrange(1, 6)):
        at, long = rng.randrange(len(body)), rng.randrange(1, 40)
        body[at : at + rng.choice((0, long))] = rng.choice((b"", rng.randbytes(long), bytes(body[:long])))
        body = body or bytearray(b"<")
    return _callback(seen.queries[place], bytes(body))


def _odd(rng: random.Random, seen: Recorded) -> bytes:
    """A recorded callback with a parameter that is missing, doubled or strange."""
    place = rng.randrange(len(seen.queries))
    pairs = list(seen.queries[place].items())
    at = rng.randrange(len(pairs))
    name = pairs[at][0]
    pairs[at : at + rng.randrange(2)] = [(name, rng.choice(ODD))] * rng.randrange(3)
    return _request("POST", f"/wecom/callback?{urlencode(pairs)}", _enveloped(seen.corp, seen.ciphertexts[place]))


def _page(rng: random.Random, seen: Recorded) -> bytes:
    """The address of a page that somebody else has: a letter of theirs is another, or all are guessed."""
    token = list(rng.choice(seen.tokens) if seen.tokens and rng.random() < 0.5 else rng.choices(ALPHABET, k=26))
    at = rng.randrange(len(token))
    token[at] = rng.choice(ALPHABET.replace(token[at], "") + "01A%é")
    path = f"/{rng.choice(PAGES)}/{quote(''.join(token))}"
    if rng.random() < 0.5:
        return _request("GET", path)
    fields = {"form": "".join(rng.choices(ALPHABET, k=26)), "code": f"{rng.randrange(10**6):06}", "action": "cancel"}
    return _request("POST", path, urlencode(fields).encode(), "application/x-www-form-urlencoded")


def _sms(rng: random.Random, _: Recorded) -> bytes:
    """A reply by SMS that the gateway did not push: it has not the secret of the address."""
    secret = "".join(rng.choices(ALPHABET, k=rng.randrange(1, 30)))
    said = [{"phone_number": "13800005566", "content": "来不了了", "sequence_id": rng.randrange(10**9)}]
    return _request("POST", f"/sms/{rng.choice(('uplink', 'receipt'))}/{secret}", json.dumps(said).encode())


def _address(rng: random.Random, seen: Recorded) -> bytes:
    """The check of an address that would have a recorded message decrypted."""
    place = rng.randrange(len(seen.queries))
    query = {**seen.queries[place], "echostr": seen.ciphertexts[place]}
    if rng.random() < 0.5:
        query |= _stamps(rng, seen)
    return _request("GET", f"/wecom/callback?{urlencode(query)}")


KINDS: dict[str, Callable[[random.Random, Recorded], bytes]] = {
    "address check": _address,
    "bit flipped": _flipped,
    "guessed page": _page,
    "guessed sms": _sms,
    "new stamps": _restamped,
    "odd parameters": _odd,
    "recorded": _again,
    "strangers key": _strangers,
    "torn body": _torn,
}


def _anew(rng: random.Random, seen: Recorded) -> dict[str, str]:
    return {**rng.choice(seen.queries), **_stamps(rng, seen)}


def _stamps(rng: random.Random, seen: Recorded) -> dict[str, str]:
    then = int(rng.choice(seen.queries)["timestamp"])
    return {"timestamp": str(then + rng.randrange(-1000, 1000)), "nonce": str(rng.randrange(10**9))}


def _enveloped(corp: str, encrypted: str) -> bytes:
    return f"<xml><ToUserName><![CDATA[{corp}]]></ToUserName><Encrypt><![CDATA[{encrypted}]]></Encrypt></xml>".encode()


def _callback(query: dict[str, str], body: bytes) -> bytes:
    return _request("POST", f"/wecom/callback?{urlencode(query)}", body)


def _request(method: str, path: str, body: bytes = b"", kind: str = "text/xml") -> bytes:
    head = f"{method} {path} HTTP/1.1\r\nHost: bot\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


class Line:
    """One connection that is kept, and opened anew when the other side ends it."""

    def __init__(self, host: str, port: int) -> None:
        self._at = (host, port)
        self._writer: asyncio.StreamWriter | None = None

    async def send(self, request: bytes) -> int:
        """Send one request and return the status; ConnectionError when nothing is answered twice in a row."""
        for last in (False, True):
            try:
                return await self._sent(request)
            except (ConnectionError, asyncio.IncompleteReadError):
                self.close()
                if last:
                    raise
        raise AssertionError

    async def _sent(self, request: bytes) -> int:
        if self._writer is None:
            self._reader, self._writer = await asyncio.open_connection(*self._at)
        self._writer.write(request)
        head = (await self._reader.readuntil(b"\r\n\r\n")).lower()
        length = head.partition(b"content-length: ")[2].split(b"\r\n")[0]
        await self._reader.readexactly(int(length or 0))
        if b"connection: close" in head:
            self.close()
        return int(head.split()[1])

    def close(self) -> None:
        """Hang up."""
        if self._writer is not None:
            self._writer.close()
        self._writer = None


async def attack(host: str, port: int, numbers: range, seen: Recorded) -> Counter[str]:
    """Send the guesses with these numbers, several at once; returns how often each kind was answered how."""
    answered: Counter[str] = Counter()
    left = iter(numbers)

    async def one() -> None:
        line = Line(host, port)
        for number in left:
            made = guess(number, seen)
            answered[f"{made.kind}: {await line.send(made.request)}"] += 1
        line.close()

    await asyncio.gather(*(one() for _ in range(CONNECTIONS)))
    return answered


def main(host: str, port: str, first: str, many: str) -> None:
    """Attack and print the counts as JSON."""
    seen = Recorded(**json.loads(sys.stdin.read()))
    numbers = range(int(first), int(first) + int(many))
    json.dump(asyncio.run(attack(host, int(port), numbers, seen)), sys.stdout)


if __name__ == "__main__":
    main(*sys.argv[1:])

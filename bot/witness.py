"""A witness for audit logs: it cosigns only what goes on from what it has seen (C2SP tlog-witness, add-checkpoint).

Audit staff run it on a machine of their own. It needs no store and no settings: a home with its key and one file for
each log, and the logs' public keys. Between looking at the stored size and having the new one on disk it does nothing
else, so two requests never pass each other; a lock on the home keeps a second process away.
"""

import base64
import binascii
import fcntl
import hashlib
import os
import re
import secrets
import time
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from aiohttp import web

from workflow import merkle, notes
from workflow.notes import LOG, WITNESS, Note, NoteKey, VerifierKey

LARGEST_BODY = 128 * 1024
MOST_HASHES = 63
SIZE = re.compile(r"old (0|[1-9][0-9]{0,15})")
PRIVATE = "PRIVATE+KEY+"  # before the vkey's form of a secret, as others write theirs


class Unusable(Exception):
    """The witness cannot work like this; the text says why, in Chinese."""


class Refused(Exception):
    """A request is not answered with a cosignature."""

    def __init__(self, status: int, why: str, size: int | None = None) -> None:
        super().__init__(why)
        self.status = status
        self.size = size


@dataclass(frozen=True)
class Asked:
    """One request: the size the client believes we are at, the proof from there, and the checkpoint."""

    old: int
    proof: list[bytes]
    note: Note
    origin: str
    size: int
    root: bytes


class Witness:
    """Holds the key, the logs' keys and what was cosigned last; `now` returns seconds since 1970."""

    def __init__(self, home: Path, key: NoteKey, logs: Iterable[VerifierKey], now: Callable[[], float]) -> None:
        self._home = home
        self._key = key
        self._now = now
        self._logs: defaultdict[str, list[VerifierKey]] = defaultdict(list)
        for each in logs:
            self._logs[each.name].append(each)
        for origin in self._logs:
            self._stored(origin)

    def add_checkpoint(self, body: bytes) -> str:
        """Return the cosignature line for a checkpoint that is on disk by then, or raise Refused."""
        asked = _read(body)
        self._require_signature(asked)
        if asked.old > asked.size:
            raise Refused(400, "the old size is larger than the checkpoint")
        size, root = self._stored(asked.origin)
        if asked.old != size:
            raise Refused(409, "another size was cosigned last", size)
        _require_consistency(asked, root)
        line = notes.cosignature_line(self._key, int(self._now()), asked.note.text)
        trusted = [each.line for each in asked.note.signatures if self._is_trusted(asked.origin, each)]
        write(self.file_of(asked.origin), notes.signed_note(asked.note.text, [*trusted, line]))
        return line

    def checkpoint(self, origin_hash: str) -> bytes | None:
        """Return what was cosigned last of the log with this SHA-256 of its origin."""
        known = {_hash(origin): origin for origin in self._logs}
        file = self.file_of(known[origin_hash]) if origin_hash in known else None
        return file.read_bytes() if file and file.exists() else None

    def file_of(self, origin: str) -> Path:
        """Return where the last cosigned checkpoint of a log is kept."""
        return self._home / f"{_hash(origin)}.checkpoint"

    def _is_trusted(self, origin: str, signature: notes.Signature) -> bool:
        return any(key.made(signature) for key in self._logs[origin])

    def _require_signature(self, asked: Asked) -> None:
        if asked.origin not in self._logs:
            raise Refused(404, "this log is not known here")
        made = [(key, each) for key in self._logs[asked.origin] for each in asked.note.signatures if key.made(each)]
        if not made or not all(key.verifies(asked.note.text, each) for key, each in made):
            raise Refused(403, "no valid signature of a key that is trusted for this log")

    def _stored(self, origin: str) -> tuple[int, bytes]:
        """Return what was cosigned last; a file that is not ours must not let us begin anew."""
        file = self.file_of(origin)
        if not file.exists():
            return 0, merkle.EMPTY
        try:
            note = notes.parse_note(file.read_bytes())
            found, size, root = _head(note.text)
        except ValueError as wrong:
            raise Unusable(f"{file} 读不懂（{wrong}）；请从备份恢复，不要删掉") from None
        if found != origin or not any(self._key.public.verifies(note.text, each) for each in note.signatures):
            raise Unusable(f"{file} 不是本见证人给 {origin} 的签名；请从备份恢复，不要删掉")
        return size, root


def _read(body: bytes) -> Asked:
    head, _, rest = body.partition(b"\n\n")
    try:
        first, *lines = head.decode("ascii").split("\n")
        old = SIZE.fullmatch(first)
        if old is None or len(lines) > MOST_HASHES:
            raise ValueError("no old size, or too many hashes")
        note = notes.parse_note(rest)
        origin, size, root = _head(note.text)
        return Asked(int(old[1]), [_decoded(each) for each in lines], note, origin, size, root)
    except ValueError as wrong:
        raise Refused(400, f"not a request of add-checkpoint: {wrong}") from None


def _head(text: str) -> tuple[str, int, bytes]:
    """Read a checkpoint's three lines; lines after them may say what they like, but none is empty."""
    lines = text.split("\n")
    if "" in lines[:-1]:
        raise ValueError("an empty line in a checkpoint")
    return notes.parse_checkpoint("\n".join([*lines[:3], ""]))


def _decoded(line: str) -> bytes:
    try:
        found = base64.b64decode(line, validate=True)
    except binascii.Error as wrong:
        raise ValueError("a hash is not base64") from wrong
    if len(found) != merkle.WIDTH or base64.b64encode(found).decode() != line:
        raise ValueError("a hash has 32 bytes")
    return found


def _require_consistency(asked: Asked, root: bytes) -> None:
    if asked.size == 0 and asked.root != merkle.EMPTY:
        raise Refused(422, "the empty tree has another root")
    if not merkle.extends(asked.old, root, asked.size, asked.root, asked.proof):
        raise Refused(422, "the proof does not lead from what was cosigned last to this checkpoint")


def _hash(origin: str) -> str:
    return hashlib.sha256(origin.encode()).hexdigest()


def write(file: Path, content: bytes) -> None:
    """Put a file in its place as a whole, on disk when this returns, for its owner alone."""
    temporary = file.with_suffix(".tmp")
    with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out:
        out.write(content)
        out.flush()
        os.fsync(out.fileno())
    temporary.replace(file)
    folder = os.open(file.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def lock(home: Path) -> TextIO:
    """Keep every other process out of the home while the file that is returned stays open."""
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    held = (home / "witness.lock").open("w")
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        held.close()
        raise Unusable(f"{home} 已有一个见证人在用") from None
    return held


def key_in(home: Path, name: str) -> NoteKey:
    """Read the witness's key; a home that is new gets one under this name."""
    file = home / "witness.key"
    if not file.exists():
        if any(home.glob("*.checkpoint")):
            raise Unusable(f"{file} 不见了，而这里有签过的检查点；请从备份恢复")
        write(file, _kept(name, secrets.token_bytes(32)))
    if file.stat().st_mode & 0o077:
        raise Unusable(f"{file} 别人也能读，请运行 chmod 600 {file}")
    try:
        kept, _, material = file.read_text("utf-8").strip().removeprefix(PRIVATE).split("+", 2)
        kind, *secret = base64.b64decode(material, validate=True)
        key = NoteKey(kept, bytes(secret), WITNESS)
        if kind != WITNESS or file.read_bytes() != _kept(kept, bytes(secret)):
            raise ValueError("not as it was written")
    except ValueError:
        raise Unusable(f"{file} 读不懂；请从备份恢复") from None
    return key


def _kept(name: str, secret: bytes) -> bytes:
    public = NoteKey(name, secret, WITNESS).public
    material = base64.b64encode(bytes([WITNESS]) + secret).decode()
    return f"{PRIVATE}{name}+{public.key_id.hex()}+{material}\n".encode()


def logs_in(file: Path) -> list[VerifierKey]:
    """Read the logs' public keys, one a line, as `audit keys` prints them."""
    try:
        lines = [line.partition("#")[0].strip() for line in file.read_text("utf-8").splitlines()]
        found = [notes.parse_vkey(line) for line in lines if line]
    except (OSError, ValueError) as wrong:
        raise Unusable(f"{file} 里的公钥读不懂：{wrong}") from None
    if not found or any(key.kind != LOG for key in found):
        raise Unusable(f"{file} 里应有日志的公钥，一行一个（python -m bot audit keys 打印的那些）")
    return found


def application(witness: Witness) -> web.Application:
    """Return the witness as a web application; both of its prefixes are the root."""

    async def add_checkpoint(request: web.Request) -> web.Response:
        body = await request.read()
        try:
            return web.Response(text=witness.add_checkpoint(body))
        except Refused as refused:
            if refused.size is not None:
                text = f"{refused.size}\n".encode()
                return web.Response(status=409, body=text, headers={"Content-Type": "text/x.tlog.size"})
            return web.Response(status=refused.status, text=f"{refused}\n")

    async def checkpoint(request: web.Request) -> web.Response:
        found = witness.checkpoint(request.match_info["origin"])
        return web.Response(status=404) if found is None else web.Response(text=found.decode())

    served = web.Application(client_max_size=LARGEST_BODY)
    served.add_routes([web.post("/add-checkpoint", add_checkpoint), web.get("/{origin}/checkpoint", checkpoint)])
    return served


def run(home: Path, log_keys: Path, listen: str, name: str, say: Callable[[str], object]) -> None:
    """Serve until told to stop; raises Unusable. What `say` is told first is the witness's public key."""
    host, _, port = listen.rpartition(":")
    if not port.isdigit():
        raise Unusable("--listen 应为 地址:端口，例如 0.0.0.0:8700")
    with lock(home):
        key = key_in(home, name)
        witness = Witness(home, key, logs_in(log_keys), time.time)
        say(key.vkey)
        web.run_app(application(witness), host=host.strip("[]"), port=int(port), print=None, access_log=None)

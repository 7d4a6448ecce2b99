"""A witness cosigns only what goes on from what it has seen, has it on disk before it says so, and forgets nothing."""

import asyncio
import base64
import contextlib
import hashlib
import os
import signal
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web

from bot import witness as witnessing
from workflow import merkle, notes
from workflow.notes import NoteKey

ROOT = Path(__file__).parents[2]
ORIGIN = "shouyue/huachen/heavy"
LOG = NoteKey(ORIGIN, bytes(range(32)))
STRANGER = NoteKey(ORIGIN, bytes(32))
NOW = 1_795_000_000
LEAVES = [merkle.leaf(f"record {number}".encode()) for number in range(300)]
FORGED = [merkle.leaf(b"rewritten"), *LEAVES[1:]]
Answer = tuple[int, str]


def note_of(leaves: Sequence[bytes], key: NoteKey = LOG, extra: str = "", root: bytes | None = None) -> bytes:
    """Return a signed checkpoint over these leaves."""
    text = notes.checkpoint_text(key.name, len(leaves), root or merkle.Tree(leaves).root()) + extra
    return notes.signed_note(text, [key.sign_line(text)])


def body(old: int, proof: Sequence[bytes], note: bytes) -> bytes:
    hashes = "".join(f"{base64.b64encode(each).decode()}\n" for each in proof)
    return f"old {old}\n{hashes}\n".encode() + note


def honest(old: int, size: int, leaves: Sequence[bytes] = LEAVES) -> bytes:
    return body(old, merkle.consistency(leaves[:size], old) if old else [], note_of(leaves[:size]))


def key_of(home: Path) -> NoteKey:
    return witnessing.key_in(home, "audit.example/w1")


def files_in(home: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in home.iterdir()}


def is_cosigned(lines: str, note: bytes, home: Path) -> bool:
    """Tell whether the answer is exactly one valid cosignature of this witness with the time of the test."""
    text = notes.parse_note(note).text
    signatures = notes.parse_note(f"{text}\n{lines}".encode()).signatures
    key = notes.parse_vkey(key_of(home).vkey)
    timed = [int.from_bytes(each.made[:8], "big") for each in signatures] == [NOW]
    return timed and [key.verifies(text, each) for each in signatures] == [True]


@asynccontextmanager
async def serving(home: Path) -> AsyncIterator[aiohttp.ClientSession]:
    """Run the witness of a home on a real socket."""
    witness = witnessing.Witness(home, key_of(home), [LOG.public], lambda: NOW)
    runner = web.AppRunner(witnessing.application(witness), access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        async with aiohttp.ClientSession(f"http://127.0.0.1:{runner.addresses[0][1]}") as session:
            yield session
    finally:
        await runner.cleanup()


async def asked(session: aiohttp.ClientSession, request: bytes) -> Answer:
    async with session.post("/add-checkpoint", data=request) as answer:
        if answer.status == 409:
            assert answer.headers["Content-Type"] == "text/x.tlog.size"
        return answer.status, await answer.text()


async def test_each_checkpoint_that_goes_on_is_cosigned(tmp_path: Path) -> None:
    async with serving(tmp_path) as session:
        before = 0
        for size in (0, 1, 2, 2, 7, 8, 64, 65, 300):
            status, lines = await asked(session, honest(before, size))
            assert (status, is_cosigned(lines, note_of(LEAVES[:size]), tmp_path)) == (200, True), size
            before = size


async def test_another_size_is_answered_with_ours(tmp_path: Path) -> None:
    async with serving(tmp_path) as session:
        assert await asked(session, honest(3, 5)) == (409, "0\n")
        await asked(session, honest(0, 5))
        for old in (0, 3, 7):
            assert await asked(session, honest(old, 8)) == (409, "5\n")


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        (body(5, merkle.consistency(FORGED[:9], 5), note_of(FORGED[:9])), 422),
        (body(5, [], note_of(FORGED[:5])), 422),
        (body(5, [], note_of(LEAVES[:3])), 400),
        (body(3, [], note_of(LEAVES[:3])), 409),
        (body(5, [], note_of(LEAVES[:9])), 422),
        (body(5, [*merkle.consistency(LEAVES[:9], 5), bytes(32)], note_of(LEAVES[:9])), 422),
        (body(5, merkle.consistency(LEAVES[:9], 4), note_of(LEAVES[:9])), 422),
        (body(5, [bytes(32)] * 3, note_of(LEAVES[:9])), 422),
        (body(5, [bytes(32)] * 64, note_of(LEAVES[:9])), 400),
        (body(5, merkle.consistency(LEAVES[:9], 5), note_of(LEAVES[:9], STRANGER)), 403),
        (body(5, [], note_of(LEAVES[:9], NoteKey("shouyue/other", bytes(range(32))))), 404),
        (b"old 05\n\n" + note_of(LEAVES[:5]), 400),
        (b"old -5\n\n" + note_of(LEAVES[:5]), 400),
        (b"old 5\nx\n\n" + note_of(LEAVES[:9]), 400),
        (b"old 5\n" + base64.b64encode(bytes(31)) + b"\n\n" + note_of(LEAVES[:9]), 400),
        (b"old 5\n\nnothing", 400),
        (b"", 400),
        (b"\xff\xfe", 400),
    ],
)
async def test_a_log_that_lies_gets_no_cosignature_and_changes_nothing(
    tmp_path: Path, request_: bytes, status: int
) -> None:
    """Rewritten history, a second tree of one size, a size that shrank, forged proofs, strangers, junk."""
    async with serving(tmp_path) as session:
        await asked(session, honest(0, 5))
        kept = files_in(tmp_path)
        answer = await asked(session, request_)
        assert (answer[0], "—" in answer[1]) == (status, False)
        assert files_in(tmp_path) == kept
        assert (await asked(session, honest(5, 9)))[0] == 200


async def test_a_signature_of_the_trusted_key_that_does_not_verify_spoils_the_note(tmp_path: Path) -> None:
    good = note_of(LEAVES[:5]).decode()
    wrong = note_of(LEAVES[:6]).decode().splitlines()[-1]
    stranger = note_of(LEAVES[:6], STRANGER).decode().splitlines()[-1]
    async with serving(tmp_path) as session:
        assert (await asked(session, body(0, [], f"{good}{wrong}\n".encode())))[0] == 403
        assert (await asked(session, body(0, [], f"{good}{stranger}\n".encode())))[0] == 200


async def test_the_empty_log_has_the_empty_root(tmp_path: Path) -> None:
    async with serving(tmp_path) as session:
        assert (await asked(session, body(0, [], note_of([], root=bytes(32)))))[0] == 422
        assert (await asked(session, body(0, [], note_of([]))))[0] == 200


async def test_lines_after_the_root_are_cosigned_with_it(tmp_path: Path) -> None:
    note = note_of(LEAVES[:5], extra="extension\n")
    async with serving(tmp_path) as session:
        status, lines = await asked(session, body(0, [], note))
    assert (status, is_cosigned(lines, note, tmp_path)) == (200, True)


async def test_what_was_cosigned_last_can_be_read_by_anybody(tmp_path: Path) -> None:
    path = f"/{hashlib.sha256(ORIGIN.encode()).hexdigest()}/checkpoint"
    async with serving(tmp_path) as session:
        assert (await session.get(path)).status == 404
        _, line = await asked(session, honest(0, 5))
        assert await (await session.get(path)).read() == note_of(LEAVES[:5]) + line.encode()
        assert (await session.get("/..%2Fwitness.key/checkpoint")).status == 404


async def test_a_witness_that_starts_again_goes_on_where_it_was(tmp_path: Path) -> None:
    async with serving(tmp_path) as session:
        await asked(session, honest(0, 100))
    async with serving(tmp_path) as session:
        assert await asked(session, honest(0, 200)) == (409, "100\n")
        assert (await asked(session, body(100, [], note_of(FORGED[:100]))))[0] == 422
        assert (await asked(session, honest(100, 200)))[0] == 200


async def test_of_twenty_at_once_each_stands_on_the_one_before(tmp_path: Path) -> None:
    async with serving(tmp_path) as session:
        await asked(session, honest(0, 10))
        answers = await asyncio.gather(*(asked(session, honest(10, 11 + number)) for number in range(20)))
        assert sorted(status for status, _ in answers) == [200, *[409] * 19]
        winner = next(11 + number for number, (status, _) in enumerate(answers) if status == 200)
        assert {text for status, text in answers if status == 409} == {f"{winner}\n"}
        assert await asked(session, honest(10, 40)) == (409, f"{winner}\n")


@pytest.mark.parametrize("spoilt", [b"", b"junk", note_of(LEAVES[:5])])
async def test_a_spoilt_state_is_no_reason_to_begin_anew(tmp_path: Path, spoilt: bytes) -> None:
    async with serving(tmp_path) as session:
        await asked(session, honest(0, 5))
    (tmp_path / f"{hashlib.sha256(ORIGIN.encode()).hexdigest()}.checkpoint").write_bytes(spoilt)
    with pytest.raises(witnessing.Unusable):
        witnessing.Witness(tmp_path, key_of(tmp_path), [LOG.public], lambda: NOW)


def test_a_key_that_is_gone_is_not_replaced(tmp_path: Path) -> None:
    first = key_of(tmp_path)
    assert key_of(tmp_path).vkey == first.vkey
    assert (tmp_path / "witness.key").stat().st_mode & 0o777 == 0o600
    (tmp_path / "witness.key").unlink()
    (tmp_path / "x.checkpoint").touch()
    with pytest.raises(witnessing.Unusable, match=r"witness\.key"):
        key_of(tmp_path)


def test_two_never_share_a_home(tmp_path: Path) -> None:
    with witnessing.lock(tmp_path), pytest.raises(witnessing.Unusable, match="已有一个见证人"):
        witnessing.lock(tmp_path)


class Process:
    """`python -m bot witness` as a child that can be killed."""

    def __init__(self, home: Path, keys: Path, port: int) -> None:
        words = ["witness", "--home", home, "--log-keys", keys, "--listen", f"127.0.0.1:{port}", "--name", "audit/w"]
        self.child = subprocess.Popen(
            [sys.executable, "-m", "bot", *map(str, words)], cwd=ROOT, stdout=subprocess.PIPE, text=True
        )
        self.vkey = self.child.stdout.readline().strip() if self.child.stdout else ""

    def kill(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.child.pid, signal.SIGKILL)
        self.child.communicate()

    def kill_when_written(self, file: Path, before: bytes) -> threading.Thread:
        """Kill it as soon as another content of a file is to be seen."""

        def watch() -> None:
            while self.child.poll() is None:
                if file.exists() and file.read_bytes() != before:
                    os.kill(self.child.pid, signal.SIGKILL)

        thread = threading.Thread(target=watch, daemon=True)
        thread.start()
        return thread


async def sent(port: int, request: bytes) -> Answer:
    """Ask until somebody listens; (0, "") when the answer never came."""
    for _ in range(200):
        try:
            async with aiohttp.ClientSession(f"http://127.0.0.1:{port}") as session:
                return await asked(session, request)
        except aiohttp.ClientConnectorError:
            await asyncio.sleep(0.05)
        except (aiohttp.ClientError, OSError):
            return 0, ""
    raise AssertionError("nobody listens")


async def test_killed_between_writing_and_answering_it_still_knows_what_it_signed(
    tmp_path: Path, unused_tcp_port: int
) -> None:
    home, keys = tmp_path / "home", tmp_path / "log.keys"
    keys.write_text(f"# 审计日志\n{LOG.vkey}\n", "utf-8")
    file, before, silent = home / f"{hashlib.sha256(ORIGIN.encode()).hexdigest()}.checkpoint", 0, 0
    vkeys = set()
    for size in range(10, len(LEAVES), 2):  # the kill races with the answer: again until it came first
        if silent:
            break
        process = Process(home, keys, unused_tcp_port)
        vkeys.add(process.vkey)
        try:
            content = file.read_bytes() if file.exists() else b""
            if size > 10:
                thread = process.kill_when_written(file, content)
            status, _ = await sent(unused_tcp_port, honest(before, size))
            if size > 10:
                await asyncio.to_thread(thread.join)
        finally:
            process.kill()
        silent += status == 0
        stored = notes.parse_checkpoint(notes.parse_note(file.read_bytes()).text)
        assert stored == (ORIGIN, size, merkle.Tree(LEAVES[:size]).root())
        before = size
    assert silent, "it was never killed before it answered"
    assert len(vkeys) == 1
    process = Process(home, keys, unused_tcp_port)
    try:
        assert (await sent(unused_tcp_port, body(before, [], note_of(FORGED[:before]))))[0] == 422
        assert (await sent(unused_tcp_port, honest(before, before)))[0] == 200
    finally:
        process.kill()


def test_a_witness_without_good_keys_does_not_start(tmp_path: Path) -> None:
    keys = tmp_path / "log.keys"
    keys.write_text("shouyue/x+00000000+AAAA\n")
    words = ["witness", "--home", tmp_path / "home", "--log-keys", keys, "--listen", "127.0.0.1:0"]
    done = subprocess.run(
        [sys.executable, "-m", "bot", *map(str, words)], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (done.returncode, "见证人没有启动" in done.stderr, "Traceback" in done.stderr) == (2, True, False)

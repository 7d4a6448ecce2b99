"""Signed notes are those of C2SP: its published example verifies, and no changed byte does."""

import base64
import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflow import notes
from workflow.notes import (
    WITNESS,
    NoteKey,
    VerifierKey,
    checkpoint_text,
    code_of,
    cosignature_line,
    parse_checkpoint,
    parse_note,
    parse_vkey,
    proof_text,
    signed_note,
)

VKEY = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
NOTE = (
    "This is an example message.\n\n"
    "— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n"
).encode()
LOG = "shouyue/huachen/net"
KEY = NoteKey(LOG, bytes(range(32)))
STRANGER = NoteKey(LOG, bytes(32))
ROOT = hashlib.sha256(b"").digest()
TEXT = checkpoint_text(LOG, 12, ROOT)


def good(raw: bytes, *keys: VerifierKey) -> bool:
    """Judge a note as a reader has to: every line of a known key is right, and there is one."""
    try:
        note = parse_note(raw)
    except ValueError:
        return False
    known = [(key, line) for line in note.signatures for key in keys if key.made(line)]
    return bool(known) and all(key.verifies(note.text, line) for key, line in known)


def test_the_published_example_verifies() -> None:
    key = parse_vkey(VKEY)
    assert key.vkey == VKEY
    assert parse_note(NOTE).text == "This is an example message.\n"
    assert good(NOTE, key)


@given(st.integers(0, len(NOTE) - 1), st.integers(0, 7))
def test_no_changed_bit_of_the_example_verifies(place: int, bit: int) -> None:
    raw = bytearray(NOTE)
    raw[place] ^= 1 << bit
    assert not good(bytes(raw), parse_vkey(VKEY))


def test_our_signature_is_ours_alone() -> None:
    note = signed_note(TEXT, [KEY.sign_line(TEXT)])
    assert good(note, parse_vkey(KEY.vkey))
    assert not good(note, STRANGER.public)
    assert not good(signed_note(checkpoint_text(LOG, 13, ROOT), [KEY.sign_line(TEXT)]), KEY.public)
    assert not good(note, NoteKey("shouyue/huachen/heavy", bytes(range(32))).public)


def test_lines_of_unknown_keys_do_not_matter_and_a_bad_line_of_a_known_one_does() -> None:
    assert good(signed_note(TEXT, [STRANGER.sign_line(TEXT), KEY.sign_line(TEXT)]), KEY.public)
    forged = notes.Signature(LOG, KEY.public.key_id, bytes(64)).line
    assert not good(signed_note(TEXT, [KEY.sign_line(TEXT), forged]), KEY.public)


def test_a_witness_signs_the_checkpoint_together_with_the_time() -> None:
    witness = NoteKey("audit.huachen.example", bytes(range(1, 33)), WITNESS)
    line = cosignature_line(witness, 1_764_000_000, TEXT)
    note = parse_note(signed_note(TEXT, [KEY.sign_line(TEXT), line]))
    assert parse_vkey(witness.vkey).verifies(TEXT, note.signatures[1])
    raw = note.signatures[1].made
    later = notes.Signature(witness.name, witness.public.key_id, (1_764_000_001).to_bytes(8, "big") + raw[8:])
    assert not witness.public.verifies(TEXT, later)
    assert not witness.public.verifies(checkpoint_text(LOG, 13, ROOT), note.signatures[1])
    assert witness.public.key_id != VerifierKey(witness.name, notes.LOG, witness.public.public).key_id


def test_each_kind_of_key_makes_its_own_kind_of_line() -> None:
    with pytest.raises(ValueError):
        cosignature_line(KEY, 1, TEXT)
    with pytest.raises(ValueError):
        NoteKey("w", bytes(32), WITNESS).sign_line(TEXT)


def test_a_checkpoint_reads_back() -> None:
    assert f"{LOG}\n12\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n" == TEXT
    assert parse_checkpoint(TEXT) == (LOG, 12, ROOT)


@pytest.mark.parametrize(
    "text",
    [
        "",
        TEXT[:-1],
        TEXT + "more\n",
        TEXT.replace("12", "012"),
        TEXT.replace("12", "-1"),
        TEXT.replace("12", "１２"),
        TEXT.replace("12", "12345678901234567"),
        TEXT.replace("=", ""),
        TEXT.replace("SuFU=", "SuFV="),
        checkpoint_text(LOG, 1, b"short"),
        TEXT.replace(LOG, ""),
        TEXT.replace("\n", "\r\n"),
    ],
)
def test_what_is_no_checkpoint_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        parse_checkpoint(text)


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"text\n",
        b"text\n\n",
        b"text\n\n\xe2\x80\x94 name YWJjZGVmZw==",
        b"text\n\n- name YWJjZGVmZw==\n",
        b"text\n\n\xe2\x80\x94 na+me YWJjZGVmZw==\n",
        b"text\n\n\xe2\x80\x94 name YWJj\n",
        b"text\n\n\xe2\x80\x94 name YWJjZGVmZx==\n",
        b"te\txt\n\n\xe2\x80\x94 name YWJjZGVmZw==\n",
        b"\xff\n\n\xe2\x80\x94 name YWJjZGVmZw==\n",
        b"text\n\n" + b"\xe2\x80\x94 name YWJjZGVmZw==\n" * 65,
        b"x" * 70_000 + b"\n\n\xe2\x80\x94 name YWJjZGVmZw==\n",
    ],
)
def test_what_is_no_note_is_refused(raw: bytes) -> None:
    with pytest.raises(ValueError):
        parse_note(raw)


@pytest.mark.parametrize(
    "vkey", ["", "a+b", VKEY[:-4], VKEY.replace("530d903a", "530d903b"), VKEY.replace("+Ae", "+Ag"), "a b" + VKEY]
)
def test_what_is_no_key_is_refused(vkey: str) -> None:
    with pytest.raises(ValueError):
        parse_vkey(vkey)


@given(st.text(max_size=40))
def test_a_code_is_the_beginning_of_the_digest_in_people_s_letters(text: str) -> None:
    plain = base64.b32encode(hashlib.sha256(text.encode()).digest())[:8].decode()
    ours = plain.translate(str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", notes.ALPHABET))
    assert code_of(text) == f"{ours[:4]}-{ours[4:]}"


def test_a_proof_is_written_as_published() -> None:
    note = signed_note(TEXT, [KEY.sign_line(TEXT)])
    lines = proof_text(7, [bytes(32), ROOT], note).split("\n")
    assert lines[:2] == ["c2sp.org/tlog-proof@v1", "index 7"]
    assert [base64.b64decode(line) for line in lines[2:4]] == [bytes(32), ROOT]
    assert "\n".join(lines[5:]).encode() == note
    assert lines[4] == ""


@pytest.mark.parametrize(
    "typed", ["7F3K-Q2MD", "7f3k-q2md", "7F3KQ2MD", " 7F3K Q2MD ", "７Ｆ３Ｋ－Ｑ２ＭＤ", "7F3K—Q2MD"]
)
def test_a_code_is_read_however_it_was_typed(typed: str) -> None:
    assert notes.parse_code(typed) == "7F3K-Q2MD"


def test_letters_that_look_like_digits_are_read_as_the_digits_that_are_printed() -> None:
    assert notes.parse_code("OIL0-1234") == "0110-1234"


@pytest.mark.parametrize("typed", ["", "7F3K-Q2M", "7F3K-Q2MDD", "7F3K-Q2MU", "存证码", "7F3K-Q2M?"])
def test_what_is_no_code_is_refused(typed: str) -> None:
    with pytest.raises(ValueError, match="no code"):
        notes.parse_code(typed)

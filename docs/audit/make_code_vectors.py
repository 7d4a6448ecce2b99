"""Write `code_vectors/`: packs with 存证码 and the answer of section 6 of format.md, always the same bytes.

Trees and proofs follow the recursive definitions of RFC 6962; each case says by hand what is wrong and where.
"""

import json
import shutil
from pathlib import Path
from typing import Any

import make_vectors as make
from make_vectors import KEYS, LOG, ORIGIN, OTHER_LOG, WITNESS, Files, b64, chain, code_of, note, shown, text_of, tree

HERE = Path(__file__).parent / "code_vectors"
LINES = chain(21)
SHOWN = (1, 4, 5, 8, 13, 16, 20)  # sizes of the checkpoints that stood on cards
BASE = make.excerpt(LINES, (3, 9, 17))


def proof(old: int, lines: list[bytes], known: bool = True) -> list[bytes]:
    """Return the consistency proof by its definition (RFC 6962, 2.1.2)."""
    if old == len(lines):
        return [] if known else [tree(lines)]
    half = 1 << (len(lines) - 1).bit_length() - 1
    if old <= half:
        return [*proof(old, lines[:half], known), tree(lines[half:])]
    return [*proof(old - half, lines[half:], False), tree(lines[:half])]


def row(old: int, lines: list[bytes] = LINES, root: bytes = b"", path: list[bytes] | None = None) -> str:
    hashes = proof(old, lines) if path is None else path
    return " ".join([str(old), *map(b64, [root or tree(lines[:old]), *hashes])])


def file(*rows: str, head: str = "shouyue/codes@v1", size: str = "21", end: str = "\n") -> Files:
    return {"codes.txt": ("\n".join([head, size, *rows]) + end).encode()}


GOOD = BASE | file(*(row(size) for size in SHOWN))


def code_at(size: int) -> str:
    return code_of(text_of(LINES, size).encode())


def case(name: str, pack: Files, sizes: tuple[int, ...], codes: tuple[str, ...] = (), **answer: Any) -> None:
    """Write a case: `sizes` are those whose codes match, `codes` are asked for as people type them."""
    known = {code_at(size): size for size in sizes}
    asked = [{"code": code, "size": known.get(code)} for code in answer.pop("asked", codes)]
    keys = answer.pop("given", KEYS)
    expected = {"ok": True, "log": ORIGIN, "codes": [{"code": code_at(size), "size": size} for size in sizes]}
    expected |= {"asked": asked, "first_bad": None, "code": "", "keys": "given" if keys else "pack"} | answer
    packed = {path: shown(data) for path, data in sorted(pack.items())}
    vector = {"pack": packed, "keys": keys, "codes": codes, "expected": expected}
    with (HERE / f"{name}.json").open("x", encoding="utf-8", newline="") as out:
        out.write(json.dumps(vector, ensure_ascii=False, indent=1) + "\n")


def bad(name: str, pack: Files, at: int | None, code: str, codes: tuple[str, ...] = (), **more: Any) -> None:
    case(f"{code}-{name}", pack, (), codes, ok=False, first_bad=at, code=code, asked=(), **more)


def good() -> None:
    every = (*SHOWN, 21)
    case("good-all", GOOD, every)
    case("good-asked", GOOD, every, (code_at(13), code_at(21), code_at(13)))
    typed = code_at(8).lower().replace("-", "") + " "
    typed = typed.replace("0", "o").replace("1", "l")
    case("good-as-typed", GOOD, every, (typed,), asked=(code_at(8),))
    wide = "".join(chr(ord(letter) + 0xFEE0) for letter in code_at(5))
    case("good-full-width", GOOD, every, (wide.replace("\uff0d", "\u2014"),), asked=(code_at(5),))
    case("good-none-shown", BASE, (21,), (code_at(21),))
    case("good-no-rows", BASE | file(), (21,))
    case("good-every-size", BASE | file(*map(row, range(1, 21))), tuple(range(1, 22)))
    whole = make.whole(LINES, sizes=SHOWN)
    case("good-whole-log", whole, SHOWN, (code_at(16),))
    case("good-whole-log-without-it", whole | file("this takes no part"), SHOWN)
    case("good-own-keys", GOOD | {"keys.txt": KEYS.encode()}, every, given=None)
    two = make.excerpt(LINES, (3,), 5, LOG) | make.excerpt(LINES, (17,), 21)
    case("good-two-checkpoints", two | file(row(4), row(5), row(20)), (4, 5, 20, 21))
    case("good-older-checkpoint", two | file(row(4, LINES[:5]), size="5"), (4, 5, 21))


def malformed() -> None:
    first, second = row(4), row(13)
    heads: dict[str, Files] = {
        "other-head": file(first, head="shouyue/codes@v2"),
        "bom": {"codes.txt": b"\xef\xbb\xbf" + file(first)["codes.txt"]},
        "crlf": {"codes.txt": file(first)["codes.txt"].replace(b"\n", b"\r\n")},
        "empty": {"codes.txt": b""},
        "no-size": {"codes.txt": b"shouyue/codes@v1\n"},
        "size-with-zero": file(first, size="021"),
        "unknown-size": file(first, size="20"),
        "no-end": file(first, end=""),
        "not-utf8": {"codes.txt": file(first)["codes.txt"] + b"\xff\n"},
    }
    for name, changed in heads.items():
        bad(name, BASE | changed, 1, "codes")
    rows = {
        "empty-line": "",
        "two-spaces": second.replace(" ", "  ", 1),
        "space-after": second + " ",
        "leading-zero": "0" + second,
        "zero": row(4).replace("4 ", "0 ", 1),
        "plus": "+" + second,
        "hash-short": second[:-4],
        "hash-not-canonical": second[:-2] + chr(ord(second[-2]) + 1) + "=",
        "no-root": "13",
        "tab": second.replace(" ", "\t", 1),
        "digits-of-another-script": second.replace("13", "1\u0663", 1),
        "again": first,
        "falling": row(1),
        "the-last-itself": row(21),
        "larger": second.replace("13", "22", 1),
        "sixteen-digits": second.replace("13", "1" * 16, 1),
    }
    for name, each in rows.items():
        bad(name, BASE | file(first, each), 5, "codes")


def forged() -> None:
    other = [*LINES[:7], *chain(21, ok=False)[7:]]
    right = proof(13, LINES)
    rows = {
        "another-root": row(13, root=tree(other[:13])),
        "rewritten": row(13, other),
        "rewritten-old-path": row(13, root=tree(other[:13]), path=proof(13, other)),
        "hash-more": row(13, path=[*right, bytes(32)]),
        "hash-less": row(13, path=right[:-1]),
        "none": row(13, path=[]),
        "reversed": row(13, path=right[::-1]),
        "size-before": row(13).replace("13", "12", 1),
        "size-after": row(13).replace("13", "14", 1),
        "of-a-shorter-log": row(13, LINES[:20]),
        "power-with-its-root": row(16, path=[tree(LINES[:16]), *proof(16, LINES)]),
    }
    for name, each in rows.items():
        bad(name, BASE | file(row(4), each), 5, "consistency")
    two = make.excerpt(other, (3,), 8, LOG) | make.excerpt(LINES, (17,), 21)
    bad("two-checkpoints-that-fork", two | file(row(8)), 1, "consistency")


def unanswered() -> None:
    other = code_of(text_of(chain(13, ok=False)).encode())
    for name, codes in {"other": (other,), "one-of-two": (code_at(13), other), "asked-twice": (other, other)}.items():
        case(f"unmatched-{name}", GOOD, (*SHOWN, 21), codes, ok=False, code="unmatched")
    between = code_at(7)
    case("unmatched-not-shown", GOOD, (*SHOWN, 21), (between,), ok=False, code="unmatched")
    for name, typed in {"short": "7F3K-Q2M", "letter-u": "7F3K-Q2MU", "empty": "", "chinese": "存证码"}.items():
        bad(f"code-{name}", GOOD, None, "unreadable", (typed,))
    bad("no-keys", GOOD, None, "unreadable", given=None, log="")


def bad_packs() -> None:
    changed = make.setting(ok=False)(LINES[8])
    bad("record", GOOD | {"records/9.json": changed}, 9, "proof", (code_at(13),))
    forged = note(text_of(LINES), OTHER_LOG)
    bad("stranger", GOOD | {"proofs/3.tlog-proof": make.proof(2, make.path(2, LINES), forged)}, 3, "signature")
    cosigned = note(text_of(LINES), LOG, WITNESS).replace(b"\n21\n", b"\n22\n")
    bad("size", GOOD | {"proofs/3.tlog-proof": make.proof(2, make.path(2, LINES), cosigned)}, 3, "signature")


def main() -> None:
    shutil.rmtree(HERE, ignore_errors=True)
    HERE.mkdir()
    for part in (good, malformed, forged, unanswered, bad_packs):
        part()


if __name__ == "__main__":
    main()

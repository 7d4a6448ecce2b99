"""Match 存证码 with a pack by section 6 of format.md: verify_codes.py [FOLDER] [KEYS] [--code 7F3K-Q2MD]… [--json].

Needs verify.py beside it, which it runs first: in a pack with a fault no code is matched.
"""

import base64
import json
import pathlib
import re
import sys
import unicodedata

sys.path.insert(0, str(pathlib.Path(__file__).parent))  # as `python3 -I` leaves it out
import verify
from verify import HASH, NUMBER, PROOF, Fault, attempt, digest, require, unbase64

HEAD, LETTERS = "shouyue/codes@v1", "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
ROW = f"{NUMBER} ({HASH})((?: {HASH})*)"


def code_of(text):  # of a checkpoint's three lines: `7F3K-Q2MD`
    code = base64.b32encode(digest(text)[:5]).decode().translate(verify.CODE)
    return f"{code[:4]}-{code[4:]}"


def asked_for(typed):  # a code as it is printed, however somebody typed it; None for what can be none
    plain = re.sub("[ \t\u2013\u2014-]", "", unicodedata.normalize("NFKC", typed)).upper()
    code = plain.translate(str.maketrans("OIL", "011"))  # the letters that the alphabet leaves out for these
    return f"{code[:4]}-{code[4:]}" if len(code) == 8 and set(code) <= set(LETTERS) else None


def grown(old, size, path, known):  # the roots of the first `old` leaves and of all `size` that a proof leads to
    if old == size and known is not None:
        return (known, known) if not path else (b"", b"")
    if old == size or not path:
        return (path[0], path[0]) if len(path) == 1 else (b"", b"")
    half = 1 << (size - 1).bit_length() - 1
    if old <= half:
        before, after = grown(old, half, path[:-1], known)
        return before, digest(b"\1", after, path[-1])
    before, after = grown(old - half, size - half, path[:-1], None)
    return digest(b"\1", path[-1], before), digest(b"\1", path[-1], after)


def checkpoints_in(folder):  # {size: (text, root)} of the notes and proofs that verify.py has found good
    is_whole = (folder / "records.jsonl").is_file()
    files = folder.glob("checkpoints/*.checkpoint" if is_whole else "proofs/*.tlog-proof")
    notes = [verify.read_note("()()" if is_whole else PROOF, file.read_bytes()) for file in numbered(files, folder)]
    return {size: (text, root) for _, _, text, _, size, root, _ in notes}, is_whole


def numbered(files, folder):  # those that have a record: without it a proof takes no part in an answer that is good
    found = verify.numbered(files)
    is_whole = (folder / "records.jsonl").is_file()
    return [file for seq, file in found.items() if is_whole or (folder / "records" / f"{seq}.json").is_file()]


def match(folder, log, found):  # every code of the pack, into `found["codes"]`
    known, is_whole = checkpoints_in(folder)
    texts, file = {size: text for size, (text, _) in known.items()}, folder / "codes.txt"
    if file.is_file() and not is_whole:
        last, rows = 0, attempt(lambda data: data.decode().split("\n"), file.read_bytes()) or [""]
        top = int(rows[1]) if len(rows) > 2 and re.fullmatch(NUMBER, rows[1]) else 0
        require(rows[0] == HEAD and not rows[-1] and top in known, "codes", 1, "不是存证码的证明", "not of this format")
        for row in rows[2:-1]:
            at, parts = last + 1, re.fullmatch(ROW, row)
            size = int(parts[1]) if parts else 0
            hashes = attempt(lambda words: [unbase64(each) for each in words], row.split(" ")[1:]) if parts else None
            require(hashes and last < size < top, "codes", at, "不是存证码的证明", "not of this format")
            root, *path = hashes
            holds = grown(size, top, path, root) == (root, known[top][1]) and known.get(size, ("", root))[1] == root
            require(holds, "consistency", at, "不是同一本日志的前一段", "no beginning of what was signed")
            texts[size], last = f"{log}\n{size}\n{row.split(' ')[1]}\n".encode(), size
    found["codes"] = [{"code": code_of(texts[size]), "size": size} for size in sorted(texts)]


def check(folder, keys=None, codes=()):  # the answer; nothing in a pack makes this raise
    found = {"codes": [], "asked": [], "first_bad": None, "code": "", "reason": ""}
    records = verify.check(folder, keys)
    if not records["ok"]:
        found.update({each: records[each] for each in ("first_bad", "code", "reason")})
        return dict(found, ok=False, log=records["log"], keys=records["keys"])
    try:
        asked = [asked_for(each) for each in codes]
        if None in asked:
            raise ValueError("a code has eight letters and digits: 7F3K-Q2MD")
        match(pathlib.Path(folder), records["log"], found)
        sizes = {each["code"]: each["size"] for each in found["codes"]}
        found["asked"] = [{"code": each, "size": sizes.get(each)} for each in asked]
        missing = "、".join(each for each in asked if each not in sizes)
        reason = f"unmatched {missing} 不在这个包里：抄错了，不是这个单位这段时间的，或日志被改过 (not in this pack)"
        found.update({"code": "unmatched", "reason": reason} if missing else {})
    except Fault as fault:
        found["code"], found["first_bad"], found["reason"] = fault.args
    except Exception as error:
        found.update(code="unreadable", reason=f"unreadable 读不了 (cannot be read): {error!r}")
    return dict(found, ok=not found["code"], log=records["log"], keys=records["keys"])


def told(answer):  # the same in words
    yield answer["reason"] or f"完好 (good)；对得上的存证码 (codes that match): {len(answer['codes'])}"
    for each in answer["asked"]:
        if each["size"] is not None:
            yield "{code} 对得上：第 {size} 条及以前的记录，印它时就是这样 (covers the first {size} records)".format(
                **each
            )


if __name__ == "__main__":
    words = [each for each in sys.argv[1:] if each != "--json"]
    places = [at for at, each in enumerate(words) if each == "--code"]
    typed = [" ".join(words[at + 1 : at + 2]) for at in places]
    paths = [each for at, each in enumerate(words) if at not in places and at - 1 not in places]
    answer = check(*(paths or [pathlib.Path(__file__).parent])[:2], *[None] * (len(paths) < 2), typed)
    said = "" if "--json" in sys.argv else "".join(f"{each}\n" for each in told(answer))
    sys.stdout.buffer.write(f"{said}{json.dumps(answer)}\n".encode("utf-8", "backslashreplace"))
    sys.exit(0 if answer["ok"] else 2 if answer["code"] == "unreadable" else 1)

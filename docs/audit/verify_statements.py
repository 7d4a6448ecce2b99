"""Check the 审批确认记录 of a pack by statements.md: verify_statements.py [FOLDER] [KEYS] [--json].

Needs verify.py beside it, which checks the records that this program takes as they are.
"""

import hmac
import json
import pathlib
import re
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent))  # as `python3 -I` leaves it out
import verify
from verify import HEX, NAME, Fault, attempt, canonical, digest, parse, require

NOTE = f"([^\0-\x1f]+)\n\n((?:— {NAME} [A-Za-z0-9+/=]+\n){{1,100}})"
WORDS = (
    "log",
    "request",
    "shown",
    "policy",
    "decision",
    "comment",
    "approver",
    "for",
    "at",
    "nonce",
    "prev",
    "grade",
    "key",
)
NUMBERS = ("v", "rev", "level", "levels")
DECISIONS = ("approved", "rejected", "sent_back", "returned")


def exact(data):  # the JSON object of these bytes, which must be its canonical form
    value, form = parse(data)
    if form != data:
        raise ValueError("not canonical")
    return value


def is_digest(text):
    return type(text) is str and re.fullmatch(HEX, text) is not None


def statement_in(data):  # the statement, its line and the signature lines of its note; an error where it is none
    line, below = re.fullmatch(NOTE, data.decode()).groups()
    said = exact(line.encode())
    numbers = all(type(said[each]) is int and said[each] > 0 for each in NUMBERS)
    words = all(type(said[each]) is str for each in WORDS)
    digests = all(map(is_digest, [said["shown"], said["policy"], said["prev"], *said["evidence"]]))
    optional = all(not said[each] or is_digest(said[each]) for each in ("comment", "key"))
    kind = (said["v"], said["kind"], said["decision"] in DECISIONS) == (1, "approval", True)
    evidence = said["evidence"] == sorted(set(said["evidence"]))
    nonce = re.fullmatch("[0-9a-f]{32}", said["nonce"]) is not None
    known = set(said) == {*WORDS, *NUMBERS, "kind", "evidence"}
    grade = (said["grade"], said["key"] != "") in (("g0", False), ("g1", True))
    if not all((numbers, words, digests, optional, kind, evidence, nonce, known, grade)):
        raise ValueError("no statement of this format")
    signed = [(name, verify.unbase64(coded)) for name, coded in re.findall("— (.*) (.*)\n", below)]
    return said, line.encode(), signed


def is_signed(said, line, signed, keys):  # by a key of the log that the statement names, and by no known one wrongly
    known = [(keys[name, made[:4].hex()], name, made) for name, made in signed if (name, made[:4].hex()) in keys]
    ours = [(key, made) for key, name, made in known if name == said["log"] and key[0] == 1]
    return bool(ours) and all(len(made) == 68 and verify.is_signed(key, line + b"\n", made) for key, made in ours)


def names(record, said, line):  # whether a record is that of this decision
    data, of = record["data"], record["obj"]
    there = [record["log"], record["type"], record["at"], record["actor"]["sub"], of["id"], of["rev"], data["rev"]]
    there += [data["level"], data["policy"], data["shown"], data["pieces"], data["statement"]]
    due = [said["log"], "approval." + said["decision"], said["at"], said["approver"], said["request"], said["rev"]]
    due += [said["rev"], said["level"], said["policy"], said["shown"], len(said["evidence"]), digest(line).hex()]
    return canonical(there) == canonical(due)  # as True == 1 in Python


def opens(said, data):  # whether an opening gives what the statement commits to
    row = exact(data)
    key = bytes.fromhex(re.fullmatch(HEX, row["key"])[0])
    return hmac.new(key, b"shown\0" + canonical(row["value"]), "sha256").hexdigest() == said["shown"]


def records_in(folder):  # {number: the record's line}
    whole = folder / "records.jsonl"
    if whole.is_file():
        return dict(enumerate(whole.read_bytes().split(b"\n")[:-1], 1))
    files = verify.numbered(each for each in (folder / "records").iterdir() if each.suffix == ".json")
    return {number: file.read_bytes() for number, file in files.items()}


def walk(folder, keys, found):
    records, last = records_in(folder), {}
    files = verify.numbered((folder / "statements").glob("*.statement"))
    for at in sorted(files):
        said, line, signed = attempt(statement_in, files[at].read_bytes()) or (None, b"", [])
        require(said, "line", at, "不是规范的审批确认记录", "no statement of this format")
        require(is_signed(said, line, signed, keys), "signature", at, "签名无效", "bad signature")
        record = attempt(exact, records.get(at, b""))
        require(attempt(names, record, said, line), "record", at, "与审计记录不符", "not what the record names")
        require(
            said["prev"] == last.get(said["request"], "0" * 64), "prev", at, "接不上前一份", "not after the one before"
        )
        opening = folder / "statements" / f"{at}.shown.json"
        holds = not opening.is_file() or attempt(opens, said, opening.read_bytes())
        require(holds, "shown", at, "打开的内容不符", "the opening does not match")
        last[said["request"]], found["statements"] = digest(line).hex(), found["statements"] + 1
    for at in sorted(records):
        named = attempt(lambda data: exact(data)["data"]["statement"], records[at])
        require(named is None or at in files, "missing", at, "缺少审批确认记录", "its statement is missing")


def check(folder, keys=None):  # the answer; nothing in a pack makes this raise
    found = {"statements": 0, "first_bad": None, "code": "", "reason": ""}
    try:
        read = verify.read_keys(pathlib.Path(keys or f"{folder}/keys.txt").read_bytes().decode())
        walk(pathlib.Path(folder), read, found)
    except Fault as fault:
        found["code"], found["first_bad"], found["reason"] = fault.args
    except Exception as error:
        found.update(code="unreadable", reason=f"unreadable 读不了 (cannot be read): {error!r}")
    return dict(found, ok=not found["code"], keys="given" if keys else "pack")


if __name__ == "__main__":
    answer = check(*([each for each in sys.argv[1:] if each != "--json"] or [pathlib.Path(__file__).parent])[:2])
    good, said = answer["reason"] or "完好 (good)", "{}；审批确认记录 (statements): {statements}；公钥 (keys): {keys}\n"
    said = "" if "--json" in sys.argv else said.format(good, **answer)
    sys.stdout.buffer.write(f"{said}{json.dumps(answer)}\n".encode("utf-8", "backslashreplace"))
    sys.exit(0 if answer["ok"] else 2 if answer["code"] == "unreadable" else 1)

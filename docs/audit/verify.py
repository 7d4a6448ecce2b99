"""Check an audit pack by section 5 of format.md: python3 verify.py [FOLDER] [KEYS] [--json]. Python 3.8 or newer."""
import base64, functools, hashlib, hmac, json, pathlib, re, sys
NUMBER, NAME, HASH, HEX = "(0|[1-9][0-9]{0,14})", "[^\0-\x20\x7f-\xa0+]+", "[A-Za-z0-9+/]{43}=", "[0-9a-f]{64}"
PROOF = f"c2sp[.]org/tlog-proof@v1\n(?:extra [^\0-\x1f]*\n)?index {NUMBER}\n((?:{HASH}\n){{0,64}})\n"
NOTE = f"(([^\0-\x1f]+)\n{NUMBER}\n({HASH})\n)\n((?:— {NAME} [A-Za-z0-9+/=]+\n){{1,100}})"
CODE = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", "0123456789ABCDEFGHJKMNPQRSTVWXYZ")  # Python's, the codes'
class Fault(Exception): """A code, the number of the record where the fault shows, and a sentence."""
def require(holds, code, at, chinese, english):
    if not holds: raise Fault(code, at, f"{code} 记录 {at}：{chinese} (record {at}: {english})")
def attempt(function, *arguments):  # its result, or None where the input does not allow one
    try: return function(*arguments)
    except (ValueError, LookupError, TypeError, AttributeError, OSError, RecursionError): return None
P, L = 2**255 - 19, 2**252 + 27742317777372353535851937790883648493  # Ed25519 (RFC 8032): field, order of the base
D, ROOT = -121665 * pow(121666, -1, P) % P, pow(2, (P - 1) // 4, P)  # of the curve -x² + y² = 1 + Dx²y²; of -1
def add(p, q):  # a point is (X, Y, Z, T): x = X/Z, y = Y/Z, xy = T/Z
    a, b = (p[1] - p[0]) * (q[1] - q[0]) % P, (p[1] + p[0]) * (q[1] + q[0]) % P
    c, d = 2 * D * p[3] * q[3] % P, 2 * p[2] * q[2] % P
    return (b - a) * (d - c) % P, (d + c) * (b + a) % P, (d - c) * (d + c) % P, (b - a) * (b + a) % P
def point(data):  # from its encoding, which must be the canonical one; 8 times it is not the point at infinity (0, 1)
    sign, y = divmod(int.from_bytes(data, "little"), 2**255)
    x = pow((square := (y * y - 1) * pow(D * y * y + 1, -1, P) % P), (P + 3) // 8, P)
    roots = [r for r in (x, -x % P, x * ROOT % P, -x * ROOT % P) if r * r % P == square and r % 2 == sign]
    p = roots[0], y, 1, roots[0] * y % P  # an IndexError off the curve
    if len(data) != 32 or y >= P or not functools.reduce(lambda q, _: add(q, q), range(3), p)[0]: raise ValueError(y)
    return p
BASE = point((4 * pow(5, -1, P) % P).to_bytes(32, "little"))
@functools.lru_cache(None)  # as the records of an excerpt share checkpoints
def is_signed(key, text, signature):  # the first byte of a key is its type; a signature begins with the key's id
    if key[0] == 4: text = b"cosignature/v1\ntime %d\n%s" % (int.from_bytes(signature[4:12], "big"), text)
    r, s = signature[12 if key[0] == 4 else 4:-32], int.from_bytes(signature[-32:], "little")
    (x, y, _, t), k = point(key[1:]), int.from_bytes(hashlib.sha512(r + key[1:] + text).digest(), "little") % L
    total, addends = (0, 1, 1, 0), [(0, 1, 1, 0), BASE, (-x, y, 1, -t), add(BASE, (-x, y, 1, -t))]
    for bit in range(252, -1, -1): total = add(add(total, total), addends[(s >> bit & 1) + 2 * (k >> bit & 1)])
    x, y = (total[i] * pow(total[2], -1, P) % P for i in (0, 1))  # of [s]B - [k]A, bit by bit
    return s < L and r == (y + (x % 2 << 255)).to_bytes(32, "little")
def digest(*parts): return hashlib.sha256(b"".join(parts)).digest()
def climb(leaf, index, size, path):  # the root to which an inclusion proof leads (RFC 9162); b"" if its length is wrong
    if size < 2 or not path: return leaf if (index, size, path) == (0, 1, []) else b""
    half = 1 << (size - 1).bit_length() - 1
    if index < half: return digest(b"\1", climb(leaf, index, half, path[:-1]), path[-1])
    return digest(b"\1", path[-1], climb(leaf, index - half, size - half, path[:-1]))
def unbase64(text):  # an IndexError unless it is exactly what an encoder writes
    return [data for data in [base64.b64decode(text)] if base64.b64encode(data).decode() == text][0]
def canonical(value): return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
def is_in_profile(value, room=100):  # for arrays and objects in each other
    if isinstance(value, dict): return "".join(value).isascii() and is_in_profile([*value.values()], room)
    if isinstance(value, list): return room > 0 and all(is_in_profile(each, room - 1) for each in value)
    return value is None or isinstance(value, str) or (isinstance(value, int) and abs(value) < 2**53)
def parse(data):  # a JSON object within the profile, and its canonical form
    if type(value := json.loads(data.decode())) is dict and is_in_profile(value): return value, canonical(value)
def numbered(files): return {int(f.stem): f for f in files if re.fullmatch("[1-9][0-9]{0,14}", f.stem) and f.is_file()}
def read_keys(f):  # {(name, key id): its type (1 a log's, 4 a witness's) and the public key}
    rows = [r.split("#")[0].strip(" \t\r") for r in (f.read_bytes() if f.is_file() else b"?").decode().split("\n")]
    rows = [re.fullmatch(f"({NAME})[+]([0-9a-f]{{8}})[+](.+)", row).groups() for row in rows if row]
    keys = [each for each in ((name, key_id, unbase64(key)) for name, key_id, key in rows) if each[2][0] in b"\1\4"]
    ids = [point(key[1:]) and digest(name.encode(), b"\n", key)[:4].hex() for name, _, key in keys]
    if ids != [key_id for _, key_id, _ in keys]: raise ValueError("a key has another name or id")
    return {(name, key_id): key for name, key_id, key in keys}
def read_note(proof, data):  # index and path of the proof, if any; text, origin, size, root, signatures
    index, path, text, origin, size, root, lines = re.fullmatch(proof + NOTE, data.decode()).groups()
    lines = [(name, unbase64(signature)) for name, signature in re.findall("— (.*) (.*)\n", lines)]
    return int(index or -1), [*map(unbase64, path.split())], text.encode(), origin, int(size), unbase64(root), lines
def opens(folder, record, row):  # whether the key and the value of an opening give what stands in the record
    if "label" in row: label, value, stands, due = row["label"], row["value"], [record["pd"][row["label"]]], []
    else:
        file, n = folder / re.fullmatch("evidence/[A-Za-z0-9_-][A-Za-z0-9._-]{0,99}", row["file"])[0], row["evidence"]
        data, ev = file.read_bytes() if file.is_file() else None, record["ev"][n]
        label, value, stands, due = "evidence", digest(data).hex(), [ev["pt"], ev["size"], n], [len(data), abs(n)]
    mac = hmac.new(bytes.fromhex(re.fullmatch(HEX, row["key"])[0]), label.encode() + b"\0" + canonical(value), "sha256")
    return canonical(stands) == canonical([mac.hexdigest(), *due])  # the canonical forms, as True == 1 in Python
def walk(folder, keys, found):  # section 5 in its order; `found` tells how far it got
    whole, is_whole = folder / "records.jsonl", (folder / "records.jsonl").is_file()
    files = numbered(f for f in ([] if is_whole else (folder / "records").iterdir()) if f.suffix == ".json")
    lines = enumerate(whole.open("rb"), 1) if is_whole else ((n, files[n].read_bytes() + b"\n") for n in sorted(files))
    notes = numbered(folder.glob("checkpoints/*.checkpoint" if is_whole else "proofs/*.tlog-proof"))
    openings, prevs, full, roots, head = {}, {1: "0" * 64}, [], {}, "()()" if is_whole else PROOF
    for row in (row for file in folder.glob("openings.jsonl") if file.is_file() for row in file.open("rb")):
        opening, _ = attempt(parse, row) or ({}, b"")
        openings.setdefault(canonical(opening.get("seq")), []).append(opening)
    for seq, line in lines:
        require(line[-1:] == b"\n", "end", seq, "末尾没有换行", "no line feed at its end")
        line, (entry, form) = line[:-1], attempt(parse, line[:-1]) or ({}, b"")
        require(form == line and canonical(entry.get("v")) == b"1", "line", seq, "不是规范的记录", "not canonical")
        require(type(log := entry.get("log")) is str and (log == found["log"] or not full), "log", seq, "不同", "other")
        found["log"], prev = log, entry.get("prev")
        require(canonical(entry.get("seq")) == b"%d" % seq, "seq", seq, "编号不对", "not the number expected")
        require(prevs.pop(seq, prev) == prev, "prev", seq, f"与记录 {seq - 1} 不符", f"does not match {seq - 1}")
        for row in openings.pop(b"%d" % seq, ()):
            require(attempt(opens, folder, entry, row), "opening", seq, "打开的数据不符", "an opening does not match")
        found["records"], prevs[seq + 1] = found["records"] + 1, digest(line).hex()
        full.append(digest(b"\0", line))  # of a whole log: the roots of the full subtrees, the largest first
        for _ in range((seq & -seq).bit_length() - 1 if is_whole else 0): full[-2:] = [digest(b"\1", *full[-2:])]
        if is_whole and seq not in notes: continue
        at, data = found["signed"] + 1 if is_whole else seq, notes.pop(seq).read_bytes() if seq in notes else b""
        index, path, text, origin, size, root, signed = attempt(read_note, head, data) or [0] * 7
        require(origin == log and (size == seq or not is_whole), "note", at, "没有可用的检查点", "no usable checkpoint")
        signed = {(k[0], n, is_signed(k, text, s)) for n, s in signed for k in [keys.get((n, s[:4].hex()))] if k}
        require((1, log, True) in signed and all(ok for *_, ok in signed), "signature", at, "签名无效", "bad signature")
        if is_whole: roots[seq] = functools.reduce(lambda right, left: digest(b"\1", left, right), full[::-1])
        require(roots.setdefault(size, root) == root, "root", at, "由此起不是签过名的", "from here not what was signed")
        leads = is_whole or (index, climb(full[-1], index, size, path)) == (seq - 1, root)
        require(leads, "proof", at, "包含证明不成立", "the inclusion proof is wrong")
        found["codes"].append("-".join(re.findall("....", base64.b32encode(digest(text)[:5]).decode().translate(CODE))))
        found["signed"] = seq if is_whole else found["signed"] + 1
        if any(kind == 4 for kind, *_ in signed): found["witnessed"] = seq if is_whole else found["witnessed"] + 1
    require(not is_whole or not notes, "truncated", found["records"] + 1, "签过名的记录缺失", "signed ones are missing")
    require(not openings, "opening", found["records"] + 1, "没有要打开的那条记录", "there is no such record to open")
def check(folder, keys=None):  # the answer; nothing in a pack makes this raise
    found = dict(log="", records=0, signed=0, witnessed=0, codes=[], first_bad=None, code="", reason="")
    try: walk(pathlib.Path(folder), read_keys(pathlib.Path(*[folder, "keys.txt"] if keys is None else [keys])), found)
    except Fault as fault: found["code"], found["first_bad"], found["reason"] = fault.args
    except Exception as error: found.update(code="unreadable", reason=f"unreadable 读不了 (cannot be read): {error!r}")
    found.update(codes=[*dict.fromkeys(found["codes"])], keys="pack" if keys is None else "given")
    return dict(found, ok=not found["code"])
if __name__ == "__main__":
    answer = check(*([each for each in sys.argv[1:] if each != "--json"] or [pathlib.Path(__file__).parent])[:2])
    good, said = answer["reason"] or "完好 (good)", "{}；{signed}/{records} 条签过名 (signed)；公钥 (keys): {keys}\n"
    said = ("" if "--json" in sys.argv else said.format(good, **answer)) + json.dumps(answer) + "\n"
    sys.stdout.buffer.write(said.encode("utf-8", "backslashreplace"))
    sys.exit(0 if answer["ok"] else 2 if answer["code"] == "unreadable" else 1)

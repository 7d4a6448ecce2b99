"""Check the 审批确认记录 of a pack by statements.md: verify_statements.py [FOLDER] [KEYS] [ROOTS] [--json].

Needs verify.py beside it, which checks the records that this program takes as they are.
"""

import base64
import hmac
import json
import pathlib
import re
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent))  # as `python3 -I` leaves it out
import verify
from verify import HEX, NAME, Fault, attempt, canonical, digest, parse, require

NOTE = f"([^\0-\x1f]+)\n\n((?:— {NAME} [A-Za-z0-9+/=]+\n){{1,100}})"
FACTS = ("log", "request", "shown", "policy", "decision", "comment", "approver", "for")
WORDS = (*FACTS, "at", "nonce", "prev", "grade", "key")
MOMENT = "[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}[.][0-9]{3}Z"
LONGEST_CLIENT = 1000  # bytes
NUMBERS = ("v", "rev", "level", "levels")
ANSWER = ("authenticator", "client", "signature", "credential")
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
    nonce = re.fullmatch("[0-9a-f]{32}", said["nonce"]) and re.fullmatch(MOMENT, said["at"])
    known = set(said) == {*WORDS, *NUMBERS, "kind", "evidence"}
    grade = (said["grade"], said["key"] != "") in (("g0", False), ("g1", True), ("g2", True))
    if not all((numbers, words, digests, optional, kind, evidence, nonce, known, grade)):
        raise ValueError("no statement of this format")
    signed = [(name, verify.unbase64(coded)) for name, coded in re.findall("— (.*) (.*)\n", below)]
    return said, line.encode(), signed


def is_signed(said, line, signed, keys):  # by a key of the log that the statement names, and by no known one wrongly
    known = [(keys[name, made[:4].hex()], name, made) for name, made in signed if (name, made[:4].hex()) in keys]
    ours = [(key, made) for key, name, made in known if name == said["log"] and key[0] == 1]
    return bool(ours) and all(len(made) == 68 and verify.is_signed(key, line + b"\n", made) for key, made in ours)


# P-256 (FIPS 186): field and order; the curve is y² = x³ - 3x + B; its base point
P, N = 2**256 - 2**224 + 2**192 + 2**96 - 1, 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
B = 0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B
BASE = (
    0x6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296,
    0x4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5,
)


def added(p, q):  # two points of P-256; None is the one at infinity
    if p is None or q is None:
        return p or q
    if p[0] == q[0] and (p[1] + q[1]) % P == 0:
        return None
    over, under = (3 * p[0] * p[0] - 3, 2 * p[1]) if p == q else (q[1] - p[1], q[0] - p[0])
    slope = over * pow(under, -1, P)
    x = (slope * slope - p[0] - q[0]) % P
    return x, (slope * (p[0] - x) - p[1]) % P


def times(number, p):
    total = None
    for bit in f"{number:b}":
        total = added(total, total)
        total = added(total, p) if bit == "1" else total
    return total


def integer(data):  # the positive DER integer at the beginning, in its shortest form, and what follows
    value = data[2 : 2 + data[1]]
    shortest = len(value) == 1 or value[0] > 0 or value[1] > 127
    if data[0] != 2 or data[1] != len(value) or value[0] > 127 or not shortest:
        raise ValueError("no integer")
    return int.from_bytes(value, "big"), data[2 + data[1] :]


def by_es256(key, message, signature):
    x, y = (int.from_bytes(unbase64(key[each], 32), "big") for each in "xy")
    r, rest = integer(signature[2:])
    s, rest = integer(rest)
    whole = signature[:2] == bytes([48, len(signature) - 2]) and not rest
    if not whole or not (0 < r < N and 0 < s < N and x < P and y < P) or (y * y - x * x * x + 3 * x - B) % P:
        return False
    e, w = int.from_bytes(digest(message), "big"), pow(s, -1, N)
    point = added(times(e * w % N, BASE), times(r * w % N, (x, y)))
    return point is not None and point[0] % N == r


def by_eddsa(key, message, signature):
    public = b"\1" + unbase64(key["x"], 32)  # its first byte is the type of key in verify.py
    return len(signature) == 64 and verify.is_signed(public, message, b"\0\0\0\0" + signature)


def by_rs256(key, message, signature):
    modulus, exponent = unbase64(key["n"]), unbase64(key["e"])
    size, n, e = len(modulus), int.from_bytes(modulus, "big"), int.from_bytes(exponent, "big")
    if not (256 <= size <= 512 and modulus[0] and exponent[0] and e % 2 and 2 < e < 2**32 and n % 2):
        return False
    told = bytes.fromhex("003031300d060960864801650304020105000420") + digest(message)  # RFC 8017, 9.2
    due = b"\0\1" + b"\xff" * (size - 2 - len(told)) + told
    s = int.from_bytes(signature, "big")
    return len(signature) == size and s < n and pow(s, e, n).to_bytes(size, "big") == due


KINDS = {"EC P-256": ("crv kty x y", by_es256), "OKP Ed25519": ("crv kty x", by_eddsa), "RSA ": ("e kty n", by_rs256)}


def unbase64(text, size=None):  # base64url without padding, which must be exactly what an encoder writes
    data = base64.urlsafe_b64decode(f"{text}{'=' * (-len(text) % 4)}")
    if base64.urlsafe_b64encode(data).rstrip(b"=") != text.encode() or len(data) != (size or len(data)):
        raise ValueError("not base64url")
    return data


def refused(text):
    raise ValueError(f"{text} is no JSON")


def told_by(client):  # what the browser said, read as strictly as any other program reads it
    if len(client) > LONGEST_CLIENT:
        raise ValueError("too long")
    told = json.loads(client.decode(), parse_constant=refused, parse_int=str, parse_float=str)
    if type(told["origin"]) is not str or told.get("crossOrigin", False) is not False:
        raise ValueError("not of a page of its own")
    return told


def is_confirmed(said, line, signed):  # by the passkey that the statement names, whose owner was verified for this
    [made] = [made for name, made in signed if name == said["approver"]]
    row = exact(made[4:])
    key, (data, client, signature, _) = row["key"], [unbase64(row[each]) for each in ANSWER]
    members, is_signed_by = KINDS[f"{key['kty']} {key.get('crv', '')}"]
    told = told_by(client)
    host = re.fullmatch("https?://([a-z0-9.-]+)(?::[0-9]{1,5})?", told["origin"])[1]
    named = digest(said["approver"].encode(), b"\n\xffshouyue/passkey", bytes.fromhex(said["key"]))[:4]
    shape = set(row) == {*ANSWER, "key"} and " ".join(sorted(key)) == members and len(data) > 36
    its = made[:4] == named and digest(canonical(key)).hex() == said["key"]
    asked = unbase64(told["challenge"]) == digest(line) and data[:32] == digest(host.encode()) and data[32] & 5 == 5
    return (
        shape
        and its
        and told["type"] == "webauthn.get"
        and asked
        and is_signed_by(key, data + digest(client), signature)
    )


# A certification authority's signature (statements.md §5): DER, CMS and certificates, as far as needed
EC_KEY, RSA_KEY = bytes.fromhex("301306072a8648ce3d020106082a8648ce3d030107"), bytes.fromhex("06092a864886f70d010101")
SIGNED, DETACHED = bytes.fromhex("06092a864886f70d010702"), bytes.fromhex("300b06092a864886f70d010701")
SHA256, ES256 = bytes.fromhex("0609608648016503040201"), bytes.fromhex("06082a8648ce3d040302")
RS256 = bytes.fromhex("06092a864886f70d01010b")
CONTENT, DIGEST, TIME = (bytes.fromhex("06092a864886f70d0109" + each) for each in ("03", "04", "05"))
USAGE, BASIC = bytes.fromhex("0603551d0f"), bytes.fromhex("0603551d13")
UNDERSTOOD = (USAGE, BASIC, bytes.fromhex("0603551d20"), bytes.fromhex("0603551d25"))
ONE, TRUE, MOST = b"\2\1\1", b"\1\1\xff", 10


def parts(data):  # the DER values in these bytes, one after the other: [(tag, content, whole)]
    found, at = [], 0
    while at < len(data):
        size, start = data[at + 1], at + 2
        if size > 127:
            start, size = start + size - 128, int.from_bytes(data[start : start + size - 128], "big")
            if size < 128 or start - at - 2 != (size.bit_length() + 7) // 8:
                raise ValueError("not the shortest form")
        if data[at] & 31 == 31 or start + size > len(data):
            raise ValueError("no DER")
        found.append((data[at], data[start : start + size], data[at : start + size]))
        at = start + size
    return found


def inside(whole, tag):  # the values inside of one with this tag, and nothing behind it
    [(found, content, _)] = parts(whole)
    if found != tag:
        raise ValueError("another kind of value")
    return parts(content)


def wholes(whole, tag=48):
    return [each[2] for each in inside(whole, tag)]


def moment(value):  # of a UTCTime or GeneralizedTime: fourteen digits
    [(tag, content, _)] = parts(value)
    shape, century = ("[0-9]{12}Z", b"20" if content < b"5" else b"19") if tag == 23 else ("[0-9]{14}Z", b"")
    if tag not in (23, 24) or not re.fullmatch(shape.encode(), content):
        raise ValueError("no moment")
    return century + content[:-1]


def number(value):  # the bytes of a positive INTEGER, as base64url
    [(tag, content, _)] = parts(value)
    if tag != 2 or content[0] > 127 or (content[0] == 0 and content[1] < 128):
        raise ValueError("no number")
    return base64url(content.lstrip(b"\0"))


def base64url(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def key_of(spki):  # as JWK
    algorithm, bits = wholes(spki)
    [(tag, content, _)] = parts(bits)
    if tag != 3 or content[0] != 0:
        raise ValueError("no key")
    if algorithm == EC_KEY and content[1] == 4 and len(content) == 66:
        return {"kty": "EC", "crv": "P-256", "x": base64url(content[2:34]), "y": base64url(content[34:])}
    if wholes(algorithm)[0] != RSA_KEY:
        raise ValueError("a kind of key that is not checked here")
    n, e = wholes(content[1:])
    return {"kty": "RSA", "n": number(n), "e": number(e)}


def is_signed_with(key, algorithm, message, signature):  # `algorithm` is its OID
    kind = {"EC": (ES256,), "RSA": (RSA_KEY, RS256)}[key["kty"]]
    return algorithm in kind and (by_es256 if key["kty"] == "EC" else by_rs256)(key, message, signature)


def certificate(data):  # what a certificate says; an error where it carries something critical that is not understood
    tbs, algorithm, bits = wholes(data)
    fields = inside(tbs, 48)[1 if inside(tbs, 48)[0][0] == 160 else 0 :]
    serial, inner, issuer, validity, subject, spki = [each[2] for each in fields[:6]]
    [(tag, signature, _)] = parts(bits)
    if tag != 3 or signature[0] != 0 or inner != algorithm:
        raise ValueError("no certificate")
    extensions = {}
    for _, content, _ in [each for each in fields[6:] if each[0] == 163]:
        for each in wholes(content):
            kind, *critical, value = wholes(each)
            if critical == [TRUE] and kind not in UNDERSTOOD:
                raise ValueError("critical and unknown")
            extensions[kind] = parts(value)[0][1]
    since, until = map(moment, wholes(validity))
    its = {
        "whole": data,
        "tbs": tbs,
        "algorithm": wholes(algorithm)[0],
        "signature": signature[1:],
        "key": key_of(spki),
    }
    return {
        **its,
        "serial": serial,
        "issuer": issuer,
        "subject": subject,
        "since": since,
        "until": until,
        **uses(extensions),
    }


def uses(extensions):  # what a certificate may be used for, and how many may lie between it and a person's
    basic = wholes(extensions[BASIC]) if BASIC in extensions else []
    usage = parts(extensions[USAGE])[0][1][1] if USAGE in extensions else 255
    most = int.from_bytes(parts(basic[1])[0][1], "big") if len(basic) > 1 else MOST
    return {"signs": usage & 192 != 0, "issues": basic[:1] == [TRUE] and usage & 4 != 0, "most": most}


def issued(above, below, between):
    may = above["issues"] and between <= above["most"]
    return may and is_signed_with(above["key"], below["algorithm"], below["tbs"], below["signature"])


def leads(
    own, others, roots, at
):  # whether a person's certificate leads to a root at a moment; None: to an unknown one
    between, current = 0, own
    if not own["signs"] or not own["since"] <= at <= own["until"]:
        return False
    while between < MOST:
        above = [each for each in [*roots, *others] if each["subject"] == current["issuer"]]
        issuer = next((each for each in above if attempt(issued, each, current, between)), None)
        if not above or (issuer and issuer["subject"] == issuer["issuer"] and issuer not in roots):
            return None
        if issuer is None or not issuer["since"] <= at <= issuer["until"]:
            return False
        if issuer in roots:
            return True
        between, current = between + 1, issuer
    return False


def is_certified(
    said, line, signed, roots
):  # whether by the certificate that the statement names, which `leads` to a root
    [made] = [made for name, made in signed if name == said["approver"]]
    named = digest(said["approver"].encode(), b"\n\xffshouyue/cms", bytes.fromhex(said["key"]))[:4]
    kind, content = wholes(made[4:])
    version, _, inner, first, *crls, infos = inside(wholes(content, 160)[0], 48)
    [info] = wholes(infos[2], 49)
    others = [certificate(whole) for _, _, whole in parts(first[1])]
    [own] = [each for each in others if digest(each["whole"]).hex() == said["key"]]
    shape = (kind, version[2], inner[2], first[0], [each[0] for each in crls] in ([], [161]))
    if shape != (SIGNED, ONE, DETACHED, 160, True) or made[:4] != named or len(others) > MOST:
        return False
    version, who, algorithm, attributes, how, (tag, signature, _), *_ = inside(info, 48)
    found = {}
    for each in parts(attributes[1]):
        name, values = wholes(each[2])
        found.setdefault(name, []).extend(wholes(values, 49))
    [[(_, told, _)], [at]] = [parts(found[DIGEST][0]), found[TIME]]
    about = found[CONTENT] == [DETACHED[2:]] and len(found[DIGEST]) == 1 and told == digest(line)
    its = wholes(who[2]) == [own["issuer"], own["serial"]] and wholes(algorithm[2])[0] == SHA256
    over = b"\x31" + attributes[2][1:]
    shape = (version[2], attributes[0], tag) == (ONE, 160, 4)
    valid = shape and about and its and is_signed_with(own["key"], wholes(how[2])[0], over, signature)
    return valid and leads(own, others, roots, moment(at))


def roots_in(text):  # the certificates of a PEM file
    found = re.findall("-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\\s]+)-----END CERTIFICATE-----", text)
    return [certificate(base64.b64decode("".join(each.split()), validate=True)) for each in found]


def names(record, said, line):  # whether a record is that of this decision
    data, of = record["data"], record["obj"]
    later = said["grade"] != "g0" and re.fullmatch(MOMENT, record["at"]) and record["at"] >= said["at"]  # than laid
    at = data["asked_at"] if later else record["at"]
    there = [record["log"], record["type"], at, record["actor"]["sub"], of["id"], of["rev"], data["rev"]]
    there += [data["level"], data["policy"], data["shown"], data["pieces"], data["statement"]]
    due = [said["log"], "approval." + said["decision"], said["at"], said["approver"], said["request"], said["rev"]]
    due += [said["rev"], said["level"], said["policy"], said["shown"], len(said["evidence"]), digest(line).hex()]
    return canonical(there) == canonical(due)  # as True == 1 in Python


def opens(said, data):  # whether an opening gives what the statement commits to
    row = exact(data)
    key = bytes.fromhex(re.fullmatch(HEX, row["key"])[0])
    return hmac.new(key, b"shown\0" + canonical(row["value"]), "sha256").hexdigest() == said["shown"]


def told_of_key(data):  # what a record says of a passkey: its type, whose, which one, when
    record = exact(data)
    about = record["data"]
    if record["ok"] is not True or not re.fullmatch(MOMENT, record["at"]):
        raise ValueError("nothing happened")
    return record["type"], about["person"], about.get("key"), record["at"]


def enrolments_in(folder, keys):  # of each excerpt below passkeys/ that verify.py finds good, what it says of passkeys
    found = []
    for place in (folder / "passkeys").glob("*"):
        named = re.fullmatch("[1-9][0-9]{0,2}", place.name) and not (place / "records.jsonl").is_file()
        if named and verify.check(str(place), keys)["ok"]:
            found += [attempt(told_of_key, data) for data in records_in(place).values()]
    return [each for each in found if each]


def is_bound(said, enrolled):  # whether the key was bound to the approver before, and not taken from them since
    mine = [(kind, key, at) for kind, person, key, at in enrolled if person == said["approver"] and at <= said["at"]]
    since = [at for kind, key, at in mine if (kind, key) == ("passkey.bound", said["key"])]
    gone = [at for kind, key, at in mine if kind == "passkey.reset" or (kind, key) == ("passkey.revoked", said["key"])]
    return bool(since) and not any(at > max(since) for at in gone)


def records_in(folder):  # {number: the record's line}
    whole = folder / "records.jsonl"
    if whole.is_file():
        return dict(enumerate(whole.read_bytes().split(b"\n")[:-1], 1))
    files = verify.numbered(each for each in (folder / "records").iterdir() if each.suffix == ".json")
    return {number: file.read_bytes() for number, file in files.items()}


def walk(folder, keys, roots, found, enrolled):
    records, last = records_in(folder), {}
    files = verify.numbered((folder / "statements").glob("*.statement"))
    for at in sorted(files):
        said, line, signed = attempt(statement_in, files[at].read_bytes()) or (None, b"", [])
        require(said, "line", at, "不是规范的审批确认记录", "no statement of this format")
        require(is_signed(said, line, signed, keys), "signature", at, "签名无效", "bad signature")
        proven = said["grade"] != "g1" or attempt(is_confirmed, said, line, signed)
        require(proven, "passkey", at, "不是本人的通行密钥确认的", "not confirmed with the passkey")
        [certified] = attempt(
            lambda of: [of[0]["grade"] != "g2" or is_certified(*of)], (said, line, signed, roots)
        ) or [0]
        require(certified in (True, None), "certificate", at, "不是本人的证书签的", "not signed with the certificate")
        require(certified, "root", at, "签名完好，但颁发证书的机构不在你给的根证书里", "a root unknown to you")
        record = attempt(exact, records.get(at, b""))
        require(attempt(names, record, said, line), "record", at, "与审计记录不符", "not what the record names")
        require(
            said["prev"] == last.get(said["request"], "0" * 64), "prev", at, "接不上前一份", "not after the one before"
        )
        opening = folder / "statements" / f"{at}.shown.json"
        holds = not opening.is_file() or attempt(opens, said, opening.read_bytes())
        require(holds, "shown", at, "打开的内容不符", "the opening does not match")
        bound = said["grade"] != "g1" or is_bound(said, enrolled)
        require(bound, "bound", at, "没有这把密钥绑定给这个人的记录", "no record binds this key to this person")
        last[said["request"]], found["statements"] = digest(line).hex(), found["statements"] + 1
    for at in sorted(records):
        named = attempt(lambda data: exact(data)["data"]["statement"], records[at])
        require(named is None or at in files, "missing", at, "缺少审批确认记录", "its statement is missing")


def check(folder, keys=None, roots=None):  # the answer; nothing in a pack makes this raise
    found = {"statements": 0, "first_bad": None, "code": "", "reason": ""}
    try:
        place = pathlib.Path(*[folder, "keys.txt"] if keys is None else [keys])
        kept = pathlib.Path(*[folder, "statements", "roots.pem"] if roots is None else [roots])
        trusted = roots_in(kept.read_bytes().decode()) if roots is not None or kept.is_file() else []
        enrolled = enrolments_in(pathlib.Path(folder), keys)
        walk(pathlib.Path(folder), verify.read_keys(place), trusted, found, enrolled)
    except Fault as fault:
        found["code"], found["first_bad"], found["reason"] = fault.args
    except Exception as error:
        found.update(code="unreadable", reason=f"unreadable 读不了 (cannot be read): {error!r}")
    whose = {"keys": "pack" if keys is None else "given", "roots": "pack" if roots is None else "given"}
    return dict(found, ok=not found["code"], **whose)


if __name__ == "__main__":
    answer = check(*([each for each in sys.argv[1:] if each != "--json"] or [pathlib.Path(__file__).parent])[:3])
    good, said = (
        answer["reason"] or "完好 (good)",
        "{}；审批确认记录 (statements): {statements}；公钥 (keys): {keys}；根证书 (roots): {roots}\n",
    )
    said = "" if "--json" in sys.argv else said.format(good, **answer)
    sys.stdout.buffer.write(f"{said}{json.dumps(answer)}\n".encode("utf-8", "backslashreplace"))
    sys.exit(0 if answer["ok"] else 2 if answer["code"] == "unreadable" else 1)

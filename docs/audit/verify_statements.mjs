#!/usr/bin/env node
// Checks the 审批确认记录 of a pack by docs/audit/statements.md: node verify_statements.mjs [FOLDER] [KEYS] [ROOTS] [--json].
// Written apart from verify_statements.py; it uses verify.mjs, which lies beside it and checks the records themselves.
import { createHmac, createPublicKey, verify } from 'node:crypto';
import { readdirSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { attempt, base64, canonical, fail, fileAt, isObject, isPoint, keysOf, linesOf, need, numbered, run as verified, sha256, utf8, verifies } from './verify.mjs';

const HEX = /^[0-9a-f]{64}$/;
const MEMBERS = 'approver at comment decision evidence for grade key kind level levels log nonce policy prev request rev shown v';
const MOMENT = /^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}[.][0-9]{3}Z$/;
const LONGEST_CLIENT = 1000; // bytes
const isDigest = (value) => typeof value === 'string' && HEX.test(value);
const objectIn = (bytes) => { // which must be canonical
  const value = JSON.parse(utf8(bytes));
  return need(isObject(value) && canonical(value) === utf8(bytes)) && value;
};
const same = (one, other) => canonical(one) === canonical(other);

function isStatement(said) {
  const { evidence, comment, key, grade, nonce } = said;
  const texts = ['log', 'request', 'comment', 'approver', 'for', 'at', 'nonce', 'grade', 'key'].every((name) => typeof said[name] === 'string');
  const counts = ['rev', 'level', 'levels'].every((name) => Number.isSafeInteger(said[name]) && said[name] > 0);
  const inOrder = Array.isArray(evidence) && evidence.every((each, place) => isDigest(each) && (!place || evidence[place - 1] < each));
  return Object.keys(said).sort().join(' ') === MEMBERS && said.v === 1 && said.kind === 'approval' && texts && counts && inOrder
    && ['approved', 'rejected', 'sent_back', 'returned'].includes(said.decision) && [said.shown, said.policy, said.prev].every(isDigest)
    && [comment, key].every((each) => each === '' || isDigest(each)) && /^[0-9a-f]{32}$/.test(nonce) && MOMENT.test(said.at)
    && (grade === 'g0' ? key === '' : ['g1', 'g2'].includes(grade) && key !== '');
}

function statementIn(bytes) {
  const whole = utf8(bytes);
  need(!/[\x00-\x09\x0b-\x1f]/.test(whole));
  const [, line, below] = need(/^([^\n]+)\n\n((?:[^\n]+\n){1,100})$/.exec(whole));
  const said = objectIn(Buffer.from(line));
  need(isStatement(said));
  const signatures = below.slice(0, -1).split('\n').map((each) => {
    const [, name, coded] = need(/^— ([^+\x00-\x20\x7f-\xa0]+) ([A-Za-z0-9+/=]+)$/.exec(each));
    const made = base64(coded);
    return { name, who: `${name}+${made.toString('hex', 0, 4)}`, bytes: made };
  });
  return { said, line, below: signatures, signatures: signatures.map(({ who, bytes: made }) => ({ who, bytes: made.subarray(4) })) };
}

function isSigned({ said, line, signatures }, keys) {
  const known = signatures.filter(({ who }) => keys.has(who)).map((one) => ({ ...one, ...keys.get(one.who) }));
  const ours = known.filter(({ type, name }) => type === 1 && name === said.log);
  return ours.length > 0 && ours.every((one) => verifies(one, `${line}\n`));
}

function base64url(text, size) {
  const raw = Buffer.from(text, 'base64url');
  return need(raw.toString('base64url') === text && (size === undefined || raw.length === size)) && raw;
}

// What a passkey made: the members of its key as JWK, what holds for it beside, and how it signs.
const KINDS = {
  'EC P-256': { members: 'crv kty x y', holds: ({ x, y }) => base64url(x, 32) && base64url(y, 32), hash: 'sha256' },
  'OKP Ed25519': { members: 'crv kty x', holds: ({ x }) => isPoint(base64url(x, 32)), hash: null },
  'RSA ': { members: 'e kty n', holds: (key) => isModulus(base64url(key.n)) && isExponent(base64url(key.e)), hash: 'sha256' },
};
const isModulus = (n) => n.length >= 256 && n.length <= 512 && n[0] > 0 && n.at(-1) % 2 === 1;
const isExponent = (e) => e.length <= 4 && e[0] > 0 && e.at(-1) % 2 === 1 && (e.length > 1 || e[0] > 2);

function isSignedBy(key, message, signature) {
  const { members, holds, hash } = KINDS[`${key.kty} ${key.crv ?? ''}`];
  need(Object.keys(key).sort().join(' ') === members && holds(key));
  return verify(hash, message, { key: createPublicKey({ key, format: 'jwk' }), dsaEncoding: 'der' }, signature);
}

function isConfirmed({ said, line, below }) {
  const [made, ...more] = below.filter(({ name }) => name === said.approver);
  need(made && !more.length);
  const row = objectIn(made.bytes.subarray(4));
  need(Object.keys(row).sort().join(' ') === 'authenticator client credential key signature' && isObject(row.key));
  const [data, client, signature] = [row.authenticator, row.client, row.signature, row.credential].map((each) => base64url(each));
  const told = need(client.length <= LONGEST_CLIENT) && JSON.parse(utf8(client));
  need(typeof told.origin === 'string');
  const [, host] = need(/^https?:\/\/([a-z0-9.-]+)(?::[0-9]{1,5})?$/.exec(told.origin));
  const named = sha256(`${said.approver}\n`, Buffer.from([0xff]), 'shouyue/passkey', Buffer.from(said.key, 'hex')).subarray(0, 4);
  need(made.bytes.subarray(0, 4).equals(named) && sha256(canonical(row.key)).toString('hex') === said.key);
  need(told.type === 'webauthn.get' && (told.crossOrigin === undefined || told.crossOrigin === false));
  need(base64url(told.challenge).equals(sha256(line)) && data.length > 36);
  need(data.subarray(0, 32).equals(sha256(host)) && (data[32] & 5) === 5);
  return isSignedBy(row.key, Buffer.concat([data, sha256(client)]), signature);
}

// A certification authority's signature (statements.md §5): one node of DER is { tag, body, whole }.
function nodesIn(bytes) {
  const nodes = [];
  for (let at = 0; at < bytes.length;) {
    need(at + 2 <= bytes.length && (bytes[at] & 0x1f) !== 0x1f);
    let [length, from] = [bytes[at + 1], at + 2];
    if (length > 0x7f) {
      const count = length - 0x80;
      need(count > 0 && count < 5 && from + count <= bytes.length && bytes[from] !== 0);
      length = bytes.readUIntBE(from, count);
      need(length > 0x7f);
      from += count;
    }
    need(from + length <= bytes.length);
    nodes.push({ tag: bytes[at], body: bytes.subarray(from, from + length), whole: bytes.subarray(at, from + length) });
    at = from + length;
  }
  return nodes;
}

function only(bytes, tag) { // the one node in these bytes, which must be of this kind
  const [node, ...more] = nodesIn(bytes);
  return need(node?.tag === tag && !more.length) && node;
}

const seq = (bytes, tag = 0x30) => nodesIn(only(bytes, tag).body);
const hexOf = (node) => node.whole.toString('hex');
const NAMED = { // by the hex of the whole DER
  signedData: '06092a864886f70d010702', detached: '300b06092a864886f70d010701', data: '06092a864886f70d010701', one: '020101', yes: '0101ff',
  contentType: '06092a864886f70d010903', messageDigest: '06092a864886f70d010904', signingTime: '06092a864886f70d010905',
  sha256: '0609608648016503040201', ecdsa: '06082a8648ce3d040302', rsa: '06092a864886f70d010101', rsaSha256: '06092a864886f70d01010b',
  usage: '0603551d0f', basic: '0603551d13', p256: '301306072a8648ce3d020106082a8648ce3d030107',
};
const UNDERSTOOD = [NAMED.usage, NAMED.basic, '0603551d20', '0603551d25'];

function momentOf({ tag, body }) { // fourteen digits
  const text = body.toString('latin1');
  if (tag === 0x17) return need(/^[0-9]{12}Z$/.test(text)) && `${text < '5' ? '20' : '19'}${text.slice(0, -1)}`;
  return need(tag === 0x18 && /^[0-9]{14}Z$/.test(text)) && text.slice(0, -1);
}

function numberOf({ tag, body }) { // a positive one, as base64url without the zero before it
  need(tag === 2 && body[0] < 0x80 && (body[0] > 0 || body[1] > 0x7f));
  return (body[0] ? body : body.subarray(1)).toString('base64url');
}

function bitsOf({ tag, body }) {
  return need(tag === 3 && body[0] === 0) && body.subarray(1);
}

function keyIn(spki) { // as JWK
  const [algorithm, bits] = seq(spki.whole);
  const key = bitsOf(bits);
  if (hexOf(algorithm) === NAMED.p256) {
    need(key.length === 65 && key[0] === 4);
    return { kty: 'EC', crv: 'P-256', x: key.subarray(1, 33).toString('base64url'), y: key.subarray(33).toString('base64url') };
  }
  need(hexOf(seq(algorithm.whole)[0]) === NAMED.rsa);
  const [n, e] = seq(key);
  return { kty: 'RSA', n: numberOf(n), e: numberOf(e) };
}

function isMadeBy(key, algorithm, message, signature) {
  const kinds = key.kty === 'EC' ? [NAMED.ecdsa] : [NAMED.rsa, NAMED.rsaSha256];
  return kinds.includes(algorithm) && isSignedBy(key, message, signature);
}

function certificateIn(bytes) {
  const [tbs, algorithm, bits] = seq(bytes);
  const fields = seq(tbs.whole);
  const [serial, inner, issuer, validity, subject, spki, ...more] = fields[0].tag === 0xa0 ? fields.slice(1) : fields;
  need(hexOf(inner) === hexOf(algorithm));
  const extensions = new Map();
  for (const each of more.filter(({ tag }) => tag === 0xa3).flatMap(({ body }) => seq(body))) {
    const parts = seq(each.whole);
    const [kind, value] = [hexOf(parts[0]), parts.at(-1)];
    need(parts.length < 3 || hexOf(parts[1]) !== NAMED.yes || UNDERSTOOD.includes(kind));
    extensions.set(kind, value.body);
  }
  const [since, until] = seq(validity.whole).map(momentOf);
  const [basic, usage] = [extensions.get(NAMED.basic), extensions.get(NAMED.usage)];
  const [authority, most] = basic ? seq(basic) : [];
  const may = usage ? nodesIn(usage)[0].body[1] ?? need(false) : 0xff;
  return {
    whole: bytes, tbs: tbs.whole, algorithm: hexOf(seq(algorithm.whole)[0]), signature: bitsOf(bits), key: keyIn(spki), since, until,
    serial: hexOf(serial), issuer: hexOf(issuer), subject: hexOf(subject), signs: (may & 0xc0) !== 0,
    issues: Boolean(authority) && hexOf(authority) === NAMED.yes && (may & 4) !== 0, most: most ? Number(`0x${most.body.toString('hex')}`) : 10,
  };
}

const didIssue = (above, below, between) => above.issues && between <= above.most
  && isMadeBy(above.key, below.algorithm, below.tbs, below.signature);

/** Whether a person's certificate leads to a root at a moment; null where it leads to one that nobody here knows. */
function leads(own, others, roots, at) {
  const holds = ({ since, until }) => since <= at && at <= until;
  const isRoot = ({ whole }) => roots.some((root) => root.whole.equals(whole));
  if (!own.signs || !holds(own)) return false;
  for (let between = 0, current = own; between < 10; between += 1) {
    const above = [...roots, ...others].filter(({ subject }) => subject === current.issuer);
    const issuer = above.find((each) => attempt(() => didIssue(each, current, between)));
    if (!above.length || (issuer && issuer.subject === issuer.issuer && !isRoot(issuer))) return null;
    if (!issuer || !holds(issuer)) return false;
    if (isRoot(issuer)) return true;
    current = issuer;
  }
  return false;
}

function isCertified({ said, line, below }, roots) {
  const [made, ...more] = below.filter(({ name }) => name === said.approver);
  need(made && !more.length);
  const named = sha256(`${said.approver}\n`, Buffer.from([0xff]), 'shouyue/cms', Buffer.from(said.key, 'hex')).subarray(0, 4);
  const [kind, content] = seq(made.bytes.subarray(4));
  const [version, , inner, held, ...rest] = seq(seq(content.whole, 0xa0)[0].whole);
  const infos = rest.pop();
  need(made.bytes.subarray(0, 4).equals(named) && rest.every(({ tag }) => tag === 0xa1) && rest.length < 2 && held.tag === 0xa0);
  need(hexOf(kind) === NAMED.signedData && hexOf(version) === NAMED.one && hexOf(inner) === NAMED.detached);
  const [info, ...others] = seq(infos.whole, 0x31);
  const known = nodesIn(held.body).map(({ whole }) => certificateIn(whole));
  const [own, ...twins] = known.filter(({ whole }) => sha256(whole).toString('hex') === said.key);
  need(info && !others.length && own && !twins.length && known.length <= 10);
  const [of, who, algorithm, attributes, how, signature] = seq(info.whole);
  const [issuer, serial] = seq(who.whole);
  need(hexOf(of) === NAMED.one && attributes.tag === 0xa0 && signature.tag === 4 && seq(who.whole).length === 2);
  need(hexOf(issuer) === own.issuer && hexOf(serial) === own.serial && hexOf(seq(algorithm.whole)[0]) === NAMED.sha256);
  const found = new Map();
  for (const each of nodesIn(attributes.body)) {
    const [name, values, ...beyond] = seq(each.whole);
    need(!beyond.length);
    found.set(hexOf(name), [...(found.get(hexOf(name)) ?? []), ...seq(values.whole, 0x31)]);
  }
  const [[type], [told], [time]] = ['contentType', 'messageDigest', 'signingTime'].map((each) => {
    const values = found.get(NAMED[each]) ?? [];
    return need(values.length === 1) && values;
  });
  need(hexOf(type) === NAMED.data && told.body.equals(sha256(line)));
  const over = Buffer.concat([Buffer.from([0x31]), attributes.whole.subarray(1)]);
  need(isMadeBy(own.key, hexOf(seq(how.whole)[0]), over, signature.body));
  return leads(own, known, roots, momentOf(time));
}

function rootsIn(text) {
  const found = [...text.matchAll(/-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\s]+)-----END CERTIFICATE-----/g)];
  return found.map(([, coded]) => certificateIn(base64(coded.replace(/\s/g, ''))));
}

function isOf(record, { said, line }) {
  const { data, obj, actor } = record;
  const later = said.grade !== 'g0' && need(typeof record.at === 'string' && MOMENT.test(record.at)) && record.at >= said.at;
  const there = [record.log, record.type, later ? data.asked_at : record.at, actor.sub, obj.id, obj.rev, data.rev, data.level, data.policy, data.shown];
  const due = [said.log, `approval.${said.decision}`, said.at, said.approver, said.request, said.rev, said.rev, said.level, said.policy, said.shown];
  return same([...there, data.pieces, data.statement], [...due, said.evidence.length, sha256(line).toString('hex')]);
}

function opens(said, bytes) {
  const { key, value } = objectIn(bytes);
  need(isDigest(key) && value !== undefined);
  return createHmac('sha256', Buffer.from(key, 'hex')).update(`shown\0${canonical(value)}`).digest('hex') === said.shown;
}

function keyTold(bytes) { // what a record says of a passkey
  const { type, ok, at, data } = objectIn(bytes);
  need(ok === true && typeof at === 'string' && MOMENT.test(at) && isObject(data) && Object.hasOwn(data, 'person'));
  return { type, at, person: data.person, key: data.key };
}

function enrolmentsIn(folder, given) { // of each excerpt below passkeys/ that verify.mjs finds good
  const places = attempt(() => readdirSync(join(folder, 'passkeys'))) ?? [];
  const good = places.filter((name) => /^[1-9][0-9]{0,2}$/.test(name)).map((name) => join(folder, 'passkeys', name))
    .filter((place) => !fileAt(join(place, 'records.jsonl')))
    .filter((place) => verified([place, ...(given === undefined ? [] : [given])]).exit === 0);
  const records = good.flatMap((place) => [...numbered(join(place, 'records'), '.json').values()]);
  return records.map((bytes) => attempt(() => keyTold(bytes))).filter(Boolean);
}

function isBound({ approver, key, at }, enrolled) { // before, and not taken away since
  const mine = enrolled.filter((each) => each.person === approver && each.at <= at);
  const bound = mine.filter((each) => each.type === 'passkey.bound' && each.key === key).map((each) => each.at).sort().at(-1);
  const isOver = ({ type, key: which }) => type === 'passkey.reset' || (type === 'passkey.revoked' && which === key);
  return bound !== undefined && !mine.some((each) => isOver(each) && each.at > bound);
}

function recordsIn(folder) {
  const whole = fileAt(join(folder, 'records.jsonl'));
  if (whole) return new Map(linesOf(whole.subarray(0, whole.lastIndexOf(10) + 1)).map((line, place) => [place + 1, line]));
  return numbered(join(folder, 'records'), '.json') ?? fail('unreadable', null, '没有记录 (no records)');
}

function walk(folder, keys, roots, answer, enrolled) {
  const [records, last] = [recordsIn(folder), new Map()];
  const files = numbered(join(folder, 'statements'), '.statement') ?? new Map();
  for (const [at, bytes] of files) {
    const found = attempt(() => statementIn(bytes)) ?? fail('line', at, '不是规范的审批确认记录 (no statement of this format)');
    const { said, line } = found;
    if (!isSigned(found, keys)) fail('signature', at, '签名无效 (bad signature)');
    if (said.grade === 'g1' && !attempt(() => isConfirmed(found))) {
      fail('passkey', at, '不是本人的通行密钥确认的 (not confirmed with the passkey)');
    }
    const certified = said.grade !== 'g2' || attempt(() => [isCertified(found, roots)])?.[0];
    if (certified === false || certified === undefined) fail('certificate', at, '不是本人的证书签的 (not signed with the certificate)');
    if (!certified) fail('root', at, '签名完好，但颁发证书的机构不在你给的根证书里 (a root unknown to you)');
    if (!attempt(() => isOf(objectIn(records.get(at)), found))) fail('record', at, '与审计记录不符 (not what the record names)');
    if (said.prev !== (last.get(said.request) ?? '0'.repeat(64))) fail('prev', at, '接不上前一份 (not after the one before)');
    const opening = fileAt(join(folder, 'statements', `${at}.shown.json`));
    if (opening && !attempt(() => opens(said, opening))) fail('shown', at, '打开的内容不符 (the opening does not match)');
    if (said.grade === 'g1' && !isBound(said, enrolled)) {
      fail('bound', at, '没有这把密钥绑定给这个人的记录 (no record binds this key to this person)');
    }
    last.set(said.request, sha256(line).toString('hex'));
    answer.statements += 1;
  }
  for (const [at, line] of records) {
    const named = attempt(() => objectIn(line).data.statement) ?? null;
    if (named !== null && !files.has(at)) fail('missing', at, '缺少审批确认记录 (its statement is missing)');
  }
}

/** Run the command line; returns the exit code and what is to be printed. */
export function run(args) {
  const [folder = dirname(fileURLToPath(import.meta.url)), given, trusted] = args.filter((arg) => arg !== '--json');
  const [keysOfWhom, rootsOfWhom] = [given, trusted].map((each) => (each === undefined ? 'pack' : 'given'));
  const answer = { ok: true, statements: 0, first_bad: null, code: '', reason: '', keys: keysOfWhom, roots: rootsOfWhom };
  try {
    const keys = attempt(() => keysOf(fileAt(given ?? join(folder, 'keys.txt'))));
    const kept = fileAt(trusted ?? join(folder, 'statements', 'roots.pem'));
    const roots = kept || trusted !== undefined ? attempt(() => rootsIn(utf8(kept))) : [];
    const needed = [keys ?? fail('unreadable', null, '公钥缺失或无法读取 (keys missing or unreadable)'), roots ?? fail('unreadable', null, '根证书无法读取 (roots unreadable)')];
    walk(folder, ...needed, answer, enrolmentsIn(folder, given));
  } catch ({ code, position, message }) {
    const fault = position ? { code, first_bad: position } : { code: 'unreadable' };
    Object.assign(answer, { ok: false, ...fault, reason: `${position ? `第 ${position} 条 (record ${position}): ` : ''}${message}` });
  }
  const said = `${answer.ok ? '通过 (good)' : `不通过 (bad): ${answer.code} ${answer.reason}`}; 审批确认记录 (statements): ${answer.statements}`;
  return { exit: answer.ok ? 0 : answer.code === 'unreadable' ? 2 : 1, out: args.includes('--json') ? JSON.stringify(answer) : said };
}

if (process.argv[1] && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const { exit, out } = run(process.argv.slice(2));
  console.log(out);
  process.exitCode = exit;
}

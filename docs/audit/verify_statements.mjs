#!/usr/bin/env node
// Checks the 审批确认记录 of a pack by docs/audit/statements.md: node verify_statements.mjs [FOLDER] [KEYS] [--json].
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
    && (grade === 'g0' ? key === '' : grade === 'g1' && key !== '');
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

function isOf(record, { said, line }) {
  const { data, obj, actor } = record;
  const later = said.grade === 'g1' && need(typeof record.at === 'string' && MOMENT.test(record.at)) && record.at >= said.at;
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

function walk(folder, keys, answer, enrolled) {
  const [records, last] = [recordsIn(folder), new Map()];
  const files = numbered(join(folder, 'statements'), '.statement') ?? new Map();
  for (const [at, bytes] of files) {
    const found = attempt(() => statementIn(bytes)) ?? fail('line', at, '不是规范的审批确认记录 (no statement of this format)');
    const { said, line } = found;
    if (!isSigned(found, keys)) fail('signature', at, '签名无效 (bad signature)');
    if (said.grade === 'g1' && !attempt(() => isConfirmed(found))) {
      fail('passkey', at, '不是本人的通行密钥确认的 (not confirmed with the passkey)');
    }
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
  const [folder = dirname(fileURLToPath(import.meta.url)), given] = args.filter((arg) => arg !== '--json');
  const answer = { ok: true, statements: 0, first_bad: null, code: '', reason: '', keys: given === undefined ? 'pack' : 'given' };
  try {
    const keys = attempt(() => keysOf(fileAt(given ?? join(folder, 'keys.txt'))));
    walk(folder, keys ?? fail('unreadable', null, '公钥缺失或无法读取 (keys missing or unreadable)'), answer, enrolmentsIn(folder, given));
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

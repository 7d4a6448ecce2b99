#!/usr/bin/env node
// Checks an audit pack by docs/audit/format.md, written apart from verify.py: node verify.mjs [FOLDER] [KEYS] [--json].
// Needs Node.js 18 or later and no package. Ed25519 is node:crypto's (OpenSSL), which does what the page asks of a
// signature (S < L, no cofactor, R compared as bytes) but takes keys that are no canonical points or weak: see isPoint.
import { createHash, createHmac, createPublicKey, verify } from 'node:crypto';
import { readdirSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const [NUMBER, NAME] = ['(0|[1-9][0-9]{0,14})', '([^+\\x00-\\x20\\x7f-\\xa0]+)'];
const NOTE = `(([^\\n]+)\\n${NUMBER}\\n([^\\n]+)\\n)\\n((?:[^\\n]+\\n){1,100})$`;
const PROOF = `c2sp\\.org/tlog-proof@v1\\n(?:extra [^\\n]*\\n)?index ${NUMBER}\\n((?:[^\\n]+\\n){0,64})\\n`;
const P = 2n ** 255n - 19n; // Ed25519's field, and its curve's constant
const EIGHTH = 0x7a03ac9277fdc74ec6cc392cfa53202a0f67100d760b3cba4fd84d3d706a17c7n; // y of points of order 8
const D = 37095705934669439343138083508754565189542113879843219016388785533085940283555n;

const fail = (code, position, reason) => { throw Object.assign(new Error(reason), { code, position }); };
const attempt = (read) => { try { return read(); } catch { return null; } }; // null: not there, malformed or too deep
const need = (found) => found || fail('malformed'); // used within attempt only
const isObject = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);
const fileAt = (path) => (attempt(() => statSync(path).isFile()) ? readFileSync(path) : null);
const sha256 = (...parts) => parts.reduce((hash, part) => hash.update(part), createHash('sha256')).digest();
const leaf = (line) => sha256(Buffer.of(0), line);
const node = (left, right) => sha256(Buffer.of(1), left, right);
// Buffer puts U+FFFD for what is not UTF-8 and skips what is not Base64; neither comes back the same.
const utf8 = (bytes) => need(Buffer.from(bytes.toString()).equals(bytes)) && bytes.toString();
const base64 = (text) => need(text && btoa(atob(text)) === text) && Buffer.from(text, 'base64');

function numbered(folder, ending) { // the files that take part, by their numbers, rising; null without the folder
  const names = attempt(() => readdirSync(folder))?.filter((name) => name.endsWith(ending));
  const stems = names?.map((name) => name.slice(0, -ending.length)).filter((stem) => /^[1-9][0-9]{0,14}$/.test(stem));
  const files = stems?.map((stem) => [Number(stem), fileAt(join(folder, stem + ending))]).filter(([, bytes]) => bytes);
  return files ? new Map(files.sort(([one], [other]) => one - other)) : null;
}

function linesOf(bytes) {
  const lines = [];
  for (let start = 0, end; start < bytes.length; start = end + 1) {
    end = bytes.includes(10, start) ? bytes.indexOf(10, start) : bytes.length;
    lines.push(bytes.subarray(start, end));
  }
  return lines;
}

function canonical(value, room = 100) { // for arrays and objects in each other
  need(typeof value !== 'string' || !/\p{Surrogate}/u.test(value));
  need(typeof value !== 'number' || Number.isSafeInteger(value));
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  need(room);
  if (Array.isArray(value)) return `[${value.map((item) => canonical(item, room - 1)).join(',')}]`;
  const names = Object.keys(value).sort();
  need(names.every((name) => /^[\x00-\x7f]*$/.test(name)));
  return `{${names.map((name) => `${JSON.stringify(name)}:${canonical(value[name], room - 1)}`).join(',')}}`;
}

function objectOf(line, isGood) {
  const [text, value] = [utf8(line), JSON.parse(utf8(line))];
  return need(isObject(value) && isGood(value, canonical(value), text)) && value;
}
// What JSON.parse hides (1.0, a member twice) does not come back the same. An opening has any spelling, so 1.0 and 1e2
// are looked for in what stands outside of its strings.
const isRecord = ({ v }, own, text) => v === 1 && own === text;
const isOpening = (_, own, text) => !/[0-9][.eE]/.test(text.replace(/"(?:[^"\\]|\\.)*"/g, ''));

function opens(opening, { pd, ev }, folder) {
  const { label, value, key, evidence, file } = opening;
  if (typeof key !== 'string' || !/^[0-9a-f]{64}$/.test(key)) return false;
  const mac = (text) => createHmac('sha256', Buffer.from(key, 'hex')).update(text).digest('hex');
  if ('label' in opening) {
    const isWhole = typeof label === 'string' && value !== undefined && isObject(pd);
    return isWhole && pd[label] === mac(`${label}\0${canonical(value)}`);
  }
  const isInside = typeof file === 'string' && /^evidence\/[A-Za-z0-9_-][A-Za-z0-9._-]{0,99}$/.test(file);
  const content = isInside ? fileAt(join(folder, file)) : null;
  const kept = Array.isArray(ev) && Number.isInteger(evidence) ? ev[evidence] : null;
  return content !== null && kept?.size === content.length
    && kept.pt === mac(`evidence\0"${sha256(content).toString('hex')}"`);
}

function climb(hash, index, size, path) { // the root that a proof leads to; the last of the path is nearest to it
  if (size === 1 && index === 0 && !path.length) return hash;
  need(size > 1 && path.length);
  let cut = 1;
  while (cut * 2 < size) cut *= 2;
  const [rest, other] = [path.slice(0, -1), path.at(-1)];
  if (index < cut) return node(climb(hash, index, cut, rest), other);
  return node(other, climb(hash, index - cut, size - cut, rest));
}

function noteOf(bytes, head) { // a checkpoint, or by its head a proof, which has two parts more
  const whole = need(!/[\x00-\x09\x0b-\x1f]/.test(utf8(bytes))) && utf8(bytes);
  const [, index, hashes, text, origin, size, root, lines] = need(new RegExp(`^${head}${NOTE}`).exec(whole));
  const signatures = lines.slice(0, -1).split('\n').map((line) => {
    const [, name, coded] = need(new RegExp(`^— ${NAME} ([^ ]+)$`).exec(line));
    return { who: `${name}+${base64(coded).toString('hex', 0, 4)}`, bytes: base64(coded).subarray(4) };
  });
  const [top, ...path] = [root, ...hashes.split('\n').slice(0, -1)].map(base64);
  need([top, ...path].every(({ length }) => length === 32));
  return { text, origin, size: Number(size), root: top, signatures, index: Number(index), path };
}

const power = (base, n) => (n ? (power((base * base) % P, n / 2n) * (n % 2n ? base : 1n)) % P : 1n);

// The y of the points of order 1, 2, 4 and 8.
const SMALL = [1n, P - 1n, 0n, EIGHTH, P - EIGHTH];

function isPoint(bytes) { // y < p, x² = (y² − 1)/(dy² + 1) has a root, and not of small order
  const y = BigInt(`0x${Buffer.from(bytes).reverse().toString('hex')}`) % 2n ** 255n;
  const square = ((y * y - 1n + P) * (D * y * y + 1n)) % P;
  return y < P && !SMALL.includes(y) && power(square, (P - 1n) / 2n) === 1n;
}

function keyOf(line) { // null for a key of a type that signs nothing here
  const [, name, id, coded] = need(new RegExp(`^${NAME}\\+([0-9a-f]{8})\\+([^]+)$`).exec(line));
  const [type, ...point] = base64(coded);
  if (type !== 1 && type !== 4) return null;
  need(sha256(`${name}\n`, base64(coded)).toString('hex', 0, 4) === id);
  need(point.length === 32 && isPoint(point));
  const jwk = { kty: 'OKP', crv: 'Ed25519', x: Buffer.from(point).toString('base64url') };
  return [`${name}+${id}`, { name, type, key: createPublicKey({ key: jwk, format: 'jwk' }) }];
}

function keysOf(bytes) {
  const lines = utf8(bytes).split('\n').map((line) => line.replace(/#[^]*/, '').replace(/^[ \t\r]+|[ \t\r]+$/g, ''));
  return new Map(lines.filter(Boolean).map(keyOf).filter(Boolean));
}

function verifies({ type, key, bytes }, text) {
  if (bytes.length !== (type === 1 ? 64 : 72)) return false;
  const signed = type === 1 ? text : `cosignature/v1\ntime ${bytes.readBigUInt64BE()}\n${text}`;
  return verify(null, Buffer.from(signed), key, bytes.subarray(-64));
}

function codeOf(text) {
  const digits = sha256(text).readUIntBE(0, 5).toString(32).padStart(8, '0').replace(/^..../, '$&-');
  return digits.replace(/[^-]/g, (digit) => '0123456789ABCDEFGHJKMNPQRSTVWXYZ'[parseInt(digit, 32)]);
}

function checkRecord(seq, line, { folder, whole, records, openings }, answer) {
  if (whole && seq === records.size && whole.at(-1) !== 10) fail('end', seq, '末尾缺少换行 (no LF at its end)');
  const record = attempt(() => objectOf(line, isRecord)) ?? fail('line', seq, '不符合格式 (not a line of this format)');
  const log = answer.records ? answer.log : record.log;
  if (typeof record.log !== 'string' || record.log !== log) fail('log', seq, '不属于这份日志 (of another log)');
  answer.log = log;
  if (record.seq !== seq) fail('seq', seq, '序号不对 (seq is not its position)');
  const before = records.get(seq - 1);
  const prev = before ? sha256(before).toString('hex') : '0'.repeat(64);
  if ((before || seq === 1) && record.prev !== prev) fail('prev', seq, '与上一条不符 (prev does not match the line before)');
  const isOpen = (openings.get(seq) ?? []).every((opening) => opens(opening, record, folder));
  if (!isOpen) fail('opening', seq, '明文与记录不符 (an opening does not give the commitment)');
  answer.records += 1;
}

function checkNote(seq, line, { whole, notes, keys, peaks, roots }, answer) {
  const bad = (code, reason) => fail(code, whole ? answer.signed + 1 : seq, reason);
  const note = attempt(() => noteOf(notes.get(seq), whole ? '()()' : PROOF));
  const isHere = note?.origin === answer.log && (!whole || note.size === seq);
  if (!isHere) bad('note', '检查点或证明缺失或有误 (checkpoint or proof missing or malformed)');
  const known = note.signatures.filter(({ who }) => keys.has(who)).map((one) => ({ ...one, ...keys.get(one.who) }));
  const isSigned = known.some(({ type, name }) => type === 1 && name === note.origin);
  const isGood = isSigned && known.every((one) => verifies(one, note.text));
  if (!isGood) bad('signature', '检查点没有有效的签名，或有签名不成立 (no signature, or a wrong one)');
  const root = whole ? peaks.reduceRight((right, left) => node(left, right)) : roots.get(note.size) ?? note.root;
  if (!root.equals(note.root)) bad('root', '记录与检查点不符，或检查点互相矛盾 (another root)');
  const leads = () => note.index === seq - 1 && climb(leaf(line), note.index, note.size, note.path).equals(root);
  if (!whole && !attempt(leads)) bad('proof', '证明不成立 (the proof does not lead to the root)');
  roots.set(note.size, root);
  answer.signed = whole ? seq : answer.signed + 1;
  if (known.some(({ type }) => type === 4)) answer.witnessed = whole ? seq : answer.witnessed + 1;
  answer.codes.add(codeOf(note.text));
}

function packAt(folder, given) {
  const whole = fileAt(join(folder, 'records.jsonl'));
  const inside = (place, ending) => numbered(join(folder, place), ending);
  const records = whole ? linesOf(whole).map((line, index) => [index + 1, line]) : inside('records', '.json');
  if (!records) fail('unreadable', null, '没有 records.jsonl，也没有 records/ (neither is there)');
  const keys = attempt(() => keysOf(fileAt(given ?? join(folder, 'keys.txt'))));
  if (!keys) fail('unreadable', null, '公钥缺失或无法读取 (keys missing or unreadable)');
  const openings = new Map();
  for (const line of linesOf(fileAt(join(folder, 'openings.jsonl')) ?? Buffer.of())) {
    const opening = attempt(() => objectOf(line, isOpening)) ?? {};
    if (!openings.has(opening.seq)) openings.set(opening.seq, []);
    openings.get(opening.seq).push(opening);
  }
  const notes = (whole ? inside('checkpoints', '.checkpoint') : inside('proofs', '.tlog-proof')) ?? new Map();
  return { folder, whole, records: new Map(records), notes, openings, keys, peaks: [], roots: new Map() };
}

function walk(pack, answer) {
  const { whole, records, notes, openings, peaks } = pack;
  for (const [seq, line] of records) {
    checkRecord(seq, line, pack, answer);
    let hash = leaf(line); // the peaks are the roots of the perfect subtrees (RFC 6962), the largest first
    for (let pairs = seq; whole && pairs % 2 === 0; pairs /= 2) hash = node(peaks.pop(), hash);
    peaks.push(hash);
    if (!whole || notes.has(seq)) checkNote(seq, line, pack, answer);
  }
  const [end, hasOther] = [records.size + 1, (files) => [...files.keys()].some((seq) => !records.has(seq))];
  if (whole && hasOther(notes)) fail('truncated', end, '记录被截断 (a checkpoint has more records)');
  if (hasOther(openings)) fail('opening', end, '明文没有对应的记录 (an opening of no record)');
}

// For verify_statements.mjs and verify_codes.mjs.
export { attempt, base64, canonical, codeOf, fail, fileAt, isObject, isPoint, keysOf, linesOf, need, node, noteOf, numbered };
export { packAt, PROOF, sha256, utf8, verifies };

/** Run the command line; returns the exit code and what is to be printed. */
export function run(args) {
  const [folder = dirname(fileURLToPath(import.meta.url)), given] = args.filter((arg) => arg !== '--json');
  const answer = { ok: true, log: '', records: 0, signed: 0, witnessed: 0, codes: new Set(), first_bad: null };
  Object.assign(answer, { code: '', reason: '', keys: given === undefined ? 'pack' : 'given' });
  try {
    walk(packAt(folder, given), answer);
  } catch ({ code, position, message }) { // without a position there is no verdict, but Node's own code is 1
    const where = position ? `第 ${position} 条 (record ${position}): ` : '';
    const fault = position ? { code, first_bad: position } : { code: 'unreadable' };
    Object.assign(answer, { ok: false, ...fault, reason: `${where}${message}` });
  }
  const { ok, log, records, signed, witnessed, code, reason, keys } = answer;
  const good = `通过 (good): ${log}, ${records} 条 (records), 已签名 (signed) ${signed}, 已见证 (witnessed) ${witnessed}`;
  const own = '公钥来自材料本身，不能证明制作者没有作假 (the keys are the pack\'s own)';
  const said = [ok ? good : `不通过 (bad): ${code} ${reason}`, ...(keys === 'pack' ? [own] : [])].join('; ');
  const out = args.includes('--json') ? JSON.stringify({ ...answer, codes: [...answer.codes] }) : said;
  return { exit: ok ? 0 : code === 'unreadable' ? 2 : 1, out };
}

if (process.argv[1] && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const { exit, out } = run(process.argv.slice(2));
  console.log(out);
  process.exitCode = exit;
}

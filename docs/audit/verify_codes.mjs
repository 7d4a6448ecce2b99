#!/usr/bin/env node
// Matches 存证码 with a pack by section 6 of docs/audit/format.md, written apart from verify_codes.py:
// node verify_codes.mjs [FOLDER] [KEYS] [--code 7F3K-Q2MD]… [--json]. It uses verify.mjs, which lies beside it.
import { realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { attempt, base64, codeOf, fail, fileAt, need, node, noteOf, packAt, PROOF, run as verified, utf8 } from './verify.mjs';

const HEAD = 'shouyue/codes@v1';
const NUMBER = /^[1-9][0-9]{0,14}$/;
const NO_FORMAT = '不是存证码的证明 (not of this format)';
const bad = (code, at, why) => fail(code, at, `第 ${at} 条起 (from record ${at}): ${why}`);

function codeAsked(typed) { // as it is printed, however somebody typed it
  const plain = typed.normalize('NFKC').replace(/[ \t\u2013\u2014-]/g, '').toUpperCase();
  const code = plain.replace(/O/g, '0').replace(/[IL]/g, '1');
  if (!/^[0-9A-HJKMNP-TV-Z]{8}$/.test(code)) fail('unreadable', null, `${typed} 不是存证码 (no code: 7F3K-Q2MD)`);
  return `${code.slice(0, 4)}-${code.slice(4)}`;
}

// RFC 9162, 2.1.4.2, with BigInt for the sizes, which have more than 32 bits: does the tree of `size` begin with that
// of `old`, which is smaller and not empty?
function isBeginning([old, oldRoot], [size, root], path) {
  let [place, last] = [BigInt(old) - 1n, BigInt(size) - 1n];
  while (place % 2n) [place, last] = [place / 2n, last / 2n];
  const [first, ...rest] = place ? path : [oldRoot, ...path];
  if (!first) return false;
  let [before, after] = [first, first];
  for (const hash of rest) {
    if (last === 0n) return false;
    if (place % 2n || place === last) {
      [before, after] = [node(hash, before), node(hash, after)];
      while (place && place % 2n === 0n) [place, last] = [place / 2n, last / 2n];
    } else {
      after = node(after, hash);
    }
    [place, last] = [place / 2n, last / 2n];
  }
  return last === 0n && before.equals(oldRoot) && after.equals(root);
}

function checkpointsIn(folder, given) { // by size: the text and the root of each note that verify.mjs has found good
  const { whole, notes, records } = packAt(folder, given);
  const good = [...notes].filter(([seq]) => records.has(seq)).map(([, bytes]) => noteOf(bytes, whole ? '()()' : PROOF));
  return { whole, known: new Map(good.map(({ size, text, root }) => [size, { text, root }])) };
}

function rowOf(line) { // a size, its root, and the hashes of the proof
  const [size, ...coded] = line.split(' ');
  const [root, ...path] = coded.map((each) => base64(each));
  need(NUMBER.test(size) && root && [root, ...path].every(({ length }) => length === 32));
  return { size: Number(size), root, path, text: coded[0] };
}

function matched(folder, given, log) {
  const { whole, known } = checkpointsIn(folder, given);
  const texts = new Map([...known].map(([size, { text }]) => [size, text]));
  const file = whole ? null : fileAt(join(folder, 'codes.txt'));
  if (file) {
    const [head, size, ...rows] = attempt(() => utf8(file))?.split('\n') ?? [];
    const top = NUMBER.test(size ?? '') ? known.get(Number(size)) : undefined;
    if (head !== HEAD || !top || rows.pop() !== '') bad('codes', 1, NO_FORMAT);
    let last = 0;
    for (const line of rows) {
      const row = attempt(() => rowOf(line));
      if (!row || row.size <= last || row.size >= Number(size)) bad('codes', last + 1, NO_FORMAT);
      const isOther = known.has(row.size) && !known.get(row.size).root.equals(row.root);
      if (isOther || !isBeginning([row.size, row.root], [Number(size), top.root], row.path)) {
        bad('consistency', last + 1, '不是同一本日志的前一段 (no beginning of what was signed)');
      }
      texts.set(row.size, `${log}\n${row.size}\n${row.text}\n`);
      last = row.size;
    }
  }
  return [...texts].sort(([one], [other]) => one - other).map(([size, text]) => ({ code: codeOf(text), size }));
}

function answered(answer, paths, typed) {
  const records = JSON.parse(verified([...paths, '--json']).out);
  Object.assign(answer, { log: records.log, keys: records.keys });
  if (!records.ok) fail(records.code, records.first_bad, records.reason);
  const asked = typed.map(codeAsked);
  answer.codes = matched(paths[0], paths[1], records.log);
  const sizes = new Map(answer.codes.map(({ code, size }) => [code, size]));
  answer.asked = asked.map((code) => ({ code, size: sizes.get(code) ?? null }));
  const missing = asked.filter((code) => !sizes.has(code)).join('、');
  if (missing) fail('unmatched', null, `${missing} 不在这个包里：抄错了，不是这个单位这段时间的，或日志被改过 (not in this pack)`);
}

function wordsOf(args) { // the paths, and the codes after `--code`
  const words = args.filter((each) => each !== '--json');
  const isCode = (place) => words[place] === '--code';
  const paths = words.filter((_, place) => !isCode(place) && !isCode(place - 1));
  return [paths.length ? paths : [dirname(fileURLToPath(import.meta.url))],
    [...words.keys()].filter(isCode).map((place) => words[place + 1] ?? '')];
}

/** Run the command line; returns the exit code and what is to be printed. */
export function run(args) {
  const [paths, typed] = wordsOf(args);
  const answer = { ok: true, log: '', codes: [], asked: [], first_bad: null, code: '', reason: '', keys: '' };
  try {
    answered(answer, paths, typed);
  } catch ({ code, position, message }) { // `position` is a number, or null; Node's own errors have none
    const fault = position === undefined ? { code: 'unreadable' } : { code, first_bad: position };
    Object.assign(answer, { ok: false, ...fault, reason: message });
  }
  const covers = ({ code, size }) => `${code} 对得上：第 ${size} 条及以前的记录，印它时就是这样 (covers the first ${size} records)`;
  const good = `通过 (good); 对得上的存证码 (codes that match): ${answer.codes.length}`;
  const said = [answer.ok ? good : `不通过 (bad): ${answer.code} ${answer.reason}`, ...answer.asked.filter(({ size }) => size).map(covers)];
  const out = args.includes('--json') ? JSON.stringify(answer) : said.join('\n');
  return { exit: answer.ok ? 0 : answer.code === 'unreadable' ? 2 : 1, out };
}

if (process.argv[1] && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const { exit, out } = run(process.argv.slice(2));
  console.log(out);
  process.exitCode = exit;
}

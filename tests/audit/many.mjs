// Runs docs/audit/verify.mjs for each command line on standard input (a JSON array a line) and prints the answers so.
import { createInterface } from 'node:readline';
import { run } from '../../docs/audit/verify.mjs';

for await (const line of createInterface({ input: process.stdin })) console.log(JSON.stringify(run(JSON.parse(line))));

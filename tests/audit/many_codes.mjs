// Runs docs/audit/verify_codes.mjs for each command line on standard input, as many.mjs does with verify.mjs.
import { createInterface } from 'node:readline';
import { run } from '../../docs/audit/verify_codes.mjs';

for await (const line of createInterface({ input: process.stdin })) console.log(JSON.stringify(run(JSON.parse(line))));

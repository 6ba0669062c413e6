/**
 * Proves that every bench can fail: runs each with a slowdown planted in what it measures, and expects it to miss a
 * figure. `npm run soak -- benches [NAME…] [--slowdown N]`. A bench that still passes, or breaks down, fails the proof.
 */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { benchNames } from '../../bench/support/names.ts';
import { judgeProof } from './bench-proof/judge-proof.ts';

const runner = fileURLToPath(new URL('../../bench/bench.ts', import.meta.url));
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { slowdown: { type: 'string', default: '10' } },
});

let isProved = true;
for (const name of positionals.length > 0 ? positionals : benchNames()) {
  const proof = judgeProof(await runSlowly(name));
  process.stdout.write(`${proof.isProved ? 'ok  ' : 'FAIL'} ${name}: ${proof.told}\n`);
  isProved &&= proof.isProved;
}
process.exitCode = isProved ? 0 : 1;

function runSlowly(name: string): Promise<{ code: number; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [runner, name, '--slowdown', values.slowdown],
      { maxBuffer: 1e8 },
      (error, stdout, stderr) =>
        resolve({ code: typeof error?.code === 'number' ? error.code : error ? -1 : 0, stdout, stderr }),
    );
  });
}

/**
 * Damaged scans by the million: `npm run soak -- fuzz [--inputs N] [--seed S] [--only FORMAT]`. Ends with 1 and names the
 * seed where one is neither read nor refused, or takes too long.
 */
import { parseArgs } from 'node:util';
import { fuzzFormat } from '../../test/support/fuzz-formats.ts';
import { TRIED_FORMATS } from '../../test/support/tried-formats.ts';

const { values } = parseArgs({
  options: {
    inputs: { type: 'string', default: '100000' },
    seed: { type: 'string', default: String(Math.floor(Math.random() * 2 ** 31)) },
    only: { type: 'string', default: '' },
  },
});

for (const { format, fixtures } of TRIED_FORMATS.filter((one) => one.format.kind.includes(values.only))) {
  const startedAt = performance.now();
  const before = process.memoryUsage().rss;
  let said: string;
  try {
    const { read, refused } = await fuzzFormat(format, fixtures, Number(values.inputs), Number(values.seed));
    const grown = Math.round((process.memoryUsage().rss - before) / 1e6);
    said = `ok    ${read} read, ${refused} refused, ${grown} MB grown`;
  } catch (error) {
    said = `FAILS ${error instanceof Error ? error.message : String(error)}`;
    process.exitCode = 1;
  }
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  process.stdout.write(`${format.kind.padEnd(20)} ${seconds.padStart(6)} s  ${said}\n`);
}

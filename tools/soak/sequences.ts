/**
 * Scans of every format imported again in sequences, each count held to a naive model: `npm run soak -- sequences
 * [--runs N] [--imports N] [--seed S] [--only WORDS]`. Ends with 1 and names the seed where a count is another.
 */
import { parseArgs } from 'node:util';
import { trySequence } from '../../test/reimport/sequences.ts';
import { WRITERS } from '../../test/reimport/writers.ts';

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '100' },
    imports: { type: 'string', default: '30' },
    seed: { type: 'string', default: String(Math.floor(Math.random() * 2 ** 31)) },
    only: { type: 'string', default: '' },
  },
});

for (const writer of WRITERS) {
  const name = `${writer.kind} ${writer.variant ?? ''}`;
  if (!name.includes(values.only)) continue;
  const startedAt = performance.now();
  let trouble = '';
  try {
    for (let run = 0; run < Number(values.runs); run++) {
      await trySequence(writer, Number(values.seed) + run, Number(values.imports));
    }
  } catch (error) {
    trouble = `${error instanceof Error ? error.message : String(error)}\n`;
    process.exitCode = 1;
  }
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  process.stdout.write(`${trouble === '' ? 'holds' : 'FAILS'} ${seconds} s  ${name}\n${trouble}`);
}

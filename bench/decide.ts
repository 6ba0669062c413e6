/**
 * The verdict over a store that holds 1,000,000 findings of which about 1 % are in question, the whole flow: evidence,
 * candidates, counts, judgement. The limit is bare SQL that reads the same rows.
 */
import { type Bench, type BenchContext, type Figure, figure, median } from './harness.ts';
import { runChild, type Watched } from './support/child.ts';
import { fullStoreFile } from './support/million.ts';

const ROUNDS = 5;

type Step = Watched<{ readonly findings: number; readonly word?: string; readonly open?: number }>;

async function run({ slowdown, say }: BenchContext): Promise<readonly Figure[]> {
  const store = await fullStoreFile();
  const gates: Step[] = [];
  const bare: Step[] = [];
  for (let n = 0; n < ROUNDS; n++) {
    bare.push(await runChild<Step>('./decide-child.ts', ['rows', store]));
    gates.push(await runChild<Step>('./decide-child.ts', ['gate', store, String(slowdown)]));
  }
  const [gate, rows] = [gates.at(-1), bare.at(-1)];
  if (gate?.result.word !== 'NO-GO') throw new Error(`the verdict is ${gate?.result.word}`);
  say(
    `${gate.result.word} for ${gate.result.findings} reasons of ${rows?.result.findings} candidates in ${gate.result.open} open findings`,
  );
  return [
    figure(
      {
        name: 'verdict',
        value: median(gates.map(({ ms }) => ms)),
        unit: 'ms',
        limit: median(bare.map(({ ms }) => ms)),
      },
      { atMost: 500, ratioAtMost: 5 },
    ),
    figure(
      { name: 'memory of the process', value: median(gates.map(({ peakMb }) => peakMb)), unit: 'MB' },
      { atMost: 300 },
    ),
  ];
}

export const bench: Bench = { name: 'decide', run };

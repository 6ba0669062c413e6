/**
 * Nothing changed since the last time: how many calls and how long until that is known and decided upon. Both commands
 * are processes of their own. The limit is one answer of the vendor.
 *
 * A planted slowdown makes every answer that much slower while we are measured, and not while the limit is.
 */

import { type Bench, type BenchContext, type Figure, figure, median } from './harness.ts';
import { listBare } from './support/bare-client.ts';
import { makeWorkplace, type Workplace } from './support/collecting.ts';
import { startVendor, type Vendor } from './support/emulator.ts';

const LATENCY_MS = 1400;
const ROUNDS = 5;

export const bench: Bench = {
  name: 'gate-warm',
  async run(context) {
    const vendor = await startVendor({ rate: { perSecond: 50 } });
    await using emulator = vendor.emulator;
    await using place = await makeWorkplace(vendor, { requestsPerSecond: 50 });
    await place.run('collect', '--details');
    // Two pages of list, so half of it is one answer.
    await emulator.control({ op: 'set-latency', latency: { default: LATENCY_MS } });
    const answerMs = (await listBare(emulator)) / 2;
    await emulator.control({ op: 'set-latency', latency: { default: LATENCY_MS * context.slowdown } });
    return [
      ...(await again(vendor, place, context, answerMs, [])),
      ...(await again(vendor, place, context, answerMs, ['--details'])),
    ];
  },
};

async function again(
  { emulator }: Vendor,
  place: Workplace,
  { say }: BenchContext,
  answerMs: number,
  options: readonly string[],
): Promise<readonly Figure[]> {
  const [took, calls]: [number[], number[]] = [[], []];
  for (let round = 0; round < ROUNDS; round += 1) {
    await emulator.control({ op: 'reset-stats' });
    const collect = await place.run('collect', ...options);
    const gate = await place.run('gate', '-m');
    if (gate.stdout.trim() !== 'NO-GO') throw new Error(`the verdict was ${gate.stdout.trim()}`);
    took.push((collect.ms + gate.ms) / 1000);
    calls.push((await emulator.stats()).totalRequests);
    say(`collect ${Math.round(collect.ms)} ms, gate ${Math.round(gate.ms)} ms, ${calls.at(-1)} calls`);
  }
  const name = ['collect', ...options, 'and gate'].join(' ');
  return [
    figure({ name: `${name}: calls`, value: Math.max(...calls), unit: 'calls' }, { atMost: 2 }),
    figure({ name, value: median(took), unit: 's', limit: answerMs / 1000 }, { atMost: 2 }),
  ];
}

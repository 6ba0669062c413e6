/**
 * From nothing to a verdict: 724 problems, 1.4 s a call, 50 calls a second, the emulator in a process of its own.
 * First the list of a zone, which is all that most policies need; then every detail; then the reference's table of
 * workers, with latency and reference scaled by the same factor (`--full`: not scaled, 23 minutes).
 *
 * A planted slowdown makes every answer that much slower while we are measured, and not while the limit is.
 */

import { type Bench, type BenchContext, type Figure, figure, median } from './harness.ts';
import { callBare, listBare } from './support/bare-client.ts';
import { makeWorkplace, openDesk } from './support/collecting.ts';
import { startVendor, type Vendor } from './support/emulator.ts';

const LATENCY_MS = 1400;
const RATE = 50;
const ROUNDS = 3;
/** Seconds of the reference for 724 findings, by workers. */
const REFERENCE = [
  { workers: 1, seconds: 1015 },
  { workers: 5, seconds: 203 },
  { workers: 10, seconds: 101 },
  { workers: 20, seconds: 51 },
] as const;
const TABLE_SCALE = 20;

export const bench: Bench = {
  name: 'gate-cold',
  run: async (context) => [
    ...(await atTheRate(context)),
    ...(await workerTable(context, context.full ? 1 : TABLE_SCALE)),
  ],
};

async function atTheRate(context: BenchContext): Promise<readonly Figure[]> {
  const vendor = await startVendor({ latency: { default: LATENCY_MS }, rate: { perSecond: RATE } });
  await using emulator = vendor.emulator;
  const listMs = await listBare(emulator);
  const wholeMs = await callBare(emulator, { ids: vendor.truth.ids, perSecond: RATE });
  context.say(`bare client: list ${seconds(listMs)} s, 724 details at ${RATE}/s ${seconds(wholeMs)} s`);
  await emulator.control({ op: 'set-latency', latency: { default: LATENCY_MS * context.slowdown } });
  return [
    ...(await zoneFigures(vendor, listMs, context)),
    ...(await detailFigures(vendor, wholeMs, context)),
    ...(await commandFigures(vendor, wholeMs, context)),
  ];
}

/** `collect` and `gate` as two commands, each time from an empty folder. */
async function zoneFigures(
  vendor: Vendor,
  limitMs: number,
  { say, slowdown }: BenchContext,
): Promise<readonly Figure[]> {
  const [took, cpu]: [number[], number[]] = [[], []];
  let lost = 0;
  for (let round = 0; round < (slowdown > 1 ? 1 : ROUNDS); round += 1) {
    const settings = { requestsPerSecond: RATE, scope: { zones: [vendor.truth.zone] } };
    await using place = await makeWorkplace(vendor, settings);
    const collect = await place.run('collect');
    const gate = await place.run('gate', '-m');
    if (gate.stdout.trim() !== 'NO-GO') throw new Error(`the verdict was ${gate.stdout.trim()}`);
    took.push((collect.ms + gate.ms) / 1000);
    cpu.push((collect.cpuMs + gate.cpuMs) / 1000);
    lost += await place.lost(vendor, 'list');
    say(`zone: collect ${seconds(collect.ms)} s, gate ${seconds(gate.ms)} s, processor ${cpu.at(-1)} s`);
  }
  const [name, limit] = ['zone: collect and gate, cold (reference 101 s)', limitMs / 1000];
  return [
    figure({ name, value: median(took), unit: 's', limit }, { atMost: 4 }),
    figure({ name: 'zone: lost', value: lost, unit: 'problems' }, { atMost: 0 }),
    figure({ name: 'zone: processor time of both', value: median(cpu), unit: 's' }, { atMost: 2.5 }),
  ];
}

async function detailFigures(
  vendor: Vendor,
  limitMs: number,
  { say }: BenchContext,
): Promise<readonly Figure[]> {
  await vendor.emulator.control({ op: 'reset-stats' });
  await using desk = await openDesk(vendor, { requestsPerSecond: RATE });
  const { ms, cpuMs, collected, http } = await desk.collect({ pass: 'full', wants: ['occurrences'] });
  const lost = await desk.lost('details');
  const { requests, refused } = await vendor.emulator.stats();
  say(
    `details: ${collected.state}, ${JSON.stringify(requests)}, ${refused} refused, ${http.retries} retries`,
  );
  return [
    figure(
      { name: '724 details with their list', value: ms / 1000, unit: 's', limit: limitMs / 1000 },
      { ratioAtMost: 1.15, atMost: 20 },
    ),
    figure({ name: 'details: lost', value: lost, unit: 'problems' }, { atMost: 0 }),
    figure({ name: 'details: processor', value: cpuMs / ms, unit: 'cores' }, { atMost: 0.25 }),
  ];
}

/** The whole command, names of hosts and processes included, which take calls of their own. */
async function commandFigures(
  vendor: Vendor,
  wholeMs: number,
  { say }: BenchContext,
): Promise<readonly Figure[]> {
  await vendor.emulator.control({ op: 'reset-stats' });
  await using place = await makeWorkplace(vendor, { requestsPerSecond: RATE });
  const { ms, cpuMs } = await place.run('collect', '--details');
  const { totalRequests, requests, refused } = await vendor.emulator.stats();
  say(`collect --details: ${JSON.stringify(requests)}, ${refused} refused, processor ${seconds(cpuMs)} s`);
  // As many calls as were made, at the same rate.
  const limit = wholeMs / 1000 + (totalRequests - vendor.truth.ids.length) / RATE;
  const lost = await place.lost(vendor, 'details');
  return [
    figure(
      { name: 'collect --details, with names, cold', value: ms / 1000, unit: 's', limit },
      { ratioAtMost: 1.2, atMost: 20 },
    ),
    figure({ name: 'collect --details: lost', value: lost, unit: 'problems' }, { atMost: 0 }),
  ];
}

/** Seconds are scaled back. The limit: so many workers that never pause between the calls that were made. */
async function workerTable({ slowdown, say }: BenchContext, scale: number): Promise<readonly Figure[]> {
  const latencyMs = LATENCY_MS / scale;
  const vendor = await startVendor({ latency: { default: latencyMs * slowdown } });
  await using emulator = vendor.emulator;
  say(
    `workers: every answer takes ${latencyMs} ms, a ${scale}th of the reference's; seconds are times ${scale}`,
  );
  const figures: Figure[] = [];
  // To be proved slow, the fast rows are enough.
  for (const { workers, seconds: reference } of REFERENCE.slice(slowdown > 1 ? 2 : 0)) {
    await emulator.control({ op: 'reset-stats' });
    await using desk = await openDesk(vendor, {});
    const { ms } = await desk.collect({ pass: 'full', wants: ['occurrences'], maxWorkers: workers });
    const lost = await desk.lost('details');
    const { totalRequests, maxInFlight } = await emulator.stats();
    if (maxInFlight > workers || lost > 0) throw new Error(`${maxInFlight} calls at a time, ${lost} lost`);
    const limit = (totalRequests * LATENCY_MS) / workers / 1000;
    const name = `--max-workers ${workers} (reference ${reference} s)`;
    figures.push(figure({ name, value: (ms * scale) / 1000, unit: 's', limit }, { ratioAtMost: 1.15 }));
  }
  return figures;
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(2);
}

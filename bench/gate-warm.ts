/**
 * Nothing changed since the last time: how many calls and how long until that is known and decided upon, in a process
 * that is there, as the server is, and by two commands that start anew. The limit is one answer of the vendor.
 *
 * A planted slowdown makes every answer that much slower while we are measured, and not while the limit is.
 */
import { type Bench, type Figure, figure, median } from './harness.ts';
import { listBare } from './support/bare-client.ts';
import { makeWorkplace, openDesk } from './support/collecting.ts';
import { type Emulator, startVendor, type Vendor } from './support/emulator.ts';

const LATENCY_MS = 1400;
const RATE = 50;
const ROUNDS = 5;

export const bench: Bench = {
  name: 'gate-warm',
  async run({ slowdown, say }) {
    const vendor = await startVendor({ rate: { perSecond: RATE } });
    await using emulator = vendor.emulator;
    await emulator.control({ op: 'set-latency', latency: { default: LATENCY_MS } });
    // Two pages of list, so half of it is one answer.
    const limit = (await listBare(emulator)) / 2000;
    const slowMs = LATENCY_MS * slowdown;
    const here = await measured(emulator, slowMs, await hereAgain(vendor));
    say(`here: ${here.seconds.map((one) => one.toFixed(2)).join(', ')} s`);
    const commands = await measured(emulator, slowMs, await commandsAgain(vendor, say));
    return [...figuresOf('one process', here, limit), ...figuresOf('two commands', commands, limit)];
  },
};

/** Collects again, details included, which are all there, and decides. */
interface Again extends AsyncDisposable {
  run(): Promise<void>;
}

async function hereAgain(vendor: Vendor): Promise<Again> {
  const desk = await openDesk(vendor, { requestsPerSecond: RATE });
  const wants = ['occurrences', 'entity-names'] as const;
  await vendor.emulator.control({ op: 'set-latency', latency: {} });
  await desk.collect({ pass: 'full', wants });
  return {
    run: async () => {
      await desk.collect({ pass: 'incremental', wants });
      expectNoGo((await desk.gate()).verdict);
    },
    [Symbol.asyncDispose]: () => desk[Symbol.asyncDispose](),
  };
}

async function commandsAgain(vendor: Vendor, say: (line: string) => void): Promise<Again> {
  const place = await makeWorkplace(vendor, { requestsPerSecond: RATE });
  await vendor.emulator.control({ op: 'set-latency', latency: {} });
  await place.run('collect', '--details');
  await place.run('gate', '-m');
  return {
    run: async () => {
      const collect = await place.run('collect', '--details');
      const gate = await place.run('gate', '-m');
      say(`collect ${Math.round(collect.ms)} ms, gate ${Math.round(gate.ms)} ms`);
      expectNoGo(gate.stdout.trim());
    },
    [Symbol.asyncDispose]: () => place[Symbol.asyncDispose](),
  };
}

function expectNoGo(verdict: string): void {
  if (verdict !== 'NO-GO') throw new Error(`the verdict was ${verdict}`);
}

interface Measured {
  readonly seconds: readonly number[];
  readonly calls: readonly number[];
}

async function measured(emulator: Emulator, latencyMs: number, given: Again): Promise<Measured> {
  await using again = given;
  await emulator.control({ op: 'set-latency', latency: { default: latencyMs } });
  const [seconds, calls]: [number[], number[]] = [[], []];
  for (let round = 0; round < ROUNDS; round += 1) {
    await emulator.control({ op: 'reset-stats' });
    const startedAt = performance.now();
    await again.run();
    seconds.push((performance.now() - startedAt) / 1000);
    calls.push((await emulator.stats()).totalRequests);
  }
  return { seconds, calls };
}

function figuresOf(where: string, { seconds, calls }: Measured, limit: number): readonly Figure[] {
  return [
    figure({ name: `${where}: calls`, value: Math.max(...calls), unit: 'calls' }, { atMost: 2 }),
    figure({ name: `${where}: collect and gate`, value: median(seconds), unit: 's', limit }, { atMost: 2 }),
  ];
}

/**
 * The same 724 problems behind a pool of 8 threads whose queue times out after 10 s; nobody tells us. The limit is a
 * client with exactly 8 calls under way. Latency and queue are a tenth of that unless `--full` is given, which takes
 * four and a half minutes: what counts is how many answers the queue holds, and that is the same.
 *
 * A planted slowdown makes every answer that much slower while we are measured, and not while the limit is.
 */

import { type Bench, figure } from './harness.ts';
import { callBare } from './support/bare-client.ts';
import { openDesk } from './support/collecting.ts';
import { startVendor } from './support/emulator.ts';

const THREADS = 8;
const LATENCY_MS = 1400;
const QUEUE_MS = 10_000;
const SCALE = 10;

export const bench: Bench = {
  name: 'gate-throttled',
  async run({ full, slowdown, say }) {
    const scale = full ? 1 : SCALE;
    const latencyMs = LATENCY_MS / scale;
    const vendor = await startVendor({
      latency: { default: latencyMs },
      pool: { threads: THREADS, queueTimeoutMs: QUEUE_MS / scale },
    });
    await using emulator = vendor.emulator;
    const { ids } = vendor.truth;
    const bareMs = await callBare(emulator, { ids, inFlight: THREADS });
    say(`bare client, ${THREADS} in flight: ${(bareMs / 1000).toFixed(2)} s; latency and queue 1/${scale}`);
    await emulator.control({ op: 'set-latency', latency: { default: latencyMs * slowdown } });
    await emulator.control({ op: 'reset-stats' });

    await using desk = await openDesk(vendor, {});
    const { ms, cpuMs, collected, http } = await desk.collect({ pass: 'full', wants: ['occurrences'] });
    const lost = await desk.lost('details');

    const { pool, totalRequests, refused, maxInFlight } = await emulator.stats();
    const [value, limit] = [pool.served / (ms / 1000), ids.length / (bareMs / 1000)];
    say(
      `${collected.state} after ${(ms / 1000).toFixed(2)} s; threads busy ${percent(pool.utilisation ?? 0)}`,
    );
    say(`${totalRequests} calls, at most ${maxInFlight} under way, ${http.retries} retries`);
    return [
      figure({ name: 'answers of the pool', value, unit: '/s', limit }, { ratioAtLeast: 0.9 }),
      figure({ name: 'answers 429', value: (100 * refused) / totalRequests, unit: '%' }, { atMost: 2 }),
      figure({ name: 'lost', value: lost, unit: 'problems' }, { atMost: 0 }),
      figure({ name: 'time, scaled back', value: (ms * scale) / 1000, unit: 's' }, { atMost: 145 }),
      figure({ name: 'processor at full scale', value: cpuMs / ms / scale, unit: 'cores' }, { atMost: 0.25 }),
    ];
  },
};

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

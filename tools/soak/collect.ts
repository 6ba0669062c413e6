/**
 * Collecting against a vendor that fails at random: `npm run soak -- collect [--minutes N] [--seed S]`. Each round is an
 * estate, a set of faults and an interruption drawn from its seed. Whatever happens, a run that calls itself complete
 * holds every problem with its details, nothing is closed that is open, and once the faults are over one more run is
 * complete. Ends with 1 at the first round in which that does not hold.
 */
import { parseArgs } from 'node:util';
import { type Collected, collectSource } from '../../src/flows/collect.ts';
import { createHttpClient } from '../../src/platform/http/client.ts';
import { makeEstate } from '../../src/sandbox/dynatrace/data/estate.ts';
import { makeRandom, type Random } from '../../src/sandbox/dynatrace/data/random.ts';
import { type DynatraceEmulator, startDynatraceEmulator } from '../../src/sandbox/dynatrace/emulator.ts';
import type { Fault } from '../../src/sandbox/dynatrace/options.ts';
import { sourceOfKind } from '../../src/sources/registry.ts';
import { openMemoryStore } from '../../src/store/sqlite/memory.ts';
import type { Store } from '../../src/store/store.ts';

const { values } = parseArgs({
  options: { minutes: { type: 'string', default: '5' }, seed: { type: 'string', default: '1' } },
});

const RUNS_UNDER_FAULTS = 4;
const STREAM = { source: 'soak', category: '', channel: '' };

const source = sourceOfKind('dynatrace');
if (source === undefined) throw new Error('there is no source dynatrace');

const ended = { complete: 0, partial: 0, interrupted: 0 };
const endsAt = performance.now() + Number(values.minutes) * 60_000;
let seed = Number(values.seed);
for (; performance.now() < endsAt; seed += 1) {
  const trouble = await round(makeRandom(`soak/${seed}`));
  if (trouble === undefined) continue;
  process.stdout.write(`FAILS with --seed ${seed}: ${trouble}\n`);
  process.exitCode = 1;
  break;
}
process.stdout.write(
  `${seed - Number(values.seed)} rounds held, seeds from ${values.seed}; runs: ${JSON.stringify(ended)}\n`,
);

/** What does not hold, if anything. */
async function round(random: Random): Promise<string | undefined> {
  const estate = makeEstate({
    seed: random.between(1, 1_000_000),
    problems: random.between(1, 400),
    at: Date.now(),
  });
  const ids = estate.certification.problems.map(({ id }) => id);
  const emulator = await startDynatraceEmulator({
    tenant: estate.certification,
    latency: { default: { kind: 'uniform', minMs: 0, maxMs: 10 } },
    ...(random.chance(0.5) ? { pool: { threads: random.between(2, 12), queueTimeoutMs: 200 } } : {}),
  });
  const store = await openMemoryStore();
  try {
    for (let fault = random.between(1, 4); fault > 0; fault -= 1)
      emulator.control.addFault(drawFault(random));
    for (let run = 0; run < RUNS_UNDER_FAULTS; run += 1) {
      const patienceMs = random.chance(0.3) ? random.between(1, 400) : undefined;
      const trouble = await check(store, ids, await collect(emulator, store, patienceMs));
      if (trouble !== undefined) return trouble;
    }
    emulator.control.clearFaults();
    const last = await collect(emulator, store, undefined);
    if (last.state !== 'complete') return `without faults: ${last.state}, ${last.reasons.join('; ')}`;
    return await check(store, ids, last);
  } finally {
    await store.close();
    await emulator.close();
  }
}

function drawFault(random: Random): Fault {
  const when = {
    ...(random.chance(0.5) ? { on: [random.pick(['list', 'detail', 'entities'] as const)] } : {}),
    ...(random.chance(0.5) ? { probability: 0.02 + 0.3 * random.next() } : { times: random.between(1, 30) }),
    from: random.between(1, 200),
  };
  return random.pick<Fault>([
    { kind: 'status', status: random.pick([429, 500, 502, 503, 504]), ...when },
    { kind: 'status', status: 429, retryAfterSeconds: 1, ...when, times: 2 },
    { kind: 'reset', ...when },
    { kind: 'hang', ...when, times: random.between(1, 5) },
    { kind: 'truncate', how: random.pick(['content-length', 'chunked']), ...when },
    { kind: 'delay', latency: random.between(50, 900), ...when, times: random.between(1, 20) },
    { kind: 'html', ...when },
    { kind: 'invalid-json', ...when },
    { kind: 'no-list', ...when },
    { kind: 'garbage-record', ...when },
    { kind: 'duplicate-record', ...when },
    { kind: 'expired-token', ...when, times: random.between(1, 3) },
  ]);
}

/** With waits shortened, and interrupted after so many ms where given. */
async function collect(
  emulator: DynatraceEmulator,
  store: Store,
  patienceMs: number | undefined,
): Promise<Collected> {
  const settings = source!.settings.parse({
    url: `${emulator.url}/e/${emulator.environmentId}`,
    token: { env: 'TOKEN' },
    allowPrivate: true,
  });
  const http = await source!.connect(settings, {
    sourceId: STREAM.source,
    environment: { TOKEN: emulator.token },
    createClient: (options) =>
      createHttpClient({
        ...options,
        retries: { baseMs: 2, maxMs: 20 },
        timeouts: { attemptMs: 600, totalMs: 4000 },
        breaker: { openMs: 50 },
      }),
  });
  const cancel = new AbortController();
  const timer =
    patienceMs === undefined ? undefined : setTimeout(() => cancel.abort(new Error('enough')), patienceMs);
  try {
    return await collectSource({
      store,
      source: source!,
      name: STREAM.source,
      settings,
      scope: { labels: [] },
      wants: new Set(['occurrences', 'entity-names']),
      pass: 'full',
      http,
      now: Date.now,
      signal: cancel.signal,
    });
  } finally {
    clearTimeout(timer);
    await http.close();
  }
}

async function check(
  store: Store,
  ids: readonly string[],
  { state, summary }: Collected,
): Promise<string | undefined> {
  ended[state] += 1;
  if ((summary?.changes.closed ?? 0) > 0)
    return `${summary?.changes.closed} findings were closed, and all are open`;
  if (state !== 'complete') return undefined;
  const seen = await store.reader.seen(STREAM, ids);
  const held = new Set(seen.filter((one) => one.detailRevision !== undefined).map(({ key }) => key));
  const lost = ids.filter((id) => !held.has(id));
  return lost.length === 0
    ? undefined
    : `complete, and without the details of ${lost.slice(0, 5).join(', ')}`;
}

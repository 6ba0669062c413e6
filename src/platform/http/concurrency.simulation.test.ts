/**
 * The whole client against a simulated server, in virtual time: how well concurrency finds itself. `bound` is what
 * the server could do at best, so each test says what share of it was reached.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  createSimulatedServer,
  type SimulatedServerOptions,
} from '../../../test/support/simulated-server.ts';
import { createVirtualClock } from '../../../test/support/virtual-clock.ts';
import { createHttpClient } from './client.ts';
import type { LimitOptions } from './options.ts';

interface Scenario {
  readonly server: Omit<SimulatedServerOptions, 'clock' | 'latencyMs'>;
  readonly limits?: LimitOptions;
  readonly calls?: number;
  readonly seed?: number;
  /** Given a number between 0 and 1 and the time. */
  readonly latencyMs: (chance: number, atMs: number) => number;
}

async function simulate({ server, limits = {}, calls = 724, seed = 1, latencyMs }: Scenario) {
  const clock = createVirtualClock();
  const random = numbers(seed);
  const simulated = createSimulatedServer({
    clock,
    latencyMs: () => latencyMs(random(), clock.monotonic()),
    ...server,
  });
  const client = createHttpClient({
    name: 'simulated',
    baseUrl: 'https://vendor.example/api',
    limits,
    clock,
    random,
    transport: simulated,
  });
  const limitsSeen: number[] = [];
  const work = Array.from({ length: calls }, (_, i) =>
    client.getJson(['problems', `P-${i}`]).finally(() => limitsSeen.push(client.stats().concurrency)),
  );
  const outcomes = await clock.run(Promise.allSettled(work));
  return {
    seconds: clock.monotonic() / 1000,
    lost: outcomes.filter((outcome) => outcome.status === 'rejected').length,
    refusedShare: simulated.refused / client.stats().attempts,
    server: simulated,
    limitsSeen,
    sleeping: clock.sleeping,
  };
}

/** Small, repeatable, good enough for latencies (mulberry32). */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const MEAN_MS = 1450;
const around = (spread: number) => (chance: number) => MEAN_MS * (1 + spread * (2 * chance - 1));
const usual = around(0.1);

test('50 calls a second told: the rate is used from the first second on, none refused, none lost', async () => {
  const { seconds, lost, server } = await simulate({
    server: { perSecond: 50 },
    limits: { ratePerSecond: 50 },
    latencyMs: () => 1400,
  });

  assert.ok(seconds <= 1.03 * (724 / 50 + 1.4), `${seconds} s`);
  assert.equal(lost + server.refused, 0);
});

test('a pool of 8 with a 10 s queue, not told: 0.9 of what it can serve, at most 2 % refused, none lost', async () => {
  const { seconds, lost, refusedShare } = await simulate({
    server: { threads: 8, queueMs: 10_000 },
    latencyMs: () => 1400,
  });

  assert.ok((724 * 1.4) / 8 / seconds >= 0.9, `${seconds} s`);
  assert.ok(refusedShare <= 0.02, `${refusedShare} refused`);
  assert.equal(lost, 0);
});

test('a pool is held slightly above its size rather than swung around', async () => {
  const { limitsSeen, server } = await simulate({
    server: { threads: 8, queueMs: 10_000 },
    limits: { maxConcurrency: 200 },
    latencyMs: usual,
  });

  const settled = limitsSeen.slice(200);
  assert.ok(Math.max(...settled) <= 16, `up to ${Math.max(...settled)}`);
  assert.ok(settled.reduce((sum, limit) => sum + limit, 0) / settled.length >= 8.5);
  assert.ok(server.mostWaiting <= 45, `${server.mostWaiting} waited while starting`);
});

test('any rate that is told is used, whatever the latency and its noise', async () => {
  const scenario = fc.record({
    rate: fc.integer({ min: 5, max: 60 }),
    scale: fc.double({ min: 0.05, max: 1.2, noNaN: true }),
    spread: fc.double({ min: 0, max: 0.3, noNaN: true }),
    seed: fc.integer(),
  });

  await fc.assert(
    fc.asyncProperty(scenario, async ({ rate, scale, spread, seed }) => {
      const slowest = scale * MEAN_MS * (1 + spread);
      const { seconds, lost, server } = await simulate({
        server: { perSecond: rate },
        limits: { ratePerSecond: rate },
        latencyMs: (chance) => scale * around(spread)(chance),
        calls: rate * 12,
        seed,
      });

      assert.ok(
        seconds <= 1.15 * (12 + slowest / 1000) + 0.5,
        `${seconds} s for 12 s at ${rate}/s, ${slowest} ms`,
      );
      assert.equal(lost + server.refused, 0);
    }),
    { numRuns: 25 },
  );
});

test('any pool that is not told is used, whatever the latency and its noise', async () => {
  const scenario = fc.record({
    threads: fc.integer({ min: 2, max: 20 }),
    scale: fc.double({ min: 0.2, max: 1.1, noNaN: true }),
    spread: fc.double({ min: 0, max: 0.5, noNaN: true }),
    seed: fc.integer(),
  });

  await fc.assert(
    fc.asyncProperty(scenario, async ({ threads, scale, spread, seed }) => {
      const calls = Math.max(300, 60 * threads);
      const { seconds, lost, refusedShare } = await simulate({
        server: { threads, queueMs: 10_000 },
        latencyMs: (chance) => scale * around(spread)(chance),
        calls,
        seed,
      });

      const bound = (calls / threads) * scale * (MEAN_MS / 1000);
      assert.ok(bound / seconds >= 0.75, `${(bound / seconds).toFixed(3)} of the pool`);
      assert.ok(refusedShare <= 0.03, `${(100 * refusedShare).toFixed(1)} % refused`);
      assert.equal(lost, 0);
    }),
    { numRuns: 25 },
  );
});

test('a rate told too high for the server does not drown it', async () => {
  const { seconds, lost, refusedShare } = await simulate({
    server: { threads: 8, queueMs: 10_000 },
    limits: { ratePerSecond: 50 },
    latencyMs: usual,
  });

  assert.ok((724 * MEAN_MS) / 8000 / seconds >= 0.9, `${seconds} s`);
  assert.ok(refusedShare <= 0.03, `${refusedShare} refused`);
  assert.equal(lost, 0);
});

test('a server that becomes slower for everyone is not given up: the limit comes back', async () => {
  const { limitsSeen, lost } = await simulate({
    server: {},
    limits: { maxConcurrency: 60 },
    latencyMs: (chance, atMs) => usual(chance) * (atMs > 20_000 ? 3 : 1),
    calls: 1500,
  });

  assert.ok(
    limitsSeen.slice(-300).every((limit) => limit >= 45),
    `ended at ${limitsSeen.at(-1)}`,
  );
  assert.equal(lost, 0);
});

test('a server that becomes fast again is used again', async () => {
  const { seconds } = await simulate({
    server: {},
    limits: { maxConcurrency: 40 },
    latencyMs: (chance, atMs) => usual(chance) * (atMs > 10_000 && atMs < 40_000 ? 3 : 1),
    calls: 1500,
  });

  assert.ok(seconds <= 90, `${seconds} s`);
});

test('a pool that shrinks is followed down', async () => {
  const clockedPool = { threads: 16, queueMs: 10_000 };
  const { lost, refusedShare, limitsSeen } = await simulate({
    server: clockedPool,
    // Half the threads taken by somebody else looks like this: each call has half the speed.
    latencyMs: (chance, atMs) => usual(chance) * (atMs > 30_000 ? 2 : 1),
    calls: 1000,
  });

  assert.ok(refusedShare <= 0.02);
  assert.ok(limitsSeen.slice(-200).every((limit) => limit <= 30));
  assert.equal(lost, 0);
});

test('a server that refuses above ten at once is asked above ten only now and then', async () => {
  const { seconds, lost, refusedShare } = await simulate({
    server: { threads: 10, queueLength: 0 },
    latencyMs: usual,
  });

  assert.ok((724 * MEAN_MS) / 10_000 / seconds >= 0.75, `${seconds} s`);
  assert.ok(refusedShare <= 0.03, `${refusedShare} refused`);
  assert.equal(lost, 0);
});

test('a rate that is not told and refused by 429 alone loses nothing', async () => {
  const { lost, refusedShare } = await simulate({ server: { perSecond: 20 }, latencyMs: usual });

  assert.ok(refusedShare <= 0.03, `${refusedShare} refused`);
  assert.equal(lost, 0);
});

for (const workers of [1, 5, 10, 20]) {
  test(`${workers} fixed workers take what they take, as in the reference's table`, async () => {
    const { seconds, limitsSeen } = await simulate({
      server: {},
      limits: { maxWorkers: workers },
      latencyMs: () => 1400,
      calls: 200,
    });

    assert.equal(seconds, (Math.ceil(200 / workers) * 1400) / 1000);
    assert.ok(limitsSeen.every((limit) => limit === workers));
  });
}

test('nothing is left asleep when all calls have ended', async () => {
  const { sleeping } = await simulate({ server: { threads: 4 }, latencyMs: usual, calls: 50 });

  assert.equal(sleeping, 0);
});

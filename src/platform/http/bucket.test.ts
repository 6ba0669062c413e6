import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createVirtualClock } from '../../../test/support/virtual-clock.ts';
import { type Bucket, createBucket, type RateLimit } from './bucket.ts';

function aBucket(...limits: RateLimit[]) {
  const clock = createVirtualClock();
  return { clock, bucket: createBucket({ limits, clock }) };
}

/** When each of so many calls starts, taken as fast as the bucket gives. */
async function starts(bucket: Bucket, clock: ReturnType<typeof createVirtualClock>, calls: number) {
  const at: number[] = [];
  while (at.length < calls) {
    const waitMs = await bucket.take(1);
    if (waitMs > 0) await clock.advance(waitMs);
    else at.push(clock.monotonic());
  }
  return at;
}

test('without a limit nobody waits', async () => {
  const { bucket } = aBucket();

  for (let i = 0; i < 1000; i++) assert.equal(await bucket.take(1), 0);
});

test('a rate per second is spread over the second', async () => {
  const { bucket, clock } = aBucket({ calls: 50, perMs: 1000 });

  const at = await starts(bucket, clock, 51);

  assert.ok(at.filter((time) => time < 100).length <= 10);
  assert.ok(at[50]! >= 1000 && at[50]! <= 1050, String(at[50]));
});

test('a limit per minute may be used at once, and then holds to the end of the minute', async () => {
  const { bucket, clock } = aBucket({ calls: 50, perMs: 60_000 });

  const at = await starts(bucket, clock, 51);

  assert.equal(at[49], 0);
  assert.ok(at[50]! >= 60_000 && at[50]! < 62_000);
});

test('a rate below one call per second is kept', async () => {
  const { bucket, clock } = aBucket({ calls: 0.5, perMs: 1000 });

  const at = await starts(bucket, clock, 3);

  assert.ok(at[2]! >= 4000 && at[2]! < 4200, String(at));
});

test('of two limits the tighter one holds', async () => {
  const { bucket, clock } = aBucket({ calls: 10, perMs: 1000 }, { calls: 20, perMs: 60_000 });

  const at = await starts(bucket, clock, 21);

  assert.ok(at[19]! <= 2100);
  assert.ok(at[20]! >= 60_000);
});

test('no window holds more calls than allowed, and the rate is used', async () => {
  const limit = fc.record({
    calls: fc.integer({ min: 1, max: 60 }),
    perMs: fc.constantFrom(1000, 60_000),
    burst: fc.option(fc.integer({ min: 1, max: 100 }), { nil: undefined }),
  });

  await fc.assert(
    fc.asyncProperty(
      limit,
      fc.array(fc.integer({ min: 0, max: 3000 }), { maxLength: 5 }),
      async (limit, idle) => {
        const { bucket, clock } = aBucket(limit);
        const at: number[] = [];
        for (const ms of [0, ...idle]) {
          await clock.advance(ms);
          at.push(...(await starts(bucket, clock, limit.calls + 2)));
        }

        for (const [i, time] of at.entries()) {
          const next = at[i + limit.calls];
          assert.ok(
            next === undefined || next - time >= limit.perMs,
            `${limit.calls + 1} calls in ${next! - time} ms`,
          );
        }
        const whole =
          Math.ceil(at.length / limit.calls) * limit.perMs * 1.05 + idle.reduce((a, b) => a + b, 0);
        assert.ok(at.at(-1)! <= whole, `${at.length} calls took ${at.at(-1)} ms, bound ${whole}`);
      },
    ),
    { numRuns: 25 },
  );
});

test('Retry-After holds all calls of the credential back', async () => {
  const { bucket, clock } = aBucket();

  await bucket.learn({ refused: true, advice: { retryAfterMs: 3000 }, inFlight: 0 });

  assert.equal(await bucket.take(1), 3000);
  await clock.advance(3000);
  assert.equal(await bucket.take(1), 0);
});

test('no header holds calls back for longer than the cap', async () => {
  const clock = createVirtualClock();
  const bucket = createBucket({ limits: [], clock, maxWaitMs: 5000 });

  await bucket.learn({ refused: true, advice: { retryAfterMs: 86_400_000 }, inFlight: 0 });
  await bucket.learn({ refused: false, advice: { remaining: 0, resetInMs: 86_400_000 }, inFlight: 0 });

  assert.equal(await bucket.take(1), 5000);
});

test('Retry-After on an answer that was not refused holds nobody back', async () => {
  const { bucket } = aBucket();

  await bucket.learn({ refused: false, advice: { retryAfterMs: 3000 }, inFlight: 0 });

  assert.equal(await bucket.take(1), 0);
});

test('what remains in the window is used up, then the reset is awaited', async () => {
  const { bucket, clock } = aBucket();

  await bucket.learn({ refused: false, advice: { remaining: 5, resetInMs: 2000 }, inFlight: 2 });
  const at = await starts(bucket, clock, 4);

  assert.deepEqual(at, [0, 0, 0, 2000]);
});

test('a later answer that leaves more lets calls go on', async () => {
  const { bucket } = aBucket();
  await bucket.learn({ refused: false, advice: { remaining: 3, resetInMs: 2000 }, inFlight: 3 });
  const before = await bucket.take(1);

  await bucket.learn({ refused: false, advice: { remaining: 2, resetInMs: 1900 }, inFlight: 0 });

  assert.ok(before > 0);
  assert.equal(await bucket.take(1), 0);
});

test('a refusal that only names the reset waits for it', async () => {
  const { bucket } = aBucket();

  await bucket.learn({ refused: true, advice: { resetInMs: 4000 }, inFlight: 0 });

  assert.equal(await bucket.take(1), 4000);
});

test('a policy that the server names is kept where none is configured', async () => {
  const { bucket, clock } = aBucket();
  await bucket.learn({ refused: false, advice: { policy: { calls: 10, perMs: 1000 } }, inFlight: 0 });

  const at = await starts(bucket, clock, 21);

  assert.ok(at[20]! >= 2000 && at[20]! < 2200, String(at[20]));
});

test('a configured limit is not halved by resets in whole seconds', async () => {
  const { bucket, clock } = aBucket({ calls: 50, perMs: 1000 });
  const at: number[] = [];
  while (at.length < 101) {
    at.push(...(await starts(bucket, clock, 1)));
    await bucket.learn({ refused: false, advice: { remaining: 0, resetInMs: 1000 }, inFlight: 0 });
  }

  assert.ok(at[100]! < 2100, String(at[100]));
});

test('a configured limit that is refused all the same slows down, and recovers', async () => {
  const { bucket, clock } = aBucket({ calls: 50, perMs: 1000 });
  for (let i = 0; i < 10; i++) {
    await clock.advance(1001);
    await bucket.learn({ refused: true, advice: {}, inFlight: 0 });
  }
  await clock.advance(200);

  const slow = await starts(bucket, clock, 60);
  await clock.advance(120_000);
  const recovered = await starts(bucket, clock, 60);

  assert.ok(slow.at(-1)! - slow[0]! > 2500, 'slower than the 1.2 s of the full rate');
  assert.ok(recovered.at(-1)! - recovered[0]! < 1300, 'the full rate again');
});

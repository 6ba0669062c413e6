import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Rate } from '../options.ts';
import { startTrial } from '../trial.ts';
import { makeRateLimiter } from './rate.ts';

const list = '/securityProblems?pageSize=1';
const limiter = (rate: Partial<Rate>) => {
  const clock = { ms: 1_700_000_000_000 };
  return { clock, limiter: makeRateLimiter(Rate.parse(rate), () => clock.ms) };
};

test('a limit per second lets its burst through and then refills evenly', () => {
  const { clock, limiter: rate } = limiter({ perSecond: 10, burst: 3 });
  const allowed = (count: number) => Array.from({ length: count }, () => rate.take('list').allowed);

  assert.deepEqual(allowed(4), [true, true, true, false]);
  clock.ms += 99;
  assert.deepEqual(allowed(1), [false]);
  clock.ms += 2;
  assert.deepEqual(allowed(2), [true, false]);
  clock.ms += 10_000;
  assert.deepEqual(allowed(4), [true, true, true, false]);
});

test('a limit per minute counts each endpoint for itself', () => {
  const { clock, limiter: rate } = limiter({ perMinute: 2 });

  const list_ = [rate.take('list'), rate.take('list'), rate.take('list')].map(({ allowed }) => allowed);
  const detail = rate.take('detail').allowed;
  clock.ms += 60_000;

  assert.deepEqual(list_, [true, true, false]);
  assert.equal(detail, true);
  assert.equal(rate.take('list').allowed, true);
});

test('the reset is in microseconds unless seconds are wanted', () => {
  const reset = (resetUnit: Rate['resetUnit']) => {
    const { limiter: rate, clock } = limiter({ perMinute: 1, resetUnit });
    rate.take('list');
    clock.ms += 1000;
    return Number(rate.take('list').headers['X-RateLimit-Reset']);
  };

  assert.equal(reset('microseconds'), (1_700_000_000_000 + 60_000) * 1000);
  assert.equal(reset('seconds'), 1_700_000_060);
});

test('limit and remaining are announced per minute, counting down', () => {
  const { limiter: rate } = limiter({ perMinute: 2 });

  const headers = [rate.take('list'), rate.take('list'), rate.take('list')].map((answer) => answer.headers);

  assert.deepEqual(
    headers.map((one) => one['X-RateLimit-Limit']),
    ['2', '2', '2'],
  );
  assert.deepEqual(
    headers.map((one) => one['X-RateLimit-Remaining']),
    ['1', '0', '0'],
  );
});

test('headers can come always, with refusals only, or never; Retry-After only when it is switched on', () => {
  const names = (rate: Partial<Rate>) => {
    const { limiter: made } = limiter({ perMinute: 1, ...rate });
    return [made.take('list'), made.take('list')].map(({ headers }) => Object.keys(headers).length);
  };

  assert.deepEqual(names({}), [3, 3]);
  assert.deepEqual(names({ headers: 'refused' }), [0, 3]);
  assert.deepEqual(names({ headers: 'never' }), [0, 0]);
  assert.deepEqual(names({ headers: 'never', retryAfter: true }), [0, 1]);
});

test('over the limit the answer is 429 with the headers, and is counted as refused', async (t) => {
  const { call, emulator } = await startTrial(t, { rate: { perMinute: 2, retryAfter: true } });

  const replies = [await call(list), await call(list), await call(list)];

  assert.deepEqual(
    replies.map(({ status }) => status),
    [200, 200, 429],
  );
  assert.equal(replies[0]!.headers.get('x-ratelimit-remaining'), '1');
  assert.match(String(replies[2]!.headers.get('retry-after')), /^\d+$/);
  assert.equal(emulator.stats().refused, 1);
  emulator.control.setRate(null);
  assert.equal((await call(list)).status, 200);
});

test('a pool works on so many at once and lets the others wait', async (t) => {
  // Long enough that all nine arrive, on a busy machine too, before the first is answered.
  const { call, emulator } = await startTrial(t, { latency: { default: 200 }, pool: { threads: 3 } });

  const replies = await Promise.all(Array.from({ length: 9 }, () => call(list)));

  assert.ok(replies.every(({ status }) => status === 200));
  const { pool, maxInFlight, elapsedMs } = emulator.stats();
  assert.equal(pool.maxBusy, 3);
  assert.equal(pool.served, 9);
  assert.equal(maxInFlight, 9);
  assert.ok(elapsedMs >= 590, 'three rounds of 200 ms');
  assert.ok(pool.busyMs >= 9 * 195);
  assert.ok(pool.utilisation! > 0.2 && pool.utilisation! <= 1.01, String(pool.utilisation));
});

test('a full queue answers 429 at once, waiting too long answers 429 later', async (t) => {
  const { call, emulator } = await startTrial(t, {
    latency: { default: 250 },
    pool: { threads: 1, queue: 1, queueTimeoutMs: 20 },
  });

  const statuses = await Promise.all(
    [call(list), call(list), call(list)].map(async (reply) => (await reply).status),
  );

  assert.deepEqual(statuses.toSorted(), [200, 429, 429]);
  assert.equal(emulator.stats().pool.refused, 2);
  assert.equal(emulator.stats().pool.queued, 0);
  assert.equal((await call(list)).status, 200, 'the thread is free again');
});

test('taking the pool away lets the waiting ones go', async (t) => {
  const { call, emulator } = await startTrial(t, { latency: { default: 30 }, pool: { threads: 1 } });

  const replies = Promise.all([call(list), call(list), call(list)]);
  await call('/nothing');
  emulator.control.setPool(null);

  assert.deepEqual(
    (await replies).map(({ status }) => status),
    [200, 200, 200],
  );
});

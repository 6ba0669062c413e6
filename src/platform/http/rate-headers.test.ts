import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { readRateAdvice } from './rate-headers.ts';

const NOW = Date.UTC(2026, 10, 1, 12, 0, 0);
const read = (headers: Record<string, string>) => readRateAdvice(headers, NOW);

test('Retry-After counts in seconds', () => {
  assert.equal(read({ 'retry-after': '12' }).retryAfterMs, 12_000);
  assert.equal(read({ 'retry-after': '0' }).retryAfterMs, 0);
  assert.equal(read({ 'retry-after': ' 1.5 ' }).retryAfterMs, 1500);
});

test('Retry-After names a time', () => {
  assert.equal(read({ 'retry-after': 'Sun, 01 Nov 2026 12:00:30 GMT' }).retryAfterMs, 30_000);
});

test('a time that has passed means now', () => {
  assert.equal(read({ 'retry-after': 'Sun, 01 Nov 2026 11:00:00 GMT' }).retryAfterMs, 0);
});

test('a time is measured from the clock of the server that named it', () => {
  const headers = { date: 'Sun, 01 Nov 2026 13:00:00 GMT', 'retry-after': 'Sun, 01 Nov 2026 13:00:07 GMT' };

  assert.equal(read(headers).retryAfterMs, 7000);
});

const units: [string, number][] = [
  ['microseconds since 1970', (NOW + 5000) * 1000],
  ['milliseconds since 1970', NOW + 5000],
  ['seconds since 1970', NOW / 1000 + 5],
  ['seconds from now', 5],
];

for (const [unit, value] of units) {
  test(`X-RateLimit-Reset is understood in ${unit}`, () => {
    const advice = read({
      'x-ratelimit-limit': '50',
      'x-ratelimit-remaining': '0',
      'x-ratelimit-reset': String(value),
    });

    assert.deepEqual(advice, { remaining: 0, resetInMs: 5000 });
  });
}

test('X-RateLimit-Reset may be a date', () => {
  assert.equal(read({ 'x-ratelimit-reset': '2026-11-01T12:00:09Z' }).resetInMs, 9000);
});

test('the draft form with three headers is understood', () => {
  const headers = { 'ratelimit-limit': '100', 'ratelimit-remaining': '7', 'ratelimit-reset': '30' };

  assert.deepEqual(read(headers), { remaining: 7, resetInMs: 30_000 });
});

test('the draft form with one header is understood', () => {
  assert.deepEqual(read({ ratelimit: 'limit=100, remaining=50, reset=5' }), {
    remaining: 50,
    resetInMs: 5000,
  });
});

test('of several policies the one with least left counts', () => {
  const headers = {
    ratelimit: '"burst";r=40;t=1, "day";r=3;t=3600',
    'ratelimit-policy': '"burst";q=50;w=1, "day";q=1000;w=86400',
  };

  assert.deepEqual(read(headers), {
    remaining: 3,
    resetInMs: 3_600_000,
    policy: { calls: 1000, perMs: 86_400_000 },
  });
});

test('the window may stand in RateLimit-Limit', () => {
  assert.deepEqual(read({ 'ratelimit-limit': '10, 10;w=1, 1000;w=3600' }).policy, {
    calls: 1000,
    perMs: 3_600_000,
  });
});

test('the standard header wins over the vendor header', () => {
  const headers = { 'ratelimit-remaining': '1', 'ratelimit-reset': '2', 'x-ratelimit-remaining': '9' };

  assert.deepEqual(read(headers), { remaining: 1, resetInMs: 2000 });
});

test('what cannot be read is left out', () => {
  const headers = {
    'retry-after': 'soon',
    'x-ratelimit-remaining': '-1',
    'x-ratelimit-reset': 'x',
    ratelimit: ';;=',
  };

  assert.deepEqual(read(headers), {});
});

test('whatever a server writes, waits come out as finite and not negative', () => {
  const names = [
    'retry-after',
    'x-ratelimit-remaining',
    'x-ratelimit-reset',
    'ratelimit',
    'ratelimit-policy',
    'date',
  ];
  const value = fc.oneof(
    fc.string(),
    fc.integer().map(String),
    fc.double().map(String),
    fc.date().map(String),
  );

  fc.assert(
    fc.property(fc.dictionary(fc.constantFrom(...names), value), (headers) => {
      const {
        retryAfterMs = 0,
        resetInMs = 0,
        remaining = 0,
        policy = { calls: 1, perMs: 1 },
      } = read(headers);
      for (const number of [retryAfterMs, resetInMs, remaining])
        assert.ok(number >= 0 && Number.isFinite(number));
      assert.ok(policy.calls > 0 && policy.perMs > 0);
    }),
  );
});

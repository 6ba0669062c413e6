import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { backOffMs, createRetryBudget, mayRetry } from './retry.ts';
import { isFailure, type Trouble } from './trouble.ts';

const status = (code: number, headers = {}): Trouble => ({
  kind: 'status',
  status: code,
  incoming: { status: code, headers, body: Buffer.alloc(0) },
});
const wire = (
  kind: 'connect' | 'network' | 'truncated' | 'timeout' | 'certificate' | 'too-large' | 'address',
): Trouble => ({
  kind,
  message: kind,
});

test('429, 5xx, a broken connection, a time-out and a broken body are asked again', () => {
  const again = [
    status(429),
    status(500),
    status(502),
    status(503),
    status(504),
    wire('connect'),
    wire('network'),
  ];
  const more: Trouble[] = [wire('truncated'), wire('timeout'), { kind: 'unreadable', message: 'x' }];

  for (const trouble of [...again, ...more])
    assert.equal(mayRetry(trouble, true), true, JSON.stringify(trouble));
});

test('no other answer is asked again', () => {
  for (const code of [301, 400, 401, 403, 404, 405, 409, 410, 413, 418, 422, 451, 501, 505]) {
    assert.equal(mayRetry(status(code), true), false, String(code));
  }
  for (const kind of ['certificate', 'too-large', 'address'] as const)
    assert.equal(mayRetry(wire(kind), true), false);
});

test('what changes something is asked again only where the server cannot have done it', () => {
  assert.equal(mayRetry(status(429), false), true);
  assert.equal(mayRetry(status(503, { 'retry-after': '1' }), false), true);
  assert.equal(mayRetry(wire('connect'), false), true);
  for (const trouble of [status(503), status(500), wire('network'), wire('timeout'), wire('truncated')]) {
    assert.equal(mayRetry(trouble, false), false, JSON.stringify(trouble));
  }
});

test('being throttled is no failure of the server, 5xx and broken connections are', () => {
  assert.equal(isFailure(status(429)), false);
  assert.equal(isFailure(status(503, { 'retry-after': '1' })), false);
  assert.equal(isFailure(status(404)), false);
  assert.equal(isFailure(wire('too-large')), false);
  assert.equal(isFailure(status(503)), true);
  assert.equal(isFailure(wire('timeout')), true);
});

test('the delay lies between nothing and the doubled base, and never above the cap', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 10_000 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (count, chance) => {
        const ms = backOffMs(count, { baseMs: 1000, maxMs: 30_000 }, () => chance);
        assert.ok(ms >= 0 && ms <= Math.min(30_000, 1000 * 2 ** (count - 1)));
      },
    ),
  );
  assert.equal(
    backOffMs(3, { baseMs: 1000, maxMs: 30_000 }, () => 1),
    4000,
  );
});

test('retries are a share of the calls, beyond a reserve', () => {
  const budget = createRetryBudget(0.2, 2);
  const spend = (times: number) =>
    Array.from({ length: times }, () => budget.withdraw()).filter(Boolean).length;
  const reserve = spend(10);
  for (let i = 0; i < 50; i++) budget.deposit();

  assert.equal(reserve, 2);
  assert.equal(spend(100), 10);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createAdaptiveLimiter, createFixedLimiter, type Limiter, type Outcome } from './limiter.ts';

const answered = (latencyMs: number): Outcome => ({ kind: 'answered', latencyMs, shape: 'GET /x' });

/** One round trip: fills the limit, then all calls end alike. */
function round(limiter: Limiter, outcome: Outcome): void {
  const tickets = [];
  while (limiter.hasRoom()) tickets.push(limiter.start());
  for (const ticket of tickets) limiter.finish(ticket, outcome);
}

test('the limit doubles each round trip while latency stays', () => {
  const limiter = createAdaptiveLimiter({ initial: 4, min: 1, max: 100 });
  const seen = [];

  for (let i = 0; i < 5; i++) {
    round(limiter, answered(100));
    seen.push(Math.floor(limiter.limit));
  }

  assert.deepEqual(seen, [8, 16, 32, 64, 100]);
});

test('a bold start grows only after a window without a queue', () => {
  const limiter = createAdaptiveLimiter({ initial: 40, min: 1, max: 200 });
  const tickets = Array.from({ length: 40 }, () => limiter.start());
  const limits = tickets.map((ticket) => {
    limiter.finish(ticket, answered(100));
    return limiter.limit;
  });

  // 16 answers teach what is usual, 10 more are a window.
  assert.ok(limits.slice(0, 25).every((limit) => limit === 40));
  assert.equal(limits.at(-1), 55);
});

test('a bold start that makes a queue does not grow', () => {
  const limiter = createAdaptiveLimiter({ initial: 40, min: 1, max: 200 });
  const tickets = Array.from({ length: 40 }, () => limiter.start());

  for (const [nth, ticket] of tickets.entries()) limiter.finish(ticket, answered(nth < 16 ? 100 : 300));

  assert.ok(limiter.limit < 40);
});

test('a refusal takes the limit down once, however many calls it hits', () => {
  const limiter = createAdaptiveLimiter({ initial: 20, min: 1, max: 100 });

  round(limiter, { kind: 'refused' });

  assert.equal(Math.floor(limiter.limit), 14);
});

test('one failure is a hiccup, many are overload', () => {
  const limiter = createAdaptiveLimiter({ initial: 20, min: 1, max: 100 });
  limiter.finish(limiter.start(), { kind: 'failed' });
  const afterOne = limiter.limit;

  round(limiter, { kind: 'failed' });

  assert.equal(afterOne, 20);
  assert.ok(limiter.limit < 20);
});

test('a cancelled call says nothing', () => {
  const limiter = createAdaptiveLimiter({ initial: 20, min: 1, max: 100 });

  round(limiter, { kind: 'unknown' });

  assert.equal(limiter.limit, 20);
  assert.equal(limiter.inFlight, 0);
});

test('a limit that is not used does not grow', () => {
  const limiter = createAdaptiveLimiter({ initial: 20, min: 1, max: 100 });

  for (let i = 0; i < 200; i++) limiter.finish(limiter.start(), answered(100));

  assert.equal(limiter.limit, 20);
});

test('a slower kind of call is no queue', () => {
  const limiter = createAdaptiveLimiter({ initial: 10, min: 1, max: 30 });
  for (let i = 0; i < 50; i++) {
    const [list, detail] = [limiter.start(), limiter.start()];
    limiter.finish(list, { kind: 'answered', latencyMs: 100, shape: 'GET /list' });
    limiter.finish(detail, { kind: 'answered', latencyMs: 3000, shape: 'GET /detail/*' });
  }

  assert.equal(limiter.limit, 10);
});

test('whatever happens, the limit stays in its range and every call is counted out', () => {
  const outcome: fc.Arbitrary<Outcome> = fc.oneof(
    fc.double({ min: 0, max: 1e6, noNaN: true }).map(answered),
    fc.constantFrom<Outcome>({ kind: 'refused' }, { kind: 'failed' }, { kind: 'unknown' }),
  );

  fc.assert(
    fc.property(fc.integer({ min: 1, max: 5 }), fc.array(outcome, { maxLength: 60 }), (min, outcomes) => {
      const limiter = createAdaptiveLimiter({ initial: 8, min, max: 40 });
      for (const one of outcomes) round(limiter, one);
      assert.ok(limiter.limit >= min && limiter.limit <= 40, String(limiter.limit));
      assert.ok(limiter.hasRoom());
      assert.equal(limiter.inFlight, 0);
    }),
  );
});

test('fixed workers are exactly so many, whatever the server says', () => {
  const limiter = createFixedLimiter(3);
  const tickets = [limiter.start(), limiter.start(), limiter.start()];
  const full = limiter.hasRoom();

  limiter.finish(tickets[0]!, { kind: 'refused' });

  assert.deepEqual([full, limiter.hasRoom(), limiter.limit, limiter.inFlight], [false, true, 3, 2]);
});

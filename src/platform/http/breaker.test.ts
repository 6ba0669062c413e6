import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createVirtualClock } from '../../../test/support/virtual-clock.ts';
import { type Breaker, createBreaker } from './breaker.ts';

function aBreaker() {
  const clock = createVirtualClock();
  const states: string[] = [];
  const breaker = createBreaker({
    failures: 5,
    openMs: 60_000,
    clock,
    onChange: (state) => states.push(state),
  });
  return { clock, breaker, states };
}

function fail(breaker: Breaker, times: number): void {
  for (let i = 0; i < times; i++) breaker.leave(breaker.enter(), false);
}

test('four failures in a row leave the way free', () => {
  const { breaker } = aBreaker();

  fail(breaker, 4);

  assert.equal(breaker.waitMs, 0);
});

test('the fifth failure in a row closes the way for a minute', async () => {
  const { breaker, clock } = aBreaker();

  fail(breaker, 5);

  assert.equal(breaker.waitMs, 60_000);
  await clock.advance(59_999);
  assert.equal(breaker.waitMs, 1);
});

test('a success in between starts the count anew', () => {
  const { breaker } = aBreaker();

  fail(breaker, 4);
  breaker.leave(breaker.enter(), true);
  fail(breaker, 4);

  assert.equal(breaker.state, 'closed');
});

test('after the minute one trial goes, and nobody else until it ends', async () => {
  const { breaker, clock } = aBreaker();
  fail(breaker, 5);
  await clock.advance(60_000);

  const isTrial = breaker.enter();

  assert.equal(isTrial, true);
  assert.equal(breaker.waitMs, Number.POSITIVE_INFINITY);
});

test('a trial that succeeds frees the way', async () => {
  const { breaker, clock, states } = aBreaker();
  fail(breaker, 5);
  await clock.advance(60_000);

  breaker.leave(breaker.enter(), true);

  assert.equal(breaker.waitMs, 0);
  assert.deepEqual(states, ['open', 'half-open', 'closed']);
});

test('a trial that fails closes the way for another minute', async () => {
  const { breaker, clock } = aBreaker();
  fail(breaker, 5);
  await clock.advance(60_000);

  breaker.leave(breaker.enter(), false);

  assert.equal(breaker.waitMs, 60_000);
});

test('a trial that is cancelled lets another go at once', async () => {
  const { breaker, clock } = aBreaker();
  fail(breaker, 5);
  await clock.advance(60_000);

  breaker.leave(breaker.enter(), undefined);

  assert.equal(breaker.waitMs, 0);
  assert.equal(breaker.enter(), true);
});

test('what was under way before says nothing while the way is closed', async () => {
  const { breaker, clock } = aBreaker();
  const early = [breaker.enter(), breaker.enter()];
  fail(breaker, 5);

  breaker.leave(early[0]!, true);
  const afterSuccess = breaker.state;
  await clock.advance(60_000);
  const trial = breaker.enter();
  breaker.leave(early[1]!, false);
  const afterFailure = breaker.state;
  breaker.leave(trial, true);

  assert.deepEqual([afterSuccess, afterFailure, breaker.state], ['open', 'half-open', 'closed']);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { figure, median, NO_TARGET, shown, slowed } from './harness.ts';

test('a figure is ok at its bounds and not beyond them', () => {
  const of = (value: number) =>
    figure({ name: 'time', value, unit: 'ms', limit: 10 }, { atMost: 20, ratioAtMost: 1.5 });

  assert.equal(of(15).ok, true);
  assert.equal(of(15.1).ok, false);
  assert.equal(figure({ name: 'rate', value: 5, unit: '/s' }, { atLeast: 5 }).ok, true);
  assert.equal(figure({ name: 'rate', value: 4.9, unit: '/s' }, { atLeast: 5 }).ok, false);
});

test('a figure that was not measured is never ok', () => {
  assert.equal(figure({ name: 'time', value: Number.NaN, unit: 'ms' }, { atMost: 20 }).ok, false);
  assert.equal(figure({ name: 'time', value: 1, unit: 'ms' }, { ratioAtMost: 20 }).ok, false);
});

test('a figure without a bound is refused', () => {
  assert.throws(() => figure({ name: 'time', value: 1, unit: 'ms' }, {}), /could not fail/);
});

test('the median of an even number lies between the middle two', () => {
  assert.equal(median([4, 1, 3, 2]), 2.5);
  assert.equal(median([3, 1, 2]), 2);
});

test('slowed work takes so many times longer, and gives the same', async () => {
  const work = () => new Promise<string>((done) => setTimeout(done, 20, 'done'));
  const startedAt = performance.now();

  assert.equal(await slowed(4, work), 'done');

  assert.ok(performance.now() - startedAt >= 76);
});

test('work that is not slowed waits for nothing', async (t) => {
  const timer = t.mock.method(globalThis, 'setTimeout');

  assert.equal(await slowed(1, () => 'done'), 'done');

  assert.equal(timer.mock.callCount(), 0);
});

test('a figure without a target is shown, and misses nothing', () => {
  const one = shown({ name: 'rate', value: 1234.5, unit: 'findings/s' });

  assert.deepEqual(one, { name: 'rate', value: 1235, unit: 'findings/s', target: NO_TARGET, ok: true });
});

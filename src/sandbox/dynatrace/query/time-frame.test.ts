import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseSince, parseTime, parseWindow } from './time-frame.ts';

/** A Thursday. */
const now = Date.UTC(2026, 2, 5, 14, 37, 20, 500);
const dayMs = 86_400_000;

for (const [text, expected] of [
  ['1700000000123', '2023-11-14T22:13:20.123Z'],
  ['2021-01-25T05:57:01.123+01:00', '2021-01-25T04:57:01.123Z'],
  ['2021-01-25 05:57:01.123', '2021-01-25T05:57:01.123Z'],
  ['2021-01-25T05:57Z', '2021-01-25T05:57:00.000Z'],
  ['2021-01-25T05:57:01.5', '2021-01-25T05:57:01.500Z'],
  ['now', '2026-03-05T14:37:20.500Z'],
  ['now-15m', '2026-03-05T14:22:20.500Z'],
  ['now-15m/m', '2026-03-05T14:22:00.000Z'],
  ['now-2h/h', '2026-03-05T12:00:00.000Z'],
  ['now-30d', '2026-02-03T14:37:20.500Z'],
  ['now-30d/d', '2026-02-03T00:00:00.000Z'],
  ['now-1w/w', '2026-02-23T00:00:00.000Z'],
  ['now-1M', '2026-02-05T14:37:20.500Z'],
  ['now-1M/M', '2026-02-01T00:00:00.000Z'],
  ['now-3M', '2025-12-05T14:37:20.500Z'],
  ['now-1y/y', '2025-01-01T00:00:00.000Z'],
] as const) {
  test(`the time ${text} is ${expected}`, () => {
    assert.equal(new Date(parseTime(text, now, 'from')).toISOString(), expected);
  });
}

test('a month back from a day that the earlier month lacks is its last day', () => {
  const endOfMarch = Date.UTC(2026, 2, 31, 10);

  assert.equal(new Date(parseTime('now-1M', endOfMarch, 'from')).toISOString(), '2026-02-28T10:00:00.000Z');
});

for (const text of [
  'yesterday',
  'now-',
  'now-3',
  'now-3s',
  'now+3d',
  '2021-01-25',
  '2021-13-25T05:57:01',
  '-5',
  '',
])
  test(`'${text}' is no time`, () => {
    assert.throws(() => parseTime(text, now, 'from'), /neither a timestamp nor a relative time/);
  });

test('a window starts where it is told, or at its default', () => {
  assert.deepEqual(parseWindow({}, now, 'now-30d'), { from: now - 30 * dayMs, to: now });
  assert.deepEqual(parseWindow({ from: 'now-2d', to: 'now-1d' }, now, 'now-30d'), {
    from: now - 2 * dayMs,
    to: now - dayMs,
  });
});

test('a window must not end before 365 days ago nor before it starts', () => {
  assert.throws(
    () => parseWindow({ from: 'now-400d', to: 'now-380d' }, now, 'now-30d'),
    /older than 365 days/,
  );
  assert.throws(() => parseWindow({ from: 'now-1d', to: 'now-2d' }, now, 'now-30d'), /must not start after/);
  assert.doesNotThrow(() => parseWindow({ from: 'now-400d', to: 'now-364d' }, now, 'now-30d'));
});

test('a detail starts a day ago unless told, and at most 365 days ago', () => {
  assert.equal(parseSince(undefined, now), now - dayMs);
  assert.equal(parseSince('now-365d', now), now - 365 * dayMs);
  assert.throws(() => parseSince('now-370d', now), /more than 365 days/);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isAtOrAbove, SEVERITIES, severityCode, severityOfCode, severityOfScore } from './severity.ts';

test('scores fall into bands at their lower edges', () => {
  assert.deepEqual([10, 9, 8.9, 7, 6.9, 4, 3.9, 0.1, 0].map(severityOfScore), [
    'critical',
    'critical',
    'high',
    'high',
    'medium',
    'medium',
    'low',
    'low',
    'info',
  ]);
});

test('no score, or one off the scale, is unknown', () => {
  assert.deepEqual(
    [undefined, Number.NaN, -1, 10.1].map((score) => severityOfScore(score)),
    ['unknown', 'unknown', 'unknown', 'unknown'],
  );
});

test('at a level counts, unknown is at none', () => {
  assert.equal(isAtOrAbove('high', 'high'), true);
  assert.equal(isAtOrAbove('medium', 'high'), false);
  assert.equal(isAtOrAbove('unknown', 'info'), false);
});

test('unknown never sorts as low', () => {
  assert.ok(severityCode('unknown') > severityCode('low'));
  assert.deepEqual(
    SEVERITIES.map((one) => severityOfCode(severityCode(one))),
    [...SEVERITIES],
  );
});

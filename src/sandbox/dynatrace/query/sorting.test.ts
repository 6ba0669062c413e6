import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compareRows, parseSort } from './sorting.ts';

test('ties are broken by the number of the problem, not by its text', () => {
  const ids = ['10000000000000000000', '9', '10', '9999999999999999999'];

  const sorted = ids.toSorted((a, b) => compareRows({ id: a, values: [] }, { id: b, values: [] }, []));

  assert.deepEqual(sorted, ['9', '10', '9999999999999999999', '10000000000000000000']);
});

test('a sort key that does not exist is refused, also one that every object has', () => {
  for (const text of ['title', '+', '', 'globalCounts.nothing', 'constructor'])
    assert.throws(() => parseSort(text, () => assert.fail('not counted')), /is not a property to sort by/);
});

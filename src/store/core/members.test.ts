import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { decodeMembers, encodeMembers } from './members.ts';

test('any ids in any order come back as they were', () => {
  const id = fc.integer({ min: 0, max: 2 ** 52 });
  fc.assert(fc.property(fc.array(id), (ids) => assert.deepEqual(decodeMembers(encodeMembers(ids)), ids)));
});

test('ids in a row take a byte each', () => {
  const ids = Array.from({ length: 10_000 }, (_, n) => 5_000_000 + n);

  assert.ok(encodeMembers(ids).length < 10_010);
});

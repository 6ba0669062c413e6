import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseAsset, parseMoment } from './assets.ts';

test('a moment is a date or epoch milliseconds', () => {
  assert.equal(parseMoment('2026-01-31T12:00:00Z'), Date.UTC(2026, 0, 31, 12));
  assert.equal(parseMoment('1769860800000'), 1_769_860_800_000);
});

for (const text of ['yesterday', '', '99999999999999999999']) {
  test(`"${text}" is no moment`, () => {
    assert.throws(() => parseMoment(text), { code: 'input-invalid' });
  });
}

test('an asset is a kind and a name, or the name of a repository', () => {
  assert.deepEqual(parseAsset('image:registry:5000/app'), { kind: 'image', name: 'registry:5000/app' });
  assert.deepEqual(parseAsset('github.com/org/app'), { kind: 'repository', name: 'github.com/org/app' });
  assert.throws(() => parseAsset('image:'), { code: 'input-invalid' });
});

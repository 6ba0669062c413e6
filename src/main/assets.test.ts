import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseAsset, parseMoment } from './assets.ts';

const NOW = Date.UTC(2026, 5, 1);

test('a moment is a date or epoch milliseconds', () => {
  assert.equal(parseMoment('2026-01-31T12:00:00Z', NOW), Date.UTC(2026, 0, 31, 12));
  assert.equal(parseMoment('2026-01-31', NOW), Date.UTC(2026, 0, 31));
  assert.equal(parseMoment('1769860800000', NOW), 1_769_860_800_000);
});

for (const text of [
  'yesterday',
  '',
  '99999999999999999999',
  '2026-02-30',
  '2026-01-01T25:00:00Z',
  '2026',
  '-5',
  '2026-06-03',
]) {
  test(`"${text}" is no moment`, () => {
    assert.throws(() => parseMoment(text, NOW), { code: 'input-invalid' });
  });
}

test('an asset is a kind and a name, or the name of a repository', () => {
  assert.deepEqual(parseAsset('image:registry:5000/app'), { kind: 'image', name: 'registry:5000/app' });
  assert.deepEqual(parseAsset('github.com/org/app'), { kind: 'repository', name: 'github.com/org/app' });
  assert.throws(() => parseAsset('image:'), { code: 'input-invalid' });
});

test('a kind misspelt is answered with the one that was meant; a port is no kind', () => {
  assert.throws(() => parseAsset('imgae:registry/app'), {
    code: 'input-invalid',
    message: /--asset imgae:registry\/app: there is no kind 'imgae'; did you mean image\?/,
  });
  assert.deepEqual(parseAsset('localhost:5000/app'), { kind: 'repository', name: 'localhost:5000/app' });
});

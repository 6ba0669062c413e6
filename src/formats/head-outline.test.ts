import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { outlineOf } from './head-outline.ts';

const DOCUMENT = JSON.stringify({
  $schema: 'https://x/y"z\\',
  nested: { deep: [{ deeper: 1 }], version: 'no' },
  list: ['version', { a: 1 }],
  version: '2.1.0',
  number: 7,
  none: null,
});

test('tells the members of the root, and of no one below it', () => {
  const { root, members } = outlineOf(DOCUMENT);

  assert.equal(root, 'object');
  assert.deepEqual(Object.fromEntries(members), {
    $schema: 'https://x/y"z\\',
    nested: undefined,
    list: undefined,
    version: '2.1.0',
    number: 7,
    none: null,
  });
});

test('of a list it tells the members of the first object', () => {
  const { root, members } = outlineOf(` [ ${DOCUMENT}, {"other":1}]`);

  assert.equal(root, 'array');
  assert.equal(members.get('version'), '2.1.0');
  assert.equal(members.has('other'), false);
  assert.equal(outlineOf('[[{"a":1}]]').members.size, 0);
});

test('wherever the head is cut, what it tells is so', () => {
  const whole = outlineOf(DOCUMENT).members;
  for (let cut = 1; cut < DOCUMENT.length; cut++) {
    for (const [name, value] of outlineOf(DOCUMENT.slice(0, cut)).members) {
      assert.ok(whole.has(name), `${name} at ${cut}`);
      if (value !== undefined && typeof value !== 'number')
        assert.equal(value, whole.get(name), `${name} at ${cut}`);
    }
  }
});

test('text of any kind is outlined without an error', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(...'{}[]",:\\ a1\n') }), (text) => void outlineOf(text)),
  );
});

test('a head full of escaped quotes takes no longer than another', () => {
  const text = `{"a":"${'\\"'.repeat(200_000)}`;

  assert.equal(outlineOf(text).members.get('a'), undefined);
});

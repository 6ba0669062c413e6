import assert from 'node:assert/strict';
import { test } from 'node:test';
import { imageNameOf } from './image-name.ts';

const DIGEST = `sha256:${'a'.repeat(64)}`;

test('an image is named without tag and digest, also behind a port', () => {
  const expected = {
    nginx: ['nginx', undefined],
    'nginx:1.25': ['nginx', '1.25'],
    'localhost:5000/a/b': ['localhost:5000/a/b', undefined],
    'localhost:5000/a/b:v1': ['localhost:5000/a/b', 'v1'],
    [`a/b@${DIGEST}`]: ['a/b', DIGEST],
    [`a/b:v1@${DIGEST}`]: ['a/b', 'v1'],
  };
  for (const [reference, [name, version]] of Object.entries(expected)) {
    assert.deepEqual(imageNameOf(reference), { name, version }, reference);
  }
});

test('archives, paths and bare ids name no image', () => {
  for (const reference of [
    '',
    'out.tar',
    'a/b.tar.gz',
    './a',
    '/a/b',
    'C:\\a',
    DIGEST,
    'a'.repeat(12),
    ':1',
  ]) {
    assert.equal(imageNameOf(reference), undefined, reference);
  }
  assert.equal(imageNameOf(undefined), undefined);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createAnswerCache } from './answer-cache.ts';

const anAnswer = (size: number, headers: Record<string, string> = { etag: '"1"' }) => ({
  status: 200,
  headers,
  body: Buffer.alloc(size),
});

test('only answers with an ETag that may be stored are kept', () => {
  const cache = createAnswerCache(1_000_000);

  cache.put('a', anAnswer(10));
  cache.put('b', anAnswer(10, {}));
  cache.put('c', anAnswer(10, { etag: '"1"', 'cache-control': 'private, no-store' }));

  assert.deepEqual([!!cache.get('a'), !!cache.get('b'), !!cache.get('c')], [true, false, false]);
});

test('memory stays within its bound, and what was used last stays', () => {
  const cache = createAnswerCache(40_000);

  for (let i = 0; i < 100; i++) {
    cache.put(`k${i}`, anAnswer(5000));
    cache.get('k0');
  }

  assert.ok(cache.bytes <= 40_000);
  assert.ok(cache.get('k0'));
  assert.equal(cache.get('k50'), undefined);
});

test('an answer that would push everything else out is not kept', () => {
  const cache = createAnswerCache(40_000);
  cache.put('small', anAnswer(10));

  cache.put('large', anAnswer(20_000));

  assert.equal(cache.get('large'), undefined);
  assert.ok(cache.get('small'));
});

test('an answer that may no longer be kept replaces the old one by nothing', () => {
  const cache = createAnswerCache(40_000);
  cache.put('a', anAnswer(10));

  cache.put('a', anAnswer(10, {}));

  assert.equal(cache.get('a'), undefined);
  assert.equal(cache.bytes, 0);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EntryBatch } from './entry-batch.ts';
import { BATCH_SIZE } from './format.ts';

const PART = { index: 0, tool: 'Tool', category: '', asset: undefined };

test('what one container brought at once is handed on in batches of the usual size', () => {
  const batch = new EntryBatch();
  for (let n = 0; n < BATCH_SIZE * 2 + 1; n++) batch.reject(['list', n], 'broken');

  const sizes = [...batch.full(PART)].map(({ rejected }) => rejected.length);

  assert.deepEqual(sizes, [BATCH_SIZE, BATCH_SIZE]);
  assert.equal(batch.take(PART).rejected.length, 1);
});

test('a list with nothing but broken entries is told from an empty one', () => {
  const [empty, broken, mixed] = [new EntryBatch(), new EntryBatch(), new EntryBatch()];
  broken.reject([0], 'broken');
  mixed.reject([0], 'broken');
  mixed.isReadable();

  assert.deepEqual(
    [empty, broken, mixed].map((batch) => batch.isNothingReadable),
    [false, true, false],
  );
});

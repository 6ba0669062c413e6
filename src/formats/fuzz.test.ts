/** Damaged scans, the same ones every time; `npm run soak -- fuzz` tries others. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { fuzzFormat } from '../../test/support/fuzz-formats.ts';
import { TRIED_FORMATS } from '../../test/support/tried-formats.ts';

const INPUTS = 2000;

describe('damaged scans are read or refused, in time', () => {
  for (const { format, fixtures } of TRIED_FORMATS) {
    test(`of ${format.kind}`, async () => {
      const { read, refused } = await fuzzFormat(format, fixtures, INPUTS, 1);

      assert.equal(read + refused, INPUTS);
      assert.ok(
        read > INPUTS / 20 && refused > INPUTS / 20,
        `${read} read, ${refused} refused: hardly a test`,
      );
    });
  }
});

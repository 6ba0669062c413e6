import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Instant, isoInstant, showInstant } from './instant.ts';

describe('an instant', () => {
  it('reads a date as midnight UTC, a date-time with its offset, and epoch ms as they are', () => {
    assert.equal(Instant.parse('2026-02-01'), Date.UTC(2026, 1, 1));
    assert.equal(Instant.parse('2026-02-01T01:00:00+01:00'), Date.UTC(2026, 1, 1));
    assert.equal(Instant.parse(Date.UTC(2026, 1, 1)), Date.UTC(2026, 1, 1));
  });

  it('needs no seconds, and does need a time zone', () => {
    assert.equal(Instant.parse('2026-11-22T10:00Z'), Date.UTC(2026, 10, 22, 10));
    assert.equal(Instant.parse('2026-11-22T10:00+02:00'), Date.UTC(2026, 10, 22, 8));
    assert.equal(Instant.safeParse('2026-11-22T10:00').success, false);
    assert.equal(Instant.safeParse('2026-11-22T10Z').success, false);
  });

  it('refuses what is no moment', () => {
    for (const wrong of ['soon', '2026-02-30', '', -1, 1.5, Number.MAX_SAFE_INTEGER, Number.NaN, null]) {
      assert.equal(Instant.safeParse(wrong).success, false, `${wrong} was read`);
    }
  });

  it('is shown to the minute, and an impossible one as impossible', () => {
    assert.equal(showInstant(Date.UTC(2026, 1, 1, 9, 5)), '2026-02-01 09:05 UTC');
    assert.equal(showInstant(Number.MAX_SAFE_INTEGER), 'an impossible date');
    assert.equal(isoInstant(Number.NaN), undefined);
  });
});

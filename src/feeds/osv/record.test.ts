import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { advisoryOf } from './record.ts';

const CRITICAL = 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H';
const MEDIUM = 'CVSS:3.1/AV:N/AC:H/PR:L/UI:R/S:U/C:H/I:N/A:N';
const HARMLESS_V2 = 'AV:N/AC:L/Au:N/C:N/I:N/A:N';

function severityOf(change: object): string | undefined {
  const advisory = advisoryOf({ id: 'OSV-2099-1', modified: '2099-01-01T00:00:00Z', ...change });
  assert.ok(typeof advisory !== 'string', 'it was rejected');
  return advisory.severity;
}

describe('the severity of a record', () => {
  test('goes by the newest version among its vectors, whatever type they are said to be of', () => {
    const severity = [
      { type: 'CVSS_V3', score: CRITICAL },
      { type: 'Somebody', score: HARMLESS_V2 },
      { score: ` ${MEDIUM}\n` },
    ];

    assert.equal(severityOf({ severity }), 'critical');
    assert.equal(severityOf({ severity: severity.slice(1) }), 'medium');
  });

  test('is not lost by what stands beside it and cannot be read', () => {
    const severity = [{ type: 'Ubuntu' }, null, { type: 'CVSS_V3', score: 9.8 }, { score: CRITICAL }];

    assert.equal(severityOf({ severity }), 'critical');
  });

  test('is the worst of its packages, where each is scored by itself', () => {
    const scored = (score: string) => ({
      package: { ecosystem: 'npm', name: 'a' },
      severity: [{ type: 'CVSS_V3', score }],
    });
    const affected = [scored(MEDIUM), scored(CRITICAL), { severity: 'high' }, null];

    assert.equal(severityOf({ affected }), 'critical');
    assert.equal(severityOf({ affected, severity: [{ type: 'CVSS_V3', score: MEDIUM }] }), 'medium');
  });

  test('is nothing where nothing can be read, and then the word of its database', () => {
    for (const severity of [
      'CRITICAL',
      [],
      [{ score: '9.8' }],
      { score: CRITICAL },
      [{ score: 'CVSS:3.1/AV:X' }],
    ]) {
      assert.equal(severityOf({ severity }), undefined);
      assert.equal(severityOf({ severity, database_specific: { severity: 'High' } }), 'high');
    }
  });
});

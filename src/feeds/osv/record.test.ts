import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { osv } from './index.ts';
import { advisoryOf } from './record.ts';

const CRITICAL = 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H';
const MEDIUM = 'CVSS:3.1/AV:N/AC:H/PR:L/UI:R/S:U/C:H/I:N/A:N';
const HARMLESS_V2 = 'AV:N/AC:L/Au:N/C:N/I:N/A:N';

function severityOf(change: object): string | undefined {
  const advisory = advisoryOf({ id: 'OSV-2099-1', modified: '2099-01-01T00:00:00Z', ...change });
  assert.ok(typeof advisory !== 'string', 'it was rejected');
  return advisory.severity;
}

describe('the moments of a record', () => {
  const ZERO = '0001-01-01T00:00:00Z';
  const momentsOf = (change: object) => {
    const advisory = advisoryOf({ id: 'OSV-2099-1', modified: ZERO, ...change });
    assert.ok(typeof advisory !== 'string', 'it was rejected');
    return { modifiedAt: advisory.modifiedAt, publishedAt: advisory.about.publishedAt };
  };

  test('that Go was never told are of no year: modified is then since published, if that was told', () => {
    const at = Date.UTC(2099, 3, 14);

    assert.deepEqual(momentsOf({ published: '2099-04-14T00:00:00Z' }), { modifiedAt: at, publishedAt: at });
    assert.deepEqual(momentsOf({ published: ZERO }), {
      modifiedAt: Date.parse(ZERO),
      publishedAt: undefined,
    });
    assert.deepEqual(momentsOf({ modified: '2099-04-14', published: ZERO }), {
      modifiedAt: at,
      publishedAt: undefined,
    });
  });

  test('are of its file, which is otherwise of the moment it was received', async () => {
    const receivedAt = Date.UTC(2099, 5, 1);
    const publishedAt = async (...modified: readonly string[]): Promise<number> => {
      const lines = modified.map((one, index) => JSON.stringify({ id: `A-${index}`, modified: one }));
      const bytes = Buffer.from(lines.join('\n'));
      const documents = async function* () {
        yield {
          name: '',
          bytes: (async function* () {
            yield bytes;
          })(),
        };
      };
      const batches = osv.read({ documents, receivedAt });
      for (;;) {
        const next = await batches.next();
        if (next.done) return next.value.publishedAt;
      }
    };

    assert.equal(await publishedAt(ZERO, ZERO), receivedAt);
    assert.equal(await publishedAt(ZERO, '2098-01-01', ZERO), Date.UTC(2098, 0, 1));
  });
});

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

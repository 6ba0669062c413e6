import assert from 'node:assert/strict';
import { test } from 'node:test';
import { trialLine } from '../../../test/support/trial-line.ts';

const AUDIT = JSON.stringify({
  dependencies: [
    {
      name: 'lantern',
      version: '1.0.0',
      vulns: [
        {
          id: 'PYSEC-2099-1',
          fix_versions: ['1.2.0'],
          aliases: ['CVE-2099-10001'],
          description: 'It burns.',
        },
      ],
    },
  ],
  fixes: [],
});
const ADVISORY = JSON.stringify({
  id: 'GHSA-aaaa-bbbb-cccc',
  modified: '2026-01-02T00:00:00Z',
  aliases: ['CVE-2099-10001'],
  severity: [{ type: 'CVSS_V3', score: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H' }],
  affected: [],
});
const CONFIGURATION = 'sources: [{ name: advisories, kind: osv, file: osv.jsonl }]\n';

const AT = { at: new Date('2026-05-20T00:00:00Z') };

async function aLine() {
  const line = await trialLine({
    'audit.json': AUDIT,
    'osv.jsonl': `${ADVISORY}\n`,
    'gatehouse.yaml': CONFIGURATION,
  });
  await line.run(['import', 'audit.json', '--asset', 'repository:shop'], AT);
  await line.run(['collect'], AT);
  return line;
}

test('people read who says what of a finding, why its names are one, and since when it is open', async () => {
  await using line = await aLine();

  const { stdout, message } = await line.run(['finding', 'show', 'PYSEC-2099-1'], AT);

  assert.equal(message, '');
  assert.deepEqual(
    stdout
      .replaceAll(/entry \S+/g, 'entry KEY')
      .replaceAll(/pip-audit \w\S+\)/g, 'pip-audit KEY)')
      .split('\n'),
    [
      '1  critical  CVE-2099-10001 of pkg:pypi/lantern on repository:shop',
      '  names: CVE-2099-10001, GHSA-aaaa-bbbb-cccc, PYSEC-2099-1',
      '    GHSA-aaaa-bbbb-cccc is CVE-2099-10001: the advisory GHSA-aaaa-bbbb-cccc (advisories) says so, as of 2026-01-02 00:00 UTC',
      '    PYSEC-2099-1 is CVE-2099-10001: scan:pip-audit/pip-audit said so on 2026-05-20 00:00 UTC, entry KEY',
      '  severity: critical, score 9.8 (advisory GHSA-aaaa-bbbb-cccc)',
      '  description: It burns. (scan:pip-audit/pip-audit KEY)',
      '  fixed in: 1.2.0 (scan:pip-audit/pip-audit KEY)',
      '  seen by:',
      '    scan:pip-audit/pip-audit: unknown, version 1.0.0, entry KEY',
      '  at:',
      '    1.0.0',
      '  open:',
      '    since 2026-05-20 00:00 UTC',
      '',
    ],
  );
});

test('machines read the same, with every key', async () => {
  await using line = await aLine();

  const { stdout } = await line.run(['finding', 'show', '1', '--json'], AT);

  const [one] = JSON.parse(stdout).findings;
  assert.deepEqual(
    one.names.map(({ name, holds, by }: Record<string, Record<string, unknown>>) => [name, holds, by?.kind]),
    [
      ['GHSA-aaaa-bbbb-cccc', true, 'advisory'],
      ['PYSEC-2099-1', true, 'entry'],
    ],
  );
  assert.equal(one.origin.severity, 'advisory GHSA-aaaa-bbbb-cccc');
  assert.equal(one.finding.severity, 'critical');
  assert.deepEqual(
    one.observations.map(({ severity, live }: Record<string, unknown>) => [severity, live]),
    [['unknown', true]],
  );
  assert.deepEqual(one.episodes, [{ openedAt: '2026-05-20T00:00:00.000Z', closedAt: null, reason: null }]);
  assert.deepEqual([one.lineage, one.epss, one.kev], [[], null, null]);
});

test('the list of findings tells the number by which it is asked for', async () => {
  await using line = await aLine();

  const { stdout } = await line.run(['findings'], AT);

  assert.match(stdout, /^1 {2}critical {2}CVE-2099-10001 /);
});

test('what is not there is told', async () => {
  await using line = await aLine();

  const { message } = await line.run(['finding', 'show', '99'], AT);

  assert.match(message, /there is no finding 99: give its number, or a name of its vulnerability or rule/);
});

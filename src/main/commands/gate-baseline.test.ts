import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { type TrialLine, trialLine } from '../../../test/support/trial-line.ts';
import { trivyScan } from '../../../test/support/trivy-scan.ts';

const COMPARED =
  'mode: compare\nrules: { severity: off, new-against-baseline: block, severity-regression: block }\n';

function scan(createdAt: string, ...entries: readonly (readonly [string, string])[]): string {
  return trivyScan({ createdAt, entries: entries.map(([id, severity]) => ({ id, severity })) });
}

/** On 1 May one finding, on 10 May it is worse and a second has come; judged on 20 May. */
async function withMay(): Promise<TrialLine> {
  const line = await trialLine({
    'policy.yaml': COMPARED,
    'first.json': scan('2026-05-01T00:00:00Z', ['CVE-2024-1', 'MEDIUM']),
    'second.json': scan('2026-05-10T00:00:00Z', ['CVE-2024-1', 'HIGH'], ['CVE-2024-2', 'HIGH']),
  });
  for (const file of ['first.json', 'second.json']) {
    const { exitCode, message } = await line.run(['import', file], { at: new Date('2026-05-20') });
    assert.equal(exitCode, 0, message);
  }
  return line;
}

async function against(line: TrialLine, baseline: string) {
  return await line.run(['gate', '--policy', 'policy.yaml', '--format', 'json', '--baseline', baseline], {
    at: new Date('2026-05-20T00:00:00Z'),
  });
}

test('a release is compared with what was open at a moment, as bad as it then was', async () => {
  await using line = await withMay();

  for (const moment of ['2026-05-05', '2026-05-05T12:00:00Z', '15d']) {
    const { exitCode, stdout, message } = await against(line, moment);
    assert.equal(exitCode, 1, `${moment}: ${message}`);
    const { reasons } = JSON.parse(stdout) as {
      reasons: { rule: string; effect: string; findings: unknown[] }[];
    };
    assert.deepEqual(
      reasons.filter(({ effect }) => effect === 'block').map(({ rule, findings }) => [rule, findings.length]),
      [
        ['new-against-baseline', 1],
        ['severity-regression', 1],
      ],
    );
  }
  assert.equal((await against(line, '2026-05-10')).exitCode, 0, 'nothing is new since');
});

test('a moment before anything was heard of is no baseline, so the gate stays shut', async () => {
  await using line = await withMay();

  const { exitCode, stdout } = await against(line, '2026-04-01');

  assert.equal(exitCode, 3);
  assert.match(stdout, /"UNDECIDED"/);
});

test('no baseline is kept under a name by which it could not be found again', async () => {
  await using line = await withMay();
  await writeFile(join(line.path, 'gatehouse.yaml'), 'scopes: [{ name: production, sources: [trivy] }]\n');

  for (const [name, why] of [
    ['2026-05-05', /reads as a moment/],
    ['30d', /reads as a moment/],
    ['production', /a scope is called so/],
    [' ', /give a name of one line/],
    ['a\nb', /'a b': give a name of one line/],
  ] as const) {
    const { exitCode, message } = await line.run(['gate', '--save-baseline', name]);
    assert.equal(exitCode, undefined, name);
    assert.match(message, why);
  }
});

test('what is neither a scope, nor a baseline, nor a moment that has been, is an error', async () => {
  await using line = await withMay();

  assert.match((await against(line, 'yesterdy')).message, /no scope and no kept baseline 'yesterdy'/);
  assert.match((await against(line, '2027-01-01')).message, /2027-01-01 is still ahead/);
});

test('a verdict against a moment is decided again the same', async () => {
  await using line = await withMay();
  await against(line, '2026-05-05');

  const { stdout, message } = await line.run(['replay', '1']);

  assert.match(stdout, /^The same: NO-GO, byte for byte\./, message);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type TrialLine, trialLine } from '../../../test/support/trial-line.ts';
import { trivyScan } from '../../../test/support/trivy-scan.ts';

function scan(day: string, ...entries: readonly (readonly [string, string])[]): string {
  const createdAt = `${day}T00:00:00Z`;
  return trivyScan({ createdAt, entries: entries.map(([id, severity]) => ({ id, severity })) });
}

/**
 * CVE-2024-1 is found on 1 May, worse from 10 May on; CVE-2024-2 is found on 1 May and gone on 10 May; CVE-2024-3 comes
 * on 10 May. The scans arrive on 20 and 21 May, the older one last.
 */
async function withMay(): Promise<TrialLine> {
  const line = await trialLine({
    'first.json': scan('2026-05-01', ['CVE-2024-1', 'MEDIUM'], ['CVE-2024-2', 'LOW']),
    'second.json': scan('2026-05-10', ['CVE-2024-1', 'CRITICAL'], ['CVE-2024-3', 'HIGH']),
  });
  await line.run(['import', 'second.json'], { at: new Date('2026-05-20') });
  await line.run(['import', 'first.json'], { at: new Date('2026-05-21') });
  return line;
}

const NOW = { at: new Date('2026-05-22T00:00:00Z') };

async function asOf(line: TrialLine, ...args: readonly string[]): Promise<unknown> {
  const { stdout, message } = await line.run(['findings', '--json', ...args], NOW);
  assert.equal(message, '');
  const { total, findings } = JSON.parse(stdout);
  return [
    total,
    findings.map(({ vulnerability, severity }: Record<string, string>) => `${vulnerability} ${severity}`),
  ];
}

test('what was open at a moment is listed as it then stood, worst first', async () => {
  await using line = await withMay();

  assert.deepEqual(await asOf(line, '--as-of', '2026-05-05'), [2, ['CVE-2024-1 medium', 'CVE-2024-2 low']]);
  assert.deepEqual(await asOf(line, '--as-of', '10d'), [2, ['CVE-2024-1 critical', 'CVE-2024-3 high']]);
  assert.deepEqual(await asOf(line, '--as-of', '2026-04-01'), [0, []]);
  assert.deepEqual(await asOf(line), [2, ['CVE-2024-1 critical', 'CVE-2024-3 high']]);
});

test('a past list is filtered by what stood then, and cut where asked', async () => {
  await using line = await withMay();

  assert.deepEqual(await asOf(line, '--as-of', '2026-05-05', '--severity', 'medium'), [
    1,
    ['CVE-2024-1 medium'],
  ]);
  assert.deepEqual(await asOf(line, '--as-of', '2026-05-05', '--severity', 'critical'), [0, []]);
  assert.deepEqual(await asOf(line, '--as-of', '2026-05-05', '--limit', '1'), [2, ['CVE-2024-1 medium']]);
});

test('two moments are compared: what appeared, what went, what has another severity', async () => {
  await using line = await withMay();

  const { stdout } = await line.run(['history', '--from', '2026-05-05', '--json'], NOW);

  const { appeared, gone, rescored, unchanged, from } = JSON.parse(stdout);
  const names = (all: readonly { vulnerability: string }[]): readonly string[] =>
    all.map(({ vulnerability }) => vulnerability);
  assert.deepEqual([names(appeared), names(gone), unchanged], [['CVE-2024-3'], ['CVE-2024-2'], 0]);
  assert.deepEqual(
    rescored.map(({ was, finding }: { was: string; finding: Record<string, string> }) => [
      was,
      finding.severity,
      finding.vulnerability,
    ]),
    [['medium', 'critical', 'CVE-2024-1']],
  );
  assert.equal(from, '2026-05-05T00:00:00.000Z');
});

test('people read the same, and only what they ask for', async () => {
  await using line = await withMay();

  const { stdout } = await line.run(
    ['history', '--from', '2026-05-05', '--to', '2026-05-15', '--severity', 'high'],
    NOW,
  );

  assert.match(stdout, /^appeared:\n {2}\d+ {2}high {2}CVE-2024-3 /);
  assert.match(stdout, /1 appeared, 0 gone, 0 of another severity, 0 unchanged\n$/);
});

test('the history of a finding says when each change was so and when it was learned, also once it is resolved', async () => {
  await using line = await withMay();
  await line.run(['triage', 'set', 'CVE-2024-1', '--state', 'affected', '--by', 'ann'], NOW);

  const { stdout } = await line.run(['history', 'CVE-2024-1', 'CVE-2024-2', '--json'], NOW);

  const [first, second] = JSON.parse(stdout).findings;
  const changes: readonly Record<string, unknown>[] = first.changes;
  assert.equal(second.finding.state, 'resolved');
  assert.deepEqual(
    changes.map(({ kind }) => kind),
    ['created', 'triaged'],
  );
  assert.deepEqual(
    [changes[0]?.validAt, changes[0]?.recordedAt],
    ['2026-05-01T00:00:00.000Z', '2026-05-20T00:00:00.000Z'],
  );
  assert.equal(changes[1]?.said, 'affected');
  const { stdout: shown } = await line.run(['history', 'CVE-2024-1'], NOW);
  assert.match(shown, /2026-05-01 00:00 UTC {2}created {2}\(learned 2026-05-20 00:00 UTC\)/);
});

test('what was learned in a stretch of our own time is told in that order, whatever day it speaks of', async () => {
  await using line = await withMay();
  const learned = async (...args: readonly string[]): Promise<readonly (readonly unknown[])[]> => {
    const { stdout, message } = await line.run(['history', ...args, '--json'], NOW);
    assert.equal(message, '');
    return JSON.parse(stdout).changes.map(
      ({ kind, validAt, recordedAt, finding }: Record<string, Record<string, string> & string>) => [
        String(recordedAt).slice(0, 10),
        kind,
        finding?.vulnerability,
        String(validAt).slice(0, 10),
      ],
    );
  };

  assert.deepEqual(await learned('--learned-from', '2026-05-01'), [
    ['2026-05-20', 'created', 'CVE-2024-1', '2026-05-01'],
    ['2026-05-20', 'created', 'CVE-2024-3', '2026-05-10'],
    ['2026-05-21', 'created', 'CVE-2024-2', '2026-05-01'],
    ['2026-05-21', 'closed', 'CVE-2024-2', '2026-05-10'],
  ]);
  assert.deepEqual(await learned('--learned-from', '2026-05-20', '--learned-to', '2026-05-20T12:00:00Z'), [
    ['2026-05-20', 'created', 'CVE-2024-1', '2026-05-01'],
    ['2026-05-20', 'created', 'CVE-2024-3', '2026-05-10'],
  ]);
  assert.deepEqual(await learned('--learned-from', '36h', '--severity', 'low'), [
    ['2026-05-21', 'created', 'CVE-2024-2', '2026-05-01'],
    ['2026-05-21', 'closed', 'CVE-2024-2', '2026-05-10'],
  ]);
  const { stdout } = await line.run(['history', '--learned-from', '36h'], NOW);
  assert.match(
    stdout,
    /^2026-05-21 00:00 UTC {2}created {2}\d+ {2}low {2}CVE-2024-2 .*\(so since 2026-05-01 00:00 UTC\)\n.* closed .*\n2 changes\n$/,
  );
});

test('a moment that is ahead, or none, and a question that is none are refused', async () => {
  await using line = await withMay();

  for (const [args, problem] of [
    [['findings', '--as-of', '2027-01-01'], /2027-01-01 is still ahead/],
    [['history', '--learned-from', '2d', '--learned-to', '3d'], /2d is later than --learned-to 3d/],
    [['history', '--learned-from', '2d', '--from', '3d'], /--learned-from and perhaps --learned-to/],
    [['history', '--learned-to', '2d'], /--learned-from and perhaps --learned-to/],
    [['findings', '--as-of', 'soon'], /--as-of soon: give a date/],
    [['findings', '--as-of', '1d', '--state', 'all'], /leave --state out/],
    [['history'], /name findings, or give --from/],
    [['history', 'CVE-2024-1', '--from', '1d'], /name findings, or give --from/],
    [['history', '--from', '1d', '--to', '9d'], /exchange them/],
    [['history', 'CVE-2024-9'], /there is no finding CVE-2024-9/],
  ] as const)
    assert.match((await line.run(args, NOW)).message, problem);
});

test('a change of severity is told in words, with what it was', async () => {
  await using line = await trialLine({
    'first.json': scan('2026-05-01', ['CVE-2024-1', 'MEDIUM']),
    'second.json': scan('2026-05-10', ['CVE-2024-1', 'CRITICAL']),
  });
  for (const file of ['first.json', 'second.json']) await line.run(['import', file], NOW);

  const { stdout } = await line.run(['history', 'CVE-2024-1'], NOW);

  assert.match(stdout, /2026-05-10 00:00 UTC {2}updated: severity medium → critical {2}\(learned 2026-05-22/);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type TrialLine, trialLine } from '../../../test/support/trial-line.ts';
import { trivyScan } from '../../../test/support/trivy-scan.ts';

const SCAN = trivyScan({
  entries: [
    { id: 'CVE-2024-1001', severity: 'CRITICAL', name: 'left-pad' },
    { id: 'CVE-2024-1001', severity: 'CRITICAL', name: 'right-pad' },
    { id: 'CVE-2024-1002', severity: 'LOW' },
  ],
});

/** A store with three findings. */
async function withFindings(): Promise<TrialLine> {
  const line = await trialLine({ 'scan.json': SCAN });
  await line.run(['import', 'scan.json']);
  return line;
}

async function shown(line: TrialLine, ...args: readonly string[]) {
  const { stdout, message } = await line.run(['triage', 'show', '--json', ...args]);
  assert.equal(message, '');
  const findings: readonly Record<string, unknown>[] = JSON.parse(stdout).findings;
  return findings;
}

test('every finding of a vulnerability is noted on at once, with who and when', async () => {
  await using line = await withFindings();

  const set = await line.run([
    ...['triage', 'set', 'cve-2024-1001', '--state', 'under-investigation', '--assignee', 'bob'],
    ...['--tag', 'edge', 'q3', '--comment', 'looks old', '--by', 'ann'],
  ]);

  assert.match(set.stdout, /noted on 2 findings/, set.message);
  const findings = await shown(line);
  assert.equal(findings.length, 2);
  for (const { state, by, assignee, tags, history } of findings) {
    assert.deepEqual([state, by, assignee, tags], ['under-investigation', 'ann', 'bob', ['edge', 'q3']]);
    assert.equal(Object(history)[0].recordedAt, '2026-06-01T12:00:00.000Z');
  }
});

test('one finding is noted on by its number, and its history stays', async () => {
  await using line = await withFindings();
  const [first, second] = await shown(line, 'CVE-2024-1001');

  await line.run(['triage', 'set', String(first?.id), '--state', 'accepted', '--by', 'ann']);
  await line.run(['triage', 'set', String(first?.id), '--state', 'affected', '--by', 'bob'], {
    at: new Date('2026-06-02T12:00:00Z'),
  });

  const [changed, untouched] = await shown(line, String(first?.id), String(second?.id));
  assert.equal(changed?.state, 'affected');
  assert.deepEqual(
    Object(changed?.history).map(({ state, by }: Record<string, string>) => [state, by]),
    [
      ['accepted', 'ann'],
      ['affected', 'bob'],
    ],
  );
  assert.equal(untouched?.state, null);
});

test('a filter alone selects, and a dry run notes nothing', async () => {
  await using line = await withFindings();
  const args = ['triage', 'set', '--severity', 'critical', '--tag', 'now', '--by', 'ann'];

  const dry = await line.run([...args, '--dry-run']);
  const before = await shown(line);
  await line.run([...args, '--component', 'pkg:npm/right-pad']);

  assert.match(dry.stdout, /would be noted on 2 findings/);
  assert.deepEqual(before, []);
  assert.equal((await shown(line)).length, 1);
});

test('to accept a finding says that only a waiver changes a verdict', async () => {
  await using line = await withFindings();

  const { stdout } = await line.run(['triage', 'set', 'CVE-2024-1002', '--state', 'accepted', '--by', 'ann']);

  assert.match(stdout, /changes no verdict: gatehouse waiver request/);
});

for (const [what, args, says] of [
  ['not affected without a reason', ['CVE-2024-1001', '--state', 'not-affected'], /needs a justification/],
  ['a state that is none', ['CVE-2024-1001', '--state', 'fine'], /none of false-positive/],
  [
    'a justification of nothing',
    ['CVE-2024-1001', '--tag', 'a', '--justification', 'component-not-present'],
    /goes with/,
  ],
  ['nothing', ['CVE-2024-1001'], /what is to be noted/],
  ['no finding', ['--state', 'affected'], /which findings/],
  ['a finding that is not there', ['99', '--state', 'affected'], /no finding 99/],
  ['a name that is not there', ['CVE-1999-0001', '--state', 'affected'], /no finding CVE-1999-0001/],
  ['a number beyond all', ['99999999999999999999', '--state', 'affected'], /no finding 9/],
] as const) {
  test(`${what} is refused, and nothing is noted`, async () => {
    await using line = await withFindings();

    const { exitCode, message } = await line.run(['triage', 'set', ...args, '--by', 'ann']);

    assert.equal(exitCode, undefined);
    assert.match(message, says);
    assert.deepEqual(await shown(line), []);
  });
}

test('what people wrote cannot repaint the terminal', async () => {
  await using line = await withFindings();
  await line.run(['triage', 'set', 'CVE-2024-1002', '--comment', 'a\u001b[2J\nb', '--by', 'ann']);

  const { stdout } = await line.run(['triage', 'show']);

  assert.ok(!stdout.includes('\u001b'));
  assert.equal(stdout.trimEnd().split('\n').length, 3);
});

test('the gate honours who judged a finding not to affect us, unless the policy wants the word of others', async () => {
  await using line = await withFindings();
  await line.write('security.yaml', 'honour: [waiver, { kind: vex, issuers: [security] }]\n');
  const gate = async (...args: readonly string[]): Promise<string> =>
    (await line.run(['gate', '-m', ...args])).stdout;
  const judge = (state: string, by: string) =>
    line.run(['triage', 'set', 'CVE-2024-1001', '--state', state, '--comment', 'by hand', '--by', by]);

  await judge('under-investigation', 'ann');
  const open = await gate();
  await judge('false-positive', 'ann');
  const honoured = [await gate(), await gate('--policy', 'security.yaml')];
  await judge('false-positive', 'security');
  const asked = await gate('--policy', 'security.yaml');
  await judge('affected', 'ann');
  const again = await gate('--policy', 'security.yaml');

  assert.equal(open, 'NO-GO\n');
  assert.deepEqual(honoured, ['GO\n', 'NO-GO\n']);
  assert.equal(asked, 'GO\n');
  assert.equal(again, 'NO-GO\n');
});

test('a CVE that is taken for the same one later was judged by nobody, until somebody does', async () => {
  await using line = await trialLine({
    'gatehouse.yaml': 'scopes: [{ name: shop, sources: [scan:trivy/Trivy] }]\n',
    'scan.json': trivyScan({ entries: [{ id: 'CVE-2024-1001', severity: 'CRITICAL' }] }),
    'elsewhere.json': JSON.stringify({
      dependencies: [
        {
          name: 'lantern',
          version: '1.0.0',
          vulns: [
            { id: 'CVE-2024-1001', fix_versions: [], aliases: ['GHSA-aaaa-bbbb-cccc', 'CVE-2024-1002'] },
          ],
        },
      ],
      fixes: [],
    }),
  });
  const judge = (at: string) =>
    line.run(
      [
        ...['triage', 'set', 'CVE-2024-1001', '--state', 'not-affected', '--by', 'ann'],
        ...['--justification', 'vulnerable-code-not-present'],
      ],
      { at: new Date(at) },
    );
  const gate = async () =>
    await line.run(['gate', '--scope', 'shop'], { at: new Date('2026-06-03T12:00:00Z') });
  await line.run(['import', 'scan.json']);
  await judge('2026-06-01T12:00:00Z');
  const before = await gate();

  await line.run(['import', 'elsewhere.json', '--asset', 'repository:other']);
  const joined = await gate();
  const exported = await line.run(['vex', 'export', '--author', 'ann']);
  await judge('2026-06-02T12:00:00Z');
  const judged = await gate();

  assert.deepEqual([before.exitCode, joined.exitCode, judged.exitCode], [0, 1, 0]);
  assert.match(joined.stdout.replaceAll(/\s+/g, ' '), /NOT HONOURED: does not speak of CVE-2024-1002/);
  assert.match(exported.stdout, /CVE-2024-1001/);
  assert.doesNotMatch(exported.stdout, /CVE-2024-1002/);
});

test('a verdict that rests on triage is the same when it is replayed, also after the triage changed', async () => {
  await using line = await withFindings();
  await line.run(['triage', 'set', 'CVE-2024-1001', '--state', 'false-positive', '--by', 'ann']);
  await line.run(['gate']);
  await line.run(['triage', 'set', 'CVE-2024-1001', '--state', 'affected', '--by', 'ann']);

  const replayed = await line.run(['replay', '1', '--json']);

  assert.equal(replayed.exitCode, 0, replayed.message);
  assert.match(replayed.stdout, /"GO"/);
});

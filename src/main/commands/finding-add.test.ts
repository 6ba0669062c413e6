import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type TrialLine, trialLine } from '../../../test/support/trial-line.ts';
import { trivyScan } from '../../../test/support/trivy-scan.ts';

const day = (n: number) => ({ at: new Date(Date.UTC(2026, 5, n)) });
const INJECTION = [
  'finding',
  'add',
  '--id',
  'PT-7',
  '--title',
  'SQL injection',
  '--asset',
  'repository:shop',
];

async function listed(
  line: TrialLine,
  ...args: readonly string[]
): Promise<readonly Record<string, unknown>[]> {
  const { stdout, message } = await line.run(['findings', '--json', ...args], day(9));
  assert.equal(message, '');
  return JSON.parse(stdout).findings;
}

test('what somebody found counts in the gate as anything else does', async () => {
  await using line = await trialLine();

  const { stdout, message } = await line.run(
    [...INJECTION, '--severity', 'critical', '--file', 'src/login.ts'],
    day(1),
  );

  assert.match(stdout, /^1 entered: 1 created/, message);
  const [finding] = await listed(line);
  assert.deepEqual(
    [finding?.rule, finding?.asset, finding?.severity, finding?.title, finding?.sources],
    ['manual:PT-7', 'shop', 'critical', 'SQL injection', ['manual']],
  );
});

test('it is no evidence: a store that holds only such findings lets nothing ship', async () => {
  await using line = await trialLine({ 'scan.json': trivyScan({ entries: [] }) });
  await line.run([...INJECTION, '--severity', 'low'], day(1));

  const alone = await line.run(['gate', '-m'], day(2));
  await line.run(['import', 'scan.json'], day(2));
  const { stdout } = await line.run(['gate', '-f', 'json'], day(2));

  assert.equal(alone.stdout, 'UNDECIDED\n');
  const { evidence, verdict } = JSON.parse(stdout);
  assert.deepEqual(
    [verdict, evidence.map(({ source }: { source: string }) => source)],
    ['GO', ['scan:trivy/Trivy']],
  );
});

test('entered again it is corrected, resolved and reopened, in one life', async () => {
  await using line = await trialLine();
  const enter = async (n: number, ...args: readonly string[]): Promise<unknown> => {
    const { stdout, message } = await line.run([...INJECTION, ...args, '--json'], day(n));
    assert.equal(message, '');
    const { created, updated, unchanged, reopened, closed } = JSON.parse(stdout).changes;
    return { created, updated, unchanged, reopened, closed };
  };
  const none = { created: 0, updated: 0, unchanged: 0, reopened: 0, closed: 0 };
  const found = ['--found-at', '2026-06-01'];

  assert.deepEqual(await enter(1, '--severity', 'high', ...found), { ...none, created: 1 });
  assert.deepEqual(await enter(2, '--severity', 'high', ...found), { ...none, unchanged: 1 });
  assert.deepEqual(await enter(3, '--severity', 'medium', ...found), { ...none, updated: 1 });
  const fixed = ['--severity', 'medium', ...found, '--resolved-at', '2026-06-04'];
  assert.deepEqual(await enter(4, ...fixed), { ...none, updated: 1, closed: 1 });
  assert.deepEqual(await listed(line), []);
  assert.deepEqual(await enter(5, '--severity', 'medium', ...found), { ...none, reopened: 1 });
});

test('a vulnerability that a scanner knows by another name is one finding with it', async () => {
  await using line = await trialLine({
    'scan.json': trivyScan({ entries: [{ id: 'CVE-2099-10001', severity: 'LOW' }] }),
  });
  await line.run(['import', 'scan.json'], day(1));

  await line.run(
    [
      ...[
        'finding',
        'add',
        '--id',
        'B-1',
        '--title',
        'as reported',
        '--asset',
        'image:registry.example.org/app',
      ],
      ...[
        '--vulnerability',
        'cve-2099-10001',
        '--component',
        'pkg:npm/left-pad@1.0.0',
        '--severity',
        'critical',
      ],
    ],
    day(2),
  );

  const findings = await listed(line);
  assert.deepEqual(
    findings.map(({ vulnerability, severity, sources }) => [vulnerability, severity, sources]),
    [['CVE-2099-10001', 'critical', ['manual', 'scan:trivy/Trivy']]],
  );
});

test('a file lists many, and is refused as a whole for one that is wrong, by path and line', async () => {
  await using line = await trialLine({
    'pentest.yaml': [
      'findings:',
      '  - { id: PT-1, title: One, asset: { kind: repository, name: shop }, score: 9.1 }',
      '  - { id: PT-2, title: Two, asset: { kind: repository, name: shop }, severity: low, file: a.ts, line: 3 }',
      '',
    ].join('\n'),
    'wrong.yaml': [
      '- { id: PT-3, title: Three, asset: { kind: repository, name: shop }, severity: low }',
      '- { id: PT-4, title: Four, severity: dreadful }',
      '',
    ].join('\n'),
    'twice.yaml': '- &a { id: PT-5, title: x, asset: { kind: repository, name: shop }, score: 1 }\n- *a\n',
  });

  const { stdout } = await line.run(['finding', 'add', '--from', 'pentest.yaml'], day(1));
  const wrong = await line.run(['finding', 'add', '--from', 'wrong.yaml'], day(1));
  const twice = await line.run(['finding', 'add', '--from', 'twice.yaml'], day(1));

  assert.match(stdout, /^2 entered: 2 created/);
  assert.match(wrong.message, /wrong\.yaml: 2 problems; 1\.asset \(line 2\).*1\.severity \(line 2\)/);
  assert.match(twice.message, /there are two findings 'PT-5'/);
  assert.deepEqual(
    (await listed(line)).map(({ rule, severity }) => [rule, severity]),
    [
      ['manual:PT-1', 'critical'],
      ['manual:PT-2', 'low'],
    ],
  );
});

for (const [what, args, problem] of [
  ['without what it is', ['--id', 'X'], /^--title: it is missing; --asset: it is missing$/],
  ['of an impossible score', ['--id', 'X', '--title', 'x', '--asset', 'shop', '--score', '11'], /--score: /],
  [
    'of both kinds',
    ['--id', 'X', '--title', 'x', '--asset', 'shop', '--score', '1', '--rule', 'a', '--vulnerability', 'b'],
    /--rule: it is of a vulnerability or of a rule/,
  ],
  ['with a file beside it', ['--id', 'X', '--from', 'x.yaml'], /--id is said in the file/],
] as const) {
  test(`a finding ${what} is refused, and nothing is kept`, async () => {
    await using line = await trialLine();

    const { message } = await line.run(['finding', 'add', ...args]);

    assert.match(message, problem);
    assert.deepEqual(await listed(line), []);
  });
}

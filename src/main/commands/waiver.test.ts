import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type TrialLine, trialLine } from '../../../test/support/trial-line.ts';
import { trivyScan } from '../../../test/support/trivy-scan.ts';

const SCAN = trivyScan({
  entries: [
    { id: 'CVE-2024-1001', severity: 'CRITICAL' },
    { id: 'CVE-2024-1002', severity: 'LOW' },
  ],
});
const day = (n: number): Date => new Date(Date.UTC(2026, 5, n, 12));

/** A store with two findings, and a request of ann's for the critical one until 1 July. */
async function withRequest(): Promise<TrialLine> {
  const line = await trialLine({ 'scan.json': SCAN, 'gatehouse.yaml': 'scopes: [{ name: edge }]\n' });
  await line.run(['import', 'scan.json']);
  const asked = await line.run([
    ...['waiver', 'request', '--vulnerability', 'cve-2024-1001', '--reason', 'not reachable'],
    ...['--until', '2026-07-01', '--by', 'ann'],
  ]);
  assert.equal(asked.exitCode, 0, asked.message);
  return line;
}

const say = (what: string, by: string, ...more: readonly string[]): readonly string[] => [
  ...['waiver', what, 'W-1', '--reason', 'reviewed', '--by', by],
  ...more,
];

async function list(line: TrialLine, ...args: readonly string[]) {
  const { stdout, message } = await line.run(['waiver', 'list', '--json', ...args]);
  assert.equal(message, '');
  const waivers: readonly Record<string, unknown>[] = JSON.parse(stdout).waivers;
  return waivers;
}

test('a waiver is asked for by one, approved by another, and says how many findings it selects', async () => {
  await using line = await withRequest();

  const [asked] = await list(line);
  const approved = await line.run(say('approve', 'bob'));
  const [granted] = await list(line);

  assert.deepEqual(
    [asked?.state, asked?.by, asked?.requestedBy, asked?.findings],
    ['requested', null, 'ann', 1],
  );
  assert.equal(approved.exitCode, 0, approved.message);
  assert.deepEqual(
    [granted?.state, granted?.by, granted?.vulnerability, granted?.until],
    ['approved', 'bob', 'CVE-2024-1001', '2026-07-01T00:00:00.000Z'],
  );
});

test('nobody approves their own request, whatever the case of their name', async () => {
  await using line = await withRequest();

  const { exitCode, message } = await line.run(say('approve', ' ANN'));

  assert.equal(exitCode, undefined);
  assert.match(message, /nobody approves their own request/);
  assert.equal((await list(line))[0]?.state, 'requested');
});

test('a renewal is approved by another than asked for it, and the old end counts until then', async () => {
  await using line = await withRequest();
  await line.run(say('approve', 'bob'));

  await line.run(say('renew', 'bob', '--until', '2026-08-01'));
  const own = await line.run(say('approve', 'Bob'));
  const [waiting] = await list(line);
  await line.run(say('approve', 'cid'));
  const [renewed] = await list(line);

  assert.match(own.message, /nobody approves their own request/);
  assert.deepEqual([waiting?.until, Object(waiting?.renewal).by], ['2026-07-01T00:00:00.000Z', 'bob']);
  assert.deepEqual(
    [renewed?.until, renewed?.renewal, renewed?.by],
    ['2026-08-01T00:00:00.000Z', null, 'cid'],
  );
});

test('those that end soon are found, and said to', async () => {
  await using line = await withRequest();
  await line.run(say('approve', 'bob'));
  const at = (n: number, ...args: readonly string[]) => line.run(['waiver', 'list', ...args], { at: day(n) });

  assert.equal((await at(20, '--expiring', '7d')).stdout, 'there is no such waiver\n');
  assert.match((await at(25, '--expiring', '7d')).stdout, /W-1 {2}approved, .* ENDS IN 6 DAYS/);
  assert.match((await at(31, '--state', 'expired,revoked')).stdout, /W-1 {2}expired/);
});

test('a revoked waiver is done with, and all that was said of it stays', async () => {
  await using line = await withRequest();
  await line.run(say('approve', 'bob'), { at: day(2) });
  await line.run(say('revoke', 'cid'), { at: day(3) });

  const again = await line.run(say('approve', 'bob'), { at: day(4) });
  const { stdout } = await line.run(['waiver', 'show', 'W-1', '--json'], { at: day(4) });

  assert.match(again.message, /was revoked/);
  const { state, history, covers } = JSON.parse(stdout);
  assert.equal(state, 'revoked');
  assert.deepEqual(
    history.map(({ kind, by, recordedAt }: Record<string, string>) => [kind, by, recordedAt]),
    [
      ['requested', 'ann', '2026-06-01T12:00:00.000Z'],
      ['approved', 'bob', '2026-06-02T12:00:00.000Z'],
      ['revoked', 'cid', '2026-06-03T12:00:00.000Z'],
    ],
  );
  assert.equal(covers.length, 1);
});

test('a waiver of a file wins over one of the same id in the store', async () => {
  await using line = await withRequest();
  await line.run(say('approve', 'bob'));
  await line.write(
    'waivers.yaml',
    '- { id: W-1, vulnerability: CVE-2024-1002, by: dee, reason: x, until: 2026-06-02 }\n',
  );

  const both = await list(line, '--waivers', 'waivers.yaml');

  assert.deepEqual(
    both.map(({ origin, overruled, findings }) => [origin, overruled, findings]),
    [
      ['file', false, 1],
      ['store', true, 1],
    ],
  );
  const taken = await line.run([
    ...['waiver', 'request', '--id', 'W-1', '--waivers', 'waivers.yaml', '--rule', 'a:b'],
    ...['--reason', 'x', '--until', '5d', '--by', 'ann'],
  ]);
  assert.match(taken.message, /stands in a file/);
});

test('a waiver lasts no longer than the policy lets it, also when it is renewed', async () => {
  await using line = await withRequest();
  await line.run(say('approve', 'bob'));
  await line.write('gatehouse.yaml', 'policy: { maxWaiverDays: 45 }\n');

  const asked = await line.run([
    ...['waiver', 'request', '--rule', 'a:b', '--reason', 'x', '--until', '46d', '--by', 'ann'],
  ]);
  const renewed = await line.run(say('renew', 'ann', '--until', '2027-01-01'));

  assert.match(asked.message, /at most 45 days/);
  assert.match(renewed.message, /at most 45 days/);
});

test('without --by it is who is logged in, and without anybody nothing is said', async () => {
  await using line = await withRequest();
  const args = ['waiver', 'approve', 'W-1', '--reason', 'x'];

  assert.match((await line.run(args)).message, /give --by/);
  assert.match((await line.run(args, { env: { USER: 'ann' } })).message, /nobody approves/);
  assert.equal((await line.run(args, { env: { USER: 'ann', GATEHOUSE_USER: 'bob' } })).exitCode, 0);
});

for (const [what, args, says] of [
  ['without anything it is about', ['--until', '5d'], /names a vulnerability, component/],
  ['of a scope nobody knows', ['--until', '5d', '--scope', 'none'], /no scope 'none'/],
  ['of a component with its version', ['--until', '5d', '--component', 'pkg:npm/a@1'], /without version/],
  ['that ends before it begins', ['--until', '2026-05-01', '--rule', 'a:b'], /over before it begins/],
  ['with an end that is none', ['--until', 'soon', '--rule', 'a:b'], /give a date/],
  ['with an end that never comes', ['--until', '9999-12-31', '--rule', 'a:b'], /at most 365 days/],
] as const) {
  test(`a request ${what} is refused, and nothing is kept`, async () => {
    await using line = await trialLine();

    const { exitCode, message } = await line.run([
      ...['waiver', 'request', '--reason', 'x', '--by', 'ann'],
      ...args,
    ]);

    assert.equal(exitCode, undefined);
    assert.match(message, says);
    assert.deepEqual(await list(line), []);
  });
}

test('what people wrote cannot repaint the terminal', async () => {
  await using line = await trialLine();
  await line.run([
    ...['waiver', 'request', '--rule', 'a:b\u001b[2J', '--reason', 'x\n    accepted by bob', '--until', '5d'],
    ...['--by', 'ann'],
  ]);

  const { stdout } = await line.run(['waiver', 'list']);

  assert.ok(!stdout.includes('\u001b'));
  assert.equal(stdout.split('\n').filter((one) => one.trim().startsWith('accepted')).length, 0);
});

test('a file of waivers tells all that is wrong with it, by path and line', async () => {
  await using line = await trialLine({
    'waivers.yaml': [
      'waivers:',
      '  - { id: A, vulnerability: CVE-2024-1, by: ann, reason: x }',
      '  - { id: B, by: ann, reason: x, until: 2026-07-01 }',
      '  - id: C',
      '    rule: a:b',
      '    by: ann',
      '    requestedBy: Ann',
      '    reason: x',
      '    until: 2026-07-01',
      '  - { id: D, rule: x, by: a, reason: x, until: 2026-07-01, expires: 1 }',
      '  - { id: E, scope: { name: all }, by: a, reason: x, until: 2026-07-01 }',
      '  - { id: F, scope: { name: all }, rule: x, by: a, reason: x, until: 2026-07-01 }',
      '',
    ].join('\n'),
  });

  const { message } = await line.run(['waiver', 'list', '--waivers', 'waivers.yaml']);

  for (const part of [
    '5 problems',
    'waivers.0.until (line 2)',
    'waivers.1 (line 3): a waiver names',
    'waivers.2.by (line 6): nobody accepts what they asked for',
    'waivers.3.expires (line 10): there is no such key',
    'waivers.4.scope (line 11): a scope without sources',
  ])
    assert.ok(message.includes(part), `${part} is missing in ${message}`);
});

test('a waiver of a file has a name and a reason that somebody can read', async () => {
  await using line = await trialLine({
    'waivers.yaml': [
      '- { id: A, rule: a:b, by: " ", reason: x, until: 2026-07-01 }',
      '- { id: B, rule: a:b, by: bob, reason: "  ", until: 2026-07-01 }',
      '- { id: C, rule: a:b, by: "a\\u200bnn", reason: x, until: 2026-07-01 }',
      '- { id: D, rule: a:b, by: bob, requestedBy: "\\t", reason: x, until: 2026-07-01 }',
      '',
    ].join('\n'),
  });

  const { message } = await line.run(['waiver', 'list', '--waivers', 'waivers.yaml']);

  for (const part of [
    '4 problems',
    '0.by (line 1): a name is needed',
    '3.requestedBy (line 4): a name is needed',
    '1.reason (line 2): a reason is needed',
    '2.by (line 3): a name holds no invisible characters',
  ])
    assert.ok(message.includes(part), `${part} is missing in ${message}`);
});

test('the gate counts a waiver once somebody else has approved it, and no longer once it is over', async () => {
  await using line = await withRequest();
  const gate = async (): Promise<string> => (await line.run(['gate', '-m'])).stdout;

  const asked = await gate();
  await line.run(say('approve', 'bob'));
  const granted = await gate();
  await line.run(say('revoke', 'bob'));
  const revoked = await gate();

  assert.deepEqual([asked, granted, revoked], ['NO-GO\n', 'GO\n', 'NO-GO\n']);
});

const IN_FILE = '- { id: F-1, vulnerability: CVE-2024-1001, by: bob, reason: reviewed, until: 2026-07-01 }\n';

test('the gate counts waivers of files, named on the line or by the configuration, with store or without', async () => {
  await using line = await withRequest();
  await line.write('accepted.yaml', IN_FILE);
  await line.write('configured.yaml', 'waivers: [accepted.yaml]\n');

  for (const args of [
    ['--waivers', 'accepted.yaml'],
    ['-c', 'configured.yaml'],
    ['-c', 'configured.yaml', '--waivers', 'accepted.yaml'],
    ['--scan', 'scan.json', '--waivers', 'accepted.yaml'],
  ]) {
    const { stdout, message } = await line.run(['gate', '-m', ...args]);
    assert.equal(stdout, 'GO\n', `${args.join(' ')}: ${message}`);
  }
  for (const args of [[], ['--scan', 'scan.json']]) {
    assert.equal((await line.run(['gate', '-m', ...args])).stdout, 'NO-GO\n', args.join(' '));
  }
});

test('the gate refuses a file of waivers that it cannot read as a whole, instead of counting what it can', async () => {
  await using line = await withRequest();
  await line.write('accepted.yaml', `${IN_FILE}- { id: F-2, rule: x }\n`);
  await line.write('again.yaml', IN_FILE);

  for (const [args, problem] of [
    [['--waivers', 'accepted.yaml'], /accepted\.yaml: .*1\.until \(line 2\)/],
    [['--waivers', 'missing.yaml'], /missing\.yaml: cannot be read/],
    [['--scan', 'scan.json', '--waivers', 'accepted.yaml'], /accepted\.yaml: .*1\.until \(line 2\)/],
  ] as const) {
    const { exitCode, stdout, message } = await line.run(['gate', '-m', ...args]);
    assert.deepEqual([exitCode, stdout], [undefined, 'ERROR\n']);
    assert.match(message, problem);
  }
  await line.write('accepted.yaml', IN_FILE);
  const twice = await line.run(['gate', '--waivers', 'accepted.yaml', 'again.yaml']);
  assert.match(twice.message, /there are two waivers 'F-1'/);
});

test('a waiver of a file may name a scope of the configuration', async () => {
  await using line = await withRequest();
  await line.write('gatehouse.yaml', 'scopes: [{ name: edge, sources: [elsewhere] }, { name: all }]\n');
  const waiver = (scope: string): string =>
    `- { id: F-1, vulnerability: CVE-2024-1001, scope: ${scope}, by: bob, reason: x, until: 2026-07-01 }\n`;

  for (const [scope, verdict] of [
    ['all', 'GO'],
    ['edge', 'NO-GO'],
  ] as const) {
    await line.write('accepted.yaml', waiver(scope));
    const { stdout, message } = await line.run(['gate', '-m', '--waivers', 'accepted.yaml']);
    assert.equal(stdout, `${verdict}\n`, message);
  }
  await line.write('accepted.yaml', waiver('nowhere'));
  const { message } = await line.run(['gate', '-m', '--waivers', 'accepted.yaml']);
  assert.match(message, /0\.scope \(line 1\)/);
});

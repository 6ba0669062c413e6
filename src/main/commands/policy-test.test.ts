import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type TrialLine, trialLine } from '../../../test/support/trial-line.ts';

const BLOCKS = `
- case: a critical finding blocks
  findings: [{ severity: critical }]
  expect:
    verdict: NO-GO
    reasons:
      - rule: severity
        effect: block
        message: "1 finding in 1 problem at or above high: 1 critical"
        findings: [CVE-2024-0001]
`;
const PASSES = `
- case: a low finding is let pass
  findings: [{ severity: low }]
  expect: { verdict: GO, reasons: [] }
`;

async function tried(files: Readonly<Record<string, string>>, ...args: readonly string[]) {
  await using line: TrialLine = await trialLine(files);
  return await line.run(['policy', 'test', ...args]);
}

test('cases that are as expected pass, by the policy that is named', async () => {
  const strict = await tried(
    { 'a.yaml': BLOCKS, 'b.yaml': PASSES },
    'a.yaml',
    'b.yaml',
    '--policy',
    'strict',
  );
  const loose = await tried(
    { 'a.yaml': BLOCKS, 'p.yaml': 'rules: { severity: off }\n' },
    ...['a.yaml', '--policy', 'p.yaml'],
  );

  assert.deepEqual([strict.exitCode, strict.stdout], [0, '2 cases, all as expected\n']);
  assert.equal(loose.exitCode, 1);
});

test('a case that is not says where it stands, and what is missing or not expected', async () => {
  const { exitCode, stdout } = await tried(
    { 'a.yaml': `${PASSES}${BLOCKS.replace('NO-GO', 'GO')}` },
    'a.yaml',
  );

  assert.equal(exitCode, 1);
  assert.equal(
    stdout,
    'a.yaml:6: a critical finding blocks\n  the verdict is NO-GO, expected was GO\n2 cases, 1 not as expected\n',
  );
});

test('machines read the same', async () => {
  const { stdout } = await tried(
    { 'a.yaml': BLOCKS.replace('at or above high', 'at or above low') },
    'a.yaml',
    '--json',
  );

  const { policy, cases } = JSON.parse(stdout);
  assert.equal(policy, 'strict');
  assert.deepEqual(cases[0].ok, false);
  assert.deepEqual(
    [cases[0].expected.verdict, cases[0].actual.verdict, cases[0].actual.reasons[0].rule],
    ['NO-GO', 'NO-GO', 'severity'],
  );
  assert.match(
    cases[0].differences.join('\n'),
    /^missing reason: severity .*low.*\nunexpected reason: severity .*high/,
  );
});

test('a case may bring a policy of its own', async () => {
  const own = BLOCKS.replace(
    '  findings:',
    '  policy: { rules: { severity: { action: block, atOrAbove: high } } }\n  findings:',
  );

  const { exitCode } = await tried({ 'a.yaml': own }, 'a.yaml', '--policy', 'development');

  assert.equal(exitCode, 0);
});

function withPolicy(policy: string, text = BLOCKS): string {
  return text.replace('  findings:', `  policy: ${policy}\n  findings:`);
}

test('a policy of its own may be a preset, and may call scopes by name', async () => {
  const scoped = '{ rules: { severity: { action: off, perScope: [{ scope: edge, action: block }] } } }';
  const files = {
    'gatehouse.yaml': 'scopes: [{ name: edge, sources: [trivy] }]\npolicy: development\n',
    'a.yaml': withPolicy('strict'),
    'b.yaml': withPolicy(scoped, BLOCKS.replace('at or above high', 'in scope edge at or above high')),
  };

  const { exitCode, stdout } = await tried(files, 'a.yaml', 'b.yaml', '--json');

  const { policy, cases } = JSON.parse(stdout);
  assert.equal(policy, 'development');
  assert.equal(cases[0].ok, true);
  assert.match(cases[1].actual.reasons[0].message, /^in scope edge: 1 finding in 1 problem at or above high/);
  assert.equal(exitCode, 1);
});

test('all that is wrong with the policies of cases is told at once, by path and line', async () => {
  const { exitCode, message } = await tried(
    {
      'a.yaml': `${withPolicy('stirct')}${withPolicy('{ rules: { sevrity: block, severity: { action: blok } } }', PASSES)}`,
    },
    'a.yaml',
  );

  assert.equal(exitCode, undefined);
  assert.match(message, /0\.policy\.preset \(line 3\): expected one of strict/);
  assert.match(
    message,
    /1\.policy\.rules\.sevrity \(line 14\): there is no such key; did you mean severity\?/,
  );
  assert.match(message, /1\.policy\.rules\.severity\.action \(line 14\)/);
});

test('a moment without a date of its own is always the same, so a case never depends on the day', async () => {
  await using line = await trialLine({
    'a.yaml': `
- case: nine days later it is late
  now: 2026-01-24
  policy: { rules: { past-sla: block, severity: off } }
  findings: [{ severity: critical, openedAt: 2026-01-15 }]
  expect:
    verdict: NO-GO
    reasons:
      - { rule: past-sla, effect: block, message: "1 finding in 1 problem past the deadline: 1 critical", findings: [CVE-2024-0001] }
${PASSES}`,
  });

  for (const at of ['2020-01-01', '2040-01-01']) {
    const { exitCode, stdout } = await line.run(['policy', 'test', 'a.yaml'], { at: new Date(at) });
    assert.deepEqual([exitCode, stdout], [0, '2 cases, all as expected\n']);
  }
});

for (const [what, text, problem] of [
  ['an empty file', '', /there is no case in it/],
  [
    'an unknown key',
    `${PASSES}  findins: []\n`,
    /0\.findins \(line 5\): there is no such key; did you mean findings\?/,
  ],
  ['a verdict that is none', PASSES.replace('GO', 'GOO'), /0\.expect\.verdict \(line 4\)/],
  ['no expectation', '- { case: x, findings: [] }\n', /0\.expect/],
] as const) {
  test(`${what} is an error and no test that passed`, async () => {
    const { exitCode, message } = await tried({ 'a.yaml': text, 'b.yaml': PASSES }, 'a.yaml', 'b.yaml');

    assert.equal(exitCode, undefined);
    assert.match(message, problem);
  });
}

test('every file that cannot be read is told at once', async () => {
  const { message } = await tried({ 'a.yaml': '- {' }, 'a.yaml', 'missing.yaml');

  assert.match(message, /a\.yaml.*missing\.yaml: cannot be read/);
});

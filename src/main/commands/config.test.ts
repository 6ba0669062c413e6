import assert from 'node:assert/strict';
import { test } from 'node:test';
import { trialLine } from '../../../test/support/trial-line.ts';

const TOKEN = 'dt0c01.ABCDEFGHIJKLMNOPQRSTUVWX.secret';

const GOOD = `
sources:
  - name: production
    kind: dynatrace
    url: https://abc12345.live.dynatrace.com
    token: { env: PRODUCTION_TOKEN }
scopes:
  - { name: shop, sources: [production] }
release: { name: shop-4.2, scope: shop, baseline: 30d }
policy: policy.yaml
waivers: [waivers.yaml]
`;
const WAIVERS =
  '- { id: W, vulnerability: CVE-2021-44228, by: bob, reason: reviewed, until: 2099-12-31, scope: shop }\n';
const FILES = { 'gatehouse.yaml': GOOD, 'policy.yaml': 'preset: balanced\n', 'waivers.yaml': WAIVERS };

interface Told {
  readonly file: string;
  readonly path: string | null;
  readonly line: number | null;
  readonly message: string;
}

async function check(
  files: Readonly<Record<string, string>>,
  env: Readonly<Record<string, string>> = { PRODUCTION_TOKEN: TOKEN },
) {
  await using trial = await trialLine(files);
  const { exitCode, stdout } = await trial.run(['config', 'check', '--json'], { env });
  const { ok, problems, warnings } = JSON.parse(stdout);
  const lines = (all: readonly Told[]): readonly string[] =>
    all.map(({ file, path, line, message }) => `${file}:${line}: ${path}: ${message}`);
  return { exitCode, ok, problems: lines(problems), warnings: lines(warnings) };
}

const changed = (from: string, to: string): Readonly<Record<string, string>> => ({
  ...FILES,
  'gatehouse.yaml': GOOD.replace(from, to),
});

test('a configuration without a mistake has neither problems nor warnings', async () => {
  assert.deepEqual(await check(FILES), { exitCode: 0, ok: true, problems: [], warnings: [] });
});

test('problems of the file, its policy and its waivers are told together, each by file, line and path', async () => {
  const { exitCode, ok, problems } = await check({
    'gatehouse.yaml': GOOD.replace('kind: dynatrace', 'kind: dynatrac')
      .replace('scope: shop,', 'scope: shpo,')
      .concat('nonsense: 1\n'),
    'policy.yaml': 'preset: balanced\nrules:\n  severty: block\n',
    'waivers.yaml': '- id: W\n  vulnerability: CVE-2021-44228\n  until: soon\n',
  });

  assert.equal(exitCode, 2);
  assert.equal(ok, false);
  for (const said of [
    /^gatehouse\.yaml:4: sources\.0\.kind: there is no 'dynatrac'.*did you mean dynatrace\?$/,
    /^gatehouse\.yaml:9: release\.scope: there is no scope 'shpo'; did you mean shop\?$/,
    /^gatehouse\.yaml:12: nonsense: there is no such key$/,
    /^policy\.yaml:3: rules\.severty: there is no such key; did you mean severity\?$/,
    /^waivers\.yaml:3: 0\.until: /,
    /^waivers\.yaml:1: 0\.by: /,
  ])
    assert.ok(
      problems.some((problem) => said.test(problem)),
      `${said} is not among\n${problems.join('\n')}`,
    );
});

for (const [what, files, said] of [
  ['a policy that is not there', changed('policy.yaml', 'police.yaml'), /neither a file nor one of strict/],
  ['a misspelt preset', changed('policy: policy.yaml', 'policy: balnced'), /did you mean balanced\?/],
  [
    'waivers that are not there',
    changed('[waivers.yaml]', '[missing.yaml]'),
    /missing\.yaml: cannot be read/,
  ],
  ['text that is no YAML', { 'gatehouse.yaml': 'a: [1\n b' }, /^gatehouse\.yaml:/],
  ['a store of no kind', changed('scopes:', 'store: mysql://db\nscopes:'), /begins with mysql:/],
  ['two scopes of one name', changed('release:', '  - { name: shop }\nrelease:'), /two scopes named 'shop'/],
  [
    'one waiver in two files',
    { ...changed('[waivers.yaml]', '[waivers.yaml, more.yaml]'), 'more.yaml': WAIVERS },
    /^more\.yaml:.*there is a waiver 'W' in waivers\.yaml, too$/,
  ],
] as const) {
  test(`${what} is a problem`, async () => {
    const { exitCode, problems } = await check(files);

    assert.equal(exitCode, 2);
    assert.equal(problems.length, 1, problems.join('\n'));
    assert.match(problems[0] ?? '', said);
  });
}

for (const [what, files, said] of [
  [
    'a source in a scope that is not configured',
    changed('[production]', '[prodction]'),
    /^gatehouse\.yaml:8: scopes\.0\.sources\.0: no source 'prodction' is configured.*did you mean production\?$/,
  ],
  [
    'a baseline that is no scope',
    changed('baseline: 30d', 'baseline: last-month'),
    /^gatehouse\.yaml:9: release\.baseline: 'last-month' is no scope/,
  ],
  [
    'a source that a release requires and nobody configured',
    changed('baseline: 30d', 'required: [certification]'),
    /^gatehouse\.yaml:9: release\.required\.0: no source 'certification' is configured/,
  ],
  [
    'a certificate that is not there',
    changed('    token:', '    tls: { caFile: /nowhere/ca.pem }\n    token:'),
    /^gatehouse\.yaml:6: sources\.0\.tls\.caFile: the file \/nowhere\/ca\.pem is not there/,
  ],
  [
    'a key to sign with that is not there',
    changed('policy:', 'attestation: { key: { env: GATE_KEY } }\npolicy:'),
    /^gatehouse\.yaml:10: attestation\.key\.env: the environment variable GATE_KEY is not set$/,
  ],
  [
    'a password in the address of the store',
    changed('policy:', 'store: postgres://me:hunter2@db/gatehouse\npolicy:'),
    /^gatehouse\.yaml:10: store: a password stands in the file/,
  ],
] as const) {
  test(`${what} is a warning, which may be meant so`, async () => {
    const { exitCode, problems, warnings } = await check(files);

    assert.equal(exitCode, 0);
    assert.deepEqual(problems, []);
    assert.equal(warnings.length, 1, warnings.join('\n'));
    assert.match(warnings[0] ?? '', said);
    assert.ok(!warnings[0]?.includes('hunter2'));
  });
}

test('a token whose variable is not set here is a warning: it may be where the configuration is used', async () => {
  const { exitCode, warnings } = await check(FILES, {});

  assert.equal(exitCode, 0);
  assert.deepEqual(warnings, [
    'gatehouse.yaml:6: sources.0.token.env: the environment variable PRODUCTION_TOKEN is not set',
  ]);
});

test('people read a line for each point, and the sum at the end', async () => {
  await using trial = await trialLine(changed('kind: dynatrace', 'kind: dynatrac'));

  const { exitCode, stdout } = await trial.run(['config', 'check']);

  assert.equal(exitCode, 2);
  assert.match(
    stdout,
    /^problem {2}gatehouse\.yaml:4: sources\.0\.kind: .*\nchecked: 1 problem, no warnings\n$/,
  );
});

test('without a configuration there is nothing to be wrong, unless it was asked for by name', async () => {
  await using trial = await trialLine();

  const [none, named] = [
    await trial.run(['config', 'check']),
    await trial.run(['config', 'check', '-c', 'missing.yaml']),
  ];

  assert.equal(none.exitCode, 0);
  assert.match(none.stdout, /^no gatehouse\.yaml here/);
  assert.equal(named.exitCode, 2);
  assert.match(named.stdout, /^problem {2}missing\.yaml: .*cannot be read/);
});

test('what is shown counts: defaults are filled in, references stay, and no password is seen', async () => {
  await using trial = await trialLine({
    ...changed('policy:', 'store: postgres://me:hunter2@db/gatehouse\npolicy:'),
  });
  const env = { PRODUCTION_TOKEN: TOKEN };

  const [yaml, json] = [
    await trial.run(['config', 'show'], { env }),
    await trial.run(['config', 'show', '--json'], { env }),
  ];

  const shown = JSON.parse(json.stdout);
  assert.equal(shown.store, 'postgres://me:***@db/gatehouse');
  assert.deepEqual(shown.sources[0].token, { env: 'PRODUCTION_TOKEN' });
  assert.equal(shown.sources[0].holdHours, 24);
  assert.equal(shown.policy.preset, 'balanced');
  assert.match(yaml.stdout, /^store: postgres:\/\/me:\*\*\*@db\/gatehouse$/m);
  for (const { stdout } of [yaml, json]) assert.doesNotMatch(stdout, /hunter2|secret/);
});

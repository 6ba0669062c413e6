import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Command } from 'commander';
import { trialLine } from '../../test/support/trial-line.ts';
import { argumentText, CHOICES, choiceOf } from './choices.ts';
import { commands } from './commands.ts';

/** Each is refused before the command does anything, naming what was meant. */
const MISTAKES: readonly (readonly [line: string, says: RegExp])[] = [
  ['gate --format jsn', /^--format: 'jsn' is none of terminal, json, .*; did you mean json\?$/],
  [
    'gate -m --announce gthub',
    /^--announce: 'gthub' is none of github, gitlab, auto; did you mean github\?$/,
  ],
  ['gate --scan a.json --scan-format trivi', /^--scan-format: 'trivi' .*; did you mean trivy\?$/],
  ['gate --report sarf=a.sarif', /^--report: 'sarf' .*; did you mean sarif\?$/],
  ['gate --policy strct', /^policy strct: neither a file nor one of strict, .*; did you mean strict\?$/],
  ['import a.json --format sarf', /^--format: 'sarf' .*; did you mean sarif\?$/],
  ['findings --severity hgih', /^--severity: 'hgih' is none of critical, .*; did you mean high\?$/],
  ['findings --severity low,hihg', /^--severity: 'hihg' .*; did you mean high\?$/],
  ['findings --state opn', /^--state: 'opn' is none of open, resolved, all; did you mean open\?$/],
  ['findings --scope chekout', /^there is no scope 'chekout'; there are checkout; did you mean checkout\?$/],
  ['collect prodution', /^no source prodution: there are production; did you mean production\?$/],
  ['triage set --state acepted', /^--state: 'acepted' .*; did you mean accepted\?$/],
  ['triage show --state acepted', /^--state: 'acepted' .*; did you mean accepted\?$/],
  ['triage set --justification component-not-presnt', /did you mean component-not-present\?$/],
  ['waiver list --state approvd', /^--state: 'approvd' .*; did you mean approved\?$/],
  ['vex export -f openvx', /^--format: 'openvx' is none of openvex, cyclonedx; did you mean openvex\?$/],
  ['policy explain --rule severty', /^--rule: 'severty' .*; did you mean severity\?$/],
  ['policy explain --against strct', /did you mean strict\?$/],
  ['finding add --severity hgih', /^--severity: 'hgih' .*; did you mean high\?$/],
  ['verify a.json --verdict NOGO', /^--verdict: 'NOGO' .*; did you mean NO-GO\?$/],
  ['init --policy strct', /did you mean strict\?$/],
  ['init --pipeline gitlb', /did you mean gitlab\?$/],
  ['completion bsh', /^shell: 'bsh' is none of bash, zsh, fish; did you mean bash\?$/],
];

const CONFIGURATION = `
sources:
  - { name: production, kind: dynatrace, url: https://abc12345.live.dynatrace.com, token: { env: TOKEN } }
scopes:
  - { name: checkout }
`;

for (const [line, says] of MISTAKES) {
  test(`gatehouse ${line} proposes what was meant`, async () => {
    await using trial = await trialLine({ 'gatehouse.yaml': CONFIGURATION });

    const { exitCode, message } = await trial.run(line.split(' '));

    assert.equal(exitCode, undefined);
    assert.match(message, says);
  });
}

test('a word that is near none of a choice is refused without a guess', async () => {
  await using trial = await trialLine();

  const { message } = await trial.run(['findings', '--state', 'qqqq']);

  assert.equal(message, "--state: 'qqqq' is none of open, resolved, all");
});

test('a choice is understood in capitals, too', async () => {
  await using trial = await trialLine();

  assert.equal((await trial.run(['findings', '--severity', 'HIGH,Low'])).exitCode, 0);
});

test('a pipeline that asks for one word is told ERROR when a choice is none', async () => {
  await using trial = await trialLine();

  assert.equal((await trial.run(['gate', '-m', '--format', 'jsn'])).stdout, 'ERROR\n');
});

test('every choice is one of an option or argument that a command has', async () => {
  const known = new Set<string>();
  for (const entry of commands) {
    const { name, define } = await entry.load();
    const command = new Command(name);
    define(command);
    const flags = [
      ...command.options.map((one) => one.flags),
      ...command.registeredArguments.map(argumentText),
    ];
    for (const one of flags) {
      const choice = choiceOf(name, one);
      for (const [key, value] of Object.entries(CHOICES)) if (value === choice) known.add(key);
    }
  }

  assert.deepEqual(
    Object.keys(CHOICES).filter((key) => !known.has(key)),
    [],
  );
});

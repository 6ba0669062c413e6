import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { test } from 'node:test';
import { makeFolder } from '../../../test/support/cli.ts';
import { trialIo } from '../../../test/support/trial-io.ts';
import { commands } from '../commands.ts';
import { runProgram } from '../program.ts';

async function check(args: readonly string[], files: Readonly<Record<string, string>> = {}) {
  await using folder = await makeFolder();
  for (const [name, text] of Object.entries(files)) await writeFile(folder.file(name), text);
  const trial = trialIo({ cwd: folder.path });
  const exitCode = await runProgram(['policy', 'check', ...args], trial.io, commands);
  return { exitCode, stdout: trial.stdout(), stderr: trial.stderr() };
}

test('a policy without problems says so, and so does a preset', async () => {
  const { exitCode, stdout } = await check(['strict', 'p.yaml'], { 'p.yaml': 'preset: balanced\n' });

  assert.deepEqual(
    { exitCode, stdout },
    { exitCode: 0, stdout: 'strict: no problems\np.yaml: no problems\n' },
  );
});

test('every problem of every policy is told by its path, and the exit code is 2', async () => {
  const { exitCode, stderr } = await check(['p.yaml', 'missing.yaml'], {
    'p.yaml':
      'mode: both\nrules: { severity: { action: block, atOrAbove: worst }, cel: { action: block, expressions: [{ name: x, when: "nope" }] } }\n',
  });

  assert.equal(exitCode, 2);
  for (const part of [
    'mode (line 1): ',
    'rules.severity.atOrAbove (line 2): ',
    'rules.cel.expressions.0.when (line 2): ',
    'missing.yaml',
  ]) {
    assert.ok(stderr.includes(part), `${part} is missing in ${stderr}`);
  }
});

test('expressions that are to block and are not there are a problem, wherever they might be', async () => {
  const kev = '[{ name: x, when: finding.kev }]';
  const policies = {
    'idle.yaml': 'rules: { cel: block }\n',
    'idle-there.yaml': 'rules: { cel: { action: off, perScope: [{ scope: { name: a }, action: warn }] } }\n',
    'off.yaml': 'rules: { cel: off }\n',
    'here.yaml': `rules: { cel: { action: block, expressions: ${kev} } }\n`,
    'there.yaml': `rules: { cel: { action: block, perScope: [{ scope: { name: a }, expressions: ${kev} }] } }\n`,
  };

  const { exitCode, stdout, stderr } = await check(Object.keys(policies), policies);

  assert.equal(exitCode, 2);
  assert.deepEqual(stderr.trimEnd().split('\n'), [
    'idle.yaml: rules.cel: it is to block, and without expressions it never does: give expressions, or off',
    'idle-there.yaml: rules.cel: it is to warn, and without expressions it never does: give expressions, or off',
  ]);
  assert.deepEqual(stdout.trimEnd().split('\n'), [
    'off.yaml: no problems',
    'here.yaml: no problems',
    'there.yaml: no problems',
  ]);
});

test('the configuration with such a policy has that problem', async () => {
  const { exitCode, stderr } = await check([], { 'gatehouse.yaml': 'policy: { rules: { cel: block } }\n' });

  assert.equal(exitCode, 2);
  assert.match(stderr, /rules\.cel: it is to block/);
});

test('machines read the same as JSON', async () => {
  const { stdout } = await check(['--json', 'strict', 'missing.yaml']);

  const { policies } = JSON.parse(stdout);
  assert.deepEqual(
    policies.map(({ policy, ok }: { policy: string; ok: boolean }) => [policy, ok]),
    [
      ['strict', true],
      ['missing.yaml', false],
    ],
  );
});

test('without a name the policy of the configuration is checked', async () => {
  const { exitCode, stderr } = await check([], { 'gatehouse.yaml': 'policy: { preset: lax }\n' });

  assert.equal(exitCode, 2);
  assert.match(stderr, /policy\.preset/);
});

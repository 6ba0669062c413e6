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

import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { test } from 'node:test';
import { makeFolder } from '../../../test/support/cli.ts';
import { trialIo } from '../../../test/support/trial-io.ts';
import { trivyScan } from '../../../test/support/trivy-scan.ts';
import { isGatehouseError } from '../../domain/errors.ts';
import { commands } from '../commands.ts';
import { runProgram } from '../program.ts';

const SCAN = trivyScan({ entries: [{ id: 'CVE-2024-1002', severity: 'LOW' }] });

interface Ended {
  readonly exitCode: number | undefined;
  readonly stdout: string;
  /** Of the error it ended with. */
  readonly message: string;
}

/** `gatehouse gate …` in a folder that has `scan.json`, a folder `folder`, and `files`. */
async function gate(args: readonly string[], files: Readonly<Record<string, string>> = {}): Promise<Ended> {
  await using folder = await makeFolder();
  await mkdir(folder.file('folder'));
  for (const [name, text] of Object.entries({ 'scan.json': SCAN, ...files }))
    await writeFile(folder.file(name), text);
  const trial = trialIo({ cwd: folder.path });
  try {
    const exitCode = await runProgram(['gate', ...args], trial.io, commands);
    return { exitCode, stdout: trial.stdout(), message: '' };
  } catch (error) {
    if (!isGatehouseError(error)) throw error;
    return { exitCode: undefined, stdout: trial.stdout(), message: error.message };
  }
}

test('a script reads one word, and the report asked for is written beside it', async () => {
  const { exitCode, stdout } = await gate(['-m', '--scan', 'scan.json', '-f', 'json', '-o', 'verdict.json']);

  assert.deepEqual({ exitCode, stdout }, { exitCode: 0, stdout: 'GO\n' });
});

for (const args of [
  ['-m', '--nope'],
  ['--machine-readable', 'a word too many'],
  ['--scan', 'scan.json', '-mf'],
  ['-m', '--scan', 'missing.json'],
  ['-m', '--scan', 'scan.json', '--policy', 'missing.yaml'],
  ['-m', '--scan', 'scan.json', '--output', 'folder'],
  ['-m', '--scan', 'scan.json', '--output', 'missing/verdict.json'],
]) {
  test(`a script reads ERROR and nothing else where it is an error: gate ${args.join(' ')}`, async () => {
    const { exitCode, stdout, message } = await gate(args);

    assert.deepEqual({ exitCode, stdout }, { exitCode: undefined, stdout: 'ERROR\n' });
    assert.notEqual(message, '');
  });
}

test('--json is the report as JSON, and is refused beside another one', async () => {
  const { stdout } = await gate(['--scan', 'scan.json', '--json']);
  const { message } = await gate(['--scan', 'scan.json', '--json', '-f', 'csv']);

  assert.equal(JSON.parse(stdout).verdict, 'GO');
  assert.match(message, /--json or --format csv, not both/);
});

test('what cannot count for scans alone is refused, not passed over', async () => {
  const { message } = await gate([
    '--scan',
    'scan.json',
    '--scope',
    'a',
    '--baseline',
    'b',
    '--save-baseline',
    'c',
  ]);

  assert.match(message, /--scope and --baseline and --save-baseline cannot count with --scan/);
});

test('scans are judged by the policy of a configuration that is named', async () => {
  const files = {
    'strict.yaml': 'policy: { rules: { severity: { action: block, atOrAbove: low } } }\n',
    'broken.yaml': 'policy: { presett: strict }\n',
  };

  assert.equal((await gate(['--scan', 'scan.json'], files)).exitCode, 0);
  assert.equal((await gate(['--scan', 'scan.json', '-c', 'strict.yaml'], files)).exitCode, 1);
  assert.match((await gate(['--scan', 'scan.json', '-c', 'broken.yaml'], files)).message, /presett/);
});

for (const args of [
  ['-o', 'scan.json'],
  ['--report', 'html=./scan.json'],
  ['-o', 'out', '--report', 'html=out'],
  ['--report', 'html=out', 'json=folder/../out'],
]) {
  test(`no output replaces what is read or written beside it: ${args.join(' ')}`, async () => {
    const { exitCode, message } = await gate(['--scan', 'scan.json', ...args]);

    assert.equal(exitCode, undefined);
    assert.match(message, /cannot be written: (it is read as well|two outputs are to go there)/);
  });
}

test('another name does not drop the scope of a release, and among several it must be one of them', async () => {
  const scopes = 'scopes: [{ name: edge, sources: [trivy] }]\n';
  const one = { 'gatehouse.yaml': `${scopes}release: { name: shop, scope: edge }\n` };
  const several = { 'gatehouse.yaml': `${scopes}releases: [{ name: shop 5, scope: edge }]\n` };

  const { stdout } = await gate(['--release', 'v2', '--json'], one);
  assert.deepEqual([JSON.parse(stdout).release, JSON.parse(stdout).scope], ['v2', 'edge']);
  const { message } = await gate(['--release', 'shop5'], several);
  assert.match(message, /there is no release 'shop5' in the configuration, only shop 5; did you mean shop 5/);
  assert.equal((await gate(['--release', 'v2', '--scope', 'edge'], several)).message, '');
});

test('a person who mistypes an option reads no ERROR on standard output', async () => {
  assert.equal((await gate(['--nope'])).stdout, '');
});

test('a policy that is no YAML is the mistake of who wrote it, told in a line that names the file', async () => {
  const { message } = await gate(['--scan', 'scan.json', '--policy', 'p.yaml'], { 'p.yaml': 'a: [1\n b' });

  assert.match(message, /p\.yaml: \d problems?; /);
  assert.ok(!message.includes('\n'));
});

test('a scan that is cut off is refused by name', async () => {
  const { message } = await gate(['--scan', 'cut.json'], { 'cut.json': SCAN.slice(0, -20) });

  assert.match(message, /^cut\.json: the JSON ends too early/);
});

test('a verdict is signed about its subject, and only the key that signed it says so', async () => {
  await using folder = await makeFolder();
  await writeFile(folder.file('scan.json'), SCAN);
  const run = async (...args: readonly string[]): Promise<number | undefined> =>
    await runProgram(args, trialIo({ cwd: folder.path }).io, commands);
  const subject = `registry.example.org/app@sha256:${'0a'.repeat(32)}`;
  await run('key', 'new', '--out', 'own');
  await run('key', 'new', '--out', 'other');

  await run(
    'gate',
    '--scan',
    'scan.json',
    '--subject',
    subject,
    '--key',
    'file:own',
    '--attestation',
    'a.json',
  );

  assert.equal(await run('verify', 'a.json', '--key', 'file:own.pub', '--subject', subject), 0);
  assert.equal(await run('verify', 'a.json', '--key', 'file:other.pub', '--subject', subject), 1);
});

for (const [what, args] of [
  ['no key', ['--subject', `a@sha256:${'0a'.repeat(32)}`, '--attestation', 'a.json']],
  ['no subject', ['--key', 'file:own', '--attestation', 'a.json']],
  ['a subject that is none', ['--subject', 'app:1.0']],
] as const) {
  test(`with ${what} nothing is judged: it is an error`, async () => {
    const { exitCode, message } = await gate(['--scan', 'scan.json', ...args]);

    assert.equal(exitCode, undefined);
    assert.match(message, /key|subject/);
  });
}

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { buildBundle } from './bundle.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));

let folder: string;
before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'gatehouse-bundle-'));
  cpSync(join(root, 'package.json'), join(folder, 'package.json'));
  cpSync(join(root, 'bin'), join(folder, 'bin'), { recursive: true });
  await buildBundle(join(folder, 'dist'));
});
after(() => rmSync(folder, { recursive: true, force: true }));

/** Without node_modules anywhere above it: what is missing from the bundle is missed. */
function gatehouse(...args: string[]) {
  const env = { ...process.env, XDG_CACHE_HOME: join(folder, 'cache'), NODE_TEST_CONTEXT: undefined };
  return spawnSync(process.execPath, [join(folder, 'bin/gatehouse.js'), ...args], {
    cwd: folder,
    env,
    encoding: 'utf8',
  });
}

test('the bundle says the version of the package', () => {
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

  const { status, stdout, stderr } = gatehouse('--version');

  assert.deepEqual([status, stdout, stderr], [0, `${version}\n`, '']);
});

test('saying the version reads almost nothing', () => {
  const text = readFileSync(join(folder, 'dist/cli.js'), 'utf8');
  const atOnce = [...text.matchAll(/(?:from|import)"(\.\/[^"]+)"/g)].map(([, path]) =>
    join(folder, 'dist', path ?? ''),
  );

  const bytes = atOnce.reduce((sum, path) => sum + readFileSync(path).length, text.length);

  assert.ok(bytes < 20_000, `${bytes} bytes before the first command is chosen`);
});

test('every thread is in the bundle, under the name by which it is started', () => {
  const threads = globSync('src/**/*-thread.ts', { cwd: root });
  assert.ok(threads.length > 0);

  for (const thread of threads) {
    const name = thread.replace(/.*\//, '').replace(/\.ts$/, '.js');
    assert.ok(existsSync(join(folder, 'dist', name)), name);
  }
});

test('the bundle imports scans into a store through its threads, and lists what it found', () => {
  const scans = globSync('dist/scans/*', { cwd: folder });
  assert.equal(scans.length, 2);

  const imported = gatehouse('import', ...scans);
  const listed = gatehouse('findings', '--json');

  assert.deepEqual([imported.status, imported.stderr], [0, '']);
  assert.ok(JSON.parse(listed.stdout).total > 0);
});

test('the bundle starts the sandbox, which reads files of its own', () => {
  const script = `const { spawn } = await import('node:child_process');
    const child = spawn(process.execPath, ['bin/gatehouse.js', 'sandbox', '--json', '--problems', '25']);
    child.stderr.pipe(process.stderr);
    child.stdout.once('data', (text) => { process.stdout.write(text); child.kill('SIGINT'); });
    child.on('exit', (code) => { process.exitCode = code; });`;

  const { status, stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
    cwd: folder,
    env: { ...process.env, XDG_CACHE_HOME: join(folder, 'cache') },
    encoding: 'utf8',
  });

  assert.deepEqual([status, stderr], [0, '']);
  assert.equal(JSON.parse(stdout).scans.length, 2);
});

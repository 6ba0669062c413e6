import assert from 'node:assert/strict';
import { type SpawnSyncReturns, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { TestRun } from './run-tests.ts';

let root: string;
before(() => {
  root = mkdtempSync(join(tmpdir(), 'gatehouse-tests-'));
  writeFileSync(join(root, 'package.json'), '{"type":"module"}');
  plant('passes', "test('a', () => {});");
  plant('fails', "test('a', () => { throw new Error('planted'); });");
  plant('calls', "test('a', () => fetch('http://192.0.2.1/'));");
  plant('leaves', "test('a', () => {}); setInterval(() => {}, 1000);");
  plant('hangs', "test('a', () => new Promise(() => setInterval(() => {}, 1000)));");
});
after(() => rmSync(root, { recursive: true, force: true }));

function plant(room: string, body: string): void {
  mkdirSync(join(root, 'src', room), { recursive: true });
  writeFileSync(join(root, 'src', room, 'a.test.ts'), `import { test } from 'node:test';\n${body}\n`);
}

/** In a process of its own, whose streams can be read. */
function run(path: string, change: Partial<TestRun> = {}): SpawnSyncReturns<string> {
  const given: TestRun = { root, paths: [path], missing: [], isCi: false, fileSeconds: 60, ...change };
  const script = `import { runTests } from ${JSON.stringify(new URL('./run-tests.ts', import.meta.url).href)};
    process.exitCode = await runTests(${JSON.stringify(given)});`;
  return spawnSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' });
}

test('tests that pass pass, and the summary is the last that is printed', () => {
  const { status, stdout } = run('src/passes');

  assert.equal(status, 0);
  assert.match(
    stdout,
    /tests 1\n.* pass 1\n.* fail 0\n.* cancelled 0\n.* skipped 0\n.* todo 0\n.*duration_ms [\d.]+\n$/s,
  );
});

test('a test that fails fails the run', () => {
  const { status, stdout } = run('src/fails');

  assert.equal(status, 1);
  assert.match(stdout, /fail 1\n/);
});

test('a test that reaches for the network fails', () => {
  const { status, stdout } = run('src/calls');

  assert.equal(status, 1);
  assert.match(stdout, /tests reach no network: connecting to 192\.0\.2\.1/);
});

test('a file that leaves something open fails when its time is over', () => {
  const { status, stdout, stderr } = run('src/leaves', { fileSeconds: 1 });

  assert.equal(status, 1);
  assert.match(stdout + stderr, /src\/leaves\/a\.test\.ts has not ended after 1 s; open: .*Timeout/);
});

test('a test that hangs fails when its time is over', () => {
  const { status, stdout } = run('src/hangs', { fileSeconds: 1 });

  assert.equal(status, 1);
  assert.match(stdout, /(fail|cancelled) 1\n/);
});

test('a path without tests is a mistake, not a success', () => {
  const { status, stderr } = run('src/no-such-room');

  assert.equal(status, 2);
  assert.match(stderr, /no tests below src\/no-such-room/);
});

test('what is left out is said before and after, and is no failure on a desk', () => {
  const { status, stdout, stderr } = run('src/passes', { missing: ['PostgreSQL'] });

  assert.equal(status, 0);
  assert.match(stdout, /^left out: tests that need PostgreSQL\n/);
  assert.equal(stderr, 'left out: tests that need PostgreSQL\n');
});

test('with CI=true leaving something out fails the run', () => {
  const { status, stderr } = run('src/passes', { missing: ['PostgreSQL'], isCi: true });

  assert.equal(status, 1);
  assert.match(stderr, /with CI=true nothing may be left out/);
});

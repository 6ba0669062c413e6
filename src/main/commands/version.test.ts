import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { trialIo } from '../../../test/support/trial-io.ts';
import { command } from './version.ts';

const { version } = JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8'));

test('people read the version and what it runs on', async () => {
  const trial = trialIo();

  await command.run({}, trial.io, []);

  assert.match(trial.stdout(), new RegExp(`^gatehouse ${version} \\(Node 24\\.`));
});

test('machines read the same as JSON', async () => {
  const trial = trialIo();

  await command.run({ json: true }, trial.io, []);

  const printed = JSON.parse(trial.stdout());
  assert.equal(printed.gatehouse, version);
  assert.equal(printed.node, process.versions.node);
});

test('nothing is loaded for it but what starts every command', () => {
  const root = new URL('../../../', import.meta.url);
  const hook = `import { writeSync } from 'node:fs'; import { registerHooks } from 'node:module';
    registerHooks({ load: (url, context, next) => (writeSync(3, url + '\\n'), next(url, context)) });`;
  const launcher = new URL('bin/gatehouse.js', root).pathname;
  const { status, output } = spawnSync(
    process.execPath,
    ['--import', `data:text/javascript,${encodeURIComponent(hook)}`, launcher, 'version'],
    {
      stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
      encoding: 'utf8',
    },
  );

  assert.equal(status, 0);
  const own = (output[3] ?? '').split('\n').filter((url) => url.startsWith(`${root.href}src/`));
  assert.deepEqual(own.map((url) => url.slice(root.href.length)).sort(), [
    'src/domain/errors.ts',
    'src/main/cli.ts',
    'src/main/commands.ts',
    'src/main/commands/version.ts',
    'src/main/failure.ts',
    'src/main/program.ts',
    'src/main/run-on-process.ts',
    'src/main/version.ts',
    'src/platform/reason.ts',
    'src/reports/plain-text.ts',
  ]);
});

import assert from 'node:assert/strict';
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

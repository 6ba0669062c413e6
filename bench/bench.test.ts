import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { benchNames } from './support/names.ts';

const runner = fileURLToPath(new URL('./bench.ts', import.meta.url));

test('a name that no bench has is answered with those there are', () => {
  const { status, stderr } = spawnSync(process.execPath, [runner, 'no-such-bench'], { encoding: 'utf8' });

  assert.equal(status, 2);
  assert.match(stderr, /there are .*coldstart/);
});

test('every bench has the name of its file', async () => {
  for (const name of benchNames()) {
    const { bench } = await import(new URL(`./${name}.ts`, import.meta.url).href);

    assert.equal(bench?.name, name);
  }
});

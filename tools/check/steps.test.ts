import assert from 'node:assert/strict';
import { test } from 'node:test';
import { programStep, runSteps, type Step } from './steps.ts';

const well: Step = { name: 'well', run: async () => '' };
const ill: Step = { name: 'ill', run: async () => 'a.ts: wrong\nb.ts: wrong too' };
const broken: Step = { name: 'broken', run: () => Promise.reject(new Error('no such tool')) };

async function run(...steps: Step[]): Promise<{ ok: boolean; printed: string }> {
  let printed = '';
  const ok = await runSteps(steps, (text) => {
    printed += text;
  });
  return { ok, printed };
}

test('all steps well is well, with one line for each', async () => {
  const { ok, printed } = await run(well, well);

  assert.equal(ok, true);
  assert.match(printed, /^ok {3}well +\d+\.\d s\nok {3}well +\d+\.\d s\n$/);
});

test('one step ill is ill, and what it found stands below its line', async () => {
  const { ok, printed } = await run(ill, well);

  assert.equal(ok, false);
  assert.match(printed, /FAIL ill +\d+\.\d s\n {7}a\.ts: wrong\n {7}b\.ts: wrong too\n/);
  assert.match(printed, /ok {3}well/);
});

test('a step that breaks down has failed, and the others still run', async () => {
  const { ok, printed } = await run(broken, well);

  assert.equal(ok, false);
  assert.match(printed, /FAIL broken[\s\S]*no such tool/);
  assert.match(printed, /ok {3}well/);
});

test('a program that ends with zero is well, whatever it printed', async () => {
  assert.equal(await programStep('node', process.execPath, ['-e', 'console.log("hm")'], '.').run(), '');
});

test('a program that ends otherwise is ill, with what it printed on either stream', async () => {
  const script = 'console.log("out"); console.error("err"); process.exitCode = 3';

  const found = await programStep('node', process.execPath, ['-e', script], '.').run();

  assert.match(found, /out/);
  assert.match(found, /err/);
  assert.match(found, /ended with 3$/);
});

test('a program that is not there is ill', async () => {
  const { ok, printed } = await run(programStep('gone', 'no-such-program-here', [], '.'));

  assert.equal(ok, false);
  assert.match(printed, /ENOENT/);
});

import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { type TestContext, test } from 'node:test';
import { GatehouseError } from '../../domain/errors.ts';
import { serve } from './serve.ts';

const entry = new URL('./serve.ts', import.meta.url).pathname;

function start(t: TestContext, json: string): ChildProcess {
  const child = spawn(process.execPath, [entry, '--json', json], { stdio: ['pipe', 'pipe', 'pipe'] });
  t.after(() => child.kill('SIGKILL'));
  return child;
}

async function firstLine(child: ChildProcess): Promise<Record<string, unknown>> {
  const [line] = await once(createInterface({ input: child.stdout! }), 'line');
  return JSON.parse(String(line));
}

test('a process of its own prints where it is, answers, and stops when its input closes', async (t) => {
  const child = start(t, '{"estate":{"problems":20},"side":"production"}');

  const { url, token, controlKey } = await firstLine(child);
  const response = await fetch(`${url}/api/v2/securityProblems`, {
    headers: { authorization: `Api-Token ${token}` },
  });
  const control = await fetch(`${url}/__control`, { headers: { 'x-control-key': String(controlKey) } });
  child.stdin!.end();
  const [code] = await once(child, 'exit');

  assert.equal(response.status, 200);
  assert.equal(control.status, 200);
  assert.equal(code, 0);
});

test('a process of its own stops on SIGTERM', async (t) => {
  const child = start(t, '{"estate":{"problems":5}}');
  await firstLine(child);

  child.kill('SIGTERM');

  assert.deepEqual(await once(child, 'exit'), [0, null]);
});

test('options that are wrong end with a sentence and code 2', async (t) => {
  const child = start(t, '{"estate":{"problems":-1},"colour":"red"}');
  const said: string[] = [];
  child.stderr!.on('data', (chunk) => said.push(String(chunk)));

  const [code] = await once(child, 'close');

  assert.equal(code, 2);
  assert.match(said.join(''), /problems/);
  assert.match(said.join(''), /colour/);
});

test('serving gives the emulator and what its estate must show', async (t) => {
  const { emulator, expected } = await serve({ estate: { problems: 10, stories: { new: 2 } } });
  t.after(() => emulator.close());

  assert.equal(expected.new.length, 2);
  await assert.rejects(serve({ nonsense: true }), GatehouseError);
});

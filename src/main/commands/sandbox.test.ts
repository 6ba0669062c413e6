import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { test } from 'node:test';
import { z } from 'zod';
import { trialIo } from '../../../test/support/trial-io.ts';
import { sourceOfKind } from '../../sources/registry.ts';
import { runProgram } from '../program.ts';
import { command } from './sandbox.ts';

const entries = [{ name: 'sandbox', load: async () => command }];
const Environment = z.object({ url: z.url(), token: z.string(), zone: z.string() });
const Printed = z.object({ certification: Environment, production: Environment, scans: z.array(z.string()) });

test('the sandbox answers until it is interrupted, and leaves nothing behind', async () => {
  const trial = trialIo();
  const running = runProgram(['sandbox', '--problems', '25', '--json'], trial.io, entries);
  await until(() => trial.stdout().endsWith('\n'));
  const { certification, scans } = Printed.parse(JSON.parse(trial.stdout()));
  const address = `${certification.url}/api/v2/securityProblems`;

  const answer = await fetch(address, { headers: { authorization: `Api-Token ${certification.token}` } });
  trial.interrupt();

  assert.equal(answer.status, 200);
  assert.equal(await running, 0);
  await assert.rejects(fetch(address));
  assert.deepEqual(
    scans.filter((path) => existsSync(path)),
    [],
  );
});

test('what it prints as url is one that a source of gatehouse.yaml takes as it is', async () => {
  const trial = trialIo();
  const running = runProgram(['sandbox', '--problems', '25', '--json'], trial.io, entries);
  await until(() => trial.stdout().endsWith('\n'));
  trial.interrupt();
  await running;

  const { certification, production } = Printed.parse(JSON.parse(trial.stdout()));

  for (const { url } of [certification, production]) {
    const read = sourceOfKind('dynatrace')?.settings.safeParse({ url, token: { env: 'T' } });
    assert.equal(read?.success, true, read?.error?.message);
  }
});

test('people read where the sandbox is and with what token', async () => {
  const trial = trialIo();
  const running = runProgram(['sandbox', '--problems', '25'], trial.io, entries);
  await until(() => trial.stdout() !== '');
  trial.interrupt();
  await running;

  assert.match(
    trial.stdout(),
    /Certification[^\n]*\n {2}url +http:\/\/127\.0\.0\.1:\d+\/e\/\w+\n {2}token +dt0c01\./,
  );
  assert.match(trial.stdout(), /checkout-api\.trivy\.json/);
});

test('a count that is no whole number is refused before anything starts', async () => {
  await assert.rejects(runProgram(['sandbox', '--problems', '-1'], trialIo().io, entries), /whole number/);
});

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 5));
}

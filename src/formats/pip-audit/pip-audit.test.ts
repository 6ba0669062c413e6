import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { type ReadScan, readScan, scanFileOf } from '../../../test/support/scan-files.ts';
import { isGatehouseError } from '../../domain/errors.ts';
import { scanHead } from '../scan-head.ts';
import { pipAudit } from './index.ts';

async function fixture(name: string): Promise<ReadScan> {
  return await readScan(pipAudit, scanFileOf(readFileSync(new URL(`fixtures/${name}`, import.meta.url))));
}

const detects = (document: unknown): boolean =>
  pipAudit.detect(scanHead('scan', Buffer.from(JSON.stringify(document))));

test('a vulnerability is told with its aliases, package and fixes', async () => {
  const [observation] = (await fixture('object.json')).observations;

  assert.deepEqual(observation?.defects, [
    { kind: 'vulnerability', id: 'PYSEC-2099-190', aliases: ['CVE-2099-20001', 'GHSA-2222-3333-4444'] },
  ]);
  assert.deepEqual(observation?.component, { purl: 'pkg:pypi/web-example@4.0.1', version: '4.0.1' });
  assert.deepEqual(observation?.fix, { versions: ['4.0.4', '3.2.13'] });
});

test('its severity is unknown, never low', async () => {
  const { observations } = await fixture('object.json');

  assert.ok(observations.every(({ severity }) => severity === 'unknown'));
});

test('the list of older versions is read like the object of today', async () => {
  const { observations, facts } = await fixture('list.json');

  assert.equal(observations[0]?.component?.purl, 'pkg:pypi/web-example@4.0.1');
  assert.deepEqual(facts.parts[0]?.extra, { dependencies: 2, skipped: 1 });
});

test('skipped dependencies are counted, and leave the run complete', async () => {
  const { facts } = await fixture('object.json');

  assert.deepEqual(facts.parts[0]?.extra, { dependencies: 3, skipped: 1 });
  assert.equal(facts.parts[0]?.complete, true);
});

test('an audit of no dependencies is known, and other files with dependencies are not', () => {
  assert.equal(detects({ dependencies: [] }), true);
  assert.equal(detects({ dependencies: [], fixes: [] }), true);
  assert.equal(detects({ name: 'app', dependencies: { 'left-pad': '1' } }), false);
  assert.equal(detects({ dependencies: {} }), false);
  assert.equal(detects({ bomFormat: 'CycloneDX', dependencies: [] }), false);
  assert.equal(detects([{ name: 'x' }]), false);
});

test('a file with nothing but other dependencies is refused', async () => {
  for (const document of [
    { dependencies: [{ ref: 'x' }] },
    { bomFormat: 'CycloneDX', dependencies: [] },
    [{ name: 'x' }],
    { dependencies: {} },
  ]) {
    await assert.rejects(
      readScan(pipAudit, scanFileOf(JSON.stringify(document))),
      (error) => isGatehouseError(error) && error.code === 'input-invalid',
      JSON.stringify(document),
    );
  }
});

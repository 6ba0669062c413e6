import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { type ReadScan, readScan, scanFileOf } from '../../../test/support/scan-files.ts';
import { isGatehouseError } from '../../domain/errors.ts';
import { SCAN_HEAD_BYTES, scanHead } from '../scan-head.ts';
import { npmAuditV1 } from './index.ts';

async function fixture(): Promise<ReadScan> {
  return await readScan(npmAuditV1, scanFileOf(readFileSync(new URL('fixtures/npm6.json', import.meta.url))));
}

async function readAdvisory(advisory: object) {
  const document = { advisories: { '7': { module_name: 'p', ...advisory } } };
  const { observations } = await readScan(npmAuditV1, scanFileOf(JSON.stringify(document)));
  assert.equal(observations.length, 1);
  return observations[0]!;
}

describe('an advisory', () => {
  test('is told with its package, versions, paths and fix', async () => {
    const [observation] = (await fixture()).observations;

    assert.deepEqual(observation?.defects, [
      { kind: 'vulnerability', id: 'NPM-9106', aliases: ['CVE-2099-20001'] },
    ]);
    assert.deepEqual(observation?.component, { purl: 'pkg:npm/negotiator-example@0.5.3', version: '0.5.3' });
    assert.deepEqual(observation?.occurrences, [
      { version: '0.5.3', path: 'example-server>negotiator-example' },
      { version: '0.5.3', path: 'other>negotiator-example' },
    ]);
    assert.deepEqual(observation?.fix, { versions: ['0.6.1'], text: 'Update to version 0.6.1 or later.' });
  });

  test('with several CVEs is several vulnerabilities, and one observation', async () => {
    const [, observation] = (await fixture()).observations;

    assert.deepEqual(
      observation?.defects.map(({ id }) => id),
      ['CVE-2099-20002', 'CVE-2099-20003'],
    );
    assert.equal(observation?.component?.purl, 'pkg:npm/deep-example');
    assert.equal(observation?.score, 9.8);
    assert.deepEqual(observation?.fix?.versions, ['2.11.2', '3.6.4']);
  });

  test("goes by GitHub's advisory, whatever number stands beside it", async () => {
    const url = 'https://github.com/advisories/GHSA-2222-3333-4444';

    for (const id of [1, 2]) {
      assert.equal((await readAdvisory({ id, url })).defects[0]?.id, 'GHSA-2222-3333-4444');
    }
  });

  test('of the first audits names its package as a module', async () => {
    const observation = await readAdvisory({ module_name: undefined, module: 'first-example', id: 22 });

    assert.equal(observation.component?.purl, 'pkg:npm/first-example');
  });

  test('that nothing patches has no fix', async () => {
    assert.equal((await readAdvisory({ patched_versions: '<0.0.0' })).fix, undefined);
  });
});

test('the paths that lead to packages are counted apart', async () => {
  const { facts } = await fixture();

  assert.deepEqual(facts.parts[0]?.extra, { findingPaths: 4, muted: 0 });
  assert.equal(facts.parts[0]?.asset, undefined);
});

test('an audit that counts vulnerabilities and lists none is only partly known', async () => {
  const audit = (high: number) => ({
    advisories: {},
    muted: [],
    metadata: { vulnerabilities: { info: 0, low: 0, moderate: 0, high, critical: 0 } },
  });
  const partOf = async (document: object) =>
    (await readScan(npmAuditV1, scanFileOf(JSON.stringify(document)))).facts.parts[0];

  assert.equal((await partOf(audit(0)))?.complete, true);
  assert.equal((await partOf(audit(2)))?.complete, false);
});

test('is known by its actions, which may be longer than what is looked at', () => {
  const resolves = Array.from({ length: 2000 }, (_, n) => ({
    id: 7,
    path: `shop>a${n}>left-pad`,
    dev: false,
  }));
  const text = JSON.stringify({ actions: [{ action: 'review', module: 'left-pad', resolves }] });

  assert.equal(npmAuditV1.detect(scanHead('scan', Buffer.from(text).subarray(0, SCAN_HEAD_BYTES))), true);
});

test('what npm writes where it could not audit is known, and refused with its reason', async () => {
  const text = JSON.stringify({ error: { code: 'ENOLOCK', summary: 'It needs a lock file.', detail: '' } });

  assert.equal(npmAuditV1.detect(scanHead('scan', Buffer.from(text))), true);
  await assert.rejects(
    readScan(npmAuditV1, scanFileOf(text)),
    (error) =>
      isGatehouseError(error) &&
      error.code === 'input-invalid' &&
      /npm audit failed.*ENOLOCK: It needs a lock file/.test(error.message),
  );
});

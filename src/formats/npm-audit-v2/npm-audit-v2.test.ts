import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { type ReadScan, readScan, scanFileOf } from '../../../test/support/scan-files.ts';
import { isGatehouseError } from '../../domain/errors.ts';
import { npmAuditV2 } from './index.ts';

async function fixture(name: string): Promise<ReadScan> {
  return await readScan(npmAuditV2, scanFileOf(readFileSync(new URL(`fixtures/${name}`, import.meta.url))));
}

async function read(document: object): Promise<ReadScan> {
  return await readScan(npmAuditV2, scanFileOf(JSON.stringify(document)));
}

describe('an advisory', () => {
  test('is told with its package, places, score and fix', async () => {
    const [observation] = (await fixture('npm10.json')).observations;

    assert.deepEqual(observation?.defects, [
      { kind: 'vulnerability', id: 'GHSA-2222-3333-4444', aliases: [] },
    ]);
    assert.deepEqual(observation?.component, { purl: 'pkg:npm/deep-example' });
    assert.deepEqual(observation?.occurrences, [
      { path: 'node_modules/deep-example' },
      { path: 'node_modules/@example/fun/node_modules/deep-example' },
    ]);
    assert.equal(observation?.score, 5.3);
    assert.deepEqual(observation?.fix, {
      versions: ['4.3.1', '2.6.9'],
      text: 'install @example/fun@2.0.0, a breaking change',
    });
  });

  test('in the entries of two packages is one observation', async () => {
    const { observations, facts } = await fixture('npm10.json');

    assert.equal(observations.filter(({ defects }) => defects[0]?.id === 'GHSA-2222-3333-4444').length, 1);
    assert.equal(facts.parts[0]?.extra.vulnerablePackages, 3);
  });

  test('without a score has none, and no fix where the end of its range is vulnerable too', async () => {
    const [, observation] = (await fixture('npm10.json')).observations;

    assert.equal(observation?.score, undefined);
    assert.deepEqual(observation?.fix?.versions, []);
  });

  test("of the first npm 7 goes by npm's number", async () => {
    const [observation] = (await fixture('npm7.json')).observations;

    assert.equal(observation?.defects[0]?.id, 'NPM-1084');
    assert.deepEqual(observation?.fix, { versions: ['4.0.0'], text: 'npm audit fix' });
  });
});

test('a whole advisory, as the first npm 7 wrote it, is read as one of npm 6', async () => {
  const via = [
    {
      id: 1179,
      module_name: 'deep-example',
      cves: ['CVE-2099-20001'],
      overview: 'Long arguments take long.',
      vulnerable_versions: '<0.2.1 || >=1.0.0 <1.2.3',
      patched_versions: '>=0.2.1 <1.0.0 || >=1.2.3',
      severity: 'low',
      url: 'https://npmjs.com/advisories/1179',
    },
  ];
  const { observations } = await read({ vulnerabilities: { 'deep-example': { via } } });

  assert.deepEqual(observations[0]?.defects, [
    { kind: 'vulnerability', id: 'NPM-1179', aliases: ['CVE-2099-20001'] },
  ]);
  assert.deepEqual(observations[0]?.fix?.versions, ['0.2.1', '1.2.3']);
  assert.equal(observations[0]?.about.description, 'Long arguments take long.');
});

test('a package that only depends on a vulnerable one is no observation', async () => {
  const { observations } = await fixture('npm10.json');

  assert.ok(observations.every(({ component }) => !component?.purl.includes('fun')));
});

test('an audit that counts vulnerabilities and lists none is only partly known', async () => {
  const some = { a: { name: 'a', severity: 'moderate', via: ['b'], nodes: [] } };
  const audit = (moderate: number, vulnerabilities: object = {}) => ({
    auditReportVersion: 2,
    vulnerabilities,
    metadata: { vulnerabilities: { info: 0, low: 0, moderate, high: 0, critical: 0, total: moderate } },
  });

  const [whole] = (await read(audit(3, some))).facts.parts;
  const [cut] = (await read(audit(3))).facts.parts;

  assert.deepEqual([whole?.complete, cut?.complete], [true, false]);
  assert.match(cut?.reasons[0] ?? '', /counts 3 and lists none/);
});

test('an error of npm, another version and another layout are refused', async () => {
  for (const document of [
    { auditReportVersion: 2, error: { code: 'ENOLOCK', summary: 'It needs a lock file.' } },
    { auditReportVersion: 3, vulnerabilities: {} },
    { auditReportVersion: 2, vulnerabilities: [] },
    { auditReportVersion: 2 },
  ]) {
    await assert.rejects(
      read(document),
      (error) => isGatehouseError(error) && error.code === 'input-invalid',
      JSON.stringify(document),
    );
  }
});

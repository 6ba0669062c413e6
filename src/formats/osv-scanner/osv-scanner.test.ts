import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { type ReadScan, readScan, scanFileOf } from '../../../test/support/scan-files.ts';
import { isGatehouseError } from '../../domain/errors.ts';
import type { Observation } from '../../domain/statement.ts';
import { osvScanner } from './index.ts';

async function fixture(name: string): Promise<ReadScan> {
  return await readScan(osvScanner, scanFileOf(readFileSync(new URL(`fixtures/${name}`, import.meta.url))));
}

async function read(document: object): Promise<ReadScan> {
  return await readScan(osvScanner, scanFileOf(JSON.stringify(document)));
}

async function readPackage(entry: object, described: object = {}): Promise<readonly Observation[]> {
  const scanned = { package: { name: 'p', version: '1', ecosystem: 'npm', ...described }, ...entry };
  const scan = await read({ results: [{ source: { path: 'lock', type: 'lockfile' }, packages: [scanned] }] });
  assert.deepEqual(scan.rejected, []);
  return scan.observations;
}

async function purlOf(ecosystem: string, name: string, more: object = {}): Promise<string | undefined> {
  const [observation] = await readPackage({ vulnerabilities: [{ id: 'X-1' }] }, { ecosystem, name, ...more });
  return observation?.component?.purl;
}

function idsOf(observation: Observation | undefined): unknown {
  return observation?.defects.map((defect) => [
    defect.id,
    ...(defect.kind === 'vulnerability' ? defect.aliases : []),
  ]);
}

describe('a group', () => {
  test('is one vulnerability under all names of its records, with the fix for its package', async () => {
    const [observation] = (await fixture('lockfiles.json')).observations;

    assert.deepEqual(idsOf(observation), [['GHSA-2222-3333-4444', 'PHPSEC-2099-1', 'CVE-2099-20001']]);
    assert.deepEqual(observation?.fix?.versions, ['6.5.8']);
    assert.equal(observation?.score, 7.5);
    assert.equal(observation?.about.title, 'An invented leak');
    assert.match(observation?.about.vector ?? '', /^CVSS:3\.1/);
    assert.deepEqual(observation?.occurrences, [{ version: '6.3.3', path: '/tmp/shop/composer.lock' }]);
  });

  test('without a score is as bad as its first record says, not as another does', async () => {
    const vulnerabilities = [
      { id: 'A-1', database_specific: {} },
      { id: 'B-1', database_specific: { severity: 'CRITICAL' } },
    ];
    const severityOf = async (ids: string[]) =>
      (await readPackage({ vulnerabilities, groups: [{ ids }] }))[0]?.severity;

    assert.equal(await severityOf(['A-1', 'B-1']), 'unknown');
    assert.equal(await severityOf(['B-1', 'A-1']), 'critical');
  });

  test('stands for each vulnerability where a package has none, also for one that is named twice', async () => {
    const vulnerabilities = [
      { id: 'A-1', summary: 'first' },
      { id: 'A-1', summary: 'second' },
    ];

    assert.deepEqual(
      (await readPackage({ vulnerabilities })).map(({ about }) => about.title),
      ['first', 'second'],
    );
  });

  test('tells by call analysis whether the vulnerable function is in use', async () => {
    const usageOf = async (analysis: object) =>
      (await readPackage({ groups: [{ ids: ['A-1', 'B-1'], ...analysis }] }))[0]?.assessment?.functionUsage;

    assert.equal(await usageOf({ experimental_analysis: { 'A-1': { called: true } } }), 'in-use');
    assert.equal(await usageOf({ experimentalAnalysis: { 'A-1': { called: false } } }), 'not-in-use');
    assert.equal(
      await usageOf({ experimental_analysis: { 'A-1': { called: false }, 'B-1': { called: true } } }),
      'in-use',
    );
    assert.equal(await usageOf({}), undefined);
  });

  test("of a distribution's notice is the CVEs that it fixes", async () => {
    const groups = [{ ids: ['DSA-9999-1'], aliases: ['CVE-2099-1001', 'CVE-2099-1002', 'DSA-9999-1'] }];

    assert.deepEqual(idsOf((await readPackage({ groups }))[0]), [['CVE-2099-1001'], ['CVE-2099-1002']]);
  });

  test("of a distribution's record of a CVE is that CVE", async () => {
    const [observation] = (await fixture('sorted-by-name.json')).observations;

    assert.deepEqual(idsOf(observation), [['DEBIAN-CVE-2099-20004', 'CVE-2099-20004']]);
  });
});

describe('a package', () => {
  test('without groups has an observation for each vulnerability', async () => {
    const { observations, facts } = await fixture('early.json');

    assert.deepEqual(observations.map(idsOf), [[['GO-2099-0001', 'CVE-2099-20003']], [['GO-2099-0002']]]);
    assert.equal(observations[0]?.occurrences[0]?.path, '/tmp/shop/go.mod');
    assert.deepEqual(facts.parts[0]?.extra, { packages: 1, vulnerabilityRecords: 2, licenceViolations: 0 });
  });

  test('is named as its ecosystem names packages', async () => {
    assert.equal(await purlOf('Maven', 'org.example:core'), 'pkg:maven/org.example/core@1');
    assert.equal(await purlOf('Go', 'example.org/team/x'), 'pkg:golang/example.org/team/x@1');
    assert.equal(await purlOf('npm', '@scope/x'), 'pkg:npm/%40scope/x@1');
    assert.equal(await purlOf('crates.io', 'x'), 'pkg:cargo/x@1');
    assert.equal(await purlOf('Alpine:v3.20', 'x'), 'pkg:apk/alpine/x@1');
    assert.equal(await purlOf('Ubuntu:22.04:LTS', 'x'), 'pkg:deb/ubuntu/x@1');
    assert.equal(await purlOf('GIT', 'https://github.com/team/x'), 'pkg:github/team/x@1');
    assert.equal(await purlOf('Something', 'x'), 'pkg:generic/x@1');
  });

  test('of a distribution goes by what is installed, not by its source', async () => {
    assert.equal(await purlOf('Debian:12', 'example', { os_package_name: 'lib1' }), 'pkg:deb/debian/lib1@1');
  });

  test('without a name is known by where it stands', async () => {
    const observation = (await fixture('lockfiles.json')).observations.at(-1);

    assert.equal(observation?.component, undefined);
    assert.equal(observation?.location?.file, '/tmp/shop/vendored');
    assert.match(observation?.occurrences[0]?.version ?? '', /^f5f3c22/);
  });
});

describe('the file', () => {
  test('may name a source behind its packages', async () => {
    const [observation] = (await fixture('sorted-by-name.json')).observations;

    assert.equal(observation?.occurrences[0]?.path, 'var/lib/dpkg/status');
  });

  test('without results found nothing', async () => {
    for (const results of [[], null]) {
      const { observations, rejected } = await read({ results, experimental_config: {} });

      assert.deepEqual([observations, rejected], [[], []]);
    }
  });

  test('that lists packages for OSV-Scanner to look at is an inventory, and what it wrote of them is not', async () => {
    const results = [{ source: { path: 'x' }, packages: [{ package: { name: 'p', version: '1' } }] }];
    const isInventory = async (document: object) => (await read(document)).facts.parts[0]?.inventory;

    assert.equal(await isInventory({ results }), true);
    assert.equal(await isInventory({ results, experimental_config: {} }), false);
    assert.equal(await isInventory({ results: [] }), false);
    assert.equal((await fixture('early.json')).facts.parts[0]?.inventory, false);
  });

  test('with the errors or metrics of others beside empty results is refused', async () => {
    for (const document of [
      { results: [], errors: [] },
      { results: [], metrics: {} },
      { results: [{ check_id: 'x', path: 'y' }] },
    ]) {
      await assert.rejects(
        read(document),
        (error) => isGatehouseError(error) && error.code === 'input-invalid',
        JSON.stringify(document),
      );
    }
  });
});

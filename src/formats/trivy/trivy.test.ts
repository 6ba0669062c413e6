import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { type ReadScan, readScan, scanFileOf } from '../../../test/support/scan-files.ts';
import type { Observation } from '../../domain/statement.ts';
import { trivy } from './index.ts';

async function fixture(name: string): Promise<ReadScan> {
  return await readScan(trivy, scanFileOf(readFileSync(new URL(`fixtures/${name}`, import.meta.url))));
}

async function read(report: unknown): Promise<ReadScan> {
  return await readScan(trivy, scanFileOf(JSON.stringify(report)));
}

function partOf(scan: ReadScan) {
  const [part, ...others] = scan.facts.parts;
  assert.ok(part);
  assert.equal(others.length, 0);
  return part;
}

function theOne(scan: ReadScan, id: string): Observation {
  const found = scan.observations.filter((one) => one.defects.some((defect) => defect.id === id));
  assert.equal(found.length, 1, id);
  return found[0]!;
}

async function readVulnerability(entry: object, type = 'debian'): Promise<Observation> {
  const vulnerability = { VulnerabilityID: 'CVE-1', PkgName: 'p', InstalledVersion: '1', ...entry };
  const scan = await read({
    ArtifactName: 'x',
    Results: [{ Target: 't', Class: 'os-pkgs', Type: type, Vulnerabilities: [vulnerability] }],
  });
  return theOne(scan, 'CVE-1');
}

describe('a vulnerability', () => {
  test('is told with its component, score, fix and where it is', async () => {
    const observation = theOne(await fixture('image.json'), 'CVE-2099-10001');

    assert.equal(
      observation.component?.purl,
      'pkg:deb/debian/libexample1@2.36-9?arch=amd64&distro=debian-12.5',
    );
    assert.equal(observation.severity, 'critical');
    assert.equal(observation.score, 9.8);
    assert.deepEqual(observation.fix, { versions: ['2.36-9+deb12u4'], text: undefined });
    assert.deepEqual(observation.occurrences, [
      { version: '2.36-9', path: undefined, layer: `sha256:${'3'.repeat(64)}`, imageVersion: '1.4.2' },
    ]);
    assert.equal(observation.about.publishedAt, Date.UTC(2099, 0, 2, 3, 4));
  });

  test('has GitHub advisories as aliases and notices of distributions not', async () => {
    const observation = theOne(await fixture('image.json'), 'CVE-2099-10001');

    assert.deepEqual(observation.defects, [
      { kind: 'vulnerability', id: 'CVE-2099-10001', aliases: ['GHSA-aaaa-bbbb-cccc'] },
    ]);
  });

  test('without a severity is unknown, never low', async () => {
    assert.equal((await readVulnerability({})).severity, 'unknown');
    assert.equal((await readVulnerability({ Severity: 'IMPORTANT' })).severity, 'unknown');
    assert.equal((await readVulnerability({ Severity: 'low' })).severity, 'low');
  });

  test('in two places of one image is two observations', async () => {
    const scan = await fixture('image.json');
    const paths = scan.observations
      .filter((one) => one.defects[0]?.id === 'CVE-2099-20001')
      .map((one) => one.occurrences[0]?.path);

    assert.deepEqual(paths, [
      'app/node_modules/a/node_modules/left/package.json',
      'app/node_modules/b/node_modules/left/package.json',
    ]);
  });

  test('has every version that fixes it', async () => {
    const { fix } = await readVulnerability({ FixedVersion: '6.0.1, 5.0.2,3.0.1' });

    assert.deepEqual(fix?.versions, ['6.0.1', '5.0.2', '3.0.1']);
  });

  test('that its distribution will not fix says so', async () => {
    const { fix } = await readVulnerability({ Status: 'will_not_fix' });

    assert.deepEqual(fix, { versions: [], text: 'will not fix' });
  });

  test('to which the package is stated not to be affected is kept, set aside by its database', async () => {
    const observation = theOne(await fixture('image.json'), 'CVE-2099-10003');

    assert.equal(observation.setAside[0]?.issuer, 'Debian Security Tracker');
    assert.equal(observation.life.state, 'open');
  });

  test('has the score of whoever decided its severity', async () => {
    const ghsa = await readVulnerability({
      SeveritySource: 'ghsa',
      CVSS: { nvd: { V3Score: 9.8 }, ghsa: { V3Score: 5.3, V3Vector: 'v' } },
    });
    const other = await readVulnerability({
      SeveritySource: 'debian',
      CVSS: { redhat: { V3Score: 4 }, nvd: { V2Score: 7 } },
    });

    assert.deepEqual([ghsa.score, ghsa.about.vector, other.score], [5.3, 'v', 4]);
  });

  test('of a lock file is in that file, of a package tree where the package is', async () => {
    const lock = await read({
      ArtifactName: '.',
      Results: [
        {
          Target: 'web/yarn.lock',
          Class: 'lang-pkgs',
          Type: 'yarn',
          Vulnerabilities: [{ VulnerabilityID: 'CVE-1', PkgName: '@a/b', InstalledVersion: '1' }],
        },
      ],
    });

    assert.equal(lock.observations[0]?.occurrences[0]?.path, 'web/yarn.lock');
    assert.equal(lock.observations[0]?.component?.purl, 'pkg:npm/%40a/b@1');
  });

  test('gets the package URL that newer versions would state', async () => {
    const expected = {
      debian: 'pkg:deb/debian/',
      alpine: 'pkg:apk/alpine/',
      sles: 'pkg:rpm/suse/',
      pip: 'pkg:pypi/',
      gomod: 'pkg:golang/',
      'something new': 'pkg:generic/',
    };
    for (const [type, start] of Object.entries(expected)) {
      const { component } = await readVulnerability({}, type);

      assert.equal(component?.purl, `${start}p@1`);
    }
    assert.equal((await readVulnerability({ PkgName: 'g.h:a' }, 'jar')).component?.purl, 'pkg:maven/g.h/a@1');
    assert.equal(
      (await readVulnerability({ PkgName: 'github.com/a/b' }, 'gomod')).component?.purl,
      'pkg:golang/github.com/a/b@1',
    );
  });
});

describe('checks and secrets', () => {
  test('a check that passed or was excepted is no finding', async () => {
    const scan = await fixture('sorted-by-name.json');

    assert.deepEqual(partOf(scan).extra, { results: 2, passed: 1, excepted: 1 });
    assert.deepEqual(
      scan.observations.map((one) => one.defects[0]?.id),
      ['AVD-AWS-0001', 'DS004', 'CVE-2099-20001'],
    );
  });

  test('a check that failed names file, line, cause and remedy', async () => {
    const observation = theOne(await fixture('sorted-by-name.json'), 'AVD-AWS-0001');

    assert.equal(observation.class, 'misconfiguration');
    assert.deepEqual(observation.location, {
      file: 'main.tf',
      line: 10,
      snippet: 'bucket.one\nresource "bucket" "one" {\n}',
    });
    assert.equal(observation.fix?.text, 'Close it');
  });

  test('a secret is a secret', async () => {
    const observation = theOne(await fixture('image.json'), 'npm-token');

    assert.equal(observation.class, 'secret');
    assert.equal(observation.location?.file, '/app/.npmrc');
    assert.equal(observation.location?.line, 3);
  });
});

describe('what a report may speak for', () => {
  test('names and the time come from the file', async () => {
    const part = partOf(await fixture('image.json'));

    assert.deepEqual(part.asset, { kind: 'image', name: 'registry.example.org:5000/shop/cart' });
    assert.equal(part.observedAt, Date.parse('2026-03-04T05:06:07.123Z'));
    assert.deepEqual(part.extra, { results: 5, packages: 1, modifiedFindings: 1, licences: 2 });
  });

  test('an image that was read from an archive is named by its tag', async () => {
    const scan = await read({
      ArtifactName: 'build/out.tar',
      ArtifactType: 'container_image',
      Metadata: { RepoTags: ['shop/cart:2'] },
      Results: null,
    });

    assert.deepEqual(partOf(scan).asset, { kind: 'image', name: 'shop/cart' });
  });

  test('a repository is named by its address, however it is written', async () => {
    for (const address of [
      'https://git.example.org/shop/web.git',
      'https://user:token@git.example.org/shop/web/',
      'git@git.example.org:shop/web.git',
      'ssh://git@git.example.org:22/shop/web',
    ]) {
      const scan = await read({ ArtifactName: address, ArtifactType: 'repository', Results: [] });

      assert.deepEqual(partOf(scan).asset, { kind: 'repository', name: 'git.example.org/shop/web' });
    }
  });

  test('a path names no asset, for two projects may be scanned under the same one', async () => {
    for (const [ArtifactName, ArtifactType] of [
      ['.', 'filesystem'],
      ['src', 'repository'],
      ['/', 'filesystem'],
      ['sbom.json', 'cyclonedx'],
      ['', 'container_image'],
      ['sha256:'.concat('a'.repeat(64)), 'container_image'],
    ]) {
      const scan = await read({ ArtifactName, ArtifactType, Results: [] });

      assert.equal(partOf(scan).asset, undefined, ArtifactName);
    }
  });

  test('a scan of configuration speaks for no vulnerability', async () => {
    const config = await read({
      ArtifactName: '.',
      Results: [{ Target: 'Dockerfile', Class: 'config', Type: 'dockerfile' }],
    });
    const packages = await read({
      ArtifactName: '.',
      Results: [{ Target: 't', Class: 'os-pkgs', Type: 'alpine' }],
    });
    const licences = await read({ ArtifactName: '.', Results: [{ Target: 't', Class: 'license' }] });

    assert.deepEqual(partOf(config).classes, ['misconfiguration']);
    assert.deepEqual(partOf(packages).classes, ['vulnerability', 'secret']);
    assert.deepEqual(partOf(licences).classes, []);
  });

  test('a report without results is read, whether the list is empty, null or missing', async () => {
    for (const results of [{ Results: [] }, { Results: null }, {}]) {
      const scan = await read({
        SchemaVersion: 2,
        ArtifactName: 'a/b:1',
        ArtifactType: 'container_image',
        ...results,
      });

      assert.equal(scan.observations.length, 0);
      assert.equal(partOf(scan).complete, true);
    }
  });

  test('a file that is only null decides nothing', async () => {
    const part = partOf(await readScan(trivy, scanFileOf('null\n')));

    assert.equal(part.inventory, true);
    assert.deepEqual(part.classes, []);
  });
});

describe('a report of a cluster', () => {
  test('gives each workload its own findings, labelled for scopes', async () => {
    const scan = await fixture('kubernetes.json');
    const cart = { kind: 'workload', name: 'prod-eu/shop/Deployment/cart' };

    assert.deepEqual(
      scan.observations.map((one) => one.asset),
      [cart, cart],
    );
    assert.deepEqual(scan.observations[0]?.labels, [
      { kind: 'cluster', id: 'prod-eu' },
      { kind: 'workload', id: cart.name },
    ]);
    assert.equal(scan.observations[0]?.occurrences[0]?.imageVersion, 'docker.io/example/cart:7');
  });

  test('looked at the workloads without findings too', async () => {
    const names = partOf(await fixture('kubernetes.json')).assets.map((asset) => asset.name);

    assert.deepEqual(names, [
      'prod-eu/shop/Deployment/cart',
      'prod-eu/shop/Deployment/mail',
      'prod-eu/shop/Service/cart',
    ]);
  });

  test('is partial when a workload could not be scanned', async () => {
    const part = partOf(await fixture('kubernetes.json'));

    assert.equal(part.complete, false);
    assert.match(part.reasons.join(), /Deployment\/mail was not scanned: pull access denied/);
  });
});

describe('reports that are not as Trivy writes them', () => {
  test('an entry that names its package and not its vulnerability, or a secret without a rule, counts', async () => {
    const { observations, rejected } = await read({
      ArtifactName: 'x',
      Results: [
        {
          Target: 'composer.lock',
          Class: 'lang-pkgs',
          Type: 'composer',
          Vulnerabilities: [{ PkgName: 'a/b' }],
        },
        { Target: 'key.pem', Class: 'secret', Secrets: [{ Title: 'Private key', Severity: 'HIGH' }] },
      ],
    });

    assert.deepEqual(rejected, []);
    assert.deepEqual(
      observations.map(({ defects, severity, component }) => [defects[0]?.id, severity, component?.purl]),
      [
        ['unnamed vulnerability', 'unknown', 'pkg:composer/a/b'],
        ['Private key', 'high', undefined],
      ],
    );
  });

  test('a vulnerability of no package is known by its target', async () => {
    const { observations, rejected } = await read({
      Results: [{ Target: 'poetry.lock', Vulnerabilities: [{ VulnerabilityID: 'CVE-1', Severity: 'HIGH' }] }],
    });

    assert.deepEqual(rejected, []);
    assert.deepEqual(
      observations.map(({ defects, severity, component, location }) => [
        defects[0]?.id,
        severity,
        component,
        location,
      ]),
      [['CVE-1', 'high', undefined, { file: 'poetry.lock' }]],
    );
  });

  test('the order of members does not matter', async () => {
    const sorted = readFileSync(new URL('fixtures/sorted-by-name.json', import.meta.url), 'utf8');
    const report = JSON.parse(sorted);
    const reversed = JSON.stringify(report, (_, value: unknown) =>
      typeof value === 'object' && value !== null && !Array.isArray(value)
        ? Object.fromEntries(Object.entries(value).reverse())
        : value,
    );

    assert.deepEqual(await readScan(trivy, scanFileOf(reversed)), await readScan(trivy, scanFileOf(sorted)));
  });

  test('entries, lists and results of the wrong kind are rejected where they are', async () => {
    const scan = await read({
      ArtifactName: 'x',
      Results: [
        {
          Target: 'a',
          Class: 'os-pkgs',
          Type: 'debian',
          Vulnerabilities: [null, 'CVE-1', { VulnerabilityID: 7 }],
        },
        { Target: 'b', Secrets: [{}], Misconfigurations: [[]], Vulnerabilities: {} },
        'result',
      ],
    });

    assert.deepEqual(
      scan.rejected.map(({ at }) => at),
      [
        'Results[0].Vulnerabilities[0]',
        'Results[0].Vulnerabilities[1]',
        'Results[0].Vulnerabilities[2]',
        'Results[1].Secrets[0]',
        'Results[1].Misconfigurations[0]',
        'Results[1].Vulnerabilities',
        'Results[2]',
      ],
    );
    assert.equal(scan.observations.length, 0);
  });

  test('other documents are refused rather than read as a clean scan', async () => {
    for (const report of [
      { results: [] },
      { SchemaVersion: 2, Results: {} },
      { ArtifactName: 'x', Results: 'none' },
      { ClusterName: 'c' },
      { ClusterName: 'c', Resources: 7 },
      [{ Target: 'a' }, { name: 'b' }],
      [1],
    ]) {
      await assert.rejects(read(report), /no Trivy report/, JSON.stringify(report));
    }
  });

  test('a report of a hundred thousand entries comes in batches', async () => {
    const vulnerabilities = Array.from({ length: 2_500 }, (_, n) => ({
      VulnerabilityID: `CVE-${n}`,
      PkgName: 'p',
    }));
    const report = {
      ArtifactName: 'x',
      Results: [{ Target: 't', Type: 'debian', Vulnerabilities: vulnerabilities }],
    };
    const sizes: number[] = [];

    for await (const batch of trivy.read(scanFileOf(JSON.stringify(report))))
      sizes.push(batch.observations.length);

    assert.deepEqual(sizes, new Array(25).fill(100));
  });
});

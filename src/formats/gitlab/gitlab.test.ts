import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { type ReadScan, readScan, scanFileOf } from '../../../test/support/scan-files.ts';
import { isGatehouseError } from '../../domain/errors.ts';
import { createNormaliser } from '../../normalise/normaliser.ts';
import { scanHead } from '../scan-head.ts';
import { gitlab } from './index.ts';

async function fixture(name: string): Promise<ReadScan> {
  return await readScan(gitlab, scanFileOf(readFileSync(new URL(`fixtures/${name}`, import.meta.url))));
}

async function readEntry(type: string, entry: object, more: object = {}) {
  const report = {
    version: '15.0.7',
    vulnerabilities: [{ identifiers: [{ type: 'r', value: 'r1' }], ...entry }],
    scan: { type, scanner: { name: 'S' } },
    ...more,
  };
  const { observations } = await readScan(gitlab, scanFileOf(JSON.stringify(report)));
  assert.equal(observations.length, 1);
  return observations[0]!;
}

async function subjectOf(type: string, entry: object): Promise<string> {
  const observation = await readEntry(type, entry);
  return createNormaliser().observation(observation, { asset: { kind: 'repository', name: 'r' } }).subject
    .key;
}

async function purlOf(location: object, more: object = {}): Promise<string | undefined> {
  return (await readEntry('dependency_scanning', { location }, more)).component?.purl;
}

const packageNamed = (name: string) => ({ dependency: { package: { name }, version: '1' } });

describe('a vulnerable package', () => {
  test('is known by its CVE, with GitHub’s name for it, its ecosystem and its fixes', async () => {
    const [observation] = (await fixture('dependencies.json')).observations;

    assert.deepEqual(observation?.defects, [
      { kind: 'vulnerability', id: 'CVE-2099-40001', aliases: ['GHSA-2222-3333-4444'] },
    ]);
    assert.deepEqual(observation?.component, { purl: 'pkg:npm/%40scope/left-pad@1.0.0', version: '1.0.0' });
    assert.deepEqual(observation?.occurrences[0]?.path, 'web/yarn.lock');
    assert.deepEqual(observation?.fix?.versions, ['1.0.1', '2.0.0']);
    assert.match(observation?.about.vector ?? '', /^CVSS:3\.1/);
  });

  test('of Maven has its group, and one that only GitLab names goes by GitLab’s name', async () => {
    const [, observation] = (await fixture('dependencies.json')).observations;

    assert.equal(observation?.component?.purl, 'pkg:maven/org.example/padding@3.0');
    assert.equal(observation?.defects[0]?.id, 'Gemnasium-00000000-aaaa-bbbb-cccc-000000000002');
  });

  test('has the ecosystem of its lock file, where the report does not say it', async () => {
    assert.equal(await purlOf({ file: 'a/go.sum', ...packageNamed('x.org/a/b') }), 'pkg:golang/x.org/a/b@1');
    assert.equal(await purlOf({ file: 'Gemfile.lock', ...packageNamed('rails') }), 'pkg:gem/rails@1');
    assert.equal(await purlOf({ file: 'what', ...packageNamed('p') }), 'pkg:generic/p@1');
    const stated = { dependency_files: [{ path: 'what', package_manager: 'pipenv' }] };
    assert.equal(await purlOf({ file: 'what', ...packageNamed('p') }, stated), 'pkg:pypi/p@1');
  });

  test('with several CVEs is each of them', async () => {
    const { defects } = await readEntry('dependency_scanning', {
      identifiers: [
        { type: 'usn', value: 'USN-1-1' },
        { type: 'cve', value: 'CVE-2099-0001' },
        { type: 'cve', value: 'CVE-2099-0002' },
      ],
      location: { file: 'f', ...packageNamed('p') },
    });

    assert.deepEqual(
      defects.map(({ id }) => id),
      ['CVE-2099-0001', 'CVE-2099-0002'],
    );
  });

  test('of an image belongs to the image without its tag, in the distribution', async () => {
    const [observation] = (await fixture('image.json')).observations;

    assert.deepEqual(observation?.asset, { kind: 'image', name: 'registry.example.com/team/shop' });
    assert.equal(observation?.component?.purl, 'pkg:deb/debian/libpad@1.0-1');
    assert.deepEqual(observation?.occurrences, [{ version: '1.0-1', path: undefined, imageVersion: '1.4' }]);
    assert.deepEqual(observation?.fix?.versions, ['1.0-2']);
  });

  test('of an unknown image belongs to none', async () => {
    const location = { ...packageNamed('libpad'), operating_system: 'Unknown', image: 'Unknown' };

    const observation = await readEntry('container_scanning', { location });

    assert.equal(observation.asset, undefined);
    assert.equal(observation.component?.purl, 'pkg:generic/libpad@1');
  });

  test('in a cluster belongs to its workload', async () => {
    const [, observation] = (await fixture('image.json')).observations;

    assert.deepEqual(observation?.asset, { kind: 'workload', name: '7/prod/Deployment/shop' });
    assert.deepEqual(observation?.labels, [{ kind: 'cluster', id: '7' }]);
    assert.equal(observation?.occurrences[0]?.imageVersion, 'registry.example.com/team/shop:1.4');
  });
});

describe('a finding in code', () => {
  test('is known by the rule, not by what classifies it', async () => {
    const [observation] = (await fixture('code.json')).observations;

    assert.deepEqual(observation?.defects, [{ kind: 'rule', tool: 'Semgrep', id: 'bandit.B303-1' }]);
    assert.equal(observation?.location?.file, 'shop/cart.py');
    assert.equal(observation?.location?.line, 39);
    assert.equal(observation?.class, 'code');
  });

  test('stays itself when it moves, by its signature, its code, or the key of old schemas', async () => {
    const tracking = { items: [{ signatures: [{ algorithm: 'scope_offset', value: 'f|g[0]:2' }] }] };
    const key = '0123456789abcdef0123456789abcdef';
    for (const [before, after] of [
      [{ tracking }, { tracking }],
      [{ raw_source_code_extract: 'a()' }, { raw_source_code_extract: '  a()' }],
      [{ cve: `${key}:R:f:1` }, { cve: `${key}:R:f:98` }],
    ]) {
      assert.equal(
        await subjectOf('sast', { ...after, location: { file: 'f', start_line: 98 } }),
        await subjectOf('sast', { ...before, location: { file: 'f', start_line: 1 } }),
      );
    }
  });

  test('is another one where its signature, its code or its key differs', async () => {
    const location = { file: 'f', start_line: 1 };
    const keys = await Promise.all(
      [
        { raw_source_code_extract: 'a()' },
        { raw_source_code_extract: 'b()' },
        { cve: '0123456789abcdef0123456789abcdef:R:f:1' },
        { cve: '0123456789abcdef0123456789abcdee:R:f:1' },
      ].map((entry) => subjectOf('sast', { ...entry, location })),
    );

    assert.equal(new Set(keys).size, 4);
  });

  test('by a scanner of configuration is a misconfiguration', async () => {
    const observation = await readEntry(
      'sast',
      { location: { file: 'main.tf' } },
      { scan: { type: 'sast', scanner: { id: 'kics', name: 'KICS' } } },
    );

    assert.equal(observation.class, 'misconfiguration');
  });

  test('from outside belongs to its host', async () => {
    const [observation] = (await fixture('web.json')).observations;

    assert.deepEqual(observation?.asset, { kind: 'host', name: 'https://shop.example.com' });
    assert.equal(observation?.location?.file, '/cart');
    assert.equal(observation?.location?.fingerprint, 'GET X-Header');
  });
});

describe('a secret', () => {
  test('is told by a hash and shows nothing of it', async () => {
    const { observations } = await fixture('secrets-2.json');

    assert.deepEqual(
      observations.map((one) => one.class),
      ['secret', 'secret'],
    );
    for (const { location } of observations) assert.match(location?.fingerprint ?? '', /^sha256:/);
    assert.doesNotMatch(JSON.stringify(observations), /tok_invented/);
  });
});

describe('the report', () => {
  test('has the tool, the type and the time of its scan', async () => {
    const [part] = (await fixture('dependencies.json')).facts.parts;

    assert.equal(part?.tool, 'Gemnasium');
    assert.equal(part?.category, 'dependency_scanning');
    assert.equal(part?.observedAt, Date.parse('2099-03-04T05:07:08Z'));
    assert.deepEqual(part?.classes, ['vulnerability']);
    assert.equal(part?.complete, true);
  });

  test('without a scan has those of its entries', async () => {
    const [part] = (await fixture('secrets-2.json')).facts.parts;

    assert.equal(part?.tool, 'Gitleaks');
    assert.deepEqual(part?.classes, ['secret']);
    assert.equal(part?.observedAt, undefined);
  });

  test('of a scan that failed or was partial says so, and counts doubtful entries', async () => {
    const [part] = (await fixture('code.json')).facts.parts;

    assert.equal(part?.complete, false);
    assert.deepEqual(part?.reasons, [
      'the scanner reports that it failed',
      'the scanner reports: a rule could not be read',
    ]);
    assert.deepEqual(part?.extra, { likelyFalsePositives: 1 });
    const scan = { type: 'sast', partial_scan: { mode: 'differential' } };
    const { facts } = await readScan(gitlab, scanFileOf(JSON.stringify({ vulnerabilities: [], scan })));
    assert.match(facts.parts[0]?.reasons[0] ?? '', /only a part was scanned \(differential\)/);
  });

  test('is known by whatever comes first', () => {
    const detects = (text: string): boolean => gitlab.detect(scanHead('scan', Buffer.from(text)));

    assert.equal(detects('{"vulnerabilities": [], "version": "15.0.0", "scan": {"type": "sast"}}'), true);
    assert.equal(detects('{"version": "2.0", "vulnerabilities": [], "remediations": []}'), true);
    assert.equal(
      detects('{"vulnerabilities": [{"location": {"file": "f"}, "identifiers": [{"type": "cve"'),
      true,
    );
    assert.equal(detects('{"dependency_files": [{"path": "p"}], "version": "15.0.0"'), true);
    assert.equal(detects('{"@generated": "x", "@version": "D-1", "scan": {"type": "dast"}, "site": ['), true);
    assert.equal(detects('{"vulnerabilities": [], "version": "1"}'), false);
    assert.equal(detects('{"vulnerabilities": []}'), false);
    assert.equal(
      detects('{"bomFormat": "CycloneDX", "version": 1, "vulnerabilities": [{"identifiers": ['),
      false,
    );
    assert.equal(detects('{"vulnerabilities": [{"identifiers": {"CVE": []}}], "ok": false}'), false);
  });

  test('that was cut out of a report, without version and scan, is read; an entry goes by its id at least', async () => {
    const entry = { category: 'dast', severity: 'High', location: { hostname: 'http://shop' } };
    const identifiers = [{ type: 'ZAProxy_PluginId', value: '10062' }];
    const report = {
      vulnerabilities: [
        { ...entry, identifiers },
        { ...entry, id: 'e1' },
      ],
    };

    const { observations, rejected } = await readScan(gitlab, scanFileOf(JSON.stringify(report)));

    assert.deepEqual(rejected, []);
    assert.deepEqual(
      observations.map(({ severity, defects }) => [severity, defects[0]?.id]),
      [
        ['high', '10062'],
        ['high', 'e1'],
      ],
    );
  });

  test('that is only an empty list, which a person called a report, closes nothing', async () => {
    const { observations, facts } = await readScan(gitlab, scanFileOf('{"vulnerabilities": []}'));

    assert.deepEqual([observations.length, facts.parts[0]?.complete], [0, false]);
  });

  test('without vulnerabilities, version or scan is refused', async () => {
    for (const report of [
      { version: '15.0.0' },
      { vulnerabilities: {}, scan: {} },
      { vulnerabilities: [1], version: '2' },
    ]) {
      await assert.rejects(
        readScan(gitlab, scanFileOf(JSON.stringify(report))),
        (error) => isGatehouseError(error) && error.code === 'input-invalid',
        JSON.stringify(report),
      );
    }
  });
});

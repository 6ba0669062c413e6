import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { type ReadScan, readScan, scanFileOf } from '../../../test/support/scan-files.ts';
import { isGatehouseError } from '../../domain/errors.ts';
import { createNormaliser } from '../../normalise/normaliser.ts';
import { scanHead } from '../scan-head.ts';
import { snyk } from './index.ts';

async function fixture(name: string): Promise<ReadScan> {
  return await readScan(snyk, scanFileOf(readFileSync(new URL(`fixtures/${name}`, import.meta.url))));
}

async function readProject(project: object, entry?: object): Promise<ReadScan> {
  const full = { id: 'SNYK-JS-A-1', packageName: 'a', version: '1.0.0', severity: 'low', ...entry };
  const vulnerabilities = entry === undefined ? [] : [full];
  return await readScan(snyk, scanFileOf(JSON.stringify({ vulnerabilities, ok: false, ...project })));
}

async function readEntry(entry: object, project: object = { packageManager: 'npm' }) {
  const { observations, rejected } = await readProject(project, entry);
  assert.deepEqual(rejected, []);
  assert.equal(observations.length, 1);
  return observations[0]!;
}

async function refusalOf(document: unknown): Promise<string> {
  try {
    await readScan(snyk, scanFileOf(JSON.stringify(document)));
  } catch (error) {
    assert.ok(isGatehouseError(error) && error.code === 'input-invalid');
    return error.message;
  }
  assert.fail('the file was read');
}

describe('an entry', () => {
  test('is told with its names, its package, the way to it and what fixes it', async () => {
    const [observation] = (await fixture('project.json')).observations;

    assert.deepEqual(observation?.defects, [
      {
        kind: 'vulnerability',
        id: 'SNYK-JS-LEFTPAD-1000001',
        aliases: ['CVE-2099-10001', 'GHSA-2222-3333-4444'],
      },
    ]);
    assert.deepEqual(observation.component, { purl: 'pkg:npm/left-pad@1.0.0', version: '1.0.0' });
    assert.deepEqual(observation.occurrences, [
      { version: '1.0.0', path: 'pads@3.1.0 > left-pad@1.0.0', imageVersion: undefined },
    ]);
    assert.deepEqual(observation.fix, { versions: ['1.0.1'], text: 'upgrade to pads@3.2.0' });
    assert.equal(observation.score, 7.5);
    assert.equal(observation.about.url, 'https://security.snyk.io/vuln/SNYK-JS-LEFTPAD-1000001');
    assert.deepEqual(observation.assessment, { exploit: 'available' });
  });

  test('by another path is another observation of the same vulnerability on the same component', async () => {
    const scan = await fixture('project.json');
    const normaliser = createNormaliser();
    const [first, second] = scan.observations.map((observation) =>
      normaliser.observation(observation, { asset: { kind: 'sbom-subject', name: 'shop' } }),
    );

    assert.notEqual(first?.key, second?.key);
    assert.deepEqual(first?.subject, second?.subject);
    assert.equal(scan.facts.parts[0]?.extra.distinctIssues, 3);
  });

  test('that Snyk made of several CVEs is several vulnerabilities', async () => {
    const [observation] = (await fixture('list.json')).observations;

    assert.deepEqual(
      observation?.defects.map(({ id }) => id),
      ['CVE-2099-20001', 'CVE-2099-20002'],
    );
  });

  test('of old has its new id as an alias, also without identifiers', async () => {
    const observation = (await fixture('project.json')).observations[2];

    assert.deepEqual(observation?.defects, [
      { kind: 'vulnerability', id: 'npm:right-pad:20990101', aliases: ['SNYK-JS-RIGHTPAD-10002'] },
    ]);
  });

  test('about a licence is a rule that the component breaks, and no vulnerability', async () => {
    const observation = (await fixture('project.json')).observations[3];

    assert.equal(observation?.class, 'misconfiguration');
    assert.deepEqual(observation.defects, [
      { kind: 'rule', tool: 'Snyk Open Source', id: 'snyk:lic:npm:middle-pad:GPL-3.0' },
    ]);
    assert.equal(observation.component?.purl, 'pkg:npm/middle-pad@0.1.0');
  });

  test('grouped by issue keeps every path of it', async () => {
    const from = [
      ['shop@1.0.0', 'b@1.0.0', 'a@1.0.0'],
      ['shop@1.0.0', 'a@1.0.0'],
    ];

    const { occurrences, component } = await readEntry({ from, packageName: undefined, name: ['a', 'a'] });

    assert.deepEqual(
      occurrences.map(({ path }) => path),
      ['b@1.0.0 > a@1.0.0', 'a@1.0.0'],
    );
    assert.equal(component?.purl, 'pkg:npm/a@1.0.0');
  });

  test('names its package as the ecosystem of its package manager, else of its language, does', async () => {
    const purls = {
      'yarn|@scope/a': 'pkg:npm/%40scope/a@1.0.0',
      'gradle|org.a:b': 'pkg:maven/org.a/b@1.0.0',
      'poetry|Some_Name': 'pkg:pypi/some-name@1.0.0',
      'gomodules|github.com/a/b': 'pkg:golang/github.com/a/b@1.0.0',
      'rubygems|a': 'pkg:gem/a@1.0.0',
      'cocoapods|A': 'pkg:cocoapods/A@1.0.0',
      'debian:12|zlib/zlib1g': 'pkg:deb/debian/zlib1g@1.0.0',
      'alpine:3.20|musl/musl-utils': 'pkg:apk/alpine/musl-utils@1.0.0',
      'rhel:9|openssl/openssl-libs': 'pkg:rpm/redhat/openssl-libs@1.0.0',
      'upstream:node|node': 'pkg:generic/node@1.0.0',
      'Unmanaged (C/C++)|zlib': 'pkg:generic/zlib@1.0.0',
    };
    for (const [said, purl] of Object.entries(purls)) {
      const [packageManager, name] = said.split('|');
      const { component } = await readEntry({ packageManager, name, packageName: undefined });

      assert.equal(component?.purl, purl, said);
    }
    const { component } = await readEntry({ language: 'python' }, {});
    assert.equal(component?.purl, 'pkg:pypi/a@1.0.0');
  });

  test('re-scored, retitled and of another version stays the finding it was', async () => {
    const normaliser = createNormaliser();
    const asset = { kind: 'sbom-subject', name: 'shop' } as const;
    const before = normaliser.observation(await readEntry({ title: 'one', cvssScore: 5 }), { asset });
    const changed = await readEntry({ title: 'two', severity: 'critical', cvssScore: 9.8, version: '1.0.1' });
    const after = normaliser.observation(changed, { asset });

    assert.deepEqual(after.subject, before.subject);
    assert.deepEqual(after.defects, before.defects);
  });
});

describe('a project', () => {
  test('is the asset, by its name, and its target file tells it from others of that name', async () => {
    const { part, extra } = await partOf('project.json');

    assert.deepEqual(part.asset, { kind: 'sbom-subject', name: 'shop' });
    assert.equal(part.category, 'package-lock.json');
    assert.equal(part.tool, 'Snyk Open Source');
    assert.equal(extra.ignored, 1);
  });

  test('of a list is a part of its own; one that could not be tested is partial and touches no other', async () => {
    const { parts } = (await fixture('list.json')).facts;

    assert.deepEqual(
      parts.map(({ asset, category, complete }) => [asset?.name, category, complete]),
      [
        ['org.shop:cart', 'cart/pom.xml', true],
        [undefined, '', false],
        ['org.shop:pay', 'pay/pom.xml', true],
      ],
    );
    assert.match(parts[1]?.reasons.join() ?? '', /Could not read bill/);
  });

  test('tested for severe issues only is partial: the others may still be there', async () => {
    const { facts } = await readProject({ severityThreshold: 'high' });

    assert.equal(facts.parts[0]?.complete, false);
    assert.match(facts.parts[0]?.reasons.join(), /severity high and above only/);
  });

  test('without a name, or named by a folder of one machine, is no asset', async () => {
    for (const projectName of [undefined, '/builds/shop', '.']) {
      const { facts } = await readProject({ projectName });

      assert.equal(facts.parts[0]?.asset, undefined, projectName);
    }
  });

  test('named by its repository is that repository', async () => {
    const { facts } = await readProject({ projectName: 'https://github.com/team/shop.git' });

    assert.deepEqual(facts.parts[0]?.asset, { kind: 'repository', name: 'github.com/team/shop' });
  });
});

describe('an image', () => {
  test('is the asset, its tag a version; packages of its applications are found where these stand', async () => {
    const { observations, facts } = await fixture('image.json');

    assert.deepEqual(facts.parts[0]?.asset, { kind: 'image', name: 'registry.example.com/shop/cart' });
    assert.equal(facts.parts.length, 1);
    assert.equal(observations[0]?.component?.purl, 'pkg:deb/debian/libcurl4@7.88.1-10');
    assert.deepEqual(observations[0].fix, { versions: ['7.88.1-10+deb12u1'], text: undefined });
    assert.deepEqual(observations[1]?.occurrences, [
      { version: '1.0.0', path: '/srv/package.json: left-pad@1.0.0', imageVersion: '1.4.2' },
    ]);
  });

  test('of which an application could not be tested is partial', async () => {
    const applications = [{ ok: false, error: 'Could not parse go.mod', path: 'cart:1' }];

    const { facts } = await readProject({ packageManager: 'deb', path: 'shop/cart:1', applications });

    assert.deepEqual(facts.parts[0]?.reasons, ['Could not parse go.mod']);
  });

  test('in an archive is named by nothing', async () => {
    const project = { packageManager: 'deb', path: 'cart.tar', projectName: 'docker-image|cart.tar' };

    assert.equal((await readProject(project)).facts.parts[0]?.asset, undefined);
  });
});

describe('an issue of infrastructure', () => {
  test('is known by its rule, its file and its place in the configuration, not by its line', async () => {
    const [observation] = (await fixture('infrastructure.json')).observations;

    assert.equal(observation?.class, 'misconfiguration');
    assert.deepEqual(observation.defects, [{ kind: 'rule', tool: 'Snyk IaC', id: 'SNYK-CC-K8S-1' }]);
    assert.deepEqual(observation.location, {
      file: 'deploy/cart.yaml',
      line: 12,
      snippet: '[DocId: 0].spec.containers[cart].securityContext.privileged',
    });
    assert.equal(observation.fix?.text, 'Remove `privileged`');
  });

  test('that was ignored in Snyk is set aside by it', async () => {
    const [, observation] = (await fixture('infrastructure.json')).observations;

    assert.deepEqual(observation?.setAside, [
      { kind: 'suppression', issuer: 'snyk', reason: 'ignored in Snyk' },
    ]);
    assert.equal(observation.location?.line, undefined);
  });

  test('speaks for misconfigurations alone', async () => {
    const { facts } = await fixture('infrastructure.json');

    assert.deepEqual(facts.parts[0]?.classes, ['misconfiguration']);
  });
});

describe('a file', () => {
  test('in which Snyk only says that it could not test is refused with its reason', async () => {
    const failure = { ok: false, error: 'Could not detect supported target files', path: '/builds' };

    for (const document of [failure, [failure, failure]]) {
      assert.equal(snyk.detect(scanHead('x', Buffer.from(JSON.stringify(document)))), true);
      assert.match(await refusalOf(document), /Could not detect supported target files/);
    }
  });

  test('of code without a package manager has its entries behind a list of them by issue', async () => {
    const issue = { issueId: 'SNYK-UNMANAGED-CURL-1', pkgName: 'https://example.org|curl' };
    const entry = { id: issue.issueId, packageName: 'curl', severity: 'medium', language: 'cpp' };
    const scan = [
      {
        issues: [issue, issue],
        issuesData: { [issue.issueId]: entry },
        vulnerabilities: [entry],
        packageManager: 'Unmanaged (C/C++)',
      },
    ];

    assert.equal(snyk.detect(scanHead('x', Buffer.from(JSON.stringify(scan).slice(0, 90)))), true);
    const { observations } = await readScan(snyk, scanFileOf(JSON.stringify(scan)));
    assert.deepEqual(
      observations.map(({ component, severity }) => [component?.purl, severity]),
      [['pkg:generic/curl', 'medium']],
    );
  });

  test('cut down to its entries is known by their ids', async () => {
    const entry = { id: 'SNYK-JS-LEFTPAD-1', packageName: 'left-pad', version: '1.0.0', severity: 'high' };
    const text = JSON.stringify({ vulnerabilities: [entry] });

    assert.equal(snyk.detect(scanHead('x', Buffer.from(text))), true);
    const { observations } = await readScan(snyk, scanFileOf(text));
    assert.deepEqual(
      observations.map(({ defects, severity }) => [defects[0]?.id, severity]),
      [['SNYK-JS-LEFTPAD-1', 'high']],
    );
    await refusalOf({ vulnerabilities: [{ ...entry, id: 'CVE-2099-1' }] });
  });

  test('whose package is named by its source alone is read', async () => {
    const entry = { id: 'SNYK-DEBIAN12-CURL-1', name: 'curl/', severity: 'low' };
    const text = JSON.stringify({ vulnerabilities: [entry], ok: false, packageManager: 'debian:12' });

    assert.equal((await readScan(snyk, scanFileOf(text))).observations.length, 1);
  });

  test("without a list of vulnerabilities, or with somebody else's, is refused", async () => {
    for (const document of [
      { ok: true },
      { vulnerabilities: [] },
      [],
      [{}],
      [1],
      { ok: true, vulnerabilities: {} },
    ]) {
      await refusalOf(document);
    }
  });

  test('is known however its members are ordered, also by its first entries alone', () => {
    const [entry] = JSON.parse(
      readFileSync(new URL('fixtures/project.json', import.meta.url), 'utf8'),
    ).vulnerabilities;
    const heads = [
      `{"vulnerabilities":[${JSON.stringify(entry)},`,
      `[{"vulnerabilities":[${JSON.stringify(entry)},`,
      '{"ok":true,"packageManager":"npm","vulnerabilities":[',
    ];
    for (const text of heads) assert.equal(snyk.detect(scanHead('x', Buffer.from(text))), true, text);
  });
});

async function partOf(name: string) {
  const { parts } = (await fixture(name)).facts;
  assert.equal(parts.length, 1);
  const [part] = parts;
  return { part: part!, extra: part!.extra };
}

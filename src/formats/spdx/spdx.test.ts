import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { type ReadScan, readScan, scanFileOf } from '../../../test/support/scan-files.ts';
import { isGatehouseError } from '../../domain/errors.ts';
import type { Observation } from '../../domain/statement.ts';
import { createNormaliser } from '../../normalise/normaliser.ts';
import { scanHead } from '../scan-head.ts';
import { spdx } from './index.ts';
import { vulnerabilityIn } from './version-2.ts';

async function fixture(name: string): Promise<ReadScan> {
  return await readScan(spdx, scanFileOf(readFileSync(new URL(`fixtures/${name}`, import.meta.url))));
}

async function read(document: object): Promise<ReadScan> {
  return await readScan(
    spdx,
    scanFileOf(JSON.stringify({ spdxVersion: 'SPDX-2.3', SPDXID: 'SPDXRef-DOCUMENT', ...document })),
  );
}

function packageOf(more: object): object {
  return { SPDXID: 'SPDXRef-p', name: 'p', versionInfo: '1', ...more };
}

function reference(referenceType: string, referenceLocator: string): object {
  return { referenceCategory: 'SECURITY', referenceType, referenceLocator };
}

function idsOf({ defects }: Observation): unknown {
  return defects.map((defect) => [defect.id, ...(defect.kind === 'vulnerability' ? defect.aliases : [])]);
}

async function assertRefused(text: string, why: RegExp): Promise<void> {
  await assert.rejects(readScan(spdx, scanFileOf(text)), (error) => {
    assert.ok(isGatehouseError(error) && error.code === 'input-invalid', String(error));
    assert.match(error.message, why);
    return true;
  });
}

describe('a package of version 2', () => {
  test('is an observation for each advisory it refers to, named by what the address names', async () => {
    const { observations, facts } = await fixture('advisories.json');

    assert.deepEqual(
      observations.map(({ component, defects }) => [component?.purl, defects[0]?.id]),
      [
        ['pkg:deb/debian/libexample@5.0-4', 'CVE-2099-40001'],
        ['pkg:deb/debian/libexample@5.0-4', 'GHSA-2222-3333-4444'],
        ['pkg:generic/plain', 'https://advisories.example.org/notice'],
      ],
    );
    assert.deepEqual(facts.parts[0]?.extra, { packages: 3, securityReferences: 5 });
  });

  test('has the fix that its references name for the same vulnerability', async () => {
    const [withFix, without] = (await fixture('advisories.json')).observations;

    assert.equal(withFix?.fix?.text, 'https://git.example.org/commit/CVE-2099-40001');
    assert.equal(without?.fix, undefined);
    const externalRefs = [
      reference('advisory', 'https://a.example.org/CVE-2099-1000'),
      reference('fix', 'https://a.example.org/commit/1'),
    ];
    const only = (await read({ packages: [packageOf({ externalRefs })] })).observations[0];
    assert.equal(only?.fix?.text, 'https://a.example.org/commit/1');
  });

  test('is the same whatever its identifier in the document and its version', async () => {
    const keyOf = async (more: object) => {
      const externalRefs = [reference('advisory', 'https://a.example.org/CVE-2099-1000')];
      const { observations } = await read({ packages: [packageOf({ externalRefs, ...more })] });
      return createNormaliser().observation(observations[0]!, { asset: { kind: 'image', name: 'a' } })
        .subject;
    };

    assert.deepEqual(await keyOf({ SPDXID: 'SPDXRef-q', versionInfo: '2' }), await keyOf({}));
  });

  test('names a vulnerability by a CVE or GHSA anywhere in the address, else by its last part', () => {
    assert.equal(vulnerabilityIn('https://nvd.nist.gov/vuln/detail/cve-2099-1000?tab=x#y'), 'CVE-2099-1000');
    assert.equal(
      vulnerabilityIn('https://github.com/a/b/security/advisories/GHSA-jfh8-c2jp-5v3q'),
      'GHSA-jfh8-c2jp-5v3q',
    );
    assert.equal(vulnerabilityIn('https://access.redhat.com/errata/RHSA-2099:1234/'), 'RHSA-2099:1234');
    assert.equal(vulnerabilityIn('https://osv.dev/vulnerability/PYSEC-2099-12'), 'PYSEC-2099-12');
    assert.equal(
      vulnerabilityIn('https://example.org/advisories/none-here'),
      'https://example.org/advisories/none-here',
    );
  });
});

describe('a vulnerability of version 3', () => {
  test('goes by its CVE, with its other identifiers as aliases', async () => {
    const [first] = (await fixture('elements.json')).observations;

    assert.deepEqual(idsOf(first!), [['CVE-2099-40011', 'GHSA-5555-6666-7777']]);
    assert.equal(first?.about.url, 'https://advisories.example.org/CVE-2099-40011');
    assert.equal(first?.about.publishedAt, Date.parse('2098-12-31T00:00:00Z'));
  });

  test('is open where one package is affected, and about that one', async () => {
    const [first, second] = (await fixture('elements.json')).observations;

    assert.deepEqual(first?.component, { purl: 'pkg:maven/org.example/core@2.3.0', version: '2.3.0' });
    assert.deepEqual(first?.setAside, []);
    assert.equal(first?.occurrences.length, 1);
    assert.equal(first?.fix?.text, 'Use core 2.3.1');
    assert.equal(second?.component?.purl, 'pkg:generic/util@7');
  });

  test('is rated by assessments, and exploited when a catalogue says so', async () => {
    const [first, second] = (await fixture('elements.json')).observations;

    assert.deepEqual([first?.severity, first?.score], ['high', 8.1]);
    assert.deepEqual(first?.assessment, { exploit: 'available' });
    assert.deepEqual([second?.severity, second?.score], ['medium', 4.3]);
  });

  test('that affects no package is set aside as VEX of the author; a fixed one is resolved', async () => {
    const [, , third, fourth] = (await fixture('elements.json')).observations;

    assert.deepEqual(third?.setAside, [
      {
        kind: 'vex',
        issuer: 'Example',
        reason: 'not affected: vulnerable code not present: The parser was removed.',
        at: Date.parse('2099-01-01T00:00:00Z'),
      },
    ]);
    assert.equal(fourth?.life.state, 'resolved');
  });

  test('repeated under one id tells its places once, so that they do not grow with the square', async () => {
    const ids = Array.from({ length: 40 }, (_, n) => `urn:p${n}`);
    const graph = [
      ...ids.map((spdxId) => ({ type: 'software_Package', spdxId, name: spdxId.slice(4) })),
      ...ids.map((_, n) => ({ type: 'security_Vulnerability', spdxId: 'v', name: `CVE-2099-${20_000 + n}` })),
      { relationshipType: 'affects', from: 'v', to: ids },
    ];
    const context = 'https://spdx.org/rdf/3.0.1/spdx-context.jsonld';
    const text = JSON.stringify({ '@graph': graph, '@context': context });

    const { observations } = await readScan(spdx, scanFileOf(text));

    assert.deepEqual(
      observations.map(({ occurrences }) => occurrences.length),
      [40, ...Array.from({ length: 39 }, () => 1)],
    );
  });

  test('in several packages is one observation that tells all of them, always of the same first', async () => {
    const element = (name: string) => ({ type: 'software_Package', spdxId: name, name });
    const readOf = async (...names: string[]) => {
      const graph = [
        { type: 'security_Vulnerability', spdxId: 'v', name: 'CVE-2099-1000' },
        { relationshipType: 'affects', from: 'v', to: names },
        ...names.map(element),
      ];
      const context = 'https://spdx.org/rdf/3.0.1/spdx-context.jsonld';
      const text = JSON.stringify({ '@graph': graph, '@context': context });
      return (await readScan(spdx, scanFileOf(text))).observations;
    };

    const [observation, ...others] = await readOf('b', 'a');
    assert.equal(others.length, 0);
    assert.equal(observation?.component?.purl, 'pkg:generic/a');
    assert.deepEqual(
      observation?.occurrences.map(({ path }) => path),
      [undefined, 'pkg:generic/b'],
    );
    assert.deepEqual(await readOf('a', 'b'), [observation]);
  });
});

describe('what a document is about', () => {
  const assetOf = async (more: object, document: object = {}) => {
    const { facts } = await read({
      packages: [packageOf(more), packageOf({ SPDXID: 'SPDXRef-q' })],
      documentDescribes: ['SPDXRef-p'],
      ...document,
    });
    return facts.parts[0]?.asset;
  };
  const located = (referenceLocator: string) => ({
    externalRefs: [{ referenceCategory: 'PACKAGE-MANAGER', referenceType: 'purl', referenceLocator }],
  });

  test('is an image, a repository or the subject of an SBOM', async () => {
    const { parts } = (await fixture('advisories.json')).facts;
    assert.deepEqual(parts[0]?.asset, { kind: 'image', name: 'registry.example.com/shop/cart' });
    assert.equal((await fixture('advisories.json')).observations[0]?.occurrences[0]?.imageVersion, '1.4.2');
    assert.deepEqual(await assetOf(located('pkg:github/example/cart@main')), {
      kind: 'repository',
      name: 'github.com/example/cart',
    });
    assert.deepEqual(await assetOf({}), { kind: 'sbom-subject', name: 'p' });
    assert.deepEqual((await fixture('elements.json')).facts.parts[0]?.asset, {
      kind: 'sbom-subject',
      name: 'pkg:npm/cart',
    });
  });

  test('is unknown where it describes a folder, several packages or none', async () => {
    assert.equal(await assetOf({ name: '.', primaryPackagePurpose: 'FILE' }), undefined);
    assert.equal(await assetOf({}, { documentDescribes: ['SPDXRef-p', 'SPDXRef-q'] }), undefined);
    assert.equal(await assetOf({}, { documentDescribes: [] }), undefined);
  });
});

describe('a document', () => {
  test('without vulnerabilities is an inventory; with some it is partial, for nobody looked for others', async () => {
    const inventory = (await read({ packages: [packageOf({})] })).facts.parts[0];
    assert.deepEqual([inventory?.inventory, inventory?.complete], [true, true]);

    for (const name of ['advisories.json', 'elements.json']) {
      const part = (await fixture(name)).facts.parts[0];
      assert.deepEqual([part?.inventory, part?.complete], [false, false]);
      assert.match(part?.reasons[0] ?? '', /no scan/);
    }
  });

  test('is told by the tool that made it, without its version', async () => {
    assert.equal((await fixture('advisories.json')).facts.parts[0]?.tool, 'acme-sbom');
    assert.equal((await fixture('elements.json')).facts.parts[0]?.tool, 'acme-sbom');
    assert.equal(
      (await fixture('elements.json')).facts.parts[0]?.observedAt,
      Date.parse('2099-01-02T03:04:05Z'),
    );
    assert.equal((await read({ creationInfo: { creators: [{ Tool: 'x' }] } })).facts.parts[0]?.tool, 'SPDX');
  });

  test("of GitHub's interface is read out of its wrapping", async () => {
    const sbom = {
      spdxVersion: 'SPDX-2.3',
      SPDXID: 'SPDXRef-DOCUMENT',
      packages: [packageOf({ externalRefs: [reference('advisory', 'https://a.example.org/CVE-2099-1000')] })],
    };
    const text = JSON.stringify({ sbom });

    assert.equal(spdx.detect(scanHead('scan', Buffer.from(text))), true);
    assert.equal((await readScan(spdx, scanFileOf(text))).observations.length, 1);
  });

  test('is known by its words, wherever they stand', () => {
    const detect = (text: string) => spdx.detect(scanHead('scan', Buffer.from(text)));

    assert.equal(detect('{"packages":[{"name":"a","SPDXID":"SPDXRef-a"'), true);
    assert.equal(detect('{"@graph":[{"type":"software_Package","spdxId":"a"'), true);
    assert.equal(detect('{"packages":[{"name":"a"}'), false);
    assert.equal(detect('{"@context":"https://openvex.dev/ns/v0.2.0","statements":[]}'), false);
    assert.equal(detect('# made by hand\nSPDXVersion: SPDX-2.3\n'), true);
    assert.equal(detect('the tag SPDXVersion: SPDX-2.3 begins a document'), false);
  });

  test('of something else is refused', async () => {
    await assertRefused('{"@context":"https://openvex.dev/ns/v0.2.0","@graph":[]}', /no SPDX document/);
    await assertRefused('{"spdxVersion":"SPDX-2.3","packages":{}}', /its packages is not a list/);
    await assertRefused('DataLicense: CC0-1.0\n', /no SPDXVersion/);
  });
});

describe('a document of tags', () => {
  const TAGS = `SPDXVersion: SPDX-2.3
DataLicense: CC0-1.0
SPDXID: SPDXRef-DOCUMENT
DocumentName: cart
# a comment
Creator: Organization: Example ()
Creator: Tool: acme-sbom-1.2.3
Created: 2099-01-02T03:04:05Z
CreatorComment: <text>PackageName: not one
PackageName: nor this</text>

PackageName: cart
SPDXID: SPDXRef-cart
PackageVersion: 1.4.2
Relationship: SPDXRef-DOCUMENT DESCRIBES SPDXRef-cart

PackageName: left-pad
SPDXID: SPDXRef-left-pad
PackageVersion: <text>1.0.0</text>
ExternalRef: PACKAGE-MANAGER purl pkg:npm/left-pad@1.0.0
ExternalRef: SECURITY cpe23Type cpe:2.3:a:left-pad:left-pad:1.0.0:*:*:*:*:*:*:*
ExternalRef: SECURITY advisory https://nvd.nist.gov/vuln/detail/CVE-2099-1000
ExternalRef: SECURITY advisory

FileName: ./a.js
SPDXID: SPDXRef-a
ExternalRef: SECURITY advisory https://nvd.nist.gov/vuln/detail/CVE-2099-9999
`;

  test('says the same as one of JSON', async () => {
    for (const text of [TAGS, TAGS.replaceAll('\n', '\r\n'), `\uFEFF${TAGS}`]) {
      const { observations, rejected, facts } = await readScan(spdx, scanFileOf(text, 7));

      assert.deepEqual(
        observations.map(({ component, defects }) => [component, defects[0]?.id]),
        [[{ purl: 'pkg:npm/left-pad@1.0.0', version: '1.0.0' }, 'CVE-2099-1000']],
      );
      assert.deepEqual(rejected, [
        { at: 'packages[1].advisories[1]', reason: 'the reference to an advisory has no locator' },
      ]);
      const part = facts.parts[0];
      assert.deepEqual(part?.asset, { kind: 'sbom-subject', name: 'cart' });
      assert.deepEqual(part?.extra, { packages: 2, securityReferences: 2 });
      assert.deepEqual([part?.tool, part?.observedAt], ['acme-sbom', Date.parse('2099-01-02T03:04:05Z')]);
    }
  });

  test('says that it may have been cut off, and is refused where it shows', async () => {
    const { facts } = await readScan(spdx, scanFileOf(TAGS));

    assert.match(facts.parts[0]?.reasons[1] ?? '', /cut off/);
    await assertRefused(TAGS.slice(0, TAGS.indexOf('nor this')), /CreatorComment in line 9 does not end/);
  });

  test('whatever stands in it is read or refused', async () => {
    for (const line of [
      '__proto__: 1',
      'constructor: x',
      'ExternalRef:',
      'Relationship: ',
      'PackageName:',
      ': x',
      '\u0000',
    ])
      await readScan(spdx, scanFileOf(`${TAGS}${line}\n`));
  });
});

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { type ReadScan, readScan, scanFileOf } from '../../../test/support/scan-files.ts';
import { isGatehouseError } from '../../domain/errors.ts';
import type { Observation } from '../../domain/statement.ts';
import { createNormaliser } from '../../normalise/normaliser.ts';
import { scanHead } from '../scan-head.ts';
import { rootTagOf } from '../xml-head.ts';
import { cyclonedx } from './index.ts';

async function fixture(name: string): Promise<ReadScan> {
  return await readScan(cyclonedx, scanFileOf(readFileSync(new URL(`fixtures/${name}`, import.meta.url))));
}

async function read(bom: object): Promise<ReadScan> {
  return await readScan(
    cyclonedx,
    scanFileOf(JSON.stringify({ bomFormat: 'CycloneDX', specVersion: '1.6', ...bom })),
  );
}

const LIBRARY = { type: 'library', 'bom-ref': 'lib', name: 'lib', version: '1', purl: 'pkg:npm/lib@1' };

/** One entry on one library. */
async function readEntry(entry: object, bom: object = {}): Promise<Observation> {
  const vulnerability = { id: 'CVE-2099-1', affects: [{ ref: 'lib' }], ...entry };
  const { observations } = await read({ components: [LIBRARY], vulnerabilities: [vulnerability], ...bom });
  assert.equal(observations.length, 1);
  return observations[0]!;
}

async function partOf(bom: object) {
  return (await read(bom)).facts.parts[0]!;
}

function idsOf({ defects }: Observation): unknown {
  return defects.map((defect) => [defect.id, ...(defect.kind === 'vulnerability' ? defect.aliases : [])]);
}

describe('an entry', () => {
  test('is an observation on each component it affects, nested ones, services and the whole included', async () => {
    const { observations } = await fixture('scan.json');

    assert.deepEqual(
      observations.map(({ defects, component }) => [defects[0]?.id, component?.purl]),
      [
        ['GHSA-2222-3333-4444', 'pkg:maven/org.example/core@2.3.0'],
        ['GHSA-2222-3333-4444', 'pkg:deb/debian/libexample@5.0-4?distro=debian-12'],
        ['CVE-2099-30003', 'pkg:deb/debian/libexample@5.0-4?distro=debian-12'],
        ['CVE-2099-30004', 'pkg:generic/payments'],
        ['CVE-2099-30005', undefined],
        ['CVE-2099-30006', 'pkg:npm/%40shop/left-pad@1.0.0'],
      ],
    );
    const [, onWhole] = (await fixture('scan.xml')).observations;
    assert.equal(onWhole?.component?.purl, 'pkg:generic/com.example/cart@1.4.2');
  });

  test('names as aliases what its references call the same vulnerability', async () => {
    const references = [{ id: 'GHSA-2222-3333-4444' }, { id: 'DSA-1234-1' }, {}];

    assert.deepEqual(idsOf(await readEntry({ references })), [['CVE-2099-1', 'GHSA-2222-3333-4444']]);
    assert.deepEqual(idsOf(await readEntry({ id: 'e3a0', references: [{ id: 'CVE-2099-1000' }] })), [
      ['e3a0', 'CVE-2099-1000'],
    ]);
    assert.deepEqual(idsOf(await readEntry({ id: undefined, references: [{ id: 'CVE-2099-1000' }] })), [
      ['CVE-2099-1000'],
    ]);
  });

  test('of a notice is the several CVEs it names, titled by the notice', async () => {
    const references = [{ id: 'CVE-2099-1000' }, { id: 'CVE-2099-1001' }];
    const observation = await readEntry({ id: 'ELSA-2099-1234', references });

    assert.deepEqual(idsOf(observation), [['CVE-2099-1000'], ['CVE-2099-1001']]);
    assert.equal(observation.about.title, 'ELSA-2099-1234');
  });

  test('is where evidence or the properties of the tool say; a package of the system is there once', async () => {
    const [core, system] = (await fixture('scan.json')).observations;
    const [inner] = (await fixture('scan.xml')).observations;

    assert.deepEqual(
      core?.occurrences.map(({ path }) => path),
      ['/app/lib/core.jar', '/app/old/core.jar'],
    );
    assert.deepEqual(system?.occurrences, [
      { version: '5.0-4', path: '/var/lib/dpkg/status', layer: 'sha256:bb', imageVersion: '1.4.2' },
    ]);
    assert.equal(inner?.occurrences[0]?.path, 'app/inner.jar');
  });

  test('has the versions that its recommendation names for its own component', async () => {
    const [core, other] = (await fixture('scan.json')).observations;

    assert.deepEqual(core?.fix?.versions, ['2.3.1', '2.4.0']);
    assert.deepEqual(other?.fix?.versions, []);
    assert.match(other?.fix?.text ?? '', /^Upgrade org\.example:core/);
    const several = 'Upgrade other to version 9; Upgrade lib to version 1.0.2-r3, 2.0.0';
    assert.deepEqual((await readEntry({ recommendation: several })).fix?.versions, ['1.0.2-r3', '2.0.0']);
    assert.deepEqual((await readEntry({ recommendation: 'Upgrade it' })).fix?.versions, []);
  });

  test('is the same when it is re-scored, described anew or made again with other references', async () => {
    const keyOf = (observation: Observation) =>
      createNormaliser().observation(observation, { asset: { kind: 'image', name: 'a' } });
    const before = keyOf(await readEntry({ ratings: [{ severity: 'low' }] }));
    const after = keyOf(
      await readEntry(
        { ratings: [{ severity: 'high', score: 8 }], description: 'x', affects: [{ ref: 'r2' }] },
        { components: [{ ...LIBRARY, 'bom-ref': 'r2' }] },
      ),
    );

    assert.equal(after.key, before.key);
    assert.deepEqual(after.subject, before.subject);
    assert.notEqual(after.digest, before.digest);
  });
});

describe('the component of an entry', () => {
  const purlOf = async (ref: string, components: object[] = []) =>
    (await readEntry({ affects: [{ ref }] }, { components })).component?.purl;

  test('may stand behind the vulnerabilities', async () => {
    const text = `{"vulnerabilities":[{"id":"CVE-2099-1","affects":[{"ref":"lib"}]}],"specVersion":"1.4",
      "components":[${JSON.stringify(LIBRARY)}],"bomFormat":"CycloneDX"}`;
    const { observations } = await readScan(cyclonedx, scanFileOf(text));

    assert.equal(observations[0]?.component?.purl, 'pkg:npm/lib@1');
  });

  test('that the BOM does not hold is what its reference says, or unknown', async () => {
    assert.equal(await purlOf('pkg:npm/left-pad@1.0.0'), 'pkg:npm/left-pad@1.0.0');
    assert.equal(await purlOf('urn:cdx:3e67/1#pkg:npm/%40a/b@1'), 'pkg:npm/%40a/b@1');
    assert.equal(await purlOf('urn:cdx:3e67/1#pkg%3Anpm%2Fleft-pad%401.0.0'), 'pkg:npm/left-pad@1.0.0');
    assert.equal(await purlOf('urn:cdx:3e67/1#%'), undefined);
    assert.equal(await purlOf('urn:cdx:3e67/1#a%20b', [{ 'bom-ref': 'a b', name: 'c' }]), 'pkg:generic/c');
    assert.equal(await purlOf('9f8e'), undefined);
  });

  test('with a package URL that is none goes by group and name', async () => {
    const broken = { 'bom-ref': 'x', group: 'a', name: 'b', version: '2', purl: 'pkg:swift/b@2' };

    assert.equal(await purlOf('x', [broken]), 'pkg:generic/a/b@2');
  });
});

describe('how bad it is', () => {
  const severityOf = async (...ratings: object[]) => (await readEntry({ ratings })).severity;

  test('is the highest rating that names a severity, else that of the highest CVSS score, else unknown', async () => {
    assert.equal(await severityOf({ severity: 'low' }, { severity: 'high' }, { severity: 'none' }), 'high');
    assert.equal(await severityOf({ severity: 'medium' }, { score: 9.9, method: 'CVSSv31' }), 'medium');
    assert.equal(await severityOf({ severity: 'unknown' }, { score: 7, method: 'CVSSv3' }), 'high');
    assert.equal(await severityOf({ score: 9, method: 'OWASP' }), 'unknown');
    assert.equal(await severityOf({ severity: 'none' }), 'info');
    assert.equal(await severityOf(), 'unknown');
  });

  test('is scored by CVSS 3 before the others; a vector without its version is given it', async () => {
    const [core] = (await fixture('scan.json')).observations;
    const [old] = (await fixture('extension.xml')).observations;

    assert.equal(core?.score, 6.4);
    assert.equal(core?.about.vector, 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:L/I:L/A:N');
    assert.equal(old?.score, 9.1);
    assert.equal(old?.about.vector, 'CVSS:3.0/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:N');
  });
});

describe('an analysis', () => {
  test('that it does not matter sets it aside, as VEX of whoever wrote the BOM', async () => {
    const analysis = { state: 'not_affected', justification: 'code_not_present', detail: 'Removed.' };
    const metadata = { authors: [{ name: 'Ada' }], tools: [{ name: 'acme-scan' }] };

    assert.deepEqual((await readEntry({ analysis }, { metadata })).setAside, [
      { kind: 'vex', issuer: 'Ada', reason: 'not affected, code not present: Removed.', at: undefined },
    ]);
    const [falsePositive] = (await fixture('scan.xml')).observations;
    assert.equal(falsePositive?.setAside[0]?.issuer, 'acme-scan');
    assert.equal(falsePositive?.setAside[0]?.reason, 'false positive: Another inner is meant.');
  });

  test('that is open, or none of the standard, sets nothing aside', async () => {
    for (const state of ['exploitable', 'in_triage', 'ignored', 7]) {
      const { life, setAside } = await readEntry({ analysis: { state } });
      assert.deepEqual([life.state, setAside], ['open', []]);
    }
  });

  test('that it is resolved says so, and when', async () => {
    const analysis = { state: 'resolved_with_pedigree', lastUpdated: '2099-01-01T00:00:00Z' };

    assert.deepEqual((await readEntry({ analysis })).life, {
      state: 'resolved',
      resolvedAt: Date.parse('2099-01-01T00:00:00Z'),
    });
  });

  test('of versions sets aside only the very version that is there', async () => {
    const setAsideOf = async (...versions: object[]) =>
      (await readEntry({ affects: [{ ref: 'lib', versions }] })).setAside.map(({ kind }) => kind);

    assert.deepEqual(await setAsideOf({ version: '1', status: 'unaffected' }), ['vex']);
    assert.deepEqual(await setAsideOf({ version: '2', status: 'unaffected' }), []);
    assert.deepEqual(await setAsideOf({ version: '1', status: 'affected' }), []);
    assert.deepEqual(await setAsideOf({ range: 'vers:npm/<2', status: 'unaffected' }), []);
  });

  test('without anything that was scanned speaks of what it names, and closes nothing', async () => {
    const vulnerabilities = [{ id: 'CVE-2099-1', analysis: { state: 'exploitable' } }];

    assert.equal((await partOf({ vulnerabilities })).complete, false);
    assert.equal((await partOf({ vulnerabilities, components: [LIBRARY] })).complete, true);
  });
});

describe('what the BOM is about', () => {
  const assetOf = async (component: object) => (await partOf({ metadata: { component } })).asset;

  test('is an image by its name without tag, in words of any tool', async () => {
    const image = { kind: 'image', name: 'registry.example.com/shop/cart' };

    assert.deepEqual((await fixture('scan.json')).facts.parts[0]?.asset, image);
    assert.deepEqual(
      await assetOf({
        type: 'container',
        name: 'cart.tar.gz',
        properties: [{ name: 'aquasecurity:trivy:RepoTag', value: `${image.name}:1.4.2` }],
      }),
      image,
    );
    const purl = 'pkg:oci/cart@sha256%3Aaa?repository_url=registry.example.com/shop/cart';
    assert.deepEqual(await assetOf({ type: 'container', name: '/tmp/image.tar', purl }), image);
  });

  test('is otherwise a repository or the subject of an SBOM, without its version', async () => {
    assert.deepEqual(await assetOf({ type: 'application', name: 'https://github.com/example/cart' }), {
      kind: 'repository',
      name: 'github.com/example/cart',
    });
    assert.deepEqual(await assetOf({ type: 'application', group: 'com.example', name: 'cart' }), {
      kind: 'sbom-subject',
      name: 'com.example/cart',
    });
    assert.deepEqual(
      await assetOf({ type: 'library', name: 'cart', version: '2', purl: 'pkg:npm/%40shop/cart@2' }),
      {
        kind: 'sbom-subject',
        name: 'pkg:npm/@shop/cart',
      },
    );
  });

  test('is unknown for a path, a file and nothing', async () => {
    assert.equal(await assetOf({ type: 'application', name: '.' }), undefined);
    assert.equal(await assetOf({ type: 'application', name: '/home/me/cart' }), undefined);
    assert.equal(await assetOf({ type: 'file', name: 'cart.jar' }), undefined);
    assert.equal((await partOf({})).asset, undefined);
  });
});

describe('a BOM', () => {
  test('counts its components, nested ones too, and its analyses by state', async () => {
    assert.deepEqual((await fixture('scan.json')).facts.parts[0]?.extra, {
      components: 3,
      vulnerabilities: 6,
      notAffected: 1,
      resolved: 1,
      inTriage: 1,
    });
    assert.deepEqual((await fixture('scan.xml')).facts.parts[0]?.extra.components, 2);
  });

  test('without vulnerabilities is an inventory, unless its tool always looks for them', async () => {
    const inventoryOf = async (tool: string, more: object) =>
      (await partOf({ metadata: { tools: [{ name: tool }] }, components: [LIBRARY], ...more })).inventory;

    assert.equal(await inventoryOf('trivy', {}), true);
    assert.equal(await inventoryOf('trivy', { vulnerabilities: [] }), true);
    assert.equal(await inventoryOf('grype', {}), true);
    assert.equal(await inventoryOf('grype', { vulnerabilities: [] }), false);
  });

  test('of nothing, neither component nor vulnerability, is whole where its tool always looks', async () => {
    const part = await partOf({
      metadata: { tools: [{ name: 'grype' }] },
      components: [],
      vulnerabilities: [],
    });

    assert.deepEqual([part.inventory, part.complete, part.reasons], [false, true, []]);
  });

  test('of an empty list of vulnerabilities in XML says as much as in JSON', async () => {
    const inventoryOf = async (list: string) => {
      const tool = '<metadata><tools><tool><name>grype</name></tool></tools></metadata>';
      const bom = `<bom xmlns="http://cyclonedx.org/schema/bom/1.6">${tool}<components/>${list}</bom>`;
      return (await readScan(cyclonedx, scanFileOf(bom))).facts.parts[0]?.inventory;
    };

    assert.equal(await inventoryOf('<vulnerabilities/>'), false);
    assert.equal(await inventoryOf(''), true);
  });

  test('of before version 1.4, which had no list that could be empty, is a scan that found nothing where Grype made it', async () => {
    const inventoryOf = async (tool: string, version: string, inside = '') => {
      const tools = `<metadata><tools><tool><name>${tool}</name></tool></tools></metadata>`;
      const component = `<component type="library"><name>left-pad</name><version>1</version>${inside}</component>`;
      const xmlns = `xmlns="http://cyclonedx.org/schema/bom/${version}"`;
      const bom = `<bom ${xmlns}>${tools}<components>${component}</components></bom>`;
      return (await readScan(cyclonedx, scanFileOf(bom))).facts.parts[0]?.inventory;
    };
    const emptyList = '<v:vulnerabilities xmlns:v="http://cyclonedx.org/schema/ext/vulnerability/1.0"/>';

    assert.equal(await inventoryOf('grype', '1.2'), false);
    assert.equal(await inventoryOf('grype', '1.2', emptyList), false);
    assert.equal(await inventoryOf('grype', '1.4'), true);
    assert.equal(await inventoryOf('jake', '1.2'), true);
  });

  test('is told by the tool that made it, not by the library it used', async () => {
    const toolOf = async (tools: unknown) => (await partOf({ metadata: { tools } })).tool;

    assert.equal(await toolOf([{ name: 'cyclonedx-python-lib' }, { name: 'jake' }]), 'jake');
    assert.equal(await toolOf([{ name: 'cyclonedx-python-lib' }]), 'cyclonedx-python-lib');
    assert.equal(await toolOf({ components: [{ name: 'trivy' }] }), 'trivy');
    assert.equal(await toolOf('trivy'), 'CycloneDX');
  });

  test('says the same in XML as in JSON', async () => {
    const xml = await fixture('scan.xml');

    assert.deepEqual(idsOf(xml.observations[0]!), [['CVE-2099-30011', 'GHSA-5555-6666-7777']]);
    assert.equal(xml.observations[0]?.about.description, 'Inner reads <anything>');
    assert.equal(xml.observations[0]?.about.url, 'https://advisories.example.org/CVE-2099-30011?a=1&b=2');
    assert.equal(xml.observations[0]?.component?.purl, 'pkg:generic/inner%20%26%20co@3');
    assert.equal(xml.facts.parts[0]?.tool, 'acme-scan');
    assert.deepEqual(xml.rejected, [{ at: 'vulnerabilities[1]', reason: 'the vulnerability has no id' }]);
  });

  test('calls a vulnerability without an id what the BOM refers to it by', async () => {
    const bom = { bomFormat: 'CycloneDX', vulnerabilities: [{ 'bom-ref': 'vuln-7' }] };

    const { observations, rejected } = await readScan(cyclonedx, scanFileOf(JSON.stringify(bom)));

    assert.deepEqual(rejected, []);
    assert.deepEqual(observations.map(idsOf), [[['vuln-7']]]);
  });

  test('of before version 1.4 has its vulnerabilities within their components', async () => {
    const { observations, facts } = await fixture('extension.xml');

    assert.deepEqual(observations[0]?.fix?.versions, ['2.2.19']);
    assert.equal(observations[0]?.component?.version, '2.2.18');
    assert.equal(observations[0]?.occurrences[0]?.imageVersion, '1.4.2');
    assert.equal(observations[1]?.about.url, undefined);
    assert.deepEqual(facts.parts[0]?.asset, { kind: 'image', name: 'shop/cart' });
  });

  test('is known wherever its bomFormat stands, and by its words where that is out of sight', () => {
    const detect = (text: string) => cyclonedx.detect(scanHead('scan', Buffer.from(text)));

    assert.equal(detect('{"components":[{"bom-ref":"a","name":"b'), true);
    assert.equal(detect('{"$schema":"http://cyclonedx.org/schema/bom-1.5.schema.json","metadata":{'), true);
    assert.equal(detect('{"vulnerabilities":[{"id":"CVE-2099-1","affects":[{"ref":"a"'), true);
    assert.equal(detect('{"components":[{"name":"b"'), false);
    assert.equal(
      detect('<?xml version="1.0"?>\n<!-- x -->\n<c:bom xmlns:c="http://cyclonedx.org/schema/bom/1.4">'),
      true,
    );
    assert.equal(detect('<bom xmlns="http://example.org/">'), false);
    assert.equal(detect('<testsuite xmlns="http://cyclonedx.org/schema/bom/1.4">'), false);
  });

  test('of another format, or with another root, is refused by what it is', async () => {
    for (const [text, why] of [
      ['{"bomFormat":"Other"}', /its bomFormat is Other/],
      ['{"bomFormat":"CycloneDX","components":{}}', /its components are not a list/],
      ['<bom xmlns="http://example.org/"/>', /its root element/],
      ['<!DOCTYPE bom><bom xmlns="http://cyclonedx.org/schema/bom/1.4"/>', /DOCTYPE/],
    ] as const) {
      await assert.rejects(readScan(cyclonedx, scanFileOf(text)), (error) => {
        assert.ok(isGatehouseError(error) && error.code === 'input-invalid');
        assert.match(error.message, why);
        return true;
      });
    }
  });
});

test('the root of XML is found behind what may stand before it', () => {
  assert.equal(rootTagOf('\n<?a ?><!-- <b> --><n:bom a="1">')?.name, 'bom');
  assert.equal(rootTagOf('<bom')?.name, 'bom');
  assert.equal(rootTagOf('<!-- <bom>'), undefined);
  assert.equal(rootTagOf('<!DOCTYPE bom><bom>'), undefined);
  assert.equal(rootTagOf('bom'), undefined);
});

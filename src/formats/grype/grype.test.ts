import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { type ReadScan, readScan, scanFileOf } from '../../../test/support/scan-files.ts';
import type { Observation } from '../../domain/statement.ts';
import { createNormaliser } from '../../normalise/normaliser.ts';
import { scanHead } from '../scan-head.ts';
import { grype } from './index.ts';

async function fixture(name: string): Promise<ReadScan> {
  return await readScan(grype, scanFileOf(readFileSync(new URL(`fixtures/${name}`, import.meta.url))));
}

async function read(document: object): Promise<ReadScan> {
  return await readScan(grype, scanFileOf(JSON.stringify({ matches: [], ...document })));
}

function matchOf(more: { vulnerability?: object; artifact?: object; relatedVulnerabilities?: object[] }) {
  return {
    relatedVulnerabilities: more.relatedVulnerabilities ?? [],
    matchDetails: [],
    vulnerability: { id: 'CVE-2099-1000', severity: 'High', ...more.vulnerability },
    artifact: { name: 'p', version: '1', type: 'deb', purl: 'pkg:deb/debian/p@1', ...more.artifact },
  };
}

async function readMatch(more: Parameters<typeof matchOf>[0], document: object = {}): Promise<Observation> {
  const { observations } = await read({ ...document, matches: [matchOf(more)] });
  assert.equal(observations.length, 1);
  return observations[0]!;
}

function idsOf({ defects }: Observation): unknown {
  return defects.map((defect) => [defect.id, ...(defect.kind === 'vulnerability' ? defect.aliases : [])]);
}

describe('a match', () => {
  test('is told with its component, score, fix and where it is', async () => {
    const [observation] = (await fixture('image.json')).observations;

    assert.equal(observation?.component?.version, '2.36-9');
    assert.match(observation?.component?.purl ?? '', /^pkg:deb\/debian\/libexample1@/);
    assert.deepEqual(observation?.fix, { versions: ['2.36-9+deb12u4'], text: undefined });
    assert.equal(observation?.score, 7.1);
    assert.equal(observation?.about.vector, 'CVSS:3.1/AV:L');
    assert.deepEqual(observation?.assessment, { exploit: 'available' });
    assert.deepEqual(observation?.occurrences, [
      { version: '2.36-9', path: '/var/lib/dpkg/status', layer: 'sha256:aa', imageVersion: '1.4.2' },
    ]);
  });

  test('of a library has an occurrence for each of its places', async () => {
    const [, observation] = (await fixture('image.json')).observations;

    assert.deepEqual(
      observation?.occurrences.map(({ path }) => path),
      ['/usr/bin/one', '/usr/bin/two'],
    );
  });

  test('without a package URL is named by type, name and distribution', async () => {
    const [observation] = (await fixture('early.json')).observations;

    assert.equal(observation?.component?.purl, 'pkg:deb/debian/example@5.0-4');
  });

  test('of a jar without a package URL is named with the group of its metadata', async () => {
    const artifact = {
      type: 'java-archive',
      name: 'core',
      purl: '',
      metadata: { pomGroupID: 'org.example' },
    };

    assert.equal((await readMatch({ artifact })).component?.purl, 'pkg:maven/org.example/core@1');
  });

  test('of early versions has its fix and score where they had them', async () => {
    const [observation] = (await fixture('early.json')).observations;

    assert.deepEqual(observation?.fix?.versions, ['5.1-1']);
    assert.equal(observation?.score, 7.2);
    assert.equal(observation?.about.url, 'https://tracker.example.org/CVE-2099-20004');
  });

  test('of the very first versions stands in a plain list', async () => {
    const list = JSON.stringify([matchOf({})]);

    assert.equal(grype.detect(scanHead('scan', Buffer.from(list))), true);
    assert.equal((await readScan(grype, scanFileOf(list))).observations.length, 1);
  });

  test('is as bad as it says, also in the words of other tools', async () => {
    const severityOf = async (severity: string) =>
      (await readMatch({ vulnerability: { severity } })).severity;

    assert.equal(await severityOf('Negligible'), 'info');
    assert.equal(await severityOf('Moderate'), 'medium');
    assert.equal(await severityOf('Unknown'), 'unknown');
  });

  test('that will not be fixed says so', async () => {
    const fix = { versions: [], state: 'wont-fix' };

    assert.equal((await readMatch({ vulnerability: { fix } })).fix?.text, 'will not fix');
  });
});

describe('what a match is called', () => {
  test('the CVE beside an advisory is its alias', async () => {
    const related = [{ id: 'CVE-2099-1001' }];
    const observation = await readMatch({
      vulnerability: { id: 'GHSA-2222-3333-4444' },
      relatedVulnerabilities: related,
    });

    assert.deepEqual(idsOf(observation), [['GHSA-2222-3333-4444', 'CVE-2099-1001']]);
  });

  test("a distribution's notice is the several CVEs it fixes, and an alias of none", async () => {
    const observation = await readMatch({
      vulnerability: { id: 'ELSA-2099-1234' },
      relatedVulnerabilities: [{ id: 'CVE-2099-1001' }, { id: 'CVE-2099-1002' }],
    });

    assert.deepEqual(idsOf(observation), [['CVE-2099-1001'], ['CVE-2099-1002']]);
    assert.equal(observation.about.title, 'ELSA-2099-1234');
  });

  test('severity, description and fix change nothing of what it is', async () => {
    const keyOf = (observation: Observation) =>
      createNormaliser().observation(observation, { asset: { kind: 'image', name: 'a' } });
    const before = keyOf(await readMatch({}));
    const after = keyOf(
      await readMatch({
        vulnerability: { severity: 'Low', description: 'other', fix: { versions: ['9'] } },
      }),
    );

    assert.equal(after.key, before.key);
    assert.deepEqual(after.subject, before.subject);
    assert.notEqual(after.digest, before.digest);
  });
});

describe('the document', () => {
  test('names the image without tag; the tag is a version', async () => {
    const { facts } = await fixture('image.json');

    assert.deepEqual(facts.parts[0]?.asset, { kind: 'image', name: 'registry.example.com/shop/cart' });
    assert.equal(facts.parts[0]?.observedAt, Date.parse('2099-01-02T03:04:05.678Z'));
  });

  test('names the image also where the person typed how to reach it, or an archive', async () => {
    const assetOf = async (target: object) => {
      const { facts } = await read({ source: { type: 'image', target } });
      return facts.parts[0]?.asset?.name;
    };

    assert.equal(await assetOf({ userInput: 'docker:shop/cart:2' }), 'shop/cart');
    assert.equal(await assetOf({ userInput: 'localhost:5000/cart:2' }), 'localhost:5000/cart');
    assert.equal(await assetOf({ userInput: 'docker-archive:cart.tar', tags: ['shop/cart:2'] }), 'shop/cart');
    assert.equal(await assetOf({ userInput: 'sbom:cart.json' }), undefined);
  });

  test('of a folder names no asset', async () => {
    const { facts } = await fixture('early.json');

    assert.equal(facts.parts[0]?.asset, undefined);
  });

  test('counts what Grype ignored, and states it not', async () => {
    const { facts, observations } = await fixture('image.json');

    assert.equal(facts.parts[0]?.extra.ignoredMatches, 1);
    assert.ok(!observations.some(({ defects }) => defects[0]?.id === 'CVE-2099-20009'));
  });

  test('of a filtered scan is a stream of its own', async () => {
    const categoryOf = async (configuration: object) =>
      (await read({ descriptor: { name: 'grype', configuration } })).facts.parts[0]?.category;

    assert.equal(await categoryOf({ 'only-fixed': false }), '');
    assert.equal(await categoryOf({ 'only-fixed': true }), 'only-fixed');
    assert.equal(await categoryOf({ 'ignore-states': 'wont-fix' }), 'ignore-states wont-fix');
  });

  test('with null in place of an empty list found nothing', async () => {
    const { observations, rejected } = await read({ matches: null, descriptor: { name: 'grype' } });

    assert.deepEqual([observations, rejected], [[], []]);
  });
});

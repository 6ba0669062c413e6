import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { type ReadScan, readScan, scanFileOf } from '../../../test/support/scan-files.ts';
import { isGatehouseError } from '../../domain/errors.ts';
import { scanHead } from '../scan-head.ts';
import { dependencyTrack } from './index.ts';

async function fixture(name: string): Promise<ReadScan> {
  const bytes = readFileSync(new URL(`fixtures/${name}`, import.meta.url));
  return await readScan(dependencyTrack, scanFileOf(bytes));
}

describe('a finding', () => {
  test('is known by its id and its other names, and never by a notice that fixes several', async () => {
    const [observation] = (await fixture('export.json')).observations;

    assert.deepEqual(observation?.defects, [
      { kind: 'vulnerability', id: 'GHSA-2222-3333-4444', aliases: ['CVE-2099-50001'] },
    ]);
  });

  test('has the score that its severity comes from', async () => {
    const [observation] = (await fixture('export.json')).observations;

    assert.equal(observation?.severity, 'medium');
    assert.equal(observation?.score, 6.3);
    assert.match(observation?.about.vector ?? '', /^CVSS:4\.0/);
  });

  test('was first seen when an analyzer attributed it', async () => {
    const [exported] = (await fixture('export.json')).observations;
    const [listed] = (await fixture('list.json')).observations;

    assert.equal(exported?.life.firstSeenAt, Date.parse('2099-02-03T04:05:06.789Z'));
    assert.deepEqual(listed?.life, { state: 'resolved', firstSeenAt: 4073606706000 });
  });

  test('without package URL is named by group and name, and bare numbers by their database', async () => {
    const [, observation] = (await fixture('export.json')).observations;

    assert.equal(observation?.component?.purl, 'pkg:generic/org.example/pad@2.0');
    assert.equal(observation?.defects[0]?.id, 'VULNDB-12345');
  });

  test('that somebody suppressed or analysed stays visible, with the reason', async () => {
    const { observations, facts } = await fixture('export.json');

    assert.deepEqual(
      observations.map(({ setAside }) => setAside),
      [
        [],
        [
          {
            kind: 'vendor-mute',
            issuer: 'Dependency-Track',
            reason: 'suppressed in Dependency-Track: false positive',
          },
        ],
        [{ kind: 'vex', issuer: 'Dependency-Track', reason: 'not affected' }],
      ],
    );
    assert.deepEqual(facts.parts[0]?.extra, { suppressed: 1 });
  });
});

describe('the export', () => {
  test('is about its project, whose version is that of every occurrence', async () => {
    const { observations, facts } = await fixture('export.json');

    assert.deepEqual(facts.parts[0]?.asset, { kind: 'sbom-subject', name: 'team/shop' });
    assert.deepEqual(observations[0]?.occurrences, [{ version: '1.0.0', imageVersion: '1.4' }]);
    assert.equal(facts.parts[0]?.observedAt, Date.parse('2099-03-04T05:06:07Z'));
  });

  test('without findings is a complete scan of its project', async () => {
    const [part] = (await fixture('empty.json')).facts.parts;

    assert.equal(part?.complete, true);
    assert.deepEqual(part?.asset, { kind: 'sbom-subject', name: 'team/shop' });
  });

  test('as a bare list has the project of each finding', async () => {
    const { observations, facts } = await fixture('list.json');

    assert.equal(facts.parts[0]?.asset, undefined);
    assert.deepEqual(observations[0]?.asset, { kind: 'sbom-subject', name: 'team/shop' });
    assert.equal(observations[0]?.occurrences[0]?.imageVersion, '1.4');
  });

  test('is known by whatever comes first', () => {
    const detects = (text: string): boolean => dependencyTrack.detect(scanHead('scan', Buffer.from(text)));

    assert.equal(detects('{"findings": [{"component": {"name": "a"}, "vulnerability": {"vulnId": "C'), true);
    assert.equal(detects('{"meta": {"application": "Dependency-Track", "ver'), true);
    assert.equal(detects('{"findings": [{"id": 1}], "meta": {}}'), false);
    assert.equal(detects('[{"component": {"name": "a"}, "severity": "HIGH"}]'), false);
  });

  test('that is an export in all but its findings has none, and closes nothing', async () => {
    const report = { version: '1.0', meta: { application: 'Dependency-Track' }, project: { name: 'shop' } };

    const { observations, facts } = await readScan(dependencyTrack, scanFileOf(JSON.stringify(report)));

    assert.deepEqual([observations.length, facts.parts[0]?.complete], [0, false]);
    assert.match(facts.parts[0]?.reasons[0] ?? '', /no list of findings/);
  });

  test('without findings or project is refused', async () => {
    for (const report of [{ findings: [] }, { findings: [1] }, { findings: {}, project: {} }, [], [1]]) {
      await assert.rejects(
        readScan(dependencyTrack, scanFileOf(JSON.stringify(report))),
        (error) => isGatehouseError(error) && error.code === 'input-invalid',
        JSON.stringify(report),
      );
    }
  });
});

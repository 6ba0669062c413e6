import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { type ReadScan, readScan, scanFileOf } from '../../../test/support/scan-files.ts';
import { isGatehouseError } from '../../domain/errors.ts';
import { scanHead } from '../scan-head.ts';
import { safety } from './index.ts';

async function fixture(name: string): Promise<ReadScan> {
  return await readScan(safety, scanFileOf(readFileSync(new URL(`fixtures/${name}`, import.meta.url))));
}

async function read(document: unknown): Promise<ReadScan> {
  return await readScan(safety, scanFileOf(JSON.stringify(document)));
}

const detects = (text: string): boolean => safety.detect(scanHead('scan', Buffer.from(text)));

const NOTICE = '\n\n+=====+\n\nDEPRECATED: this command (`check`) is.\n\n+=====+\n\n';

describe('a vulnerability', () => {
  test('is told with its CVE, package, score and fixes', async () => {
    const [observation] = (await fixture('check2.json')).observations;

    assert.deepEqual(observation?.defects, [
      { kind: 'vulnerability', id: 'pyup.io-94742', aliases: ['CVE-2099-20001'] },
    ]);
    assert.deepEqual(observation?.component, { purl: 'pkg:pypi/web-example@4.0.1', version: '4.0.1' });
    assert.deepEqual(observation?.fix, { versions: ['3.2.13', '4.0.4'] });
    assert.equal(observation?.score, 6.1);
    assert.equal(observation?.about.publishedAt, Date.UTC(2099, 3, 12));
  });

  test('without a severity of its own is unknown, and has the score of its CVE', async () => {
    const [, observation] = (await fixture('check2.json')).observations;

    assert.equal(observation?.severity, 'unknown');
    assert.equal(observation?.score, 9.8);
    assert.deepEqual(
      observation?.defects.map((defect) => defect.kind === 'vulnerability' && defect.aliases),
      [['PVE-2099-94743']],
    );
    assert.deepEqual(observation?.fix, { versions: ['6.1'] });
  });

  test('that Safety ignores stays visible, with the reason and until when', async () => {
    const [first, second] = (await fixture('scan3.json')).observations;

    assert.deepEqual(first?.setAside, []);
    assert.deepEqual(second?.setAside, [
      { kind: 'suppression', issuer: 'Safety', reason: 'not reachable here', until: Date.UTC(2099, 5, 1) },
    ]);
  });

  test('of a project scan is known by file, version and remediation', async () => {
    const [observation] = (await fixture('scan3.json')).observations;

    assert.deepEqual(observation?.component, { purl: 'pkg:pypi/web-example@1.8.0', version: '1.8.0' });
    assert.deepEqual(observation?.occurrences, [{ version: '1.8.0', path: 'requirements/prod.txt' }]);
    assert.deepEqual(observation?.fix, { versions: ['4.2.17', '5.1.4'] });
  });

  test('of version 1 is a row', async () => {
    const [first, second] = (await fixture('rows.json')).observations;

    assert.deepEqual(first?.defects, [
      { kind: 'vulnerability', id: 'pyup.io-93063', aliases: ['CVE-2099-20002'] },
    ]);
    assert.deepEqual(first?.fix, { versions: ['1.2.7'] });
    assert.equal(second?.about.description, 'An invented query.');
  });
});

describe('the report', () => {
  test('names the repository, its time in UTC, and what it counts apart', async () => {
    const { facts } = await fixture('check2.json');

    assert.deepEqual(facts.parts[0]?.asset, { kind: 'repository', name: 'github.com/team/shop' });
    assert.equal(facts.parts[0]?.observedAt, Date.UTC(2099, 8, 16, 22, 6, 6));
    assert.deepEqual(facts.parts[0]?.extra, { ignored: 1, scannedPackages: 2 });
  });

  test('of projects names the repository of each', async () => {
    const { facts, observations } = await fixture('scan3.json');

    assert.deepEqual(observations[0]?.asset, { kind: 'repository', name: 'github.com/team/shop' });
    assert.deepEqual(facts.parts[0]?.assets, [{ kind: 'repository', name: 'github.com/team/shop' }]);
  });

  test('of named files is a stream of its own', async () => {
    const categoryOf = async (meta: object) =>
      (await read({ report_meta: meta, vulnerabilities: [] })).facts.parts[0]?.category;

    assert.equal(await categoryOf({ scan_target: 'environment', scanned: ['/usr/lib'] }), '');
    assert.equal(await categoryOf({ scan_target: 'files', scanned: ['dev.txt'] }), 'dev.txt');
  });

  test('may stand between notices, and is the same', async () => {
    const text = readFileSync(new URL('fixtures/check2.json', import.meta.url), 'utf8');

    assert.equal(detects(`${NOTICE}${text}${NOTICE}`), true);
    assert.deepEqual(
      await readScan(safety, scanFileOf(`${NOTICE}${text}${NOTICE}`)),
      await fixture('check2.json'),
    );
  });

  test('cut down to its entries is known by how Safety names them', async () => {
    const entry = { vulnerability_id: '51457', package_name: 'left-pad', analyzed_version: '1.0' };

    assert.equal((await read({ vulnerabilities: [entry] })).observations.length, 1);
    for (const vulnerabilities of [[], [{ id: 'CVE-2099-1', package_name: 'left-pad' }]]) {
      await assert.rejects(read({ vulnerabilities }), isGatehouseError);
    }
  });

  test('that is cut off between notices is refused', async () => {
    const text = readFileSync(new URL('fixtures/check2.json', import.meta.url), 'utf8').trimEnd();

    await assert.rejects(
      readScan(safety, scanFileOf(`${NOTICE}${text.slice(0, -1)}${NOTICE}`)),
      (error) => isGatehouseError(error) && error.code === 'input-invalid',
    );
  });

  test('sorted by name is known by the long lists that then stand first', () => {
    assert.equal(detects('{"affected_packages": {"x": {"insecure_versions": ["1", "2'), true);
    assert.equal(detects('{"vulnerabilities": [{"vulnerability_id": "1", "advisory": "'), true);
    assert.equal(detects('{"vulnerabilities": [], "scanned_packages": {"x": {"name": "'), true);
    assert.equal(detects('{"affected_packages": []}'), false);
    assert.equal(detects('{"vulnerabilities": [], "remediations": []}'), false);
    assert.equal(detects('[["a", "b"], ["c"]]'), false);
  });
});

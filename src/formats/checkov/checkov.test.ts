import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { type ReadScan, readScan, scanFileOf } from '../../../test/support/scan-files.ts';
import { isGatehouseError } from '../../domain/errors.ts';
import { createNormaliser } from '../../normalise/normaliser.ts';
import { scanHead } from '../scan-head.ts';
import { checkov } from './index.ts';

async function fixture(name: string): Promise<ReadScan> {
  return await readScan(checkov, scanFileOf(readFileSync(new URL(`fixtures/${name}`, import.meta.url))));
}

async function readCheck(framework: string, check: object) {
  const failed = { check_id: 'C', file_path: '/f', resource: 'a.b', ...check };
  const report = { check_type: framework, results: { failed_checks: [failed] } };
  const { observations } = await readScan(checkov, scanFileOf(JSON.stringify(report)));
  assert.equal(observations.length, 1);
  return observations[0]!;
}

async function subjectOf(framework: string, check: object): Promise<string> {
  const observation = await readCheck(framework, check);
  return createNormaliser().observation(observation, { asset: { kind: 'repository', name: 'r' } }).subject
    .key;
}

describe('a failed check', () => {
  test('is told with its rule, file, line and guideline', async () => {
    const [observation] = (await fixture('terraform.json')).observations;

    assert.deepEqual(observation?.defects, [{ kind: 'rule', tool: 'Checkov', id: 'CKV_AWS_18' }]);
    assert.equal(observation?.location?.file, 'infra/main.tf');
    assert.equal(observation?.location?.line, 3);
    assert.equal(observation?.class, 'misconfiguration');
    assert.equal(observation?.about.url, 'https://docs.example.org/s3-13');
    assert.equal(observation?.severity, 'unknown');
  });

  test('on Windows has the path of everywhere, and a severity may be an object', async () => {
    const [, observation] = (await fixture('terraform.json')).observations;

    assert.equal(observation?.location?.file, 'modules/s3/main.tf');
    assert.equal(observation?.location?.line, undefined);
    assert.equal(observation?.severity, 'high');
  });

  test('of a resource stays itself when the resource moves or changes; another resource is another', async () => {
    const before = await subjectOf('terraform', { code_block: [[1, 'a = 1\n']], file_line_range: [1, 1] });

    const after = { code_block: [[9, 'a = 2\n']], file_line_range: [9, 9], severity: 'LOW' };
    assert.equal(await subjectOf('terraform', after), before);
    assert.notEqual(await subjectOf('terraform', { ...after, resource: 'a.c' }), before);
  });

  test('of a Dockerfile is told by its instruction', async () => {
    const one = await subjectOf('dockerfile', { code_block: [[2, 'ADD a /a\n']] });

    assert.equal(await subjectOf('dockerfile', { code_block: [[7, 'ADD a /a\n']] }), one);
    assert.notEqual(await subjectOf('dockerfile', { code_block: [[2, 'ADD b /b\n']] }), one);
  });

  test('for a secret is told by its hash and shows no code', async () => {
    const secret = (await fixture('frameworks.json')).observations.find((one) => one.class === 'secret');

    assert.equal(secret?.location?.fingerprint, '0123456789abcdef0123456789abcdef01234567');
    assert.equal(secret?.location?.snippet, undefined);
  });

  test('for a package of an image is a vulnerability of that image', async () => {
    const found = (await fixture('frameworks.json')).observations.find(
      (one) => one.class === 'vulnerability',
    );

    assert.deepEqual(found?.asset, { kind: 'image', name: 'registry.example.com/base' });
    assert.deepEqual(found?.defects, [{ kind: 'vulnerability', id: 'CVE-2099-60001', aliases: [] }]);
    assert.deepEqual(found?.component, { purl: 'pkg:deb/debian/libpad@1.0-1', version: '1.0-1' });
    assert.deepEqual(found?.occurrences, [{ version: '1.0-1', path: 'Dockerfile', imageVersion: '22' }]);
    assert.deepEqual(found?.fix, { versions: ['1.0-2'] });
    assert.equal(found?.score, 9.8);
  });

  test('for a package of a lock file has its ecosystem, and of Maven its group', async () => {
    const purlOf = async (file_path: string, package_name: string) =>
      (
        await readCheck('sca_package', {
          file_path,
          vulnerability_details: { id: 'CVE-2099-1', package_name },
        })
      ).component?.purl;

    assert.equal(await purlOf('/api/pom.xml', 'org.example_pad_core'), 'pkg:maven/org.example/pad_core');
    assert.equal(await purlOf('/requirements.txt', 'pad'), 'pkg:pypi/pad');
  });
});

describe('the report', () => {
  test('of several frameworks has a part for each, with what it speaks of', async () => {
    const { facts } = await fixture('frameworks.json');

    assert.deepEqual(
      facts.parts.map((part) => [part.category, part.classes]),
      [
        ['dockerfile', ['misconfiguration']],
        ['secrets', ['secret']],
        ['sca_image', ['vulnerability']],
      ],
    );
    assert.equal(facts.parts[2]?.extra.licences, 1);
  });

  test('that names a framework twice has one part for it', async () => {
    const report = (file: string) => ({
      check_type: 'terraform',
      results: { failed_checks: [{ check_id: 'C', file_path: file }] },
    });
    const list = JSON.stringify([report('a.tf'), report('b.tf')]);
    const { observations, facts } = await readScan(checkov, scanFileOf(list));

    assert.equal(observations.length, 2);
    assert.equal(facts.parts.length, 1);
  });

  test('counts what passed and was skipped, and is partial where a file could not be parsed', async () => {
    const [part] = (await fixture('terraform.json')).facts.parts;

    assert.deepEqual(part?.extra, { passed: 1, skipped: 1, parsingErrors: 1, licences: 0 });
    assert.equal(part?.complete, false);
    assert.deepEqual(part?.reasons, ['/infra/broken.tf could not be parsed']);
  });

  test('that is only a summary closes nothing', async () => {
    const [part] = (await fixture('nothing.json')).facts.parts;

    assert.equal(part?.complete, false);
    assert.deepEqual(part?.reasons, ['Checkov found nothing to check']);
  });

  test('is known by whatever comes first', () => {
    const detects = (text: string): boolean => checkov.detect(scanHead('scan', Buffer.from(text)));

    assert.equal(detects('{"check_type": "terraform", "results": {"passed_checks": [{"check'), true);
    assert.equal(detects('[{"results": {"failed_checks": [{"check_id": "CKV_1", "code'), true);
    assert.equal(detects('{"results": [{"check_id": "r", "path": "p"}]}'), false);
    assert.equal(detects('{"check_type": "terraform"}'), false);
  });

  test('without a framework and its results is refused', async () => {
    for (const report of [
      {},
      [],
      [{ check_type: 'terraform' }],
      { results: { failed_checks: [] } },
      { check_type: 'terraform', results: { failed_checks: {} } },
      { failed: 0 },
    ]) {
      await assert.rejects(
        readScan(checkov, scanFileOf(JSON.stringify(report))),
        (error) => isGatehouseError(error) && error.code === 'input-invalid',
        JSON.stringify(report),
      );
    }
  });

  test('that lists no failed check though its summary counts some is only partly known', async () => {
    const check = { check_id: 'C', file_path: '/f', resource: 'a.b' };
    const report = (failed: number, ...listed: readonly object[]) => ({
      check_type: 'terraform',
      results: { failed_checks: listed, passed_checks: [check] },
      summary: { failed },
    });

    const facts = async (document: unknown) =>
      (await readScan(checkov, scanFileOf(JSON.stringify(document)))).facts.parts[0];

    assert.equal((await facts(report(2, check)))?.complete, true);
    assert.equal((await facts(report(0)))?.complete, true);
    assert.equal((await facts([report(2)]))?.complete, false);
    assert.match((await facts(report(3)))?.reasons[0] ?? '', /counts 3 failed checks and none is listed/);
  });
});

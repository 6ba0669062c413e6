import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { type ReadScan, readScan, scanFileOf } from '../../../test/support/scan-files.ts';
import { isGatehouseError } from '../../domain/errors.ts';
import { scanHead } from '../scan-head.ts';
import { awsInspector } from './index.ts';

async function fixture(name: string): Promise<ReadScan> {
  const bytes = readFileSync(new URL(`fixtures/${name}`, import.meta.url));
  return await readScan(awsInspector, scanFileOf(bytes));
}

async function assetOf(resource: object) {
  const finding = {
    packageVulnerabilityDetails: { vulnerabilityId: 'CVE-2099-1', vulnerablePackages: [{ name: 'p' }] },
    resources: [resource],
  };
  const { observations } = await readScan(awsInspector, scanFileOf(JSON.stringify({ findings: [finding] })));
  return observations[0]?.asset;
}

const EVENT_OF_NOTHING = { 'detail-type': 'Inspector2 Finding', detail: null };

describe('a finding about packages', () => {
  test('is one observation for each package, with versions and files as occurrences', async () => {
    const [system, library] = (await fixture('findings.json')).observations;

    assert.deepEqual(system?.component, { purl: 'pkg:deb/debian/libpad@1:1.0-1', version: '1:1.0-1' });
    assert.deepEqual(system?.fix, { versions: ['1:1.0-2'], text: 'apt-get update && apt-get upgrade' });
    assert.deepEqual(library?.component, { purl: 'pkg:npm/%40scope/pad@2.0.0', version: '2.0.0' });
    assert.deepEqual(
      library?.occurrences.map(({ version, path, imageVersion }) => [version, path, imageVersion]),
      [
        ['2.0.0', '/app/one/package.json', '1.4'],
        ['2.0.1', '/app/two/package.json', '1.4'],
      ],
    );
    assert.equal(library?.fix, undefined);
  });

  test('has Inspector’s own score, and what is related to a CVE is no other name of it', async () => {
    const [observation] = (await fixture('findings.json')).observations;

    assert.deepEqual(observation?.defects, [{ kind: 'vulnerability', id: 'CVE-2099-80001', aliases: [] }]);
    assert.equal(observation?.score, 7.5);
    assert.deepEqual(observation?.assessment, { exploit: 'available' });
    assert.equal(observation?.life.firstSeenAt, Date.parse('2099-02-03T04:05:06.789Z'));
    assert.deepEqual(observation?.labels, [{ kind: 'tag', id: 'team:shop' }]);
  });

  test('by a notice of a distribution is each of its CVEs', async () => {
    const [observation] = (await fixture('page.json')).observations;

    assert.deepEqual(
      observation?.defects.map(({ id }) => id),
      ['CVE-2099-80002', 'CVE-2099-80003'],
    );
    assert.equal(observation?.component?.purl, 'pkg:rpm/amazon/pad@1-2.amzn2');
  });
});

describe('another finding', () => {
  test('of a reachable port is a rule of its protocol and port, and may be suppressed', async () => {
    const { observations, facts } = await fixture('findings.json');
    const observation = observations[2];

    assert.equal(observation?.class, 'misconfiguration');
    assert.equal(observation?.defects[0]?.id, 'network-reachability/tcp/22');
    assert.equal(observation?.setAside[0]?.kind, 'vendor-mute');
    assert.equal(observation?.life.firstSeenAt, 4073606706789);
    assert.deepEqual(facts.parts[0]?.extra, { findings: 4, suppressed: 1 });
  });

  test('in code has a rule and a place, and may be closed', async () => {
    const observation = (await fixture('findings.json')).observations[3];

    assert.deepEqual(observation?.defects, [
      { kind: 'rule', tool: 'Amazon Inspector', id: 'python-detect-hardcoded' },
    ]);
    assert.deepEqual(observation?.location, { file: 'src/app.py', line: 9 });
    assert.equal(observation?.life.state, 'resolved');
    assert.equal(observation?.life.resolvedAt, Date.parse('2099-03-03T04:05:06Z'));
  });
});

describe('an asset', () => {
  test('is the image as it is pulled, the function without its version, the instance', async () => {
    const { observations } = await fixture('findings.json');

    assert.deepEqual(
      observations.map(({ asset }) => asset),
      [
        { kind: 'image', name: '111122223333.dkr.ecr.eu-west-1.amazonaws.com/team/shop' },
        { kind: 'image', name: '111122223333.dkr.ecr.eu-west-1.amazonaws.com/team/shop' },
        { kind: 'host', name: 'i-0123456789abcdef0' },
        { kind: 'function', name: 'arn:aws:lambda:eu-west-1:111122223333:function:pad' },
      ],
    );
  });

  test('is read from the id where the details do not say it', async () => {
    assert.deepEqual(
      await assetOf({
        id: 'arn:aws-cn:ecr:cn-north-1:111122223333:repository/shop/sha256:0123',
        type: 'AWS_ECR_CONTAINER_IMAGE',
      }),
      { kind: 'image', name: '111122223333.dkr.ecr.cn-north-1.amazonaws.com.cn/shop' },
    );
    assert.deepEqual(
      await assetOf({ details: { codeRepository: { projectName: 'team/shop', providerType: 'GITHUB' } } }),
      { kind: 'repository', name: 'github.com/team/shop' },
    );
    assert.equal(await assetOf({}), undefined);
  });
});

describe('the list', () => {
  test('speaks of the classes that are in it', async () => {
    const [part] = (await fixture('findings.json')).facts.parts;

    assert.deepEqual(part?.classes, ['vulnerability', 'misconfiguration', 'code']);
    assert.equal(part?.complete, true);
  });

  test('with a next page is no complete run', async () => {
    const page = JSON.stringify({ findings: [], nextToken: 'x' });
    const { facts } = await readScan(awsInspector, scanFileOf(page));

    assert.equal(facts.parts[0]?.complete, false);
    assert.match(facts.parts[0]?.reasons[0] ?? '', /one page of several/);
  });

  test('may be one finding alone, as EventBridge sends it, and then closes nothing', async () => {
    const finding = {
      findingArn: 'arn:aws:inspector2:eu-west-1:111122223333:finding/0',
      severity: 'HIGH',
      firstObservedAt: 'Mar 4, 2099, 5:06:07 AM',
      packageVulnerabilityDetails: { vulnerabilityId: 'CVE-2099-1', vulnerablePackages: [{ name: 'p' }] },
      resources: [{ type: 'AWS_EC2_INSTANCE', id: 'i-0' }],
    };
    const event = { 'detail-type': 'Inspector2 Finding', time: '2099-03-04T05:06:07Z', detail: finding };

    for (const document of [event, finding]) {
      const text = JSON.stringify(document);
      const { observations, facts } = await readScan(awsInspector, scanFileOf(text));

      assert.equal(awsInspector.detect(scanHead('scan', Buffer.from(text))), true);
      assert.deepEqual([observations.length, observations[0]?.severity], [1, 'high']);
      assert.deepEqual(facts.parts[0]?.reasons, ['it is one finding alone']);
      assert.equal(facts.parts[0]?.complete, false);
    }
  });

  test('is known by whatever comes first', () => {
    const detects = (text: string): boolean => awsInspector.detect(scanHead('scan', Buffer.from(text)));

    assert.equal(detects('{"findings": [{"packageVulnerabilityDetails": {"vulnerablePa'), true);
    assert.equal(detects('[{"codeVulnerabilityDetails": {}, "findingArn": "arn:aws:inspector2:x"}]'), true);
    assert.equal(detects('{"findings": [{"component": {}, "vulnerability": {"vulnId": "CVE-1"}}]}'), false);
    assert.equal(detects('{"findings": []}'), false);
  });

  test('of anything else is refused', async () => {
    for (const report of [
      { findings: [1] },
      { findings: null },
      { findings: [], project: {} },
      [1],
      EVENT_OF_NOTHING,
    ]) {
      await assert.rejects(
        readScan(awsInspector, scanFileOf(JSON.stringify(report))),
        (error) => isGatehouseError(error) && error.code === 'input-invalid',
        JSON.stringify(report),
      );
    }
  });
});

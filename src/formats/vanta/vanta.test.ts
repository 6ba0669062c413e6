import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { type ReadScan, readScan, scanFileOf } from '../../../test/support/scan-files.ts';
import { isGatehouseError } from '../../domain/errors.ts';
import { scanHead } from '../scan-head.ts';
import { vanta } from './index.ts';
import { packageOf } from './package-identifier.ts';

async function fixture(name: string): Promise<ReadScan> {
  return await readScan(vanta, scanFileOf(readFileSync(new URL(`fixtures/${name}`, import.meta.url))));
}

async function readDocument(document: unknown): Promise<ReadScan> {
  return await readScan(vanta, scanFileOf(JSON.stringify(document)));
}

async function refusalOf(document: unknown): Promise<string> {
  try {
    await readDocument(document);
  } catch (error) {
    assert.ok(isGatehouseError(error) && error.code === 'input-invalid');
    return error.message;
  }
  assert.fail('the file was read');
}

function aPage(rows: readonly object[], pageInfo: object = { hasNextPage: false }) {
  return { results: { pageInfo, data: rows } };
}

describe('a row', () => {
  test('is told with its vulnerability, package, asset and the deadline that Vanta set', async () => {
    const [observation] = (await fixture('page.json')).observations;

    assert.deepEqual(observation?.defects, [{ kind: 'vulnerability', id: 'CVE-2099-10001', aliases: [] }]);
    assert.equal(observation.component?.purl, 'pkg:npm/left-pad');
    assert.deepEqual(observation.fix, { versions: ['1.0.1'] });
    assert.deepEqual(observation.asset, { kind: 'host', name: '650000000000000000000aaa' });
    assert.equal(observation.dueAt, Date.parse('2099-03-03T00:00:00.000Z'));
    assert.equal(observation.life.firstSeenAt, Date.parse('2099-02-01T00:00:00.000Z'));
    assert.equal(observation.key, '650000000000000000000001');
  });

  test('that was deactivated is open and muted until its end', async () => {
    const observation = (await fixture('page.json')).observations[2];

    assert.equal(observation?.life.state, 'open');
    assert.deepEqual(observation.setAside, [
      {
        kind: 'vendor-mute',
        issuer: 'vanta',
        reason: 'only in tests',
        at: Date.parse('2099-02-06T00:00:00.000Z'),
        until: Date.parse('2099-06-01T00:00:00.000Z'),
      },
    ]);
  });

  test('about a configuration is a rule of the integration that found it', async () => {
    const observation = (await fixture('page.json')).observations[3];

    assert.equal(observation?.class, 'misconfiguration');
    assert.deepEqual(observation.defects, [{ kind: 'rule', tool: 'aws', id: 'Bucket is public' }]);
    assert.equal(observation.component, undefined);
  });

  test('that groups several vulnerabilities is each of them; one that only mentions others is not', async () => {
    const [, , , , group] = (await fixture('page.json')).observations;
    const { observations } = await readDocument(
      aPage([
        { id: '1', name: 'CVE-2099-1111 in a', relatedVulns: ['CVE-2099-2222'] },
        { id: '2', name: 'Old a' },
      ]),
    );

    assert.deepEqual(
      group?.defects.map(({ id }) => id),
      ['CVE-2099-10051', 'CVE-2099-10052'],
    );
    assert.deepEqual(
      observations.map(({ defects }) => defects.map(({ id }) => id)),
      [['CVE-2099-1111'], ['Old a']],
    );
  });

  test('names its package in whatever way its scanner writes it', () => {
    const expected = {
      'npm:left-pad@1.0.0': ['pkg:npm/left-pad@1.0.0', '1.0.0', []],
      'npm:@pads/left@1.0.0': ['pkg:npm/%40pads/left@1.0.0', '1.0.0', []],
      'npm-loader-utils < 1.4.1': ['pkg:npm/loader-utils', undefined, ['1.4.1']],
      'pip-requests >= 2.0, < 2.31.0': ['pkg:pypi/requests', undefined, ['2.31.0']],
      'bind-export-libs:9.11.4': ['pkg:generic/bind-export-libs@9.11.4', '9.11.4', []],
      'org.pads:left:1.0.0': ['pkg:maven/org.pads/left@1.0.0', '1.0.0', []],
      'go-git': ['pkg:generic/go-git', undefined, []],
      'pkg:npm/left-pad@1.0.0': ['pkg:npm/left-pad@1.0.0', undefined, []],
    };
    for (const [text, [purl, version, fixes]] of Object.entries(expected)) {
      assert.deepEqual(packageOf(text), { purl, version, fixes }, text);
    }
  });
});

describe('a file', () => {
  test('that lacks a page before it or behind it is partial; with all of them it is whole', async () => {
    const reasonsOf = async (document: unknown) =>
      (await readDocument(document)).facts.parts[0]?.reasons.join();
    const page = (id: string, pageInfo: object) => aPage([{ id, name: 'CVE-2099-1' }], pageInfo);
    const first = page('1', { hasNextPage: true, hasPreviousPage: false });
    const last = page('2', { hasNextPage: false, hasPreviousPage: true });

    assert.match((await reasonsOf(first)) ?? '', /more vulnerabilities than its last page/);
    assert.match((await reasonsOf(last)) ?? '', /before its first page/);
    assert.match(
      (await reasonsOf(page('1', { hasNextPage: false }))) ?? '',
      /does not say that it is the first/,
    );
    assert.equal(await reasonsOf([first, last]), '');
    assert.equal(await reasonsOf(page('1', { hasNextPage: false, hasPreviousPage: false })), '');
  });

  test('of one row alone is partial', async () => {
    const [row] = JSON.parse(readFileSync(new URL('fixtures/rows.json', import.meta.url), 'utf8'));

    assert.equal(vanta.detect(scanHead('x', Buffer.from(JSON.stringify(row)))), true);
    assert.equal((await readDocument(row)).facts.parts[0]?.complete, false);
  });

  test('with an empty page is known and read', async () => {
    const document = aPage([]);

    assert.equal(vanta.detect(scanHead('x', Buffer.from(JSON.stringify(document)))), true);
    assert.equal((await readDocument(document)).facts.parts[0]?.complete, true);
  });

  test('of remediations, of assets, or of an error is refused with what it is', async () => {
    const remediation = { id: '1', vulnerabilityId: '2', severity: 'high', remediationDate: null };

    assert.match(await refusalOf(aPage([remediation])), /nothing in its list is a vulnerability/);
    assert.match(
      await refusalOf(aPage([{ id: '1', name: 'web-1', assetType: 'SERVER' }])),
      /nothing in its list/,
    );
    assert.match(await refusalOf({ error: 'Forbidden', message: 'no scope' }), /error: no scope/);
    for (const document of [[], [{}], {}, { results: [] }, 1]) await refusalOf(document);
  });
});

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { type ReadScan, readScan, scanFileOf } from '../../../test/support/scan-files.ts';
import { isGatehouseError } from '../../domain/errors.ts';
import { scanHead } from '../scan-head.ts';
import { zap } from './index.ts';

async function fixture(name: string): Promise<ReadScan> {
  return await readScan(zap, scanFileOf(readFileSync(new URL(`fixtures/${name}`, import.meta.url))));
}

describe('an alert', () => {
  test('is one finding of its site, with its instances as occurrences', async () => {
    const [observation] = (await fixture('report.json')).observations;

    assert.deepEqual(observation?.asset, { kind: 'host', name: 'https://shop.example.com' });
    assert.deepEqual(observation?.defects, [{ kind: 'rule', tool: 'ZAP', id: '40012-1' }]);
    assert.deepEqual(observation?.occurrences, [
      { path: 'GET https://shop.example.com/search (q)' },
      { path: 'POST https://shop.example.com/cart (item)' },
    ]);
  });

  test('is told without HTML, attack and evidence', async () => {
    const [observation] = (await fixture('report.json')).observations;

    assert.equal(observation?.about.title, 'Cross Site Scripting (Reflected) & more');
    assert.equal(observation?.about.description, 'One paragraph.\nAnother with <script>.');
    assert.equal(observation?.about.url, 'https://example.org/xss');
    assert.deepEqual(observation?.fix, { versions: [], text: 'Escape it.' });
    assert.doesNotMatch(JSON.stringify(observation?.occurrences), /script/);
  });

  test('that is marked as a false positive is set aside and counted', async () => {
    const { observations, facts } = await fixture('report.json');

    assert.deepEqual(
      observations.map(({ setAside }) => setAside.length),
      [0, 1, 0],
    );
    assert.deepEqual(facts.parts[0]?.extra, { instances: 4, suppressed: 1 });
  });

  test('tagged with a CVE is a vulnerability', async () => {
    const [, , observation] = (await fixture('report.json')).observations;

    assert.equal(observation?.class, 'vulnerability');
    assert.deepEqual(observation?.defects, [{ kind: 'vulnerability', id: 'CVE-2099-70001', aliases: [] }]);
    assert.deepEqual(observation?.asset, { kind: 'host', name: 'http://api.example.com:8080' });
  });

  test('of an old version has its place itself, and its risk in words', async () => {
    const [observation] = (await fixture('single-site.json')).observations;

    assert.deepEqual(observation?.defects, [{ kind: 'rule', tool: 'ZAP', id: '10021' }]);
    assert.deepEqual(observation?.occurrences, [{ path: 'GET https://shop.example.com:8443/' }]);
    assert.deepEqual(observation?.asset, { kind: 'host', name: 'https://shop.example.com:8443' });
    assert.equal(observation?.severity, 'medium');
  });
});

describe('the report', () => {
  test('speaks of every site in it, also of those without alerts', async () => {
    const [part] = (await fixture('report.json')).facts.parts;

    assert.deepEqual(
      part?.assets.map(({ name }) => name),
      ['https://shop.example.com', 'http://api.example.com:8080', 'https://quiet.example.com'],
    );
    assert.equal(part?.observedAt, Date.parse('2099-03-04T05:06:07.123Z'));
    assert.equal(part?.complete, true);
  });

  test('of old versions has a time without zone, and errors of the plan make it partial', async () => {
    const [part] = (await fixture('single-site.json')).facts.parts;

    assert.equal(part?.observedAt, Date.parse('2099-03-04T05:06:07Z'));
    assert.equal(part?.complete, false);
    assert.deepEqual(part?.reasons, ['ZAP reports an error: Job spider failed']);
  });

  test('may name a site behind its alerts', async () => {
    const alerts = [{ pluginid: '1', instances: [] }];
    const report = { '@version': '2.16.0', site: [{ alerts, '@name': 'https://a.example' }] };
    const { observations } = await readScan(zap, scanFileOf(JSON.stringify(report)));

    assert.deepEqual(observations[0]?.asset, { kind: 'host', name: 'https://a.example' });
  });

  test('as XML says what it says as JSON', async () => {
    const { observations, facts } = await fixture('report.xml');
    const json = await fixture('report.json');
    const [first, second] = observations;

    assert.deepEqual({ ...first, about: undefined }, { ...json.observations[0], about: undefined });
    assert.equal(first?.about.title, json.observations[0]?.about.title);
    assert.equal(first?.about.description, 'One paragraph.\nAnother.');
    assert.deepEqual(second?.defects, [{ kind: 'vulnerability', id: 'CVE-2099-60001', aliases: [] }]);
    assert.deepEqual(second?.occurrences, [{ path: 'https://shop.example.com/lib.js' }]);
    const [part] = facts.parts;
    assert.deepEqual(part?.assets, [{ kind: 'host', name: 'https://shop.example.com' }]);
    assert.equal(part?.observedAt, json.facts.parts[0]?.observedAt);
  });

  test('as XML without sites found nothing, and another XML is refused', async () => {
    const { observations } = await readScan(
      zap,
      scanFileOf('<OWASPZAPReport version="2.7.0"></OWASPZAPReport>'),
    );

    assert.equal(observations.length, 0);
    await assert.rejects(readScan(zap, scanFileOf('<report/>')), /no report of ZAP/);
  });

  test('is known by whatever comes first', () => {
    const detects = (text: string): boolean => zap.detect(scanHead('scan', Buffer.from(text)));

    assert.equal(
      detects('{"@programName": "ZAP", "@version": "2.16", "@generated": "x", "insights": [{'),
      true,
    );
    assert.equal(detects('{"site": [{"@name": "a", "alerts": [{"pluginid": "1", "al'), true);
    assert.equal(detects('<?xml version="1.0"?><OWASPZAPReport version="2.16.0" generated="x"'), true);
    assert.equal(detects('{"site": "example.com"}'), false);
    assert.equal(
      detects('{"@generated": "x", "@version": "D-1", "scan": {"type": "dast"}, "site": ['),
      false,
    );
    assert.equal(detects('{"@generated": "x", "@version": "D-1", "site": [], "vulnerabilities": []}'), false);
  });

  test('without sites or version is refused', async () => {
    for (const report of [
      { '@version': '2' },
      { site: [] },
      { '@version': '2', site: 'x' },
      { '@version': '2', site: [1] },
    ]) {
      await assert.rejects(
        readScan(zap, scanFileOf(JSON.stringify(report))),
        (error) => isGatehouseError(error) && error.code === 'input-invalid',
        JSON.stringify(report),
      );
    }
  });
});

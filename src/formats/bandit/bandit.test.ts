import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { type ReadScan, readScan, scanFileOf } from '../../../test/support/scan-files.ts';
import { isGatehouseError } from '../../domain/errors.ts';
import { createNormaliser } from '../../normalise/normaliser.ts';
import { scanHead } from '../scan-head.ts';
import { bandit } from './index.ts';

async function fixture(name: string): Promise<ReadScan> {
  return await readScan(bandit, scanFileOf(readFileSync(new URL(`fixtures/${name}`, import.meta.url))));
}

async function readResult(result: object) {
  const report = {
    metrics: {},
    results: [{ test_id: 'B101', filename: 'a.py', issue_severity: 'LOW', ...result }],
  };
  const { observations } = await readScan(bandit, scanFileOf(JSON.stringify(report)));
  assert.equal(observations.length, 1);
  return observations[0]!;
}

async function subjectOf(result: object): Promise<string> {
  const observation = await readResult(result);
  return createNormaliser().observation(observation, { asset: { kind: 'repository', name: 'r' } }).subject
    .key;
}

describe('a result', () => {
  test('is told with its rule, file, line and code', async () => {
    const [observation] = (await fixture('app.json')).observations;

    assert.deepEqual(observation?.defects, [{ kind: 'rule', tool: 'Bandit', id: 'B324' }]);
    assert.deepEqual(observation?.location, {
      file: 'shop/cart.py',
      line: 39,
      column: 15,
      snippet: 'key = hashlib.md5(item.encode("utf-8")).hexdigest()',
    });
    assert.equal(observation?.about.description, 'hashlib, confidence high, CWE-327');
    assert.equal(observation?.class, 'code');
  });

  test('of Windows has the path of everywhere', async () => {
    const [, observation] = (await fixture('app.json')).observations;

    assert.equal(observation?.location?.file, 'one/one.py');
  });

  test('stays itself when it moves, is indented, or its neighbours change', async () => {
    const before = await subjectOf({ code: '1 import os\n2 assert x\n', line_number: 2, line_range: [2] });

    const after = {
      code: '97 if y:\n98     assert x\n99 z()\n',
      line_number: 98,
      line_range: [98],
      issue_severity: 'HIGH',
    };
    assert.equal(await subjectOf(after), before);
    assert.notEqual(await subjectOf({ ...after, code: '98 assert y\n' }), before);
  });

  test('over several lines is all of them', async () => {
    const observation = await readResult({
      code: '1 a = (\n2     1 +\n3     2)\n4 b\n',
      line_number: 1,
      line_range: [1, 2, 3],
    });

    assert.equal(observation.location?.snippet, 'a = (\n1 +\n2)');
  });
});

describe('the report', () => {
  test('has its time, and counts the lines with nosec', async () => {
    const { facts } = await fixture('app.json');

    assert.equal(facts.parts[0]?.observedAt, Date.parse('2099-03-30T18:23:12Z'));
    assert.deepEqual(facts.parts[0]?.extra, { errors: 0, ignoredLines: 4 });
    assert.deepEqual(facts.parts[0]?.classes, ['code']);
  });

  test('with a file that could not be scanned is partial and says so', async () => {
    const { facts } = await fixture('failed.json');

    assert.equal(facts.parts[0]?.complete, false);
    assert.match(facts.parts[0]?.reasons[0] ?? '', /shop\/two\.py was not scanned: syntax error/);
  });

  test('is known before its results come, and Semgrep is not taken for it', () => {
    const detects = (text: string): boolean => bandit.detect(scanHead('scan', Buffer.from(text)));

    assert.equal(detects('{"errors": [], "metrics": {"_totals": {"CONFIDENCE.HIGH": 1.0, '), true);
    assert.equal(detects('{"results": [{"code": "1 x", "test_id": "B101", "issue_severity": "LOW"'), true);
    assert.equal(detects('{"errors": [], "results": [], "version": "1.0", "paths": {}}'), false);
  });

  test('without results, metrics or time is refused', async () => {
    for (const report of [{ metrics: {} }, { results: [], errors: [] }, { results: {}, metrics: {} }]) {
      await assert.rejects(
        readScan(bandit, scanFileOf(JSON.stringify(report))),
        (error) => isGatehouseError(error) && error.code === 'input-invalid',
        JSON.stringify(report),
      );
    }
  });
});

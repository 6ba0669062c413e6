import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { type ReadScan, readScan, scanFileOf } from '../../../test/support/scan-files.ts';
import { isGatehouseError } from '../../domain/errors.ts';
import { createNormaliser } from '../../normalise/normaliser.ts';
import { scanHead } from '../scan-head.ts';
import { semgrep } from './index.ts';

async function fixture(name: string): Promise<ReadScan> {
  return await readScan(semgrep, scanFileOf(readFileSync(new URL(`fixtures/${name}`, import.meta.url))));
}

async function readResult(extra: object, more: object = {}) {
  const result = { check_id: 'r', path: 'a.py', start: { line: 1, col: 1 }, extra, ...more };
  const { observations } = await readScan(
    semgrep,
    scanFileOf(JSON.stringify({ results: [result], errors: [] })),
  );
  assert.equal(observations.length, 1);
  return observations[0]!;
}

async function subjectOf(extra: object, more: object = {}): Promise<string> {
  const observation = await readResult(extra, more);
  return createNormaliser().observation(observation, { asset: { kind: 'repository', name: 'r' } }).subject
    .key;
}

describe('a result', () => {
  test('is told with its rule, file, line, code and suggested change', async () => {
    const [observation] = (await fixture('code.json')).observations;

    assert.deepEqual(observation?.defects, [
      { kind: 'rule', tool: 'Semgrep', id: 'python.lang.security.weak-hash' },
    ]);
    assert.deepEqual(observation?.location, {
      file: 'shop/cart.py',
      line: 39,
      column: 15,
      fingerprint: '5f1c_0',
      snippet: 'key = hashlib.md5(item)',
    });
    assert.equal(observation?.about.title, 'A weak hash is used.');
    assert.equal(observation?.about.url, 'https://semgrep.example.org/r/weak-hash');
    assert.deepEqual(observation?.fix, { versions: [], text: 'change it to: hashlib.sha256(item)' });
  });

  test('of a user who is not logged in has neither fingerprint nor code', async () => {
    const [, observation] = (await fixture('code.json')).observations;

    assert.equal(observation?.location?.file, 'shop/price.py');
    assert.equal(observation?.location?.fingerprint, undefined);
    assert.equal(observation?.location?.snippet, undefined);
  });

  test('ignored by a comment is set aside and counted', async () => {
    const { observations, facts } = await fixture('code.json');

    assert.deepEqual(
      observations.map(({ setAside }) => setAside.length),
      [0, 1, 0, 0, 0],
    );
    assert.equal(facts.parts[0]?.extra.suppressed, 1);
  });

  test('stays itself when it moves, is indented or rated anew', async () => {
    const before = await subjectOf({ lines: 'assert x', severity: 'INFO' });

    const moved = await subjectOf({ lines: '    assert x', severity: 'ERROR' }, { start: { line: 98 } });
    assert.equal(moved, before);
    assert.notEqual(await subjectOf({ lines: 'assert y' }), before);
  });

  test('with a fingerprint is told by it, whatever stands in its line', async () => {
    const before = await subjectOf({ lines: 'assert x', fingerprint: 'f_0' });

    assert.equal(await subjectOf({ lines: 'assert x  # why', fingerprint: 'f_0' }), before);
    assert.notEqual(await subjectOf({ lines: 'assert x', fingerprint: 'f_1' }), before);
  });

  test('that is a secret is told by a hash and shows nothing of it', async () => {
    const [, , observation] = (await fixture('code.json')).observations;

    assert.equal(observation?.class, 'secret');
    assert.match(observation?.location?.fingerprint ?? '', /^sha256:/);
    assert.doesNotMatch(JSON.stringify(observation), /tok_invented/);
  });

  test('of the supply chain is a vulnerability of a package', async () => {
    const observation = (await fixture('code.json')).observations[3];

    assert.equal(observation?.class, 'vulnerability');
    assert.deepEqual(observation?.defects, [{ kind: 'vulnerability', id: 'CVE-2099-30001', aliases: [] }]);
    assert.deepEqual(observation?.component, { purl: 'pkg:npm/left-pad@1.0.0', version: '1.0.0' });
    assert.deepEqual(observation?.occurrences, [
      { version: '1.0.0', path: 'package-lock.json' },
      { version: '1.0.0', path: 'shop/load.py', line: 12 },
    ]);
    assert.deepEqual(observation?.fix, { versions: ['1.0.1'] });
    assert.deepEqual(observation?.assessment, { functionUsage: 'in-use' });
  });
});

describe('an issue of the supply chain', () => {
  test('belongs to its repository, in the ecosystem that its rule lists the package with', async () => {
    const [observation] = (await fixture('supply-chain.json')).observations;

    assert.deepEqual(observation?.asset, { kind: 'repository', name: 'team/shop' });
    assert.deepEqual(observation?.component, { purl: 'pkg:pypi/left-pad@1.0.0', version: '1.0.0' });
    assert.deepEqual(observation?.fix, { versions: ['1.0.1'] });
    assert.deepEqual(observation?.life, { state: 'open', firstSeenAt: Date.parse('2099-02-03T04:05:06Z') });
    assert.deepEqual(observation?.setAside, []);
    assert.deepEqual(observation?.occurrences, [
      { version: '1.0.0', path: 'requirements.txt' },
      { version: '1.0.0', path: 'shop/pad.py', line: 24 },
    ]);
  });

  test('closed by a person stays visible, with the reason', async () => {
    const [, observation] = (await fixture('supply-chain.json')).observations;

    assert.equal(observation?.life.state, 'open');
    assert.deepEqual(observation?.setAside, [
      {
        kind: 'vendor-mute',
        issuer: 'Semgrep',
        reason: 'closed in Semgrep: acceptable risk',
        at: Date.parse('2099-02-04T00:00:00Z'),
      },
    ]);
    assert.deepEqual(observation?.assessment, { functionUsage: 'not-in-use' });
  });

  test('on a page that has more is no complete run', async () => {
    const page = { vulns: [], hasMore: true, cursor: '7' };
    const { facts } = await readScan(semgrep, scanFileOf(JSON.stringify(page)));

    assert.equal(facts.parts[0]?.complete, false);
    assert.match(facts.parts[0]?.reasons[0] ?? '', /one page of several/);
  });
});

describe('the report', () => {
  test('with errors is partial and says which', async () => {
    const { facts } = await fixture('failed.json');

    assert.equal(facts.parts[0]?.complete, false);
    assert.deepEqual(facts.parts[0]?.extra, { errors: 2, suppressed: 0 });
    assert.match(facts.parts[0]?.reasons[0] ?? '', /shop\/two\.py was not scanned whole: Syntax error/);
    assert.match(facts.parts[0]?.reasons[1] ?? '', /Took too long/);
  });

  test('speaks of vulnerabilities only where it has any', async () => {
    assert.deepEqual((await fixture('failed.json')).facts.parts[0]?.classes, ['code', 'secret']);
    assert.deepEqual((await fixture('code.json')).facts.parts[0]?.classes, [
      'code',
      'secret',
      'vulnerability',
    ]);
    assert.deepEqual((await fixture('supply-chain.json')).facts.parts[0]?.classes, ['vulnerability']);
  });

  test('is known by whatever comes first, and files with similar lists are not', () => {
    const detects = (text: string): boolean => semgrep.detect(scanHead('scan', Buffer.from(text)));

    assert.equal(detects('{"results": [], "errors": []}'), true);
    assert.equal(detects('{"errors": [{"code": 3, "level": "warn", "type": "Syntax error", "mess'), true);
    assert.equal(detects('{"errors": [], "paths": {"scanned": ["a.py", "b.'), true);
    assert.equal(detects('{"version": "1.99.0", "results": [{"check_id": "r", "path": "a.py", "st'), true);
    assert.equal(detects('{"cursor": "1", "hasMore": true, "vulns": [{"title": "t"'), true);
    assert.equal(detects('{"results": [], "errors": [], "metrics": {}}'), false);
    assert.equal(detects('{"errors": [], "generated_at": "2099-01-01T00:00:00Z", "results": ['), false);
    assert.equal(
      detects('{"check_type": "terraform", "results": {"failed_checks": [{"check_id": "X"'),
      false,
    );
    assert.equal(detects('{"results": []}'), false);
    assert.equal(detects('{"version": "1.100.0", "results": []}'), true);
    assert.equal(detects('{"version": "1.100.0", "results": [], "summary": {}}'), false);
  });

  test('that somebody passed on without its errors is read', async () => {
    const result = { check_id: 'a.b', path: 'x.py', start: { line: 1 }, extra: { severity: 'ERROR' } };

    const found = await readScan(semgrep, scanFileOf(JSON.stringify({ results: [result] })));
    const nothing = await readScan(semgrep, scanFileOf(JSON.stringify({ version: '1.100.0', results: [] })));

    assert.deepEqual([found.observations.length, found.rejected.length], [1, 0]);
    assert.deepEqual([nothing.observations.length, nothing.rejected.length], [0, 0]);
  });

  test('without results, errors or anything of Semgrep is refused', async () => {
    for (const report of [{ errors: [] }, { results: [] }, { results: {}, errors: [] }, { vulns: {} }]) {
      await assert.rejects(
        readScan(semgrep, scanFileOf(JSON.stringify(report))),
        (error) => isGatehouseError(error) && error.code === 'input-invalid',
        JSON.stringify(report),
      );
    }
  });
});

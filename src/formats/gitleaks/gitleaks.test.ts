import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { type ReadScan, readScan, scanFileOf } from '../../../test/support/scan-files.ts';
import { isGatehouseError } from '../../domain/errors.ts';
import { createNormaliser } from '../../normalise/normaliser.ts';
import { scanHead } from '../scan-head.ts';
import { gitleaks } from './index.ts';

async function fixture(name: string): Promise<ReadScan> {
  return await readScan(gitleaks, scanFileOf(readFileSync(new URL(`fixtures/${name}`, import.meta.url))));
}

async function subjectsOf(...leaks: object[]): Promise<string[]> {
  const list = leaks.map((leak) => ({ RuleID: 'r', File: 'f', ...leak }));
  const { observations } = await readScan(gitleaks, scanFileOf(JSON.stringify(list)));
  const normaliser = createNormaliser();
  const asset = { kind: 'repository', name: 'r' } as const;
  return observations.map((one) => normaliser.observation(one, { asset }).subject.key);
}

describe('a leak', () => {
  test('is told with its rule, file, line, commit and repository', async () => {
    const [observation] = (await fixture('leaks.json')).observations;

    assert.deepEqual(observation?.defects, [{ kind: 'rule', tool: 'Gitleaks', id: 'some-token' }]);
    assert.equal(observation?.location?.file, 'deploy/values.yaml');
    assert.equal(observation?.location?.line, 7);
    assert.deepEqual(observation?.asset, { kind: 'repository', name: 'github.com/team/shop' });
    assert.match(observation?.about.description ?? '', /^in commit 0123456789abcdef.* of 2099-03-04/);
    assert.equal(observation?.severity, 'unknown');
  });

  test('shows neither the secret nor who committed it', async () => {
    for (const name of ['leaks.json', 'version-7.json']) {
      const told = JSON.stringify(await fixture(name));
      assert.doesNotMatch(told, /tok_invented|[Ss]omebody|a message/);
    }
  });

  test('stays itself when it moves or is in another commit; another secret is another leak', async () => {
    const [before, moved, other] = await subjectsOf(
      { Secret: 's1', StartLine: 1, Commit: 'a', Fingerprint: 'a:f:r:1' },
      { Secret: 's1', StartLine: 98, Commit: 'b', Fingerprint: 'b:f:r:98' },
      { Secret: 's2', StartLine: 1, Commit: 'a', Fingerprint: 'a:f:r:1' },
    );

    assert.equal(moved, before);
    assert.notEqual(other, before);
  });

  test('that is redacted is told from others by its order', async () => {
    const [one, two] = await subjectsOf({ Secret: 'REDACTED' }, { Secret: 'REDACTED' });

    assert.notEqual(one, two);
  });

  test('belongs to the repository that its link leads to, whatever that is called', async () => {
    for (const [link, repository] of [
      ['https://github.com/team/src/blob/0123/a/blob/b.txt#L1', 'github.com/team/src'],
      ['https://gitlab.example.com/group/sub/shop/-/blob/0123/a.txt', 'gitlab.example.com/group/sub/shop'],
      ['https://bitbucket.org/team/shop/src/0123/a.txt', 'bitbucket.org/team/shop'],
      ['https://example.org/', undefined],
    ]) {
      const leak = { RuleID: 'r', File: 'f', Link: link };
      const { observations } = await readScan(gitleaks, scanFileOf(JSON.stringify([leak])));
      assert.equal(observations[0]?.asset?.name, repository);
    }
  });

  test('of version 7 and before is read too', async () => {
    const [first, second] = (await fixture('version-7.json')).observations;

    assert.deepEqual(first?.asset, { kind: 'repository', name: 'gitlab.example.com/team/shop' });
    assert.equal(first?.about.description, undefined);
    assert.deepEqual(second?.defects, [{ kind: 'rule', tool: 'Gitleaks', id: 'Password' }]);
    assert.equal(second?.asset, undefined);
  });
});

describe('the report', () => {
  test('of a repository without leaks is a scan of it', async () => {
    for (const report of ['[]', 'null\n']) {
      const { observations, facts } = await readScan(gitleaks, scanFileOf(report));

      assert.equal(observations.length, 0);
      assert.deepEqual(facts.parts[0]?.classes, ['secret']);
      assert.equal(facts.parts[0]?.complete, true);
    }
  });

  test('is known by its first leak, in whatever order it is written', () => {
    const detects = (text: string): boolean => gitleaks.detect(scanHead('scan', Buffer.from(text)));

    assert.equal(detects('[{"Author": "", "Commit": "", "Match": "m", "RuleID": "r", "Secr'), true);
    assert.equal(detects('[{"commit": "a", "file": "f", "offender": "o"}]'), true);
    assert.equal(detects('{"RuleID": "r", "Secret": "s"}'), false);
    assert.equal(detects('[{"rule": "r", "file": "f"}]'), false);
  });

  test('that holds no leak is refused', async () => {
    for (const report of [[1], [{ Secret: 's' }], { RuleID: 'r' }, 'none']) {
      await assert.rejects(
        readScan(gitleaks, scanFileOf(JSON.stringify(report))),
        (error) => isGatehouseError(error) && error.code === 'input-invalid',
        JSON.stringify(report),
      );
    }
  });
});

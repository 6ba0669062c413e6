import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { isGatehouseError } from '../domain/errors.ts';
import type { Observation } from '../domain/statement.ts';
import { componentIdentity } from './component.ts';
import { createNormaliser } from './normaliser.ts';

const IMAGE = { asset: { kind: 'image', name: 'app' } } as const;

const anEntry = (more: Partial<Observation> = {}): Observation => ({
  kind: 'observation',
  class: 'vulnerability',
  defects: [{ kind: 'vulnerability', id: 'CVE-2024-1', aliases: [] }],
  component: { purl: 'pkg:npm/left-pad@1.0.0', version: '1.0.0' },
  occurrences: [{ version: '1.0.0', path: 'package-lock.json' }],
  life: { state: 'open' },
  severity: 'high',
  about: { title: 'A problem' },
  setAside: [],
  labels: [],
  ...more,
});

const codeEntry = (line: number, more: Partial<Observation['location']> = {}): Observation =>
  anEntry({
    class: 'code',
    defects: [{ kind: 'rule', tool: 'CodeTool', id: 'xss' }],
    component: undefined,
    location: { file: 'a.ts', line, ...more },
    occurrences: [{ path: 'a.ts', line }],
  });

const key = (entry: Observation) => createNormaliser().observation(entry, IMAGE);

describe('components', () => {
  test('version, architecture, distribution and subpath are no part of identity', () => {
    assert.equal(
      componentIdentity('pkg:deb/debian/apt@1.8.2.1?arch=amd64&distro=debian-10&epoch=1'),
      componentIdentity('pkg:deb/debian/apt@2.0#usr/share'),
    );
  });

  test('what tells packages apart stays', () => {
    const plain = componentIdentity('pkg:maven/org.x/y@1');

    assert.notEqual(componentIdentity('pkg:maven/org.x/y@1?classifier=sources'), plain);
    assert.notEqual(
      componentIdentity('pkg:maven/org.x/y@1?repository_url=https%3A%2F%2Fmirror.example.org'),
      plain,
    );
    assert.equal(
      componentIdentity('pkg:maven/org.x/y@1?repository_url=https%3A%2F%2Frepo1.maven.org%2Fmaven2'),
      plain,
    );
  });

  test('one package has one spelling', () => {
    assert.equal(componentIdentity('pkg:npm/%40scope/name@1'), componentIdentity('pkg:NPM/%40scope/name@2'));
    assert.equal(componentIdentity('pkg:pypi/My_Package@1'), componentIdentity('pkg:pypi/my-package@2'));
  });

  test('what is no package URL is the entry being unreadable', () => {
    assert.throws(
      () => componentIdentity('left-pad'),
      (error) => isGatehouseError(error) && error.code === 'input-invalid',
    );
  });
});

describe('what a finding is made of', () => {
  test('severity, score, title and fix change the content and not the key', () => {
    const one = key(anEntry());
    const other = key(
      anEntry({ severity: 'low', score: 2, about: { title: 'Else' }, fix: { versions: ['2'] } }),
    );

    assert.equal(other.key, one.key);
    assert.deepEqual(other.subject, one.subject);
    assert.notEqual(other.digest, one.digest);
  });

  test('another version is another entry about the same subject', () => {
    const bumped = anEntry({
      component: { purl: 'pkg:npm/left-pad@2.0.0', version: '2.0.0' },
      occurrences: [{ version: '2.0.0', path: 'package-lock.json' }],
    });

    assert.notEqual(key(bumped).key, key(anEntry()).key);
    assert.deepEqual(key(bumped).subject, key(anEntry()).subject);
  });

  test('an asset given by the caller wins over what the entry names', () => {
    const named = anEntry({ asset: { kind: 'workload', name: 'w' } });
    const normaliser = createNormaliser();

    assert.equal(normaliser.observation(named, IMAGE).asset.name, 'w');
    assert.equal(
      normaliser.observation(named, { ...IMAGE, assetOverride: { kind: 'repository', name: 'r' } }).asset
        .name,
      'r',
    );
  });

  test('an id of a scan is one entry only together with its asset, one of a source by itself', () => {
    const keyOn = (name: string) => {
      const asset = { kind: 'environment', name } as const;
      return createNormaliser().observation(anEntry({ key: '7', asset }), { asset }).key;
    };
    const keyFrom = (name: string) =>
      createNormaliser().observation(anEntry({ key: '7', asset: { kind: 'environment', name } }), {}).key;

    assert.equal(keyOn('one'), keyOn('one'));
    assert.notEqual(keyOn('one'), keyOn('other'));
    assert.equal(keyFrom('one'), '7');
  });

  test('entries that nothing tells apart are numbered, and keep their numbers', () => {
    const keysOf = () => {
      const normaliser = createNormaliser();
      return [anEntry(), anEntry()].map((entry) => normaliser.observation(entry, IMAGE).key);
    };

    assert.equal(new Set(keysOf()).size, 2);
    assert.deepEqual(keysOf(), keysOf());
  });

  test('several vulnerabilities of one entry stay apart, aliases stay together', () => {
    const entry = anEntry({
      defects: [
        { kind: 'vulnerability', id: 'cve-2024-1', aliases: ['GHSA-AAAA-bbbb-cccc', 'CVE-2024-1'] },
        { kind: 'vulnerability', id: 'CVE-2024-2', aliases: [] },
      ],
    });

    assert.deepEqual(
      key(entry).defects.map(({ names }) => names),
      [['CVE-2024-1', 'GHSA-aaaa-bbbb-cccc'], ['CVE-2024-2']],
    );
  });
});

describe('code findings', () => {
  test('the line is no part of identity', () => {
    assert.equal(key(codeEntry(10)).key, key(codeEntry(50)).key);
  });

  test('a fingerprint of the tool, else the code itself, tells places apart', () => {
    const subjectOf = (more: Partial<Observation['location']>) => key(codeEntry(1, more)).subject.key;

    assert.notEqual(subjectOf({ fingerprint: 'a' }), subjectOf({ fingerprint: 'b' }));
    assert.notEqual(subjectOf({ snippet: 'eval(x)' }), subjectOf({ snippet: 'eval(y)' }));
    assert.equal(
      subjectOf({ fingerprint: 'a', snippet: 'x' }),
      subjectOf({ fingerprint: 'a', snippet: 'y' }),
    );
  });

  test('without either, it is the n-th of that rule in that file', () => {
    const normaliser = createNormaliser();
    const subjects = [1, 2].map((line) => normaliser.observation(codeEntry(line), IMAGE).subject.key);

    assert.deepEqual(subjects, ['a.ts#0', 'a.ts#1']);
  });
});

test('normalising the same twice gives the same, whatever order its facts are named in', () => {
  const labels = [
    { kind: 'zone', id: '2' },
    { kind: 'host', id: '1' },
  ] as const;

  assert.deepEqual(key(anEntry({ labels })), key(anEntry({ labels: [...labels].reverse() })));
});

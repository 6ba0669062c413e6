import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fixesOf } from './fixes.ts';

function affected(ecosystem: string, name: string, fixed: readonly string[], change: object = {}): object {
  const events = fixed.flatMap((version) => [{ introduced: '0' }, { fixed: version }]);
  return { package: { ecosystem, name, ...change }, ranges: [{ type: 'ECOSYSTEM', events }] };
}

test('every version that ends a range is a fix of the package, however the record splits it', () => {
  const all = [
    affected('npm', '@scope/name', ['1.8.5', '2.0.1']),
    affected('npm', '@scope/name', ['3.0.0', '2.0.1']),
    affected('PyPI', 'jinja2', ['2.11.3'], { purl: 'pkg:pypi/jinja2' }),
    affected('Go', 'github.com/team/app', ['1.0.1'], { purl: 'no package URL' }),
  ];

  assert.deepEqual(fixesOf(all), [
    { component: 'pkg:npm/%40scope/name', versions: ['1.8.5', '2.0.1', '3.0.0'] },
    { component: 'pkg:pypi/jinja2', versions: ['2.11.3'] },
    { component: 'pkg:golang/github.com/team/app', versions: ['1.0.1'] },
  ]);
});

test('a commit, a release of a distribution, a range without an end, and what cannot be read name no fix', () => {
  const all = [
    {
      package: { ecosystem: 'PyPI', name: 'a' },
      ranges: [{ type: 'GIT', events: [{ fixed: '4f1c2b3a4f1c2b3a4f1c2b3a4f1c2b3a4f1c2b3a' }] }],
    },
    affected('Debian:12', 'openssl', ['3.0.11-1']),
    {
      package: { ecosystem: 'npm', name: 'b' },
      ranges: [{ type: 'SEMVER', events: [{ introduced: '0' }, { last_affected: '2.0.0' }, { fixed: 3 }] }],
    },
    affected('npm', 'c', ['0']),
    { package: { ecosystem: 'npm', name: 'd' }, ranges: 'none' },
    null,
    'text',
  ];

  assert.deepEqual(fixesOf(all), []);
});

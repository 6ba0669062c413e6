import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { aFinding, anObservationView } from '../../../test/support/builders.ts';
import type { Finding } from '../../domain/finding.ts';
import { EVERYTHING, type Scope } from '../../domain/scope.ts';
import { findPathToGo } from '../path-to-go.ts';
import { type Repair, repairerFor } from './repair.ts';

interface Facts {
  readonly component?: string;
  /** Of each defect where it is installed, and the versions that repair it. */
  readonly defects: readonly (readonly [installed: readonly string[], fixes: readonly string[]])[];
}

function repair({ component = 'pkg:npm/x', defects }: Facts): Repair {
  const findings = defects.map(([versions, fixVersions], index) =>
    aFinding({ vulnerability: `CVE-2024-000${index}`, component, versions: [...versions], fixVersions }),
  );
  return repairerFor(EVERYTHING)(component, findings);
}

function target(installed: readonly string[], fixes: readonly (readonly string[])[]): string | undefined {
  return repair({ defects: fixes.map((versions) => [installed, versions] as const) }).to;
}

describe('the smallest upgrade of a component', () => {
  it('is the fix itself where there is one', () => {
    assert.equal(target(['4.17.15'], [['4.17.19']]), '4.17.19');
  });

  it('stays on the line that is installed when that is repaired, and never goes down', () => {
    assert.equal(target(['2.12.1'], [['2.3.1', '2.12.2', '2.15.0']]), '2.12.2');
    assert.equal(target(['2.14.1'], [['2.3.1', '2.12.2', '2.15.0']]), '2.15.0');
    assert.equal(target(['1.8.3'], [['1.8.5', '1.9.2']]), '1.8.5');
    assert.equal(target(['1.9.0'], [['1.8.5', '1.9.2']]), '1.9.2');
  });

  it('repairs every defect at once', () => {
    const fixes = [
      ['2.12.2', '2.15.0'],
      ['2.12.3', '2.16.0'],
    ];

    assert.equal(target(['2.12.1'], fixes), '2.12.3');
    assert.equal(target(['2.13.0'], fixes), '2.16.0');
  });

  it('does not take a version between two lines for repaired', () => {
    assert.equal(target(['2.12.1'], [['2.12.3', '2.15.0'], ['2.13.1']]), '2.15.0');
  });

  it('counts lines of two numbers as lines too, up to the highest fix on them', () => {
    assert.equal(target(['12.1'], [['12.3', '13.1'], ['12.4']]), '12.4');
    assert.equal(target(['2.1'], [['2.3', '2.12', '2.15'], ['2.13']]), '2.15');
  });

  it('takes a pre-release for what it is', () => {
    assert.equal(target(['2.0.0-rc.1'], [['2.0.0']]), '2.0.0');
    assert.equal(target(['1.9.0'], [['2.0.0-rc.1'], ['2.0.0']]), '2.0.0');
  });

  it('reads what scanners write around a version', () => {
    assert.equal(target(['0.0.6'], [['>=3.0.0'], [' 3.0.1 ']]), '3.0.1');
    assert.equal(target(['v0.9.0'], [['= 0.17.0']]), '0.17.0');
  });

  it('is above the highest of several installed versions, and from each a step of its own', () => {
    const { to, moves } = repair({
      defects: [
        [
          ['1.0.0', '1.5.0'],
          ['1.2.0', '1.6.0'],
        ],
      ],
    });

    assert.equal(to, '1.6.0');
    assert.deepEqual(moves, [
      { from: '1.0.0', to: '1.2.0' },
      { from: '1.5.0', to: '1.6.0' },
    ]);
  });

  it('passes an installed version only where what that one has is repaired too', () => {
    const { moves } = repair({
      defects: [
        [['1.0.0'], ['2.2.0']],
        [['2.0.0'], ['2.5.0']],
      ],
    });

    assert.deepEqual(moves, [
      { from: '1.0.0', to: '2.5.0' },
      { from: '2.0.0', to: '2.5.0' },
    ]);
  });

  it('leaves what has no fix, and what has none above the installed version', () => {
    const { to, repaired, unfixed, outdated } = repair({
      defects: [
        [['2.0.0'], ['2.0.1']],
        [['2.0.0'], []],
        [['2.0.0'], ['1.9.9']],
        [['2.0.0'], ['2.0.0']],
      ],
    });

    assert.equal(to, '2.0.1');
    assert.deepEqual([repaired.length, unfixed.length, outdated.length], [1, 1, 2]);
  });

  it('is a choice for a person where the order is not certain', () => {
    for (const [installed, fixes, component] of [
      ['1.0.0', ['latest'], 'pkg:npm/x'],
      ['unknown', ['1.1.0'], 'pkg:npm/x'],
      ['1.2-beta', ['1.2-rc1', '1.2'], 'pkg:generic/x'],
      ['0.9', ['1.2-rc1', '1.2-beta'], 'pkg:generic/x'],
    ] as const) {
      const { to, moves, options, repaired } = repair({ component, defects: [[[installed], fixes]] });

      assert.deepEqual(
        [to, moves, options, repaired.length],
        [undefined, [], [...fixes].sort(), 1],
        `${installed} to ${fixes.join()}`,
      );
    }
  });

  it('is the smallest fix where nothing is said of what is installed', () => {
    assert.equal(target([], [['1.1.0', '2.0.0']]), '1.1.0');
  });

  it('is ordered as the ecosystem orders: epochs, tildes, patch letters, qualifiers', () => {
    for (const [component, installed, fixes, to] of [
      ['pkg:deb/debian/x', '1:1.0~rc1-1', ['1:1.0-1'], '1:1.0-1'],
      ['pkg:deb/debian/x', '1:1.0-1', ['9.0-1'], undefined],
      ['pkg:rpm/redhat/x', '1.1.1k-7.el8_6', ['1.1.1k-12.el8_9', '1.1.1k-9.el8_7'], '1.1.1k-9.el8_7'],
      ['pkg:apk/alpine/x', '1.1.1c-r0', ['1.1.1d-r2'], '1.1.1d-r2'],
      ['pkg:maven/g/x', '2.0-rc1', ['2.0', '2.0-SP1'], '2.0'],
      ['pkg:pypi/x', '1.0rc1', ['1.0.post1', '1.0'], '1.0'],
    ] as const) {
      assert.equal(repair({ component, defects: [[[installed], fixes]] }).to, to, component);
    }
  });

  it('satisfies each source that names fixes, and hears only those in scope', () => {
    const finding = aFinding({
      component: 'pkg:npm/x',
      fixVersions: ['1.2.0', '1.4.0', '9.0.0'],
      observations: [
        anObservationView({ source: 'trivy', fix: { versions: ['1.2.0'] } }),
        anObservationView({ source: 'grype', fix: { versions: [], text: 'Upgrade to version 1.4.0.' } }),
        anObservationView({ source: 'other', channel: 'production', fix: { versions: ['9.0.0'] } }),
      ],
    });
    const scope: Scope = { name: 'certification', channels: [''] };

    assert.equal(repairerFor(scope)('pkg:npm/x', [finding]).to, '1.4.0');
    assert.equal(repairerFor(EVERYTHING)('pkg:npm/x', [finding]).to, '9.0.0');
  });

  it('is a named fix, above what is installed, and not below any single fix of a defect', () => {
    const version = fc.tuple(fc.nat(2), fc.nat(3), fc.nat(3)).map((numbers) => numbers.join('.'));
    const defect = fc.tuple(fc.constant(['1.1.1']), fc.array(version, { minLength: 1, maxLength: 3 }));
    fc.assert(
      fc.property(fc.array(defect, { minLength: 1, maxLength: 4 }), (defects) => {
        const { to, repaired, outdated } = repair({ defects });
        assert.equal(repaired.length + outdated.length, defects.length);
        assert.equal(to === undefined, repaired.length === 0);
        if (to === undefined) return;
        assert.ok(to > '1.1.1');
        assert.ok(defects.some(([, fixes]) => fixes.includes(to)));
        for (const { fixVersions } of repaired) {
          const [only, ...others] = fixVersions;
          if (only !== undefined && others.length === 0) assert.ok(to >= only);
        }
      }),
    );
  });
});

describe('the path to GO of hostile findings', () => {
  const hostile = [
    '1'.repeat(1_000_000),
    `1${'.1'.repeat(500_000)}`,
    '\u202e1.0.0\u0000',
    '\ud800',
    '__proto__',
    '1.0\n2.0',
    '=cmd()',
    '<script>',
  ];
  const findings: readonly Finding[] = hostile.map((text, index) =>
    aFinding({
      vulnerability: `CVE-2024-000${index}`,
      component: index % 2 === 0 ? 'pkg:npm/x' : `pkg:deb/debian/${text}`,
      versions: [text],
      fixVersions: [...hostile],
      observations: [
        anObservationView({
          versions: [text],
          fix: { versions: index % 2 === 0 ? hostile : [], text: `upgrade to ${text}` },
        }),
      ],
    }),
  );

  it('is found all the same, and shows no version of a megabyte', () => {
    const path = findPathToGo([{ findings }], { scope: EVERYTHING, evidence: [] });

    const shown = path.upgrades.flatMap(({ from, to = '', options }) => [...from, to, ...options]);
    assert.equal(
      path.upgrades.reduce((sum, upgrade) => sum + upgrade.findings.length, path.waivers.length),
      findings.length,
    );
    assert.ok(shown.every((text) => text.length <= 300));
  });

  it('does not depend on the order in which they come', () => {
    const facts = { scope: EVERYTHING, evidence: [] };

    assert.deepEqual(
      findPathToGo([{ findings: findings.toReversed() }], facts),
      findPathToGo([{ findings }], facts),
    );
  });
});

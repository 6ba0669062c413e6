/** Each ecosystem's own published comparisons, and laws that hold for all of them. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { schemeOf } from './registry.ts';
import { compareRanks } from './scheme.ts';

const ECOSYSTEMS = [
  'apk',
  'cargo',
  'composer',
  'deb',
  'gem',
  'generic',
  'golang',
  'maven',
  'npm',
  'nuget',
  'pypi',
  'rpm',
] as const;
type Ecosystem = (typeof ECOSYSTEMS)[number];

function compare(ecosystem: Ecosystem, a: string, b: string): number | undefined {
  const order = schemeOf(`pkg:${ecosystem}/name`).compare(a, b);
  return order === undefined ? undefined : Math.sign(order);
}

/** One comparison a line: `a < b`, `a = b`, `a > b`. */
function holds(ecosystem: Ecosystem, comparisons: string): void {
  for (const line of comparisons.trim().split('\n')) {
    const [a = '', sign, b = ''] = line.trim().split(/ +/);
    const expected = sign === '<' ? -1 : sign === '=' ? 0 : 1;
    assert.equal(compare(ecosystem, a, b), expected, line);
    assert.equal(compare(ecosystem, b, a), -expected || 0, `swapped: ${line}`);
  }
}

/** Every one before every later one. */
function ascend(ecosystem: Ecosystem, versions: string): void {
  const list = versions.trim().split(/\s+/);
  for (const [index, lower] of list.entries()) {
    for (const higher of list.slice(index + 1)) {
      assert.equal(compare(ecosystem, lower, higher), -1, `${lower} < ${higher}`);
    }
  }
}

function areEqual(ecosystem: Ecosystem, versions: string): void {
  const list = versions.trim().split(/\s+/);
  for (const a of list) for (const b of list) assert.equal(compare(ecosystem, a, b), 0, `${a} = ${b}`);
}

describe('npm, Cargo and the others by semver.org', () => {
  it("order as the specification's example does", () => {
    ascend(
      'npm',
      '1.0.0-alpha 1.0.0-alpha.1 1.0.0-alpha.beta 1.0.0-beta 1.0.0-beta.2 1.0.0-beta.11 1.0.0-rc.1 1.0.0',
    );
    ascend('cargo', '1.0.0 2.0.0 2.1.0 2.1.1');
  });

  it("order as node-semver's fixtures do", () => {
    holds(
      'npm',
      `0.0.0 > 0.0.0-foo
       0.0.1 > 0.0.0
       1.0.0 > 0.9.9
       0.10.0 > 0.9.0
       0.99.0 > 0.10.0
       v2.0.0 > 1.2.3
       1.2.3 > 1.2.3-asdf
       1.2.3 > 1.2.3-4
       1.2.3 > 1.2.3-4-foo
       1.2.3-5-foo > 1.2.3-5
       1.2.3-5 > 1.2.3-4
       1.2.3-5-foo > 1.2.3-5-Foo
       3.0.0 > 2.7.2+asdf
       1.2.3-a.10 > 1.2.3-a.5
       1.2.3-a.b > 1.2.3-a.5
       1.2.3-a.b > 1.2.3-a
       1.2.3-a.b.c.10.d.5 > 1.2.3-a.b.c.5.d.100
       1.2.3-r2 > 1.2.3-r100
       1.2.3-r100 > 1.2.3-R2
       1.2.3+build = 1.2.3
       1.2 = 1.2.0`,
    );
  });
});

describe('Go', () => {
  it('orders releases, pseudo-versions and its own distribution', () => {
    holds(
      'golang',
      `v0.9.0 < 0.17.0
       v0.0.0-20201216223049-8b5274cf687f < v0.0.0-20210101000000-000000000000
       v2.0.0+incompatible = v2.0.0
       v1.2.3-0.20200101000000-abcdefabcdef < v1.2.3
       go1.22rc1 < go1.22
       go1.22beta1 < 1.22rc1
       1.21.9 < go1.22rc2`,
    );
  });
});

describe('NuGet', () => {
  it('orders as the published comparisons do', () => {
    holds(
      'nuget',
      `1.0.0-BETA = 1.0.0-beta
       1.0.0-BETA.X.y.5.77.0+AA = 1.0.0-beta.x.y.5.77.0+aa
       1.0.0 = 1.0.0+beta
       1.0 = 1.0.0.0
       1.0.01 = 1.0.1.0
       1.0 < 1.0.0.1
       1.0.0.1-1.2.A < 1.0.0.1-1.2.a.A+A
       1.0.0-beta2 > 1.0.0-BETA
       1.0.0-BETA < 1.0.0-beta.1+AA
       1.0.0-BETA.X.y.5.79.0+AA < 1.0.0-beta.x.y.5.790.0+abc
       1.999.9999 < 2.1.1
       1.0.0-pre < 1.0.0.1-alpha
       1.0.0 < 1.0.0.1-alpha
       999999999999999999999999999991 < 999999999999999999999999999999`,
    );
  });
});

describe('Debian', () => {
  const COMPARISONS = `1.0-1 < 2.0-2
    2.2~rc-4 < 2.2-1
    1.0000-1 = 1.0-1
    1.1-20080727-1 > 1.1-20080316-1
    0:0-0-0 = 0-0-0
    0:0 = 0
    0:00-0 = 0:0-00
    1:0 > 0:0
    5:1 > 1
    1.2.3~rc1 < 1.2.3
    1.2.3~~ < 1.2.3~
    1.2.3~~a < 1.2.3~
    1.2.3 < 1.2.3-1
    1.2.3a < 1.2.3b
    1.2.3a < 1.2.3.
    1.2.3a < 1.2.3+
    1.0+dfsg-1 > 1.0-1
    7.6p2-4 > 7.6-0
    1.0.3-3 > 1.0-1
    1:18.36:5.4 < 1:18.36:5.5
    1:1.2.13-3 > 1:1.2.13-3~
    2:8.39-12 < 2:8.39-12+deb10u1
    1.1.1n-0+deb11u4 < 1.1.1n-0+deb11u5
    7.64.0-4+deb10u1 < 7.64.0-4+deb10u10
    4.1.0+git191117-2~deb10u1 < 4.1.0+git191117-2~deb10u2
    0-pre < 0-pree
    1.1.6r2-2 > 1.1.6r-1
    2.6b2-1 > 2.6b-2
    98.1p5-1 < 98.1-pre2-b6-2
    0.4a6-2 > 0.4-1`;

  it('orders as the tests of dpkg and APT do', () => {
    holds('deb', COMPARISONS);
  });

  it('what dpkg refuses has no order', () => {
    for (const text of [
      '',
      ' ',
      '0:',
      '0:0 0-1',
      '-1:0-1',
      'a:0-0',
      '-0',
      '0:-0',
      '0:0-0:0',
      '0:0-',
      '0:0!-0',
      'latest',
    ]) {
      assert.equal(compare('deb', text, '1.0'), undefined, text);
    }
  });
});

describe('RPM', () => {
  it("orders as rpm's own tests do", () => {
    holds(
      'rpm',
      `1.0 = 1.0
       1.0 < 2.0
       2.0 < 2.0.1
       2.0.1a > 2.0.1
       5.5p1 < 5.5p2
       5.5p1 < 5.5p10
       10xyz < 10.1xyz
       xyz10 < xyz10.1
       xyz.4 < 8
       xyz.4 < 2
       5.5p2 < 5.6p1
       5.6p1 < 6.5p1
       6.0.rc1 > 6.0
       10b2 > 10a1
       1.0a < 1.0aa
       10.0001 = 10.1
       10.0001 < 10.0039
       4.999.9 < 5.0
       20101121 < 20101122
       2_0 = 2.0
       1.0~rc1 < 1.0
       1.0~rc1 < 1.0~rc2
       1.0~rc1~git123 < 1.0~rc1
       1.0~rc1 < 1.0arc1
       1.0^ > 1.0
       1.0^git1 < 1.0^git2
       1.0^git1 < 1.01
       1.0^20160101 < 1.0.1
       1.0^20160101^git1 < 1.0^20160102
       1.0~rc1^git1 > 1.0~rc1
       1.0^git1~pre < 1.0^git1
       0:1 < 1:1
       0:1~1 < 1:2
       3 < 1:2
       13:5 > 04:2
       01:2 = 1:2
       1-123 > 1-2
       1 < 1-1
       1-1.ael7b < 1-1.el7
       0:3.10.0-229.el7 < 0:3.10.0-229.1.2.ael7b
       0:2.4.21-9.EL < 0:2.4.21-9.0.1.EL
       1.1.1k-7.el8_6 < 1.1.1k-9.el8_7`,
    );
  });
});

describe('Alpine', () => {
  it("orders as apk-tools' own tests do", () => {
    holds(
      'apk',
      `2.34 > 0.1.0_alpha
       0.1.0_alpha = 0.1.0_alpha
       0.1.0_alpha < 0.1.3_alpha
       0.1.0_alpha2 > 0.1.0_alpha
       1.0.4-r3 < 1.0.4-r4
       1.1 > 1.1_alpha1
       1.3_alpha < 1.3_alpha2
       1.2 < 1.3_alpha
       0.8_beta1 < 0.8_beta2
       2.3.0b-r1 < 2.3.0b-r2
       0.12 < 0.13_beta1
       3.1_p16 < 3.1_p17
       3.1_p17 > 1.06-r6
       1.06-r6 < 006
       006 > 1.0.0
       9.3.4-r2 > 9.3.4
       1.2.2.1 > 1.2.1-r1
       1.00_beta2 > 0.9.2
       2.01.01_alpha10 > 0.94
       1.02 < 1.03-r1
       1.02.07 < 1.02.10-r1
       4.2.52_p2-r1 < 4.2.52_p4-r2
       1.0.5 < 8
       2.5.1-r8 < 2.5.1a-r1
       3.9_pre20060124 > 0.01
       6b-r7 > 1.12-r7
       1.1a < 1.3a
       0.98 < 1.00
       22.7-r1 < 22.7.3-r1
       1.07.5 > 1.07
       02.08.01b < 4.77
       4.3_p2-r5 < 4.4_p1-r6
       4.5_p1-r1 > 4.5_p1
       0.9.8c-r1 < 0.9.8d
       1.7 < 1.7b
       1.8.5 < 1.8.5_p2
       0.9.28-r2 < 0.9.28.1
       7.0.17 < 7.0.174
       1.2.9.1-r1 > 1.2.9.1
       1.3-r0 < 1.3.1-r0
       1.3_pre1-r1 < 1.3.2
       1.0_p10-r0 > 1.0_p9-r0
       0.1.0_alpha_pre2 < 0.1.0_alpha
       1.0.0_pre20191002222144-r0 < 1.0.0_pre20210530193627-r0
       1.1.1c-r0 < 1.1.1d-r2
       1.31.1-r10 < 1.31.1-r11`,
    );
  });

  it('what apk calls invalid has no order', () => {
    for (const text of ['23_foo', '1.0bc', 'latest', '1.0-1', '.1']) {
      assert.equal(compare('apk', text, '1.0'), undefined, text);
    }
  });
});

describe('Python', () => {
  it("orders as the list in PyPA's packaging does", () => {
    ascend(
      'pypi',
      `1.0.dev456 1.0a1 1.0a2.dev456 1.0a12.dev456 1.0a12 1.0b1.dev456 1.0b2 1.0b2.post345.dev456 1.0b2.post345
       1.0b2-346 1.0c1.dev456 1.0c1 1.0rc2 1.0c3 1.0 1.0.post456.dev34 1.0.post456 1.1.dev1 1.2+123abc
       1.2+123abc456 1.2+abc 1.2+abc123 1.2+abc123def 1.2+1234.abc 1.2+123456 1.2.r32+123456 1.2.rev33+123456
       1!1.0.dev456 1!1.0a1 1!1.0 1!1.2.rev33+123456`,
    );
  });

  it('spellings that PEP 440 normalises are the same version', () => {
    areEqual('pypi', '1.0a1 1.0.a.1 1.0-alpha1 1.0_ALPHA_1 v1.0a1');
    areEqual('pypi', '1.0rc1 1.0c1 1.0pre1 1.0.preview-1 1.0.0rc1');
    areEqual('pypi', '1.0.post1 1.0-1 1.0r1 1.0-rev.1');
    areEqual('pypi', '1.0.dev 1.0dev0 1.0-DEV');
    areEqual('pypi', '1.0+ubuntu.1 1.0+ubuntu-1');
  });

  it('what is not of PEP 440 has no order', () => {
    for (const text of ['0.1-bulbasaur', 'fix_1', '1.0+', 'french toast']) {
      assert.equal(compare('pypi', text, '1.0'), undefined, text);
    }
  });
});

describe('Maven', () => {
  it("orders as ComparableVersion's own tests do", () => {
    ascend(
      'maven',
      `1-alpha2snapshot 1-alpha2 1-alpha-123 1-beta-2 1-beta123 1-m2 1-m11 1-rc 1-cr2 1-rc123 1-SNAPSHOT 1 1-sp
       1-sp2 1-sp123 1-abc 1-def 1-pom-1 1-1-snapshot 1-1 1-2 1-123`,
    );
    ascend('maven', '2.0 2.0.a 2-1 2.0.2 2.0.123 2.1.0 2.1-a 2.1b 2.1-c 2.1-1 2.1.0.1 2.2 2.123');
    ascend('maven', '11.a2 11.a11 11.b2 11.b11 11.m2 11.m11 11 11.a 11b 11c 11m');
    ascend(
      'maven',
      '20190126.230843 1234567890.12345 123456789012345.1H.5-beta 12345678901234567890.1H.5-beta',
    );
    ascend('maven', '6.1.0rc3 6.1.0 6.1H.5-beta');
    ascend('maven', '1-0.alpha 1-0.beta 1');
    holds(
      'maven',
      `1.0-alpha-1-SNAPSHOT < 1.0-alpha-1
       1.0-SNAPSHOT < 1.0
       1.0 < 1.0-1
       2.0-1 < 2.0.1
       2.0.1-klm < 2.0.1-lmn
       2.0.1 < 2.0.1-xyz
       2.0.1-xyz < 2.0.1-123
       1.0.final-redhat < 1.0-sp1-redhat
       1.0.0.RC1 < 1.0.0-RC2
       0.0.0-2021-05-17T01-01-51-5ec03a8b < 20.0.0`,
    );
  });

  it('spellings that mean the same are the same version', () => {
    areEqual('maven', '1 1.0 1.0.0 1-0 1.0-0 1ga 1release 1FINAL 1.ga 1. 1- 01 1.0.0-0.0.0');
    areEqual('maven', '1a 1-a 1.0-a 1.0.0-a 1.0a 1.0.0a 1A');
    areEqual('maven', '1a1 1-alpha-1 1-ALPHA1');
    areEqual('maven', '1m3 1-milestone-3 1MileStone3');
    areEqual('maven', '1cr 1rc 1Rc');
    areEqual('maven', '2-abc 2.0.abc 2.0.0.abc');
    areEqual('maven', '1-foo 1.0.0-foo.0.0');
  });
});

describe('RubyGems', () => {
  it('orders as the tests of Gem::Version do', () => {
    holds(
      'gem',
      `1.0 = 1.0.0
       1.0 > 1.0.a
       1.8.2 > 0.0.0
       1.8.2 > 1.8.2.a
       1.8.2.b > 1.8.2.a
       1.8.2.a10 > 1.8.2.a9
       1.2.b1 = 1.2.b.1
       1.0.0-alpha < 1.0.0-alpha.1
       1.0.0-alpha.1 < 1.0.0-beta.2
       1.0.0-beta.2 < 1.0.0-beta.11
       1.0.0-beta.11 < 1.0.0-rc.1
       1.0.0-rc1 < 1.0.0
       1.0.0-1 < 1`,
    );
    assert.equal(compare('gem', 'junk', '1.0'), undefined);
  });
});

describe('Composer', () => {
  it("orders as composer/semver's comparator does", () => {
    ascend('composer', '1.0-dev 1.0-alpha1-dev 1.0-alpha1 1.0-beta1 1.0-b2 1.0RC1 1.0 1.0-pl1 1.0-p2 1.0.1');
    holds(
      'composer',
      `1.25.0 > 1.24.0
       1.0.0 < 1.2-dev
       1.25.0-beta2.1 < 1.25.0-b.3
       1.25.0-b2.1 < 1.25.0beta.3
       1.25.0-b-2.1 < 1.25.0-rc
       1.25.0-beta2.1 = 1.25.0-b.2.1
       1.25.0beta2.1 = 1.25.0-b2.1
       v1.0 = 1.0.0.0`,
    );
    assert.equal(compare('composer', 'dev-master', '1.0'), undefined);
  });
});

describe('an ecosystem without a scheme of its own', () => {
  it('is ordered by its numbers', () => {
    ascend('generic', '1.9 1.10 1.10.1 2.0');
    holds(
      'generic',
      `1.0 = 1.0.0
       v1.2.3 < 1.2.4
       1.9.9-rc1 < 2.0.0
       1:1.0 < 2:0.1
       9.4.48.v20220622 < 9.4.49.v20220914
       1.1.1k-7.el8_6 < 1.1.1k-9.el8_7`,
    );
  });

  for (const [one, other] of [
    ['2.0', '2.0-rc1'],
    ['1.2~beta', '1.2-1'],
    ['1.2-alpha1', '1.2-beta1'],
    ['', '1.0'],
    ['latest', '1.0'],
    ['abcdef0', '1.0'],
  ] as const) {
    it(`has no certain order for "${one}" and "${other}"`, () => {
      assert.equal(compare('generic', one, other), undefined);
      assert.equal(compare('generic', other, one), undefined);
    });
  }
});

describe('every scheme', () => {
  const version = fc.oneof(
    fc.stringMatching(
      /^v?\d{1,2}(\.\d{1,2}){0,3}([-._~+^]?(a|b|rc|alpha|dev|post|p|r|sp|el)\d{0,2}){0,2}(-r?\d)?$/,
    ),
    fc.stringMatching(/^\d[\dab.~^_+:-]{0,6}$/),
  );

  for (const ecosystem of ECOSYSTEMS) {
    it(`is an order: ${ecosystem}`, () => {
      const scheme = schemeOf(`pkg:${ecosystem}/name`);
      fc.assert(
        fc.property(version, version, version, (a, b, c) => {
          const ranks = scheme.rank([a, b, c]);
          const [ab, ba, bc, ac] = (
            [
              [a, b],
              [b, a],
              [b, c],
              [a, c],
            ] as const
          ).map(([one, other]) => scheme.compare(one, other));
          assert.equal(ab === undefined, ba === undefined);
          if (ab !== undefined && ba !== undefined) assert.equal(Math.sign(ab), -Math.sign(ba) || 0);
          if (ranks.has(a)) assert.equal(scheme.compare(a, a), 0);
          if (ab !== undefined && bc !== undefined && ac !== undefined && ab <= 0 && bc <= 0) {
            assert.ok(ac <= 0, `${a} <= ${b} <= ${c}`);
          }
          const ranked = compareRanks(ranks.get(a), ranks.get(b));
          assert.equal(ranked && Math.sign(ranked), ab && Math.sign(ab));
        }),
        { numRuns: 400 },
      );
    });

    it(`is cheap and silent on hostile text: ${ecosystem}`, () => {
      const scheme = schemeOf(`pkg:${ecosystem}/name`);
      const hostile = [
        '1'.repeat(1_000_000),
        `1${'.1'.repeat(500_000)}`,
        `1${'-a1'.repeat(80)}!`,
        `${'1'.repeat(250)}!`,
        `1.0-${'0'.repeat(240)}!`,
        `1.0${'.a'.repeat(120)}!`,
        `1.0_${'p_'.repeat(120)}`,
        '\u0661.\u0662',
        '1.0\u202e\u0000',
        '\ud800',
        '1.0\n2.0',
        '__proto__',
        'constructor',
      ];
      const startedAt = performance.now();

      for (const one of hostile) for (const other of hostile) scheme.compare(one, other);

      assert.ok(performance.now() - startedAt < 1_000);
      assert.equal(scheme.compare('1'.repeat(1_000_000), '1'), undefined);
      assert.equal(scheme.compare('1.0\n2.0', '1.0'), undefined);
    });
  }

  it('is the general one for a type that is not known, and for what is no package URL', () => {
    for (const component of ['pkg:docker/nginx', 'pkg:__proto__/x', 'nginx', '', 'x'.repeat(1_000_000)]) {
      assert.equal(schemeOf(component), schemeOf('pkg:generic/name'));
    }
    assert.equal(schemeOf('pkg:NPM/lodash'), schemeOf('pkg:npm/lodash'));
  });
});

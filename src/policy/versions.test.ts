import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { compareVersions, smallestUpgrade } from './versions.ts';

describe('comparing versions', () => {
  for (const [lower, higher] of [
    ['1.9', '1.10'],
    ['1.2', '1.2.1'],
    ['v1.2.3', '1.2.4'],
    ['1.9.9-rc1', '2.0.0'],
    ['2.14.1', '2.15.0'],
    ['1.1.1n-0+deb11u4', '1.1.1n-0+deb11u5'],
    ['1:1.0', '2:0.1'],
    ['0:9.9', '1:1.0'],
    ['9.4.48.v20220622', '9.4.49.v20220914'],
    ['1.1.1k-7.el8_6', '1.1.1k-9.el8_7'],
  ] as const) {
    it(`${lower} is before ${higher}`, () => {
      assert.ok((compareVersions(lower, higher) ?? 0) < 0);
      assert.ok((compareVersions(higher, lower) ?? 0) > 0);
    });
  }

  for (const [one, other] of [
    ['2.0', '2.0-rc1'],
    ['1.2~beta', '1.2-1'],
    ['1.2-alpha1', '1.2-beta1'],
    ['', '1.0'],
    ['latest', '1.0'],
    ['abcdef0', '1.0'],
  ] as const) {
    it(`the order of "${one}" and "${other}" is not certain`, () => {
      assert.equal(compareVersions(one, other), undefined);
    });
  }

  it('trailing zeros change nothing', () => {
    assert.equal(compareVersions('1.0', '1.0.0'), 0);
  });

  it('numbers order as numbers do, and swapping the sides swaps the answer', () => {
    const version = fc.array(fc.nat(30), { minLength: 1, maxLength: 4 }).map((numbers) => numbers.join('.'));
    fc.assert(
      fc.property(version, version, version, (a, b, c) => {
        const [ab, bc, ac] = [compareVersions(a, b)!, compareVersions(b, c)!, compareVersions(a, c)!];
        assert.equal(Math.sign(ab), Math.sign(-compareVersions(b, a)!) || 0);
        if (ab <= 0 && bc <= 0) assert.ok(ac <= 0);
      }),
    );
  });

  it('a very long version takes no long time', () => {
    const long = `1${'.1'.repeat(50_000)}-${'a1'.repeat(50_000)}`;

    assert.doesNotThrow(() => compareVersions(long, long));
  });
});

describe('the smallest upgrade', () => {
  it('is the fix itself where there is one', () => {
    assert.equal(smallestUpgrade(['4.17.15'], [['4.17.19']]), '4.17.19');
  });

  it('stays on the branch that is installed when that is repaired', () => {
    assert.equal(smallestUpgrade(['2.12.1'], [['2.3.1', '2.12.2', '2.15.0']]), '2.12.2');
  });

  it('never goes down', () => {
    assert.equal(smallestUpgrade(['2.14.1'], [['2.3.1', '2.12.2', '2.15.0']]), '2.15.0');
  });

  it('repairs every defect at once', () => {
    const fixes = [
      ['2.12.2', '2.15.0'],
      ['2.12.3', '2.16.0'],
    ];

    assert.equal(smallestUpgrade(['2.12.1'], fixes), '2.12.3');
    assert.equal(smallestUpgrade(['2.13.0'], fixes), '2.16.0');
  });

  it('does not take a version between two branches for repaired', () => {
    assert.equal(smallestUpgrade(['2.12.1'], [['2.12.3', '2.15.0'], ['2.13.1']]), '2.15.0');
  });

  it('is above the highest of several installed versions', () => {
    assert.equal(smallestUpgrade(['1.0.0', '1.5.0'], [['1.2.0', '1.6.0']]), '1.6.0');
  });

  it('is not known where a defect has no fix, or the order is not certain', () => {
    assert.equal(smallestUpgrade(['1.0.0'], [['1.1.0'], []]), undefined);
    assert.equal(smallestUpgrade(['1.0.0'], [['latest']]), undefined);
    assert.equal(smallestUpgrade(['unknown'], [['1.1.0']]), undefined);
  });

  it('is the fix where nothing is said of what is installed', () => {
    assert.equal(smallestUpgrade([], [['1.1.0', '2.0.0']]), '1.1.0');
  });
});

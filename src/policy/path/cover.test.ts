import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { type CoverDemand, cheapestCover, lowerBound } from './cover.ts';

function isEnough(steps: ReadonlySet<number>, demands: readonly CoverDemand[]): boolean {
  return demands.every(
    ({ units, need }) => units.filter((unit) => unit.every((step) => steps.has(step))).length >= need,
  );
}

function weigh(steps: Iterable<number>, weights: readonly number[]): number {
  return [...steps].reduce((sum, step) => sum + (weights[step] ?? 0), 0);
}

function cheapestByTrying(weights: readonly number[], demands: readonly CoverDemand[]): number {
  let least = Number.POSITIVE_INFINITY;
  for (let subset = 0; subset < 2 ** weights.length; subset += 1) {
    const steps = new Set(weights.keys().filter((step) => (subset >> step) & 1));
    const weight = weigh(steps, weights);
    if (weight < least && isEnough(steps, demands)) least = weight;
  }
  return least;
}

const STEPS = 8;
const problems = fc
  .record({
    weights: fc.array(fc.constantFrom(1, 1, 1, 9), { minLength: STEPS, maxLength: STEPS }),
    demands: fc.array(
      fc.record({
        units: fc.array(fc.uniqueArray(fc.nat(STEPS - 1), { minLength: 1, maxLength: 4 }), { maxLength: 8 }),
        need: fc.nat(8),
      }),
      { maxLength: 3 },
    ),
  })
  .map(({ weights, demands }) => ({
    weights,
    demands: demands.map(({ units, need }) => ({ units, need: Math.min(need, units.length) })),
  }));

describe('the cheapest cover', () => {
  it('is as cheap as trying everything finds, and says that it is', () => {
    fc.assert(
      fc.property(problems, ({ weights, demands }) => {
        const { steps, isExact, bound } = cheapestCover(weights, demands);
        const least = cheapestByTrying(weights, demands);
        assert.ok(isEnough(steps, demands));
        assert.deepEqual([weigh(steps, weights), isExact, bound], [least, true, least]);
      }),
      { numRuns: 500 },
    );
  });

  it('has a bound that nothing undercuts', () => {
    fc.assert(
      fc.property(problems, ({ weights, demands }) => {
        assert.ok(lowerBound(weights, demands) <= cheapestByTrying(weights, demands));
      }),
      { numRuns: 500 },
    );
  });

  it('of a hard and large case is enough, soon there, the same every time, and says by how much it may be off', () => {
    // Every unit takes three of sixty steps, no two alike: far too many ways to try.
    const units = Array.from({ length: 400 }, (_, index) => [
      index % 60,
      (index * 7 + 11) % 60,
      (index * 13 + (index >> 3) + 29) % 60,
    ]);
    const weights = Array.from({ length: 60 }, () => 1);
    const demands = [{ units, need: 150 }];

    const { steps, isExact, bound } = cheapestCover(weights, demands);

    assert.ok(isEnough(steps, demands));
    assert.equal(isExact, false);
    assert.ok(bound >= 1 && bound < steps.size);
    assert.deepEqual(cheapestCover(weights, demands), { steps, isExact, bound });
  });

  it('of nothing is nothing', () => {
    assert.deepEqual(cheapestCover([], []), { steps: new Set(), isExact: true, bound: 0 });
  });
});

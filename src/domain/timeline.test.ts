import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { continueSpans, episodesOf, type Fact, factsOf, foldFacts, untold } from './timeline.ts';

const open = (at: number): Fact => ({ at, closed: null });
const closed = (at: number): Fact => ({ at, closed: 'absent' });
const spans = (facts: readonly Fact[]) =>
  foldFacts(facts).map(({ openedAt, closedAt }) => [openedAt, closedAt]);

describe('what a mention says', () => {
  test('a scan says open at its moment and nothing more', () => {
    assert.deepEqual(factsOf({ state: 'open' }, 50, true), [open(50), open(50)]);
  });

  test('a vendor that reopened says when it first saw, resolved and reopened it', () => {
    const life = { state: 'open', firstSeenAt: 10, resolvedAt: 20, reopenedAt: 30 } as const;

    assert.deepEqual(spans(factsOf(life, 50, true)), [
      [10, 20],
      [30, null],
    ]);
  });

  test('resolved counts from when the vendor says, and holds at the moment it says so', () => {
    const earlier = factsOf({ state: 'open', firstSeenAt: 10 }, 30, true);
    const later = factsOf({ state: 'resolved', firstSeenAt: 10, resolvedAt: 20 }, 50, false);

    assert.deepEqual(spans([...earlier, ...untold(later, 50, earlier)]), [
      [10, 20],
      [30, 50],
    ]);
  });

  test('a time after the mention itself is the clock of the source being wrong', () => {
    assert.deepEqual(spans(factsOf({ state: 'resolved', firstSeenAt: 10, resolvedAt: 99 }, 50, true)), [
      [10, 50],
    ]);
    assert.deepEqual(spans(factsOf({ state: 'open', firstSeenAt: 99 }, 50, true)), [[50, null]]);
  });
});

describe('saying it again', () => {
  test('what is resolved without a time was open once, and hearing it again opens nothing', () => {
    const first = factsOf({ state: 'resolved' }, 10, true);
    const again = factsOf({ state: 'resolved' }, 20, false);

    assert.deepEqual(spans([...first, ...again]), [[10, 10]]);
  });

  test('the past told again does not undo what was said between', () => {
    const life = { state: 'open', firstSeenAt: 5 } as const;
    const told: Fact[] = [...factsOf(life, 10, true), closed(15)];

    assert.deepEqual(spans([...told, ...untold(factsOf(life, 20, false), 20, told)]), [
      [5, 15],
      [20, null],
    ]);
  });
});

const facts = fc.array(
  fc.record({ at: fc.integer({ min: 0, max: 50 }), closed: fc.constantFrom(null, 'absent' as const) }),
  { maxLength: 30 },
);

describe('the fold', () => {
  test('the order in which facts of different moments are learned never matters', () => {
    const distinct = facts.map((all) => [...new Map(all.map((fact) => [fact.at, fact])).values()]);
    fc.assert(
      fc.property(
        distinct.chain((all) =>
          fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length })),
        ),
        ([all, shuffled]) => assert.deepEqual(foldFacts(shuffled), foldFacts(all)),
      ),
    );
  });

  test('continuing from a fold is folding all at once', () => {
    fc.assert(
      fc.property(facts, fc.nat(30), (all, cut) => {
        const sorted = [...all].sort((a, b) => a.at - b.at);
        const continued = continueSpans(foldFacts(sorted.slice(0, cut)), sorted.slice(cut));

        assert.deepEqual(continued, foldFacts(all));
      }),
    );
  });

  test('spans are in order and only the last may be open', () => {
    fc.assert(
      fc.property(facts, (all) => {
        const folded = foldFacts(all);
        for (const [n, span] of folded.entries()) {
          assert.ok(span.closedAt === null ? n === folded.length - 1 : span.closedAt >= span.openedAt);
          assert.ok(n === 0 || span.openedAt >= (folded[n - 1]?.closedAt ?? Number.NaN));
        }
      }),
    );
  });
});

describe('episodes', () => {
  const gap = foldFacts([open(0), closed(100), open(150)]);

  test('resolved and back within the hold time is one episode; at its very end still, past it not', () => {
    assert.equal(episodesOf([{ spans: gap, holdMs: 51 }]).length, 1);
    assert.equal(episodesOf([{ spans: gap, holdMs: 50 }]).length, 1);
    assert.equal(episodesOf([{ spans: gap, holdMs: 49 }]).length, 2);
  });

  test('a finding is open while any claim is, and closes with the last', () => {
    const first = { spans: foldFacts([open(0), closed(100)]), holdMs: 0 };
    const second = { spans: foldFacts([open(100), closed(300)]), holdMs: 0 };

    assert.deepEqual(episodesOf([second, first]), [{ openedAt: 0, closedAt: 300, reason: 'absent' }]);
  });

  test('the hold time of one source does not bridge the gap between two', () => {
    const first = { spans: foldFacts([open(0), closed(100)]), holdMs: 1000 };
    const second = { spans: foldFacts([open(150)]), holdMs: 1000 };

    assert.equal(episodesOf([first, second]).length, 2);
  });
});

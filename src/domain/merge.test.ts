import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { packAssessment, unpackAssessment, worstAssessment } from './assessment.ts';
import { type Contribution, mergeValues } from './merge.ts';
import { severityCode } from './severity.ts';

const said = (more: Partial<Contribution> = {}): Contribution => ({
  live: true,
  severity: severityCode('medium'),
  score: null,
  facts: 0,
  fixable: false,
  occurrences: 1,
  dueAt: null,
  title: null,
  isSetAside: false,
  tie: 'a',
  ...more,
});

describe('precedence', () => {
  test('what is live speaks; what is not is heard only when nothing is live', () => {
    const gone = said({ live: false, severity: severityCode('critical') });

    assert.equal(mergeValues([gone, said()]).severity, severityCode('medium'));
    assert.equal(mergeValues([gone]).severity, severityCode('critical'));
  });

  test('the worst known severity is shown, and unknown gives way to any', () => {
    const unknown = said({ severity: severityCode('unknown') });

    assert.equal(
      mergeValues([unknown, said({ severity: severityCode('low') })]).severity,
      severityCode('low'),
    );
    assert.equal(mergeValues([unknown, unknown]).severity, severityCode('unknown'));
  });

  test('the score belongs to the severity shown', () => {
    const merged = mergeValues([said({ severity: severityCode('high'), score: 7.1 }), said({ score: 9.9 })]);

    assert.equal(merged.score, 7.1);
  });

  test('the title comes from the first in precedence that has one', () => {
    const lead = said({ severity: severityCode('high') });

    assert.equal(
      mergeValues([lead, said({ title: 'B', tie: 'b' }), said({ title: 'A', tie: 'a' })]).title,
      'A',
    );
  });

  test('the earliest deadline counts, any fix is a fix, and places add up', () => {
    const merged = mergeValues([
      said({ dueAt: 9, occurrences: 2 }),
      said({ dueAt: 5, fixable: true }),
      said(),
    ]);

    assert.deepEqual([merged.dueAt, merged.fixable, merged.occurrences], [5, true, 4]);
  });
});

const contribution = fc.record({
  live: fc.boolean(),
  severity: fc.integer({ min: 1, max: 6 }),
  score: fc.option(fc.integer({ min: 0, max: 10 })),
  facts: fc.nat(255),
  fixable: fc.boolean(),
  occurrences: fc.nat(5),
  dueAt: fc.option(fc.nat(100)),
  title: fc.option(fc.constantFrom('x', 'y')),
  isSetAside: fc.boolean(),
});
const several = fc
  .array(contribution, { minLength: 1, maxLength: 6 })
  .map((all) => all.map((one, n): Contribution => ({ ...one, tie: `source ${n}` })));

test('no order of sources changes a value', () => {
  fc.assert(
    fc.property(
      several.chain((all) => fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length }))),
      ([all, shuffled]) => {
        const { severity, score, facts, fixable, occurrences, dueAt, title, isSetAside } = mergeValues(all);
        const other = mergeValues(shuffled);

        assert.deepEqual(
          [
            other.severity,
            other.score,
            other.facts,
            other.fixable,
            other.occurrences,
            other.dueAt,
            other.title,
          ],
          [severity, score, facts, fixable, occurrences, dueAt, title],
        );
        assert.equal(other.isSetAside, isSetAside);
      },
    ),
  );
});

test('runtime facts survive packing, and merging takes the worst of each', () => {
  const used = { functionUsage: 'in-use', exposure: 'not-detected' } as const;
  const reachable = { functionUsage: 'not-in-use', exposure: 'public', dataAssets: 'reachable' } as const;

  assert.deepEqual(unpackAssessment(worstAssessment(packAssessment(used), packAssessment(reachable))), {
    functionUsage: 'in-use',
    exposure: 'public',
    dataAssets: 'reachable',
    exploit: undefined,
  });
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { inputs } from '../../test/support/decide-inputs.ts';
import { aTable } from '../../test/support/decision-tables.ts';
import { inputsOf, RULES_TRIED, richInputs } from '../../test/support/rule-inputs.ts';
import type { Policy } from '../domain/policy.ts';
import type { VerdictWord } from '../domain/verdict.ts';
import { comparePolicies } from './compare-policies.ts';
import { type DecideInput, decide } from './decide.ts';
import { orderOf } from './parameter-order.ts';
import { readPolicy } from './read-policy.ts';
import { RULES } from './rules/registry.ts';

const RANK = { GO: 0, UNDECIDED: 1, 'NO-GO': 2 } as const satisfies Record<VerdictWord, number>;

const TURNED = aTable(['A', 'S', 'T', 'S', 'T', 'T']);
const MIXED = aTable(['A', 'T', 'T', 'T', 'T', 'A']);

function byTable(setting: object, house: object = aTable()): object {
  const written = { action: 'block', atOrAbove: { house: 'attend-soon' }, tables: { house }, ...setting };
  return { rules: { ssvc: written } };
}

function compared(mine: object, theirs: object): readonly string[] {
  return comparePolicies(readPolicy(mine), readPolicy(theirs)).map(
    (one) => `${one.of} ${one.direction}: ${one.mine} / ${one.theirs}`,
  );
}

describe('what another policy does differently', () => {
  it('is nothing where only the name differs, or what is said of a rule that is off', () => {
    assert.deepEqual(compared({ name: 'a' }, { name: 'b' }), []);
    assert.deepEqual(
      compared({ rules: { cvss: { action: 'off', atLeast: 9 } } }, { rules: { cvss: 'off' } }),
      [],
    );
  });

  it('is stricter where more is held against a release, and looser the other way round', () => {
    const pairs: readonly (readonly [object, object, string])[] = [
      [{ rules: { kev: 'off' } }, { rules: { kev: 'warn' } }, 'kev'],
      [{ rules: { kev: 'warn' } }, { rules: { kev: 'block' } }, 'kev'],
      [{}, { rules: { severity: { action: 'block', atOrAbove: 'medium' } } }, 'severity'],
      [
        { rules: { cvss: { action: 'block', atLeast: 9 } } },
        { rules: { cvss: { action: 'block', atLeast: 7 } } },
        'cvss',
      ],
      [
        { rules: { epss: { action: 'block', atLeast: 'off' } } },
        { rules: { epss: { action: 'block', atLeast: 1 } } },
        'epss',
      ],
      [
        { rules: { age: { action: 'block', days: { high: 7 } } } },
        { rules: { age: { action: 'block', days: 7 } } },
        'age',
      ],
      [
        { rules: { 'severity-budget': { action: 'block', budget: { high: 2, low: 5 } } } },
        { rules: { 'severity-budget': { action: 'block', budget: { high: 1, low: 5 } } } },
        'severity-budget',
      ],
      [
        { rules: { 'new-against-baseline': { action: 'block', budget: 'unlimited' } } },
        { rules: { 'new-against-baseline': { action: 'block', budget: 9 } } },
        'new-against-baseline',
      ],
      [
        { rules: { ssvc: { action: 'block', atOrAbove: { supplier: 'immediate' } } } },
        { rules: { ssvc: { action: 'block', atOrAbove: { supplier: 'scheduled' } } } },
        'ssvc',
      ],
      [byTable({ atOrAbove: { house: 'act' } }), byTable({ atOrAbove: { house: 'S' } }), 'ssvc'],
      [byTable({ points: { r: 'L' } }), byTable({ points: { r: 'H' } }), 'ssvc'],
      [byTable({ points: { r: 'L' } }), byTable({}), 'ssvc'],
      [byTable({ exploitation: 'none' }), byTable({ exploitation: 'active' }), 'ssvc'],
      // By this table what nobody exploits is the more urgent.
      [byTable({ exploitation: 'active' }, TURNED), byTable({ exploitation: 'none' }, TURNED), 'ssvc'],
      [byTable({ points: { r: 'H' } }, TURNED), byTable({ points: { r: 'L' } }, TURNED), 'ssvc'],
      [{}, { rules: { 'required-sources': { action: 'block', sources: ['a'] } } }, 'required-sources'],
      [{}, { mode: 'compare' }, 'mode'],
      [{ enforce: false }, {}, 'enforce'],
      [
        { honour: ['waiver', { kind: 'vex', issuers: ['a', 'b'] }] },
        { honour: [{ kind: 'vex', issuers: ['a'] }] },
        'honour',
      ],
      [{ relax: ['missing-evidence'] }, {}, 'relax'],
      [{ waivers: [{ id: 'W', rule: 'x', by: 'a', reason: 'r', until: '2030-01-01' }] }, {}, 'waivers'],
      [{}, { maxWaiverDays: 365 }, 'maxWaiverDays'],
      [{ maxWaiverDays: 400 }, { maxWaiverDays: 364 }, 'maxWaiverDays'],
      [{ overrides: { by: ['a'] } }, {}, 'overrides.by'],
      [{}, { overrides: { maxHours: 1 } }, 'overrides.maxHours'],
    ];
    for (const [loose, strict, of] of pairs) {
      assert.match(compared(loose, strict).join('\n'), new RegExp(`^${of} stricter: .*$`));
      assert.match(compared(strict, loose).join('\n'), new RegExp(`^${of} looser: .*$`));
    }
  });

  it('is only different where it is stricter in one case and looser in another', () => {
    const pairs: readonly (readonly [object, object])[] = [
      [
        { rules: { severity: { action: 'warn', atOrAbove: 'low' } } },
        { rules: { severity: { action: 'block', atOrAbove: 'high' } } },
      ],
      [
        { rules: { 'severity-budget': { action: 'block', budget: { medium: 2 } } } },
        { rules: { 'severity-budget': { action: 'block', budget: { medium: 2, high: 1 } } } },
      ],
      [
        { rules: { ssvc: { action: 'block', atOrAbove: { supplier: 'immediate' } } } },
        { rules: { ssvc: { action: 'block', atOrAbove: { deployer: 'immediate' } } } },
      ],
      [byTable({}), byTable({}, TURNED)],
      [byTable({ exploitation: 'none' }, MIXED), byTable({ exploitation: 'active' }, MIXED)],
      [byTable({ points: { r: 'L' } }, MIXED), byTable({ points: { r: 'H' } }, MIXED)],
      [byTable({ atOrAbove: { house: 'act' } }), byTable({ atOrAbove: { house: 'unheard of' } })],
      [
        byTable({ atOrAbove: { house: 'act' } }),
        { rules: { ssvc: { action: 'block', atOrAbove: { house: 'S' } } } },
      ],
      [
        { rules: { 'required-sources': { action: 'block', maxAgeHours: 24 } } },
        { rules: { 'required-sources': { action: 'block', maxAgeHours: 24, sources: ['a'] } } },
      ],
      [
        { rules: { kev: 'block' } },
        { rules: { kev: { action: 'block', perScope: [{ scope: { name: 's' }, action: 'off' }] } } },
      ],
      [{ honour: ['vex'] }, { honour: ['waiver'] }],
      [{ relax: ['incomplete-baseline'] }, {}],
      [{}, { maxWaiverDays: 400 }],
    ];
    for (const [one, other] of pairs) {
      assert.match(compared(one, other).join('\n'), /^\S+ different: .*$/);
      assert.match(compared(other, one).join('\n'), /^\S+ different: .*$/);
    }
  });

  it('is nothing where a table is asked the same in other words, or what it does not ask', () => {
    assert.deepEqual(compared(byTable({ points: { r: 'H' } }), byTable({ points: { R: 'very high' } })), []);
    assert.deepEqual(compared(byTable({ automatable: 'no' }), byTable({ automatable: 'yes' })), []);
    assert.deepEqual(compared(byTable({ points: { r: 'H' } }), byTable({})), [], 'its worst is high');
  });

  it('knows of every parameter of every rule what makes it stricter', () => {
    for (const { id, parameters } of RULES) {
      for (const name of Object.keys(parameters.shape)) assert.ok(orderOf(name), `${id}: ${name}`);
    }
  });
});

describe('a policy that is called', () => {
  const judged = (input: DecideInput, policy: Policy): number => RANK[decide({ ...input, policy }).verdict];

  /** Two policies and something to judge by both. Says how often which direction was tried. */
  function hold(pairs: fc.Arbitrary<readonly [DecideInput, DecideInput]>, numRuns: number) {
    const tried = { stricter: 0, looser: 0, alike: 0 };
    fc.assert(
      fc.property(pairs, ([input, { policy }]) => {
        const directions = new Set(comparePolicies(input.policy, policy).map(({ direction }) => direction));
        if (directions.size === 0) {
          tried.alike += 1;
          assert.equal(judged(input, policy), judged(input, input.policy));
        }
        if (directions.size !== 1) return;
        if (directions.has('stricter')) {
          tried.stricter += 1;
          assert.ok(judged(input, policy) >= judged(input, input.policy));
        }
        if (directions.has('looser')) {
          tried.looser += 1;
          assert.ok(judged(input, policy) <= judged(input, input.policy));
        }
      }),
      { numRuns },
    );
    return tried;
  }

  it('stricter never gives a better verdict, and one that is looser never a worse one: presets and evidence', () => {
    const tried = hold(fc.tuple(inputs, inputs), 600);

    assert.ok(tried.stricter > 0 && tried.looser > 0, JSON.stringify(tried));
  });

  it('so is so also where scopes have settings of their own', () => {
    hold(
      fc.tuple(richInputs, richInputs).map(([one, other]) => {
        // One rule of the other, as a whole policy of it is rarely the stricter in all.
        const [id = ''] = RULES_TRIED.filter(
          (rule) => JSON.stringify(one.policy.rules[rule]) !== JSON.stringify(other.policy.rules[rule]),
        );
        const changed = other.policy.rules[id];
        const rules = changed === undefined ? one.policy.rules : { ...one.policy.rules, [id]: changed };
        return [one, { ...other, policy: { ...one.policy, rules } }] as const;
      }),
      600,
    );
  });

  for (const rule of RULES_TRIED) {
    it(`so by ${rule} is so in every verdict of it`, () => {
      hold(fc.tuple(inputsOf(rule), inputsOf(rule)), 150);
    });
  }
});

/** Who follows the path arrives, and nobody arrives by a shorter one. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { aFinding, countsOf, DAY_MS, HOUR_MS, NOW, someEvidence } from '../../../test/support/builders.ts';
import { inputs } from '../../../test/support/decide-inputs.ts';
import type { Finding } from '../../domain/finding.ts';
import { EVERYTHING } from '../../domain/scope.ts';
import type { PathToGo, Verdict } from '../../domain/verdict.ts';
import type { Waiver } from '../../domain/waiver.ts';
import { type DecideInput, decide } from '../decide.ts';
import { readPolicy } from '../read-policy.ts';

/** As if all of it had been done. */
function follow(input: DecideInput, { upgrades, corrections, waivers, evidence }: PathToGo): DecideInput {
  const repaired = new Set([...upgrades.flatMap(({ findings }) => findings), ...corrections]);
  const runs = evidence.length === 0 ? input.evidence : input.evidence.map((run) => ({ ...run, ...FRESH }));
  const heard =
    evidence.length === 0
      ? []
      : [someEvidence(), someEvidence({ role: 'baseline' }), someEvidence({ source: 'dynatrace' })];
  return {
    ...input,
    candidates: input.candidates.filter((finding) => !repaired.has(finding)),
    waivers: [...(input.waivers ?? []), ...waivers.map(waiverFor)],
    evidence: [...runs, ...heard],
    baseline: evidence.length === 0 ? input.baseline : (input.baseline ?? []),
  };
}

const FRESH = { state: 'complete', observedAt: NOW - HOUR_MS, rejected: 0, reasons: [] } as const;

function waiverFor({ vulnerability, rule, component, asset }: Finding, index: number): Waiver {
  return {
    id: `W-${index}`,
    ...(vulnerability === undefined ? { rule } : { vulnerability }),
    ...(component === undefined ? {} : { component }),
    asset,
    by: 'ann@example.com',
    reason: 'accepted',
    until: NOW + 90 * DAY_MS,
  };
}

const NUMBERS = ['1.1.0', '1.2.0', '1.3.0'];

/** Few of each, so that vulnerabilities share components and components share vulnerabilities. */
const blocking: fc.Arbitrary<Finding> = fc
  .record({
    what: fc.oneof(
      {
        weight: 4,
        arbitrary: fc.record({
          vulnerability: fc.constantFrom('CVE-2024-0001', 'CVE-2024-0002', 'CVE-2024-0003'),
          component: fc.constantFrom('pkg:npm/a', 'pkg:npm/b'),
          fixVersions: fc.constantFrom<string[][]>([], ...NUMBERS.map((version) => [version])),
        }),
      },
      {
        weight: 3,
        arbitrary: fc
          .tuple(fc.nat(1), fc.nat(2))
          .map(([file, line]) => ({ rule: 'semgrep:sql', location: `src/${file}.ts:${line}` })),
      },
    ),
    asset: fc.constantFrom('shop', 'cart').map((name) => ({ kind: 'host' as const, name })),
    severity: fc.constantFrom('medium' as const, 'medium' as const, 'high' as const),
  })
  .map(({ what, ...facts }) => aFinding({ ...what, ...facts, versions: ['1.0.0'] }));

const budgeted: fc.Arbitrary<DecideInput> = fc
  .record({
    candidates: fc.uniqueArray(blocking, {
      maxLength: 6,
      selector: ({ vulnerability, rule, component, location, asset }) =>
        JSON.stringify([vulnerability, rule, component, location, asset]),
    }),
    budget: fc.nat(3),
    before: fc.array(fc.nat(2), { maxLength: 2 }),
  })
  .map(({ candidates, budget, before }) => ({
    release: 'shop 2.0',
    policy: readPolicy({
      mode: 'compare',
      rules: { 'new-against-baseline': { action: 'block', budget } },
    }),
    scope: EVERYTHING,
    now: NOW,
    evidence: [someEvidence(), someEvidence({ role: 'baseline' })],
    baseline: before.map((line) => aFinding({ rule: 'semgrep:sql', location: `src/0.ts:${line}` })),
    candidates,
    counts: countsOf(candidates),
    fromScans: false,
  }));

interface Cost {
  readonly waivers: number;
  readonly steps: number;
}

function costOf({ upgrades, corrections, waivers }: PathToGo): Cost {
  return { waivers: waivers.length, steps: upgrades.length + corrections.length + waivers.length };
}

/** Tries every way: each component to any version or not at all, each finding waived, corrected or neither. */
function cheapestByTrying(input: DecideInput): Cost {
  const choices = new Map<string, readonly ((finding: Finding) => boolean)[]>();
  for (const finding of input.candidates) {
    const { component, asset, rule, id } = finding;
    if (component !== undefined) {
      choices.set(
        `upgrade ${asset.name} ${component}`,
        NUMBERS.map(
          (version) => (other) =>
            other.asset.name === asset.name &&
            other.component === component &&
            other.fixVersions.some((fix) => fix <= version),
        ),
      );
    }
    choices.set(`${rule === undefined ? 'waive' : 'correct'} ${id}`, [(other) => other === finding]);
  }
  const ways: { readonly cost: Cost; readonly removed: readonly ((finding: Finding) => boolean)[] }[] = [
    { cost: { waivers: 0, steps: 0 }, removed: [] },
  ];
  for (const [choice, options] of choices) {
    for (const { cost, removed } of [...ways]) {
      for (const option of options) {
        ways.push({
          cost: { waivers: cost.waivers + Number(choice.startsWith('waive')), steps: cost.steps + 1 },
          removed: [...removed, option],
        });
      }
    }
  }
  ways.sort((a, b) => a.cost.waivers - b.cost.waivers || a.cost.steps - b.cost.steps);
  const tried = new Map<string, boolean>();
  const first = ways.find(({ removed }) => {
    const left = input.candidates.filter((finding) => !removed.some((removes) => removes(finding)));
    const key = left.map(({ id }) => id).join();
    if (!tried.has(key)) tried.set(key, decide({ ...input, candidates: left }).verdict === 'GO');
    return tried.get(key);
  });
  return first?.cost ?? { waivers: Number.NaN, steps: Number.NaN };
}

describe('laws of the path to GO', () => {
  it('who follows it arrives; where evidence had to be brought, at the latest with what that shows', () => {
    const words = new Set<string>();
    fc.assert(
      fc.property(inputs, (input) => {
        const first = decide(input);
        words.add(first.verdict);
        const second = follow(input, first.pathToGo);
        const then: Verdict = decide(second);
        if (first.pathToGo.evidence.length === 0) assert.equal(then.verdict, 'GO');
        else assert.equal(decide(follow(second, then.pathToGo)).verdict, 'GO');
      }),
      { numRuns: 1_000 },
    );
    assert.deepEqual([...words].sort(), ['GO', 'NO-GO', 'UNDECIDED']);
  });

  it('no other way has fewer waivers, and with as few none has fewer steps', () => {
    const sizes = new Set<number>();
    fc.assert(
      fc.property(budgeted, (input) => {
        const { pathToGo } = decide(input);
        const cost = costOf(pathToGo);
        sizes.add(cost.steps);
        assert.equal(decide(follow(input, pathToGo)).verdict, 'GO');
        assert.deepEqual([pathToGo.isExact, pathToGo.bound], [true, cost.steps]);
        assert.deepEqual(cost, cheapestByTrying(input));
      }),
      { numRuns: 150 },
    );
    assert.ok(sizes.size > 2);
  });

  it('a verdict that is GO has nothing to do', () => {
    fc.assert(
      fc.property(budgeted, (input) => {
        const verdict = decide({ ...input, candidates: [] });
        assert.deepEqual(costOf(verdict.pathToGo), { waivers: 0, steps: 0 });
        assert.deepEqual([verdict.pathToGo.isExact, verdict.pathToGo.bound], [true, 0]);
      }),
      { numRuns: 20 },
    );
  });
});

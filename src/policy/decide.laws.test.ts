import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { aVexStatement, aWaiver, DAY_MS, NOW, someEvidence } from '../../test/support/builders.ts';
import { findings, inputs, vulnerabilities } from '../../test/support/decide-inputs.ts';
import { inputsOf, RULES_TRIED, richFindings, richInputs } from '../../test/support/rule-inputs.ts';
import { matches } from '../domain/filter.ts';
import type { Finding } from '../domain/finding.ts';
import type { Policy } from '../domain/policy.ts';
import { observationsInScope, type Scope } from '../domain/scope.ts';
import { SEVERITIES, severityRank } from '../domain/severity.ts';
import type { VerdictWord } from '../domain/verdict.ts';
import { compilePolicy } from './compile-policy.ts';
import { type DecideInput, decide } from './decide.ts';
import { readPolicy } from './read-policy.ts';
import { RULES } from './rules/registry.ts';

const RANK = { GO: 0, UNDECIDED: 1, 'NO-GO': 2 } as const satisfies Record<VerdictWord, number>;
const RUNS = { numRuns: 300 };
/** Of each rule. */
const RUNS_ALONE = { numRuns: 200 };

function worded(input: DecideInput): VerdictWord {
  return decide(input).verdict;
}

describe('laws of the verdict', () => {
  it('covers all three words, so that no law below holds for want of cases', () => {
    const words = new Set(fc.sample(inputs, { numRuns: 500, seed: 1 }).map(worded));

    assert.deepEqual([...words].sort(), ['GO', 'NO-GO', 'UNDECIDED']);
  });

  it('more findings never improve a verdict', () => {
    fc.assert(
      fc.property(inputs, findings, (input, more) => {
        const worse = { ...input, candidates: [...input.candidates, more] };
        assert.ok(RANK[worded(worse)] >= RANK[worded(input)]);
      }),
      RUNS,
    );
  });

  it('the order of findings, evidence, baseline and waivers never matters', () => {
    fc.assert(
      fc.property(inputs, (input) => {
        const reversed = {
          ...input,
          candidates: input.candidates.toReversed(),
          evidence: input.evidence.toReversed(),
          baseline: input.baseline?.toReversed(),
          waivers: input.waivers?.toReversed(),
        };
        assert.deepEqual(decide(reversed), decide(input));
      }),
      RUNS,
    );
  });

  it('deciding twice gives the same verdict and changes nothing it was given', () => {
    fc.assert(
      fc.property(inputs, (input) => {
        const before = structuredClone(input);
        assert.deepEqual(decide(input), decide(input));
        assert.deepEqual(input, before);
      }),
      RUNS,
    );
  });

  it('a finding given twice is judged once', () => {
    fc.assert(
      fc.property(inputs, (input) => {
        const doubled = { ...input, candidates: [...input.candidates, ...input.candidates] };
        assert.deepEqual(decide(doubled), decide(input));
      }),
      RUNS,
    );
  });

  it('a finding of known severity that gets worse never improves a verdict', () => {
    fc.assert(
      fc.property(inputs, fc.nat(), fc.constantFrom(...SEVERITIES), (input, index, severity) => {
        const target = input.candidates[index % Math.max(1, input.candidates.length)];
        fc.pre(target !== undefined && target.severity !== 'unknown');
        fc.pre(severityRank(severity) > severityRank(target.severity));
        const candidates = input.candidates.map((finding) =>
          finding === target
            ? {
                ...finding,
                severity,
                observations: finding.observations.map((view) => ({ ...view, severity })),
              }
            : finding,
        );
        assert.ok(RANK[worded({ ...input, candidates })] >= RANK[worded(input)]);
      }),
      RUNS,
    );
  });

  it('one more waiver or VEX statement never makes a verdict worse', () => {
    fc.assert(
      fc.property(inputs, vulnerabilities, (input, vulnerability) => {
        const waived = {
          ...input,
          waivers: [...(input.waivers ?? []), aWaiver({ id: 'W-new', vulnerability })],
        };
        const denied = { ...input, vex: [aVexStatement({ vulnerability })] };
        assert.ok(RANK[worded(waived)] <= RANK[worded(input)]);
        assert.ok(RANK[worded(denied)] <= RANK[worded(input)]);
      }),
      RUNS,
    );
  });

  it('taking away the evidence of a required source never gives GO', () => {
    fc.assert(
      fc.property(inputs, (input) => {
        const policy = readPolicy({
          rules: { 'required-sources': { action: 'block', sources: ['trivy'] } },
        });
        const evidence = input.evidence.filter(({ source }) => source !== 'trivy');
        assert.notEqual(worded({ ...input, policy, evidence }), 'GO');
      }),
      RUNS,
    );
  });

  it('without any evidence no verdict is GO', () => {
    fc.assert(
      fc.property(inputs, (input) => {
        assert.notEqual(worded({ ...input, evidence: [] }), 'GO');
      }),
      RUNS,
    );
  });

  it('spoiling a required run never improves a verdict and never leaves it GO', () => {
    fc.assert(
      fc.property(inputs, fc.constantFrom('unreadable' as const, 'missing' as const), (input, state) => {
        const given = { ...input, evidence: [...input.evidence, someEvidence()] };
        const spoilt = { ...input, evidence: [...input.evidence, someEvidence({ state })] };
        assert.ok(RANK[worded(spoilt)] >= RANK[worded(given)]);
        assert.notEqual(worded(spoilt), 'GO');
      }),
      RUNS,
    );
  });

  it('every finding that a reason names is one the compiled policy asks a store for', () => {
    fc.assert(
      fc.property(inputs, (input) => {
        const { candidates } = compilePolicy(input.policy, input);
        for (const { findings: named } of decide(input).reasons) {
          for (const finding of named) assert.ok(matches(finding, candidates));
        }
      }),
      RUNS,
    );
  });

  it('asking a store for less than everything changes nothing', () => {
    fc.assert(
      fc.property(inputs, (input) => {
        const asked = compilePolicy(input.policy, input);
        const selected = {
          ...input,
          candidates: input.candidates.filter((finding) => matches(finding, asked.candidates)),
          baseline: input.baseline?.filter(
            (finding) => asked.baseline !== undefined && matches(finding, asked.baseline),
          ),
        };
        assert.deepEqual(decide(selected), decide(input));
      }),
      RUNS,
    );
  });
});

/** The same policy, with every rule that judges findings let off in the scope. */
function letOffIn(policy: Policy, scope: Scope): Policy {
  const rules = Object.entries(policy.rules).map(([id, setting]) => {
    const judgesFindings = RULES.find((rule) => rule.id === id)?.judgesFindings === true;
    const off = { scope, action: 'off' as const, parameters: setting.parameters };
    return [id, judgesFindings ? { ...setting, perScope: [off, ...(setting.perScope ?? [])] } : setting];
  });
  return { ...policy, rules: Object.fromEntries(rules) };
}

function heldBy(input: DecideInput): readonly unknown[] {
  return decide(input)
    .reasons.filter(({ rule }) => RULES_TRIED.includes(rule))
    .map(({ rule, effect, findings: held }) => [rule, effect, held.map(({ id }) => id)]);
}

/** Each says of the finding what some rule holds against it, and takes nothing back. */
const HARMS: readonly ((finding: Finding) => Finding)[] = [
  // Not where the vendor set a deadline: a waiver that held all the while then pushes it back further.
  (one) => (one.dueAt === undefined ? { ...one, openedAt: one.openedAt - 400 * DAY_MS } : one),
  (one) => ({ ...one, dueAt: NOW - DAY_MS }),
  (one) => ({ ...one, score: 10 }),
  (one) => ({ ...one, fixVersions: ['9.9.9'] }),
  (one) => ({ ...one, intelligence: { ...one.intelligence, kev: { addedAt: NOW, isRansomware: true } } }),
  (one) => ({ ...one, intelligence: { ...one.intelligence, epss: { probability: 1, percentile: 1 } } }),
  (one) => assessed(one, { exposure: 'public' }),
  (one) => assessed(one, { dataAssets: 'reachable' }),
  (one) => assessed(one, { functionUsage: 'in-use' }),
  (one) => (one.assessment.exploit === 'not-available' ? assessed(one, { exploit: 'available' }) : one),
];

function assessed(finding: Finding, more: Finding['assessment']): Finding {
  const observations = finding.observations.map((view) => ({
    ...view,
    assessment: { ...view.assessment, ...more },
  }));
  return { ...finding, assessment: { ...finding.assessment, ...more }, observations };
}

function worsened(finding: Finding, severity: Finding['severity']): Finding {
  const observations = finding.observations.map((view) => ({ ...view, severity }));
  return { ...finding, severity, observations };
}

describe('laws of every rule, everywhere or in a scope', () => {
  it('are tried on all rules that judge findings, each of which decides in some case', () => {
    const deciding = new Set(
      fc
        .sample(richInputs, { numRuns: 1500, seed: 1 })
        .flatMap((input) => decide(input).reasons.filter(({ effect }) => effect === 'block'))
        .map(({ rule }) => rule),
    );
    const judging = RULES.filter(({ judgesFindings }) => judgesFindings).map(({ id }) => id);

    assert.deepEqual(
      judging.filter((id) => !RULES_TRIED.includes(id)),
      [],
    );
    assert.deepEqual(
      judging.filter((id) => !deciding.has(id)),
      [],
    );
  });

  it('more findings never improve a verdict', () => {
    fc.assert(
      fc.property(richInputs, richFindings, (input, more) => {
        const worse = { ...input, candidates: [...input.candidates, more] };
        assert.ok(RANK[worded(worse)] >= RANK[worded(input)]);
      }),
      RUNS,
    );
  });

  for (const id of RULES_TRIED) {
    const alone = inputsOf(id);

    it(`${id}: a finding of known severity that gets worse never improves a verdict`, () => {
      fc.assert(
        fc.property(alone, fc.nat(), (input, index) => {
          const target = input.candidates[index % Math.max(1, input.candidates.length)];
          fc.pre(target !== undefined && target.severity !== 'unknown');
          const worse = SEVERITIES[SEVERITIES.indexOf(target.severity) - 1] ?? 'critical';
          const candidates = input.candidates.map((one) => (one === target ? worsened(one, worse) : one));
          assert.ok(RANK[worded({ ...input, candidates })] >= RANK[worded(input)]);
        }),
        RUNS_ALONE,
      );
    });

    it(`${id}: to learn more harm of a finding never improves a verdict`, () => {
      fc.assert(
        fc.property(alone, fc.nat(), fc.constantFrom(...HARMS), (input, index, harm) => {
          const target = input.candidates[index % Math.max(1, input.candidates.length)];
          fc.pre(target !== undefined);
          const candidates = input.candidates.map((one) => (one === target ? harm(one) : one));
          assert.ok(RANK[worded({ ...input, candidates })] >= RANK[worded(input)]);
        }),
        RUNS_ALONE,
      );
    });
  }

  it('one more waiver never makes a verdict worse', () => {
    fc.assert(
      fc.property(richInputs, vulnerabilities, (input, vulnerability) => {
        const waivers = [...(input.waivers ?? []), aWaiver({ id: 'W-new', vulnerability })];
        assert.ok(RANK[worded({ ...input, waivers })] <= RANK[worded(input)]);
      }),
      RUNS,
    );
  });

  it('order and repetition never matter, nor what a store gives beyond what it was asked for', () => {
    fc.assert(
      fc.property(richInputs, (input) => {
        const asked = compilePolicy(input.policy, input);
        const reversed = {
          ...input,
          candidates: [...input.candidates, ...input.candidates].reverse(),
          baseline: input.baseline?.toReversed(),
          waivers: input.waivers?.toReversed(),
        };
        const selected = {
          ...input,
          candidates: input.candidates.filter((finding) => matches(finding, asked.candidates)),
        };
        assert.deepEqual(decide(reversed), decide(input));
        assert.deepEqual(decide(selected), decide(input));
      }),
      RUNS,
    );
  });

  it('what a policy asks without knowing the moment holds at every moment', () => {
    fc.assert(
      fc.property(richInputs, fc.constantFrom(-30, 0, 30), (input, days) => {
        const { candidates } = compilePolicy(input.policy, { scope: input.scope, mode: input.mode });
        const later = { ...input, now: NOW + days * DAY_MS };
        for (const { findings: named } of decide(later).reasons) {
          for (const finding of named) assert.ok(matches(finding, candidates));
        }
      }),
      RUNS,
    );
  });

  it('what is let off in a scope is let off there and nowhere else', () => {
    const edge: Scope = { name: 'off', channels: ['edge'] };
    fc.assert(
      fc.property(richInputs, (input) => {
        const policy = letOffIn(input.policy, edge);
        const outside = (isWhole: boolean) =>
          input.candidates.filter((finding) => {
            const inside = new Set(observationsInScope(finding, edge));
            const views = observationsInScope(finding, input.scope);
            return isWhole
              ? views.every((view) => !inside.has(view))
              : views.some((view) => !inside.has(view));
          });
        const wholly = { ...input, candidates: outside(true) };
        const partly = { ...input, candidates: outside(false) };

        assert.deepEqual(heldBy({ ...input, policy }), heldBy({ ...partly, policy }));
        assert.deepEqual(heldBy({ ...wholly, policy }), heldBy(wholly));
      }),
      RUNS,
    );
  });
});

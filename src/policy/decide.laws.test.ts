import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  aFinding,
  aVexStatement,
  aWaiver,
  countsOf,
  HOUR_MS,
  NOW,
  someEvidence,
} from '../../test/support/builders.ts';
import { matches } from '../domain/filter.ts';
import type { Finding } from '../domain/finding.ts';
import { type Mode, PRESETS } from '../domain/policy.ts';
import { EVERYTHING, type Scope } from '../domain/scope.ts';
import { SEVERITIES, severityRank } from '../domain/severity.ts';
import { FUNCTION_USAGES } from '../domain/statement.ts';
import type { Evidence, VerdictWord } from '../domain/verdict.ts';
import { compilePolicy } from './compile-policy.ts';
import { type DecideInput, decide } from './decide.ts';
import { readPolicy } from './read-policy.ts';

const RANK = { GO: 0, UNDECIDED: 1, 'NO-GO': 2 } as const satisfies Record<VerdictWord, number>;
const RUNS = { numRuns: 300 };

const certification: Scope = { name: 'certification', channels: ['certification'] };

const vulnerabilities = fc.constantFrom('CVE-2024-0001', 'CVE-2024-0002', 'CVE-2024-0003');
const muted = [{ kind: 'vendor-mute' as const, issuer: 'vendor', reason: 'muted', until: undefined }];

const findings: fc.Arbitrary<Finding> = fc
  .record({
    what: fc.oneof(
      vulnerabilities.map((vulnerability) => ({ vulnerability })),
      fc.constantFrom({ rule: 'semgrep:sql' }, { rule: 'semgrep:xss' }),
    ),
    asset: fc.constantFrom('shop', 'cart').map((name) => ({ kind: 'host' as const, name })),
    severity: fc.constantFrom(...SEVERITIES),
    usage: fc.option(fc.constantFrom(...FUNCTION_USAGES), { nil: undefined }),
    channel: fc.constantFrom('certification', 'certification', 'production'),
    key: fc.constantFrom('a', 'b', 'c'),
    setAside: fc.constantFrom([], [], muted),
    state: fc.constantFrom('open' as const, 'open' as const, 'resolved' as const),
  })
  .map(({ what, usage, ...facts }) => aFinding({ ...what, ...facts, assessment: { functionUsage: usage } }));

const evidences: fc.Arbitrary<Evidence> = fc
  .record({
    source: fc.constantFrom('trivy', 'dynatrace'),
    role: fc.constantFrom('release' as const, 'baseline' as const),
    state: fc.constantFrom('complete', 'complete', 'partial', 'missing', 'unreadable', 'stale', 'inventory'),
    required: fc.boolean(),
    observedAt: fc.constantFrom(NOW - HOUR_MS, NOW - 48 * HOUR_MS),
  })
  .map(someEvidence);

const policies = fc
  .record({
    preset: fc.constantFrom(...PRESETS),
    sources: fc.constantFrom([], ['trivy']),
    newAction: fc.constantFrom('block', 'warn', 'off'),
    relax: fc.subarray(['partial-evidence', 'stale-evidence', 'incomplete-baseline']),
  })
  .map(({ preset, sources, newAction, relax }) =>
    readPolicy({
      preset,
      relax,
      rules: {
        'new-against-baseline': { action: newAction, budget: 1 },
        'required-sources': { action: 'block', sources, maxAgeHours: 24 },
      },
    }),
  );

const inputs: fc.Arbitrary<DecideInput> = fc
  .record({
    policy: policies,
    mode: fc.constantFrom<Mode>('evaluate', 'compare'),
    scope: fc.constantFrom(EVERYTHING, certification),
    candidates: fc.array(findings, { maxLength: 6 }),
    baseline: fc.option(fc.array(findings, { maxLength: 6 }), { nil: undefined }),
    evidence: fc.array(evidences, { maxLength: 4 }),
    waivers: fc.array(
      fc
        .record({
          vulnerability: vulnerabilities,
          until: fc.constantFrom(NOW - 1, NOW, NOW + 1, NOW + 90 * 24 * HOUR_MS),
        })
        .map(aWaiver),
      { maxLength: 2 },
    ),
    fromScans: fc.boolean(),
  })
  .map((facts) => ({ release: 'shop 2.0', now: NOW, counts: countsOf(facts.candidates), ...facts }));

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

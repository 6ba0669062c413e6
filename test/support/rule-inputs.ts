/** Inputs to the gate in which every rule has something to say, everywhere or in a scope only. */
import fc from 'fast-check';
import type { Finding } from '../../src/domain/finding.ts';
import { EVERYTHING, type Scope } from '../../src/domain/scope.ts';
import { SEVERITIES, type Severity } from '../../src/domain/severity.ts';
import { FUNCTION_USAGES } from '../../src/domain/statement.ts';
import type { DecideInput } from '../../src/policy/decide.ts';
import { readPolicy } from '../../src/policy/read-policy.ts';
import { aFinding, anObservationView, aWaiver, countsOf, DAY_MS, NOW, someEvidence } from './builders.ts';
import { aTable } from './decision-tables.ts';

const CHANNELS = ['certification', 'production', 'edge'];
const VULNERABILITIES = ['CVE-2024-0001', 'CVE-2024-0002', 'CVE-2024-0003', 'CVE-2024-0004'];
const edge: Scope = { name: 'edge', channels: ['edge'] };
const production: Scope = { name: 'production', channels: ['production'] };

/** At some distance from `NOW` that some rule below makes a difference of. */
const daysAgo = fc.constantFrom(0, 6, 7, 8, 13, 14, 15, 30, 91).map((days) => NOW - days * DAY_MS);
const optional = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.option(value, { nil: undefined });

export const richFindings: fc.Arbitrary<Finding> = fc
  .record({
    vulnerability: fc.constantFrom(...VULNERABILITIES),
    asset: fc.constantFrom('shop', 'cart').map((name) => ({ kind: 'host' as const, name })),
    severity: fc.constantFrom(...SEVERITIES),
    score: optional(fc.constantFrom(0, 6.9, 7, 9, 10)),
    openedAt: daysAgo,
    dueAt: optional(fc.constantFrom(NOW - 1, NOW, NOW + DAY_MS)),
    fixVersions: fc.constantFrom([], ['2.0.0']),
    assessment: fc.record({
      functionUsage: optional(fc.constantFrom(...FUNCTION_USAGES)),
      exposure: optional(
        fc.constantFrom('public' as const, 'not-detected' as const, 'not-available' as const),
      ),
      dataAssets: optional(
        fc.constantFrom('reachable' as const, 'not-detected' as const, 'not-available' as const),
      ),
      exploit: optional(fc.constantFrom('available' as const, 'not-available' as const)),
    }),
    intelligence: optional(
      fc.record({
        epss: optional(
          fc.record({
            probability: fc.constantFrom(0, 0.09, 0.1, 0.9),
            percentile: optional(fc.constantFrom(0.5, 0.94, 0.95)),
          }),
        ),
        kev: optional(fc.record({ addedAt: fc.constant(NOW), isRansomware: fc.boolean() })),
      }),
    ),
    channels: fc.subarray(CHANNELS, { minLength: 1 }),
    key: fc.constantFrom('a', 'b', 'c'),
  })
  .map(({ channels, key, ...facts }) =>
    aFinding({
      ...facts,
      observations: channels.map((channel) =>
        anObservationView({ channel, key, severity: facts.severity, assessment: facts.assessment }),
      ),
    }),
  );

const actions = fc.constantFrom('block', 'block', 'warn', 'off');
/** What a severity is let off, every milder one is let off too: as in the presets. */
const exceptSeverities = fc.constantFrom<readonly Severity[]>(
  [],
  ['info'],
  ['low', 'info'],
  ['medium', 'low', 'info'],
);

const ssvcPoints = {
  exploitation: fc.constantFrom('unknown', 'none'),
  exposure: fc.constantFrom('unknown', 'small'),
  automatable: fc.constantFrom('unknown', 'no', 'yes'),
  missionImpact: fc.constantFrom('unknown', 'low', 'high'),
};

const PARAMETERS: Readonly<Record<string, fc.Arbitrary<Readonly<Record<string, unknown>>>>> = {
  severity: fc.record({ atOrAbove: fc.constantFrom('critical', 'high', 'medium') }),
  'severity-budget': fc.record({
    budget: fc.constantFrom<object>(
      { critical: 0 },
      { high: 1 },
      { critical: 1, high: 1 },
      { medium: 2, unknown: 1 },
    ),
  }),
  cvss: fc.record({ atLeast: fc.constantFrom(0, 7, 9) }),
  'unknown-severity': fc.constant({}),
  kev: fc.constant({}),
  ransomware: fc.constant({}),
  'known-exploit': fc.constant({}),
  epss: fc.record({
    atLeast: fc.constantFrom(0, 0.1, 'off'),
    percentileAtLeast: fc.constantFrom(0.95, 'off'),
  }),
  ssvc: fc.oneof(
    fc.record({
      atOrAbove: fc.constantFrom<object>(
        { coordinator: 'attend' },
        { coordinator: 'act' },
        { supplier: 'immediate' },
        { deployer: 'out-of-cycle' },
        { deployer: 'immediate' },
      ),
      points: fc.constant({}),
      ...ssvcPoints,
    }),
    fc.record({
      atOrAbove: fc.constantFrom<object>({ house: 'attend-soon' }, { house: 'A' }),
      points: fc.constantFrom<object>({}, { R: 'low' }, { 'reach of ours': 'H' }),
      tables: fc.constantFrom<object>({}, { house: aTable() }),
      ...ssvcPoints,
    }),
  ),
  'vulnerable-function': fc.record({
    usages: fc.constantFrom(['in-use'], ['in-use', 'not-available']),
    exceptSeverities,
  }),
  exposure: fc.record({
    exposures: fc.constantFrom(['public'], ['public', 'not-available']),
    exceptSeverities,
  }),
  'reachable-data': fc.record({
    data: fc.constantFrom(['reachable'], ['reachable', 'not-available']),
    exceptSeverities,
  }),
  'fix-available': fc.record({ exceptSeverities }),
  'past-sla': fc.record({
    days: fc.constantFrom<object>({ critical: 7, high: 14 }, { high: 14 }, { low: 90 }),
  }),
  age: fc.record({ days: fc.constantFrom<unknown>(14, { high: 7, low: 14 }), exceptSeverities }),
  'new-against-baseline': fc.record({ budget: fc.constantFrom(0, 1, 'unlimited'), exceptSeverities }),
  'severity-regression': fc.record({ exceptSeverities }),
  'function-regression': fc.record({ exceptSeverities }),
  cel: fc.constant({
    expressions: [
      { name: 'exploited', when: "finding.kev || (has(finding.exploit) && finding.exploit == 'available')" },
      { name: 'scored', when: 'finding.score >= 9.5' },
    ],
  }),
};

/** The rules that a policy below always has something to say of: all that judge findings. */
export const RULES_TRIED = Object.keys(PARAMETERS);

/** Mostly few rules at once, so that each decides now and then. */
const settings = fc
  .tuple(
    ...Object.entries(PARAMETERS).map(([id, parameters]) =>
      fc
        .record({
          isOn: fc.nat(4).map((one) => one === 0),
          action: actions,
          parameters,
          scoped: optional(fc.tuple(fc.constantFrom(edge, production), actions, parameters)),
        })
        .map(({ isOn, action, parameters: own, scoped }) => {
          if (!isOn) return [id, 'off'] as const;
          const perScope = scoped && [{ scope: scoped[0], action: scoped[1], ...scoped[2] }];
          return [id, { action, ...own, ...(perScope && { perScope }) }] as const;
        }),
    ),
  )
  .map((entries) => Object.fromEntries(entries));

const waivers = fc
  .record({
    vulnerability: fc.constantFrom(...VULNERABILITIES),
    from: fc.constantFrom(undefined, NOW - 20 * DAY_MS),
    until: fc.constantFrom(NOW - DAY_MS, NOW, NOW + 90 * DAY_MS),
    scope: fc.constantFrom(undefined, undefined, edge),
  })
  .map(aWaiver);

/** Several rules at once, everywhere or in a scope. */
export const richInputs = inputsUnder(settings);

/** One rule alone, so that nothing else hides what it does. */
export function inputsOf(id: string): fc.Arbitrary<DecideInput> {
  const parameters = PARAMETERS[id] ?? fc.constant({});
  const presets = Object.fromEntries(RULES_TRIED.map((one) => [one, 'off']));
  return inputsUnder(parameters.map((own) => ({ ...presets, [id]: { action: 'block', ...own } })));
}

function inputsUnder(rules: fc.Arbitrary<Readonly<Record<string, unknown>>>): fc.Arbitrary<DecideInput> {
  return fc
    .record({
      rules,
      mode: fc.constantFrom('evaluate' as const, 'compare' as const),
      scope: fc.constantFrom(EVERYTHING, { name: 'shop', channels: ['certification', 'edge'] }),
      candidates: fc.array(richFindings, { maxLength: 6 }),
      baseline: fc.array(richFindings, { maxLength: 4 }),
      waivers: fc.array(waivers, { maxLength: 2 }),
    })
    .map(({ rules: written, ...facts }) => ({
      release: 'shop 2.0',
      policy: readPolicy({ rules: written }),
      now: NOW,
      evidence: [someEvidence(), someEvidence({ role: 'baseline' })],
      counts: countsOf(facts.candidates),
      fromScans: false,
      ...facts,
    }));
}

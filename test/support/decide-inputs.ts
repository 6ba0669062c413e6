/** Everything a gate may be asked to decide on, in small: for what must hold whatever it is asked. */
import fc from 'fast-check';
import type { Finding } from '../../src/domain/finding.ts';
import { type Mode, PRESETS } from '../../src/domain/policy.ts';
import { EVERYTHING, type Scope } from '../../src/domain/scope.ts';
import { SEVERITIES } from '../../src/domain/severity.ts';
import { FUNCTION_USAGES } from '../../src/domain/statement.ts';
import type { Evidence } from '../../src/domain/verdict.ts';
import type { DecideInput } from '../../src/policy/decide.ts';
import { readPolicy } from '../../src/policy/read-policy.ts';
import { aFinding, aWaiver, countsOf, HOUR_MS, NOW, someEvidence } from './builders.ts';

const certification: Scope = { name: 'certification', channels: ['certification'] };

export const vulnerabilities = fc.constantFrom('CVE-2024-0001', 'CVE-2024-0002', 'CVE-2024-0003');
const muted = [{ kind: 'vendor-mute' as const, issuer: 'vendor', reason: 'muted', until: undefined }];

export const findings: fc.Arbitrary<Finding> = fc
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

export const inputs: fc.Arbitrary<DecideInput> = fc
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

/** How long a verdict takes once its findings are in memory: 10,000 of them in question, alone and compared. */
import type { Finding } from '../src/domain/finding.ts';
import type { Mode } from '../src/domain/policy.ts';
import { EVERYTHING } from '../src/domain/scope.ts';
import { decide } from '../src/policy/decide.ts';
import { readPolicy } from '../src/policy/read-policy.ts';
import {
  aFinding,
  anObservationView,
  aWaiver,
  countsOf,
  NOW,
  someEvidence,
} from '../test/support/builders.ts';

const CANDIDATES = 10_000;
const ROUNDS = 15;
const TARGET_MS = 50;

/** 250 vulnerabilities on 40 hosts, each seen by two sources and one in twenty muted by the vendor. */
function makeSide(side: string): readonly Finding[] {
  return Array.from({ length: CANDIDATES }, (_, index) => {
    const number = index % 250;
    const mute = { kind: 'vendor-mute', issuer: 'dynatrace', reason: 'accepted' } as const;
    return aFinding({
      vulnerability: `CVE-2024-${1000 + number}`,
      aliases: [`GHSA-aaaa-bbbb-${1000 + number}`],
      component: `pkg:npm/package-${number % 50}`,
      asset: { kind: 'host', name: `${side}-${Math.floor(index / 250)}` },
      severity: index % 2 === 0 ? 'critical' : 'high',
      fixVersions: ['2.0.0', `1.5.${number % 9}`],
      assessment: { functionUsage: index % 2 === 0 ? 'in-use' : 'not-in-use' },
      observations: [
        anObservationView({
          source: 'dynatrace',
          key: `S-${Math.floor(number / 3)}`,
          setAside: index % 20 === 0 ? [mute] : [],
        }),
        anObservationView(),
      ],
    });
  });
}

function measure(mode: Mode): number {
  const candidates = makeSide('certification');
  const input = {
    release: 'bench',
    policy: readPolicy({ mode, rules: { 'new-against-baseline': { action: 'block', budget: 0 } } }),
    scope: EVERYTHING,
    now: NOW,
    evidence: [someEvidence(), someEvidence({ role: 'baseline' })],
    candidates,
    baseline: makeSide('production'),
    waivers: Array.from({ length: 100 }, (_, index) =>
      aWaiver({ vulnerability: `CVE-2024-${1000 + index}` }),
    ),
    counts: countsOf(candidates),
    fromScans: false,
  };
  const timesMs = Array.from({ length: ROUNDS }, () => {
    const startedAt = performance.now();
    decide(input);
    return performance.now() - startedAt;
  });
  return timesMs.sort((a, b) => a - b)[Math.floor(ROUNDS / 2)] ?? Number.POSITIVE_INFINITY;
}

const figures = (['evaluate', 'compare'] as const).map((mode) => {
  const value = Math.round(measure(mode) * 10) / 10;
  return {
    name: `median of ${ROUNDS}, ${mode}`,
    value,
    unit: 'ms',
    target: TARGET_MS,
    ok: value <= TARGET_MS,
  };
});
console.log(JSON.stringify({ bench: 'decide-in-memory', figures }));

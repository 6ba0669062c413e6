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
import { type Bench, type Figure, figure, median, slowed } from './harness.ts';

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

async function measure(mode: Mode, slowdown: number): Promise<number> {
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
  const timesMs: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const startedAt = performance.now();
    await slowed(slowdown, () => decide(input));
    timesMs.push(performance.now() - startedAt);
  }
  return median(timesMs);
}

export const bench: Bench = {
  name: 'decide-in-memory',
  async run({ slowdown }) {
    const figures: Figure[] = [];
    for (const mode of ['evaluate', 'compare'] as const) {
      const value = await measure(mode, slowdown);
      figures.push(
        figure({ name: `median of ${ROUNDS}, ${mode}`, value, unit: 'ms' }, { atMost: TARGET_MS }),
      );
    }
    return figures;
  },
};

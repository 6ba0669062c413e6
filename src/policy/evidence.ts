/** What the evidence lacks. It never proves harm; it keeps a verdict from being GO. */
import type { Relaxation } from '../domain/policy.ts';
import type { Evidence, EvidenceState } from '../domain/verdict.ts';
import { counted } from './counting.ts';
import type { Judgement } from './rule.ts';
import { compareText } from './worst-first.ts';

export interface Requirements {
  readonly sources: readonly string[];
  readonly maxAgeHours: number | 'unlimited';
}

const HOUR_MS = 3_600_000;
/** Clocks differ a little; a date further ahead than this is no proof of being fresh. */
const CLOCK_SKEW_MS = 300_000;

/** The release's evidence that fails the requirements, as it is to be shown: missing and stale entries included. */
export function shortfallsOf(
  wanted: Requirements,
  evidence: readonly Evidence[],
  now: number,
): readonly Evidence[] {
  const ofRelease = evidence.filter(({ role }) => role === 'release');
  const named = wanted.sources.flatMap((source) => {
    const given = ofRelease.filter((one) => one.source === source);
    return given.length === 0 ? [missing(source)] : given;
  });
  return (wanted.sources.length === 0 ? ofRelease : named)
    .map((one) => (isTooOld(one, wanted.maxAgeHours, now) ? aged(one, wanted.maxAgeHours, now) : one))
    .filter(
      ({ source, state }) => state === 'stale' || (state !== 'complete' && wanted.sources.includes(source)),
    )
    .map((one) => ({ ...one, required: true }));
}

function missing(source: string): Evidence {
  return {
    source,
    role: 'release',
    state: 'missing',
    required: true,
    observations: 0,
    rejected: 0,
    reasons: [],
  };
}

/** Only what would otherwise pass: a partial run that is also old stays partial. */
function isTooOld(one: Evidence, maxAgeHours: Requirements['maxAgeHours'], now: number): boolean {
  if (maxAgeHours === 'unlimited' || (one.state !== 'complete' && one.state !== 'partial')) return false;
  if (one.observedAt === undefined) return true;
  const ageMs = now - one.observedAt;
  return ageMs >= maxAgeHours * HOUR_MS || ageMs < -CLOCK_SKEW_MS;
}

function aged(one: Evidence, maxAgeHours: Requirements['maxAgeHours'], now: number): Evidence {
  const why =
    one.observedAt === undefined
      ? 'it does not say when it was observed'
      : one.observedAt > now
        ? 'it is dated in the future'
        : `${Math.floor((now - one.observedAt) / HOUR_MS)} h old, it must be younger than ${maxAgeHours} h`;
  return { ...one, state: 'stale', reasons: [...one.reasons, why] };
}

const RELAXATION = {
  missing: 'missing-evidence',
  partial: 'partial-evidence',
  stale: 'stale-evidence',
  unreadable: 'unreadable-evidence',
  inventory: 'inventory-evidence',
} as const satisfies Record<Exclude<EvidenceState, 'complete'>, Relaxation>;

const SAID = {
  complete: 'is complete',
  missing: 'has not spoken',
  partial: 'is only partly known',
  stale: 'is too old',
  unreadable: 'could not be read',
  inventory: 'is an inventory and states no vulnerabilities',
} as const satisfies Record<EvidenceState, string>;

export function relaxationOf({ role, state }: Evidence): Relaxation | undefined {
  if (state === 'complete') return undefined;
  return role === 'baseline' ? 'incomplete-baseline' : RELAXATION[state];
}

export function shortfallJudgement(shortfall: Evidence): Judgement {
  return {
    message: sayEvidence(shortfall),
    findings: [],
    proven: false,
    shortfall,
    relaxation: relaxationOf(shortfall),
  };
}

/** `trivy is only partly known (12 records unreadable; the host did not answer)`. */
function sayEvidence({ source, role, state, rejected, reasons }: Evidence): string {
  const why = [...(rejected > 0 ? [`${counted(rejected, 'record')} unreadable`] : []), ...reasons];
  const who = role === 'baseline' ? `the baseline's ${source}` : source;
  return `${who} ${SAID[state]}${why.length > 0 ? ` (${why.join('; ')})` : ''}`;
}

/**
 * What holds under every policy, with or without a rule: each required run is complete, and somebody has spoken for
 * the release. `roles`: the baseline counts only when it is compared with.
 */
export function evidenceFloor(
  evidence: readonly Evidence[],
  relax: readonly Relaxation[],
  roles: readonly Evidence['role'][],
): readonly Judgement[] {
  const judgements = evidence
    .filter(({ role, required, state }) => roles.includes(role) && required && state !== 'complete')
    .map(shortfallJudgement);
  for (const role of roles) {
    const ofRole = evidence.filter((one) => one.role === role);
    const hasSpoken = ofRole.some((one) => isAccepted(one, relax));
    if (hasSpoken || ofRole.some(({ required }) => required)) continue;
    judgements.push({
      message: `nothing has spoken completely for the ${role}`,
      findings: [],
      proven: false,
      relaxation: role === 'baseline' ? 'incomplete-baseline' : 'missing-evidence',
    });
  }
  return judgements;
}

function isAccepted(one: Evidence, relax: readonly Relaxation[]): boolean {
  const relaxation = relaxationOf(one);
  return relaxation === undefined || relax.includes(relaxation);
}

/** What is missing of the baseline, required or not, as sentences. */
export function baselineGaps(evidence: readonly Evidence[]): readonly string[] {
  return evidence.filter(({ role, state }) => role === 'baseline' && state !== 'complete').map(sayEvidence);
}

/** True when nothing of the baseline is missing, required or not: an absence there then means something. */
export function isBaselineComplete(
  isGiven: boolean,
  evidence: readonly Evidence[],
  relax: readonly Relaxation[],
): boolean {
  if (relax.includes('incomplete-baseline')) return true;
  const ofBaseline = evidence.filter(({ role }) => role === 'baseline');
  return isGiven && ofBaseline.length > 0 && ofBaseline.every(({ state }) => state === 'complete');
}

/** What rules found missing or stale, in its place among the rest. */
export function shownEvidence(
  evidence: readonly Evidence[],
  shortfalls: readonly Evidence[],
): readonly Evidence[] {
  const found = new Map(shortfalls.map((one) => [placeOf(one), one]));
  const given = new Set(evidence.map(placeOf));
  const added = [...found].filter(([place]) => !given.has(place)).map(([, one]) => one);
  return inOrder([...evidence.map((one) => found.get(placeOf(one)) ?? one), ...added]);
}

function placeOf({ source, role, observedAt }: Evidence): string {
  return JSON.stringify([role, source, observedAt]);
}

/** The release first, then by source and age: the same order whatever order the runs were listed in. */
export function inOrder(evidence: readonly Evidence[]): readonly Evidence[] {
  return [...evidence].sort(
    (a, b) =>
      Number(a.role === 'baseline') - Number(b.role === 'baseline') ||
      compareText(a.source, b.source) ||
      (b.observedAt ?? 0) - (a.observedAt ?? 0) ||
      compareText(a.state, b.state) ||
      compareText(JSON.stringify(a), JSON.stringify(b)),
  );
}

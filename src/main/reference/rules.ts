/**
 * `assessment_rules` as a policy. Where the script's guides and its code differ, the guides hold: that is what people
 * believed to have configured.
 */
import { normaliseName } from '../../domain/names.ts';
import type { Preset } from '../../domain/policy.ts';
import { type KnownSeverity, SEVERITIES, type Severity } from '../../domain/severity.ts';
import type { AssessmentRules, ExcludableFrom } from './document.ts';

/** A policy as `gatehouse.yaml` has it. */
export interface WrittenPolicy {
  readonly name?: string;
  readonly preset: Preset;
  readonly mode: 'evaluate' | 'compare';
  readonly rules?: Readonly<Record<string, unknown>>;
  readonly waivers?: readonly WrittenWaiver[];
}

export interface WrittenWaiver {
  readonly id: string;
  readonly vulnerability: string;
  readonly by: string;
  readonly reason: string;
  /** A day, `2026-06-01`. */
  readonly until: string;
}

/** What the rules come down to, however they are spelled. */
export interface Settled {
  readonly ceiling: KnownSeverity;
  /** -1: any number. */
  readonly newAllowed: number;
  /** Not looked at, and looked at without blocking: the verdict is the same, what is told is not. */
  readonly functionExcluded: readonly Severity[];
  readonly functionAllowed: readonly Severity[];
  readonly regressionExcluded: readonly Severity[];
  readonly newExcluded: readonly Severity[];
  /** As names are written everywhere, each once. */
  readonly excludedCves: readonly string[];
}

export function settle(rules: AssessmentRules | null | undefined): Settled {
  const { excluded_cves, severity_exclusions, thresholds } = rules ?? {};
  const excludedFrom = (check: ExcludableFrom): readonly Severity[] =>
    SEVERITIES.filter(
      (severity) => severity !== 'unknown' && (severity_exclusions?.[severity] ?? []).includes(check),
    );
  const allowed = new Set<Severity>(thresholds?.allow_vulnerable_function_for_severities ?? []);
  return {
    ceiling: thresholds?.max_allowed_severity ?? 'high',
    newAllowed: thresholds?.max_new_vulnerabilities ?? -1,
    functionExcluded: excludedFrom('vulnerable_function'),
    functionAllowed: SEVERITIES.filter((severity) => allowed.has(severity)),
    regressionExcluded: excludedFrom('severity_regression'),
    newExcluded: excludedFrom('new_vulnerabilities'),
    excludedCves: [...new Set((excluded_cves ?? []).map(normaliseName))],
  };
}

/** Severities for which a function in use does not count. */
function functionExcepted({ functionExcluded, functionAllowed }: Settled): readonly Severity[] {
  return SEVERITIES.filter(
    (severity) => functionExcluded.includes(severity) || functionAllowed.includes(severity),
  );
}

/** The four sets of rules that the script's guide recommends, and the presets that took their names. */
const DOCUMENTED: readonly {
  readonly preset: Preset;
  readonly ceiling: KnownSeverity;
  readonly newAllowed: number;
  readonly functions: readonly Severity[];
  readonly regressions: readonly Severity[];
}[] = [
  { preset: 'strict', ceiling: 'high', newAllowed: -1, functions: [], regressions: [] },
  {
    preset: 'balanced',
    ceiling: 'high',
    newAllowed: -1,
    functions: ['medium', 'low'],
    regressions: ['low'],
  },
  {
    preset: 'development',
    ceiling: 'medium',
    newAllowed: 20,
    functions: ['medium', 'low'],
    regressions: ['high', 'medium', 'low'],
  },
  {
    preset: 'pre-production',
    ceiling: 'high',
    newAllowed: 5,
    functions: ['medium', 'low'],
    regressions: [],
  },
];

/** The documented preset that these rules are; undefined: they are somebody's own. */
export function presetOf(settled: Settled): Preset | undefined {
  return DOCUMENTED.find(
    ({ ceiling, newAllowed, functions, regressions }) =>
      ceiling === settled.ceiling &&
      newAllowed === settled.newAllowed &&
      isSame(functionExcepted(settled), functions) &&
      isSame(settled.regressionExcluded, regressions) &&
      settled.newExcluded.length === 0,
  )?.preset;
}

/** NONE beside others changes nothing: a preset lets off whatever is below what it lets off. */
function isSame(written: readonly Severity[], documented: readonly Severity[]): boolean {
  const known = documented.length === 0 ? written : written.filter((severity) => severity !== 'info');
  return known.length === documented.length && known.every((severity) => documented.includes(severity));
}

export function policyOf(
  settled: Settled,
  mode: WrittenPolicy['mode'],
  waivers: readonly WrittenWaiver[],
): WrittenPolicy {
  const accepted = waivers.length === 0 ? {} : { waivers };
  const preset = presetOf(settled);
  if (preset !== undefined) return { preset, mode, ...accepted };
  const functions = functionExcepted(settled);
  const { newAllowed } = settled;
  return {
    name: 'assessment_rules',
    preset: 'strict',
    mode,
    rules: {
      severity: { action: 'block', atOrAbove: settled.ceiling },
      'vulnerable-function': { action: 'block', exceptSeverities: functions },
      // Unlimited is still told: what is new is worth knowing.
      'new-against-baseline': {
        action: newAllowed < 0 ? 'warn' : 'block',
        budget: Math.max(0, newAllowed),
        exceptSeverities: settled.newExcluded,
      },
      'severity-regression': { action: 'block', exceptSeverities: settled.regressionExcluded },
      'function-regression': { action: 'block', exceptSeverities: functions },
    },
    ...accepted,
  };
}

/** One for each CVE, so that of a problem that names several only this one is accepted. */
export function waiversOf(
  { excludedCves }: Settled,
  { by, reason, until }: Pick<WrittenWaiver, 'by' | 'reason' | 'until'>,
): readonly WrittenWaiver[] {
  return excludedCves.map((vulnerability) => ({
    id: `excluded-${vulnerability.toLowerCase()}`,
    vulnerability,
    by,
    reason,
    until,
  }));
}

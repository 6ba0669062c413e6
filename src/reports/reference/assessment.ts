/** What the reports of the promotion script are written from: the verdict, and each problem once, as its vendor names things. */
import type { FindingId } from '../../domain/finding.ts';
import type { Severity } from '../../domain/severity.ts';
import type { Assessment } from '../../domain/statement.ts';
import type { Verdict } from '../../domain/verdict.ts';

/** One security problem, however many findings it makes. */
export interface Problem {
  readonly id: string;
  readonly cves: readonly string[];
  readonly title: string | undefined;
  readonly severity: Severity;
  readonly score: number | undefined;
  readonly assessment: Assessment;
  readonly technology: string | undefined;
  readonly packageName: string | undefined;
  readonly components: readonly string[];
  /** Epoch ms, as the script wrote them. */
  readonly firstSeenAt: number;
  readonly updatedAt: number | undefined;
  readonly entities: readonly { readonly id: string; readonly name: string | undefined }[];
  readonly zones: readonly { readonly id: string; readonly name: string | undefined }[];
  /** Why it does not count: `muted`, `excluded`. */
  readonly setAside: readonly string[];
  readonly findings: readonly FindingId[];
}

export interface Regression {
  readonly defect: string;
  readonly component: string | undefined;
  readonly from: string;
  readonly to: string;
  /** True: compared on the very same entity; false: with the worst anywhere in production. */
  readonly isSameEntity: boolean;
}

/** Names of defects, findings without a CVE among them, each once and sorted. */
export interface Comparison {
  readonly fresh: readonly string[];
  readonly resolved: readonly string[];
  readonly common: readonly string[];
  readonly severityRegressions: readonly Regression[];
  readonly functionRegressions: readonly Regression[];
}

export interface ReferenceAssessment {
  readonly verdict: Verdict;
  readonly certification: readonly Problem[];
  /** Both undefined: nothing is compared. */
  readonly production: readonly Problem[] | undefined;
  readonly comparison: Comparison | undefined;
  /** Beside those of the verdict. */
  readonly warnings: readonly string[];
}

const LEVEL = {
  critical: 'CRITICAL',
  high: 'HIGH',
  medium: 'MEDIUM',
  low: 'LOW',
  info: 'NONE',
  unknown: 'UNKNOWN',
} as const satisfies Record<Severity, string>;

export function levelOf({ severity }: Pick<Problem, 'severity'>): string {
  return LEVEL[severity];
}

const USAGE = {
  'in-use': 'IN_USE',
  'not-in-use': 'NOT_IN_USE',
  'not-available': 'NOT_AVAILABLE',
} as const;

export function usageOf({ assessment }: Pick<Problem, 'assessment'>): string {
  return USAGE[assessment.functionUsage ?? 'not-available'];
}

/** A word of ours as the vendor writes it: `not-detected` is NOT_DETECTED. */
export function vendorWord(word: string): string {
  return word.replaceAll('-', '_').toUpperCase();
}

export const GO_REASON = 'all criteria are met, on complete evidence';

/** Why the gate does not open; on GO the one sentence that says so. */
export function reasonsOf({ verdict }: ReferenceAssessment): readonly string[] {
  const reasons = verdict.reasons.filter(({ effect }) => effect !== 'warn').map(({ message }) => message);
  return reasons.length === 0 ? [GO_REASON] : reasons;
}

/** What opens or closes nothing and should be known all the same. */
export function warningsOf({ verdict, warnings }: ReferenceAssessment): readonly string[] {
  const said = verdict.reasons.filter(({ effect }) => effect === 'warn').map(({ message }) => message);
  return [...said, ...warnings];
}

/** Problems of the certification environment that this rule holds against the release. */
export function heldBy({ verdict, certification }: ReferenceAssessment, rule: string): readonly Problem[] {
  const held = new Set(
    verdict.reasons
      .filter((reason) => reason.rule === rule && reason.effect !== 'warn')
      .flatMap(({ findings }) => findings.map(({ id }) => id)),
  );
  return certification.filter(({ findings }) => findings.some((id) => held.has(id)));
}

export function isRegression({ verdict }: ReferenceAssessment): boolean {
  return verdict.reasons.some(
    ({ rule, effect }) =>
      effect === 'block' &&
      ['new-against-baseline', 'severity-regression', 'function-regression'].includes(rule),
  );
}

export function summaryOf(assessment: ReferenceAssessment): string {
  const { verdict } = assessment.verdict;
  return `${verdict}: ${SAID[verdict]}${reasonsOf(assessment)
    .map((reason) => `\n- ${reason}`)
    .join('')}`;
}

const SAID = {
  GO: 'the release may be promoted to production',
  'NO-GO': 'the release must not be promoted to production',
  UNDECIDED: 'the evidence does not suffice to promote the release to production',
} as const;

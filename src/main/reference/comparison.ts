/** Certification beside production, as the script's report lists it and as the rules see it. */
import type { Finding } from '../../domain/finding.ts';
import type { Scope } from '../../domain/scope.ts';
import type { Severity } from '../../domain/severity.ts';
import type { Verdict } from '../../domain/verdict.ts';
import { type Baseline, indexBaseline, type Standing, standingOf } from '../../policy/baseline.ts';
import type { Comparison, Regression } from '../../reports/reference/assessment.ts';

export interface Compared {
  readonly verdict: Verdict;
  readonly scope: Scope;
  readonly baselineScope: Scope;
  /** What is open on either side. */
  readonly open: readonly Finding[];
  readonly baseline: readonly Finding[];
  /** Severities of which nothing counts as new. */
  readonly newExcluded: readonly Severity[];
}

/** What is set aside is not new, whatever production knows. */
export function comparisonOf(compared: Compared): Comparison {
  const { verdict, scope, baselineScope, open, baseline, newExcluded } = compared;
  const index = indexBaseline(baseline, baselineScope, true);
  const aside = new Set(verdict.setAside.filter(({ honoured }) => honoured).map(({ finding }) => finding.id));
  const here = new Set(open.map(nameOf));
  const there = new Set(baseline.map(nameOf));
  const fresh = open.filter(
    (one) => !aside.has(one.id) && !newExcluded.includes(one.severity) && index.known(one) === undefined,
  );
  const regressionsBy = (rule: string, say: (standing: Standing) => string): readonly Regression[] =>
    verdict.reasons
      .filter((reason) => reason.rule === rule)
      .flatMap(({ findings }) => findings)
      .flatMap((finding) => regressionOf(finding, index, standingOf(finding, scope), say));
  return {
    fresh: sorted(fresh.map(nameOf)),
    resolved: sorted([...there].filter((name) => !here.has(name))),
    common: sorted([...there].filter((name) => here.has(name))),
    severityRegressions: regressionsBy('severity-regression', sayLevel),
    functionRegressions: regressionsBy('function-regression', ({ usage }) => usage ?? 'not-available'),
  };
}

/** Findings without a CVE have a name too: the vendor's, or the rule's. */
function nameOf({ vulnerability, rule, title }: Finding): string {
  return vulnerability ?? rule ?? title ?? 'unnamed';
}

function sayLevel({ severity }: Standing): string {
  return severity === 'info' ? 'none' : severity;
}

function regressionOf(
  finding: Finding,
  index: Baseline,
  to: Standing,
  say: (standing: Standing) => string,
): readonly Regression[] {
  const known = index.known(finding);
  if (known === undefined) return [];
  return [
    {
      defect: nameOf(finding),
      component: finding.component ?? finding.location,
      from: say(known.sameEntity ?? known.anywhere),
      to: say(to),
      isSameEntity: known.sameEntity !== undefined,
    },
  ];
}

function sorted(names: readonly string[]): readonly string[] {
  return [...new Set(names)].sort();
}

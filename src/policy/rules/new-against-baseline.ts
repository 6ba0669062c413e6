import * as z from 'zod';
import type { Finding } from '../../domain/finding.ts';
import { assetKey, type Baseline, namesOf, placeOf } from '../baseline.ts';
import { counted, countOf, severitiesOf } from '../counting.ts';
import { exceptFor, exceptSeverities } from '../finding-exceptions.ts';
import { defineRule, NO_FINDING } from '../rule.ts';

/**
 * The budget counts vulnerabilities, each once however many components and assets carry it. Within budget is
 * certain on any baseline: the part that is missing could only show that fewer are new.
 */
export const newAgainstBaselineRule = defineRule({
  id: 'new-against-baseline',
  description: 'More vulnerabilities are new against the baseline than the budget allows.',
  compares: true,
  parameters: z.strictObject({
    budget: z.union([z.int().nonnegative(), z.literal('unlimited')], {
      error: "expected a whole number from 0, or 'unlimited'",
    }),
    exceptSeverities,
  }),
  defaults: { budget: 0, exceptSeverities: [] },
  compile: ({ budget, exceptSeverities }) =>
    budget === 'unlimited' ? NO_FINDING : exceptFor(exceptSeverities),
  judge({ budget }, { findings, problems, baseline }) {
    if (budget === 'unlimited') return [];
    const fresh = newFindings(findings, baseline);
    const count = countDefects(fresh);
    if (count <= budget) return [];
    const said = `${counted(count, 'new vulnerability', 'new vulnerabilities')} against the baseline, ${budget} allowed`;
    const message = `${said}; ${countOf(fresh, problems)}: ${severitiesOf(fresh)}`;
    return [{ message, findings: fresh, proven: baseline.complete }];
  },
});

/** A rule broken n times in a file of the baseline may be broken n times there now; what goes beyond is new. */
function newFindings(findings: readonly Finding[], baseline: Baseline): readonly Finding[] {
  const seen = new Map<string, number>();
  return findings.filter((finding) => {
    const known = baseline.known(finding);
    if (known === undefined) return true;
    if (finding.vulnerability !== undefined) return false;
    const here = JSON.stringify([assetKey(finding.asset), namesOf(finding), placeOf(finding)]);
    const position = (seen.get(here) ?? 0) + 1;
    seen.set(here, position);
    return position > known.mostOnOneAsset;
  });
}

/** Findings of rules have no vulnerability in common, so each counts. */
function countDefects(findings: readonly Finding[]): number {
  const vulnerabilities = new Set<string>();
  let others = 0;
  for (const { vulnerability } of findings) {
    if (vulnerability === undefined) others += 1;
    else vulnerabilities.add(vulnerability);
  }
  return vulnerabilities.size + others;
}

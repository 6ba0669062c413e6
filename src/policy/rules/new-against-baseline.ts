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
    const { fresh, known } = divide(findings, baseline);
    const count = countDefects(fresh);
    if (count <= budget) return [];
    const said = `${counted(count, 'new vulnerability', 'new vulnerabilities')} against the baseline, ${budget} allowed`;
    const message = `${said}; ${countOf(fresh, problems)}: ${severitiesOf(fresh)}`;
    const insteadOf = (finding: Finding): readonly Finding[] => known.get(hereOf(finding)) ?? [];
    const allowance = { allowed: budget, unitOf: defectOf, insteadOf };
    return [{ message, findings: fresh, proven: baseline.complete, allowance }];
  },
});

interface Divided {
  readonly fresh: readonly Finding[];
  /** Findings of rules that the baseline has as often, by where they are. */
  readonly known: ReadonlyMap<string, readonly Finding[]>;
}

/** A rule broken n times in a file of the baseline may be broken n times there now; what goes beyond is new. */
function divide(findings: readonly Finding[], baseline: Baseline): Divided {
  const known = new Map<string, Finding[]>();
  const fresh = findings.filter((finding) => {
    const before = baseline.known(finding);
    if (before === undefined) return true;
    if (finding.vulnerability !== undefined) return false;
    // On one and the same asset the marks of places can be compared: another mark is another place.
    if (before.sameEntity !== undefined && finding.location?.includes('#')) return !before.sameLocation;
    const here = hereOf(finding);
    const sofar = known.get(here) ?? [];
    known.set(here, sofar);
    if (sofar.length >= before.mostOnOneAsset) return true;
    sofar.push(finding);
    return false;
  });
  return { fresh, known };
}

function hereOf(finding: Finding): string {
  return JSON.stringify([assetKey(finding.asset), namesOf(finding), placeOf(finding)]);
}

function countDefects(findings: readonly Finding[]): number {
  return new Set(findings.map(defectOf)).size;
}

/** Findings of rules have no vulnerability in common, so each counts. */
function defectOf(finding: Finding): string | Finding {
  return finding.vulnerability ?? finding;
}

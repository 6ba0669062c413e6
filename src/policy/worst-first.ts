import type { Finding } from '../domain/finding.ts';
import type { Severity } from '../domain/severity.ts';

/** What is not known may be anything: it is shown before what is known to be moderate. */
const ORDER = { critical: 0, high: 1, unknown: 2, medium: 3, low: 4, info: 5 } as const satisfies Record<
  Severity,
  number
>;

/** Worst first, then by name and place: the same order whatever order the findings arrived in. */
export function worstFirst(findings: readonly Finding[]): readonly Finding[] {
  if (findings.length < 2) return findings;
  return [...findings].sort(
    (a, b) =>
      ORDER[a.severity] - ORDER[b.severity] ||
      (b.score ?? -1) - (a.score ?? -1) ||
      compareText(nameOf(a), nameOf(b)) ||
      compareText(a.asset.name, b.asset.name) ||
      compareText(a.component ?? a.location, b.component ?? b.location) ||
      a.id - b.id,
  );
}

export function nameOf(finding: Finding): string | undefined {
  return finding.vulnerability ?? finding.rule;
}

/** By code unit, so that it is the same in every locale; what is absent comes last. */
export function compareText(a: string | undefined, b: string | undefined): number {
  if (a === b) return 0;
  if (a === undefined) return 1;
  if (b === undefined) return -1;
  return a < b ? -1 : 1;
}

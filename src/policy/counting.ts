/** How counts are said. A problem is one entry of a source; with three CVEs it is one problem and three findings. */
import type { Finding } from '../domain/finding.ts';
import { observationsInScope, type Scope } from '../domain/scope.ts';
import { noSeverities, SEVERITIES } from '../domain/severity.ts';

/**
 * Findings that any source states as one entry are one problem, also through a third that shares an entry with each:
 * never more problems than findings, however many sources see them.
 */
export function countProblems(findings: readonly Finding[], scope: Scope): number {
  const parents = findings.map((_, index) => index);
  const rootOf = (index: number): number => {
    let at = index;
    while (parents[at] !== at) {
      const above = parents[parents[at]!]!;
      parents[at] = above;
      at = above;
    }
    return at;
  };
  const firstWith = new Map<string, number>();
  let problems = findings.length;
  for (const [index, finding] of findings.entries()) {
    for (const { source, channel, key } of observationsInScope(finding, scope)) {
      const entry = `${finding.assetId}\n${source}\n${channel}\n${key}`;
      const first = firstWith.get(entry);
      if (first === undefined) {
        firstWith.set(entry, index);
        continue;
      }
      const [one, other] = [rootOf(first), rootOf(index)];
      if (one !== other) {
        parents[one] = other;
        problems -= 1;
      }
    }
  }
  return problems;
}

/** `3 findings in 2 problems`. */
export function countOf(findings: readonly Finding[], scope: Scope): string {
  return `${counted(findings.length, 'finding')} in ${counted(countProblems(findings, scope), 'problem')}`;
}

/** `1 critical, 2 high`; nothing for an empty list. */
export function severitiesOf(findings: readonly Finding[]): string {
  const counts = noSeverities();
  for (const { severity } of findings) counts[severity] += 1;
  return SEVERITIES.filter((severity) => counts[severity] > 0)
    .map((severity) => `${counts[severity]} ${severity}`)
    .join(', ');
}

/** `1 finding`, `2 findings`. */
export function counted(count: number, noun: string, plural = `${noun}s`): string {
  return `${count} ${count === 1 ? noun : plural}`;
}

/** How counts are said. */
import type { Finding } from '../domain/finding.ts';
import { noSeverities, SEVERITIES } from '../domain/severity.ts';
import { countProblems, type Problems } from './problems.ts';

/** `3 findings in 2 problems`. */
export function countOf(findings: readonly Finding[], problems: Problems): string {
  return `${counted(findings.length, 'finding')} in ${counted(countProblems(findings, problems), 'problem')}`;
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

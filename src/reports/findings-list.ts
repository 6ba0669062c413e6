/** Findings for a person at a terminal, one line each. */
import type { Finding } from '../domain/finding.ts';
import type { Severity } from '../domain/severity.ts';
import { SEVERITIES } from '../domain/severity.ts';
import { cutTo, toPlainLine } from './plain-text.ts';

export interface ListOptions {
  readonly width: number;
  readonly colour: boolean;
}

export interface ListCounts {
  readonly total: number;
  readonly bySeverity: Readonly<Record<Severity, number>>;
}

export function listFindings(
  findings: readonly Finding[],
  counts: ListCounts,
  { width }: ListOptions,
): string {
  const digits = Math.max(0, ...findings.map(({ id }) => String(id).length));
  const lines = findings.map((finding) => cutTo(lineOf(finding, digits), Math.max(40, width)));
  return `${[...lines, ...(lines.length > 0 ? [''] : []), summaryOf(findings.length, counts)].join('\n')}\n`;
}

/** The number first: it is how other commands call the finding. */
function lineOf(finding: Finding, digits: number): string {
  const name = finding.vulnerability ?? finding.rule ?? '';
  const place = finding.component ?? finding.location ?? '';
  const state = finding.state === 'open' ? '' : ' (resolved)';
  const number = String(finding.id).padStart(digits);
  const columns = [
    number,
    finding.severity.padEnd(8),
    name.padEnd(20),
    place,
    `on ${finding.asset.name}${state}`,
  ];
  return toPlainLine(columns.filter((text) => text !== '').join('  '));
}

function summaryOf(shown: number, { total, bySeverity }: ListCounts): string {
  const parts = SEVERITIES.filter((severity) => bySeverity[severity] > 0).map(
    (severity) => `${bySeverity[severity]} ${severity}`,
  );
  const more = shown < total ? `; ${shown} shown` : '';
  return `${total} ${total === 1 ? 'finding' : 'findings'}${parts.length > 0 ? `: ${parts.join(', ')}` : ''}${more}`;
}

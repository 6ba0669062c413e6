/** The script's CSV report: its thirteen columns, also when there is nothing to list. RFC 4180. */
import { toPlainLine } from '../plain-text.ts';
import { levelOf, type Problem, type ReferenceAssessment, usageOf } from './assessment.ts';

const COLUMNS: readonly (readonly [name: string, of: (problem: Problem) => string])[] = [
  ['CVE_ID', ({ cves }) => cves.join(',') || 'N/A'],
  ['Title', ({ title }) => title ?? 'Unknown'],
  ['Risk_Level', levelOf],
  ['Risk_Score', ({ score }) => score?.toString() ?? 'N/A'],
  ['Vulnerable_Function_Usage', usageOf],
  ['Technology', ({ technology }) => technology ?? 'Unknown'],
  ['Package_Name', ({ packageName }) => packageName ?? 'Unknown'],
  ['Affected_Entities', ({ entities }) => entities.map(({ id, name }) => name ?? id).join('; ')],
  ['Management_Zones', ({ zones }) => zones.map(({ id, name }) => name ?? id).join('; ')],
  // What counts against a release is OPEN and nothing else.
  ['Status', ({ setAside }) => (setAside.length === 0 ? 'OPEN' : `OPEN (${setAside.join(', ')})`)],
  ['First_Seen', ({ firstSeenAt }) => String(firstSeenAt)],
  ['Last_Updated', ({ updatedAt }) => updatedAt?.toString() ?? 'N/A'],
];

export function toReferenceCsv({ certification, production = [] }: ReferenceAssessment): string {
  const rows = [
    ['Environment', ...COLUMNS.map(([name]) => name)],
    ...certification.map((problem) => ['CERTIFICATION', ...COLUMNS.map(([, of]) => of(problem))]),
    ...production.map((problem) => ['PRODUCTION', ...COLUMNS.map(([, of]) => of(problem))]),
  ];
  return rows.map((row) => `${row.map(cell).join(',')}\r\n`).join('');
}

/** A cell that a spreadsheet would take for a formula begins with an apostrophe, which it shows as text. */
function cell(text: string): string {
  const plain = toPlainLine(text);
  const harmless = /^\s*[=+\-@|%]/.test(plain) && !/^-?\d+(\.\d+)?$/.test(plain) ? `'${plain}` : plain;
  return /[",]|^\s|\s$/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}

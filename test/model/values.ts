/** What a finding shows, from those of its observations that speak. */
import type { Severity } from '../../src/domain/severity.ts';
import type { Assessment, Fix } from '../../src/domain/statement.ts';
import type { ObservationHistory } from './life.ts';

export interface Values {
  readonly severity: Severity;
  readonly score?: number;
  readonly title?: string;
  readonly dueAt?: number;
  readonly assessment: Assessment;
  readonly fixVersions: readonly string[];
  readonly occurrences: number;
}

/** Worst first; unknown gives way to all that is known. */
export const SEVERITIES: readonly Severity[] = ['critical', 'high', 'medium', 'low', 'info', 'unknown'];

const WORST_FIRST = {
  functionUsage: ['in-use', 'not-available', 'not-in-use'],
  exposure: ['public', 'not-available', 'not-detected'],
  dataAssets: ['reachable', 'not-available', 'not-detected'],
  exploit: ['available', 'not-available'],
} as const;

export function valuesOf(speaking: readonly ObservationHistory[]): {
  readonly lead: ObservationHistory;
  readonly values: Values;
} {
  const ranked = [...speaking].sort(byPrecedence);
  const [lead] = ranked;
  if (lead === undefined) throw new RangeError('a finding has at least one observation');
  const { severity } = lead.main;
  const scores = speaking
    .filter((one) => one.main.severity === severity)
    .flatMap((one) => (one.main.score === undefined ? [] : [one.main.score]));
  const title = ranked.map(titleOf).find((one) => one !== undefined);
  const deadlines = speaking.flatMap((one) => (one.main.dueAt === undefined ? [] : [one.main.dueAt]));
  return {
    lead,
    values: {
      severity,
      ...(scores.length === 0 ? {} : { score: Math.max(...scores) }),
      ...(title === undefined ? {} : { title }),
      ...(deadlines.length === 0 ? {} : { dueAt: Math.min(...deadlines) }),
      assessment: worstAssessment(speaking.map((one) => one.main.assessment)),
      fixVersions: [...new Set(speaking.flatMap(fixVersionsOf))].sort(),
      occurrences: speaking.reduce((sum, one) => sum + occurrencesOf(one), 0),
    },
  };
}

export function worstSeverity(severities: readonly Severity[]): Severity {
  return SEVERITIES.find((severity) => severities.includes(severity)) ?? 'unknown';
}

function worstAssessment(all: readonly Assessment[]): Assessment {
  const worst = Object.entries(WORST_FIRST).map(([field, order]) => {
    const stated = all.flatMap((one) => Object.entries(one).filter(([name]) => name === field));
    return [field, order.find((value) => stated.some(([, said]) => said === value))];
  });
  return Object.fromEntries(worst.filter(([, value]) => value !== undefined));
}

function byPrecedence(a: ObservationHistory, b: ObservationHistory): number {
  return (
    SEVERITIES.indexOf(a.main.severity) - SEVERITIES.indexOf(b.main.severity) ||
    (b.main.score ?? -1) - (a.main.score ?? -1) ||
    compare(a.source, b.source) ||
    compare(a.category, b.category) ||
    compare(a.channel, b.channel) ||
    compare(a.key, b.key)
  );
}

function titleOf({ main, detail }: ObservationHistory): string | undefined {
  return main.title ?? detail?.title;
}

function occurrencesOf({ main, detail }: ObservationHistory): number {
  return detail !== undefined && detail.occurrences > 0 ? detail.occurrences : main.occurrences;
}

function fixVersionsOf({ main, detail }: ObservationHistory): readonly string[] {
  return [main, detail].flatMap((part) => {
    const body: { readonly fix?: Fix } = part === undefined ? {} : JSON.parse(part.body);
    return body.fix?.versions ?? [];
  });
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

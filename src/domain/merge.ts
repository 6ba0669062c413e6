/**
 * The precedence of values, written once. Live observations speak; when none is live, all do. Of several, the worst
 * known severity is shown (unknown only when none knows), the highest score among those that gave that severity, the
 * worst of each runtime fact, the earliest deadline, any fix; the title comes from the first observation that has
 * one in the order severity, score, source, key. None of it depends on the order of arrival. A severity that no
 * observation knows, and its score, are the worst that advisories say.
 */
import { worstAssessment } from './assessment.ts';
import { UNKNOWN_CODE } from './severity.ts';

/** What one observation contributes; `severity` is a severity code, `facts` a packed assessment. */
export interface Contribution {
  readonly live: boolean;
  readonly severity: number;
  readonly score: number | null;
  readonly facts: number;
  readonly fixable: boolean;
  readonly occurrences: number;
  readonly dueAt: number | null;
  readonly title: string | null;
  readonly isSetAside: boolean;
  /** Stream and key: what breaks ties. */
  readonly tie: string;
}

export interface MergedValues {
  readonly severity: number;
  readonly score: number | null;
  readonly facts: number;
  readonly fixable: boolean;
  readonly occurrences: number;
  readonly dueAt: number | null;
  readonly title: string | null;
  readonly isSetAside: boolean;
}

export function mergeValues(contributions: readonly Contribution[]): MergedValues {
  const speaking = speakingOf(contributions);
  const [lead] = speaking;
  if (lead === undefined) throw new RangeError('a finding has at least one observation');
  if (speaking.length === 1) return lead;
  const ranked = [...speaking].sort(byPrecedence);
  return {
    severity: ranked[0]?.severity ?? UNKNOWN_CODE,
    score: ranked[0]?.score ?? null,
    facts: speaking.reduce((facts, one) => worstAssessment(facts, one.facts), 0),
    fixable: speaking.some((one) => one.fixable),
    occurrences: speaking.reduce((sum, one) => sum + one.occurrences, 0),
    dueAt: speaking.reduce<number | null>((due, one) => earliest(due, one.dueAt), null),
    title: ranked.find((one) => one.title !== null)?.title ?? null,
    isSetAside: speaking.some((one) => one.isSetAside),
  };
}

/** The observations whose values count. */
export function speakingOf<T extends { readonly live: boolean }>(all: readonly T[]): readonly T[] {
  const live = all.filter((one) => one.live);
  return live.length > 0 ? live : all;
}

export function byPrecedence(
  a: Pick<Contribution, 'severity' | 'score' | 'tie'>,
  b: Pick<Contribution, 'severity' | 'score' | 'tie'>,
): number {
  if (a.severity !== b.severity) return knownFirst(b.severity) - knownFirst(a.severity);
  const [scoreA, scoreB] = [a.score ?? -1, b.score ?? -1];
  if (scoreA !== scoreB) return scoreB - scoreA;
  return a.tie < b.tie ? -1 : a.tie > b.tie ? 1 : 0;
}

/** Where it is known, it counts: unknown gives way to any other. */
function knownFirst(code: number): number {
  return code === UNKNOWN_CODE ? 0 : code;
}

function earliest(a: number | null, b: number | null): number | null {
  if (a === null || b === null) return a ?? b;
  return Math.min(a, b);
}

/** What an advisory says of severity, as one number: a maximum is the worst. */
import { type Severity, severityCode } from '../../domain/severity.ts';

/** The severity's code, and behind it the score and one, 0 where there is none. */
const PER_SEVERITY = 1000;
const PER_SCORE = 10;

export interface Rating {
  /** A severity code. */
  readonly severity: number;
  readonly score: number | null;
}

/** Null: it says nothing of severity. */
export function packRating(severity: Severity | undefined, score: number | undefined): number | null {
  if (severity === undefined || severity === 'unknown') return null;
  return (
    severityCode(severity) * PER_SEVERITY + (score === undefined ? 0 : Math.round((score + 1) * PER_SCORE))
  );
}

export function unpackRating(rating: number): Rating {
  const severity = Math.floor(rating / PER_SEVERITY);
  const score = rating - severity * PER_SEVERITY;
  return { severity, score: score === 0 ? null : (score - PER_SCORE) / PER_SCORE };
}

/** One scale for every source. `unknown` is a value of its own: it never compares as low. */
export const SEVERITIES = ['critical', 'high', 'medium', 'low', 'info', 'unknown'] as const;
export type Severity = (typeof SEVERITIES)[number];

export type KnownSeverity = Exclude<Severity, 'unknown'>;

const RANK = { critical: 5, high: 4, medium: 3, low: 2, info: 1, unknown: 0 } as const satisfies Record<
  Severity,
  number
>;

/** 5 critical … 1 info; 0 is unknown and means "not on the scale", never "below info". */
export function severityRank(severity: Severity): number {
  return RANK[severity];
}

/** True when the severity is known and at or above the level. Unknown is neither at, above nor below any level. */
export function isAtOrAbove(severity: Severity, level: KnownSeverity): boolean {
  return severity !== 'unknown' && RANK[severity] >= RANK[level];
}

/**
 * CVSS v3.1 qualitative severity rating scale (specification §5), used for v2 and v4 scores too.
 * Not a number, or outside 0–10: unknown.
 */
export function severityOfScore(score: number | undefined): Severity {
  if (score === undefined || !(score >= 0 && score <= 10)) return 'unknown';
  if (score >= 9) return 'critical';
  if (score >= 7) return 'high';
  if (score >= 4) return 'medium';
  return score > 0 ? 'low' : 'info';
}

/** Counts per severity, every key present. */
export type BySeverity = Record<Severity, number>;

export function noSeverities(): BySeverity {
  return { critical: 0, high: 0, medium: 0, low: 0, info: 0, unknown: 0 };
}

/**
 * Position in lists, worst highest. Unknown may be anything, so it stands after high and never as low; it is 4, with
 * medium 3 and high 5. Stores keep this number.
 */
const CODE = { critical: 6, high: 5, unknown: 4, medium: 3, low: 2, info: 1 } as const satisfies Record<
  Severity,
  number
>;

export const UNKNOWN_CODE = CODE.unknown;

export function severityCode(severity: Severity): number {
  return CODE[severity];
}

export function severityOfCode(code: number): Severity {
  return SEVERITIES.find((severity) => CODE[severity] === code) ?? 'unknown';
}

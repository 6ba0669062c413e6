import * as z from 'zod';
import { isAtOrAbove, SEVERITIES, type Severity } from '../../domain/severity.ts';
import { countOf } from '../counting.ts';
import { defineRule } from '../rule.ts';

/**
 * Counts findings: one vulnerability in three components of an asset is three things to repair. They are counted from the
 * worst severity down, at or above each that has a budget, against its budget and those above it. So what is left of a
 * worse one is for milder ones, never the other way round, and a finding that gets worse never makes room.
 */
export const severityBudgetRule = defineRule({
  id: 'severity-budget',
  description:
    'There are more findings of a severity than its budget, and what is left of worse ones, allows.',
  compares: false,
  parameters: z.strictObject({ budget: z.partialRecord(z.enum(SEVERITIES), z.int().nonnegative()) }),
  defaults: { budget: { critical: 0 } },
  compile: ({ budget }) => ({
    op: 'severity',
    in: SEVERITIES.filter((severity) => levelsIn(budget).some((level) => counts(severity, level))),
  }),
  judge({ budget }, { findings, problems }) {
    let room = 0;
    return levelsIn(budget).flatMap((level) => {
      const own = budget[level] ?? 0;
      room += level === 'unknown' ? 0 : own;
      const allowed = level === 'unknown' ? own : room;
      const counted = findings.filter(({ severity }) => counts(severity, level));
      if (counted.length <= allowed) return [];
      const which =
        level === 'critical' || level === 'unknown' ? `of severity ${level}` : `at or above ${level}`;
      const message = `${countOf(counted, problems)} ${which}, ${allowed} allowed`;
      return [{ message, findings: counted, proven: true, allowance: { allowed, unitOf } }];
    });
  },
});

type Budget = Readonly<Partial<Record<Severity, number>>>;

/** Those that are named, the worst first; unknown is not on the scale and stands alone. */
function levelsIn(budget: Budget): readonly Severity[] {
  return SEVERITIES.filter((severity) => budget[severity] !== undefined);
}

function counts(severity: Severity, level: Severity): boolean {
  return level === 'unknown' ? severity === 'unknown' : isAtOrAbove(severity, level);
}

function unitOf<T>(finding: T): T {
  return finding;
}

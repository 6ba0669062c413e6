import * as z from 'zod';
import { ANY_FINDING, type Filter } from '../../domain/filter.ts';
import { SEVERITIES, type Severity } from '../../domain/severity.ts';
import { daysFor } from '../../domain/sla.ts';
import { counted, countOf, severitiesOf } from '../counting.ts';
import { exceptFor, exceptSeverities } from '../finding-exceptions.ts';
import { ANY_TIME, defineRule } from '../rule.ts';
import { unreadJudgement } from '../unread.ts';

const DAY_MS = 86_400_000;

/** For all, or for each severity; one that is not named goes by the next milder one that is. */
const Days = z.union([z.number().positive(), z.partialRecord(z.enum(SEVERITIES), z.number().positive())], {
  error: 'expected days above 0, or days for each severity: { critical: 14, high: 60 }',
});
type Days = z.output<typeof Days>;

/** Since it was opened, whoever waived it in between: the age of a finding, not of its neglect (`past-sla`). */
export const ageRule = defineRule({
  id: 'age',
  description: 'It has been open for at least so many days.',
  compares: false,
  parameters: z.strictObject({ days: Days, exceptSeverities }),
  defaults: { days: 90, exceptSeverities: [] },
  compile: ({ days, exceptSeverities }, now) => ({
    op: 'all',
    of: [oldEnough(days, now), exceptFor(exceptSeverities)],
  }),
  judge({ days }, facts) {
    const { findings, problems, now } = facts;
    const old = findings.filter(({ openedAt, severity }) => {
      const allowed = daysOf(days, severity);
      return allowed !== undefined && now - openedAt >= allowed * DAY_MS;
    });
    if (old.length === 0) return unreadJudgement('history', facts);
    const message =
      typeof days === 'number'
        ? `${countOf(old, problems)} open for at least ${counted(days, 'day')}`
        : `${countOf(old, problems)} open for at least the days of their severity: ${severitiesOf(old)}`;
    return [{ message, findings: old, proven: true }];
  },
});

function daysOf(days: Days, severity: Severity): number | undefined {
  return typeof days === 'number' ? days : daysFor(severity, days);
}

function oldEnough(days: Days, now: number): Filter {
  if (typeof days === 'number') return openedBy(days, now);
  const of = SEVERITIES.flatMap((severity): readonly Filter[] => {
    const own = daysFor(severity, days);
    return own === undefined
      ? []
      : [{ op: 'all', of: [{ op: 'severity', in: [severity] }, openedBy(own, now)] }];
  });
  return { op: 'any', of };
}

/** To the millisecond: open since exactly so many days is open for at least so many. */
function openedBy(days: number, now: number): Filter {
  return now === ANY_TIME ? ANY_FINDING : { op: 'openedBefore', at: now - days * DAY_MS + 1 };
}

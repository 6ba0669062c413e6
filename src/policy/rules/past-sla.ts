import * as z from 'zod';
import type { Filter } from '../../domain/filter.ts';
import { SEVERITIES } from '../../domain/severity.ts';
import { DEFAULT_SLA, daysFor, deadlineOf, isOverdue, type SlaDays } from '../../domain/sla.ts';
import { countOf, severitiesOf } from '../counting.ts';
import { ANY_TIME, defineRule } from '../rule.ts';
import { unreadJudgement } from '../unread.ts';

const DAY_MS = 86_400_000;

/** Days per severity from the start of the episode; a vendor's own deadline wins, and time under a waiver is not counted. */
export const pastSlaRule = defineRule({
  id: 'past-sla',
  description: 'It should have been fixed by now: its deadline (SLA) has passed.',
  compares: false,
  parameters: z.strictObject({ days: z.partialRecord(z.enum(SEVERITIES), z.number().positive()) }),
  defaults: { days: DEFAULT_SLA },
  compile: ({ days }, now) =>
    now === ANY_TIME
      ? { op: 'all', of: [] }
      : {
          op: 'any',
          of: [{ op: 'dueBefore', at: now }, ...openTooLong(days, now)],
        },
  judge({ days }, facts) {
    const { findings, problems, now, waivedTimes } = facts;
    const late = findings.filter((finding) => {
      const { severity, openedAt, dueAt } = finding;
      const life = { severity, openedAt, vendorDueAt: dueAt, waived: waivedTimes(finding) };
      return isOverdue(deadlineOf(life, days), now);
    });
    if (late.length === 0) return unreadJudgement('history', facts);
    const message = `${countOf(late, problems)} past the deadline: ${severitiesOf(late)}`;
    return [{ message, findings: late, proven: true }];
  },
});

function openTooLong(days: SlaDays, now: number): readonly Filter[] {
  return SEVERITIES.flatMap((severity): readonly Filter[] => {
    const own = daysFor(severity, days);
    if (own === undefined) return [];
    const openedBefore = { op: 'openedBefore', at: now - own * DAY_MS } as const;
    return [{ op: 'all', of: [{ op: 'severity', in: [severity] }, openedBefore] }];
  });
}

import * as z from 'zod';
import { shortfallJudgement, shortfallsOf } from '../evidence.ts';
import { defineRule, NO_FINDING } from '../rule.ts';

/** Judges the evidence of the release, not its findings: what it misses leaves a verdict open and proves no harm. */
export const requiredSourcesRule = defineRule({
  id: 'required-sources',
  description: 'A source that must have spoken is missing, incomplete or too old.',
  compares: false,
  judgesFindings: false,
  parameters: z.strictObject({
    /** Names as in the evidence; empty: no source by name, only the age of all. */
    sources: z.array(z.string().min(1)).readonly(),
    maxAgeHours: z.union([z.number().positive(), z.literal('unlimited')], {
      error: "expected hours above 0, or 'unlimited'",
    }),
  }),
  defaults: { sources: [], maxAgeHours: 'unlimited' },
  compile: () => NO_FINDING,
  judge: (requirements, { evidence, now }) =>
    shortfallsOf(requirements, evidence, now).map(shortfallJudgement),
});

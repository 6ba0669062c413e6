import * as z from 'zod';
import { countOf } from '../counting.ts';
import { defineRule } from '../rule.ts';

/** The score as the sources state it, 0 to 10. A finding without one is judged by its severity alone. */
export const cvssRule = defineRule({
  id: 'cvss',
  description: 'The CVSS score is at or above a number.',
  compares: false,
  parameters: z.strictObject({ atLeast: z.number().min(0).max(10) }),
  defaults: { atLeast: 9 },
  compile: ({ atLeast }) => ({ op: 'score', atLeast }),
  judge({ atLeast }, { findings, problems }) {
    if (findings.length === 0) return [];
    const message = `${countOf(findings, problems)} with a CVSS score of at least ${atLeast}`;
    return [{ message, findings, proven: true }];
  },
});

import * as z from 'zod';
import { countOf, severitiesOf } from '../counting.ts';
import { exceptFor, exceptSeverities } from '../finding-exceptions.ts';
import { defineRule } from '../rule.ts';

/** What could be repaired by an upgrade has no excuse. */
export const fixAvailableRule = defineRule({
  id: 'fix-available',
  description: 'A version that repairs it is known.',
  compares: false,
  parameters: z.strictObject({ exceptSeverities }),
  defaults: { exceptSeverities: [] },
  compile: ({ exceptSeverities }) => ({
    op: 'all',
    of: [{ op: 'fixable', is: true }, exceptFor(exceptSeverities)],
  }),
  judge(_, { findings, problems }) {
    if (findings.length === 0) return [];
    const message = `${countOf(findings, problems)} with a known fix: ${severitiesOf(findings)}`;
    return [{ message, findings, proven: true }];
  },
});

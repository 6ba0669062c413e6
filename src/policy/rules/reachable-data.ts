import * as z from 'zod';
import { countOf } from '../counting.ts';
import { exceptFor, exceptSeverities } from '../finding-exceptions.ts';
import { defineRule } from '../rule.ts';

export const reachableDataRule = defineRule({
  id: 'reachable-data',
  description: 'What is vulnerable can reach data, or it cannot be told.',
  compares: false,
  parameters: z.strictObject({
    data: z
      .array(z.enum(['reachable', 'not-available']))
      .min(1)
      .readonly(),
    exceptSeverities,
  }),
  defaults: { data: ['reachable'], exceptSeverities: [] },
  compile: ({ data, exceptSeverities }) => ({
    op: 'all',
    of: [{ op: 'dataAssets', in: data }, exceptFor(exceptSeverities)],
  }),
  judge({ data }, { findings, problems }) {
    if (findings.length === 0) return [];
    const unknown = data.includes('not-available') ? ', or perhaps can' : '';
    return [
      { message: `${countOf(findings, problems)} that can reach data${unknown}`, findings, proven: true },
    ];
  },
});

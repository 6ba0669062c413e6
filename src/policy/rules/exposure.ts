import * as z from 'zod';
import { countOf } from '../counting.ts';
import { exceptFor, exceptSeverities } from '../finding-exceptions.ts';
import { defineRule } from '../rule.ts';

/** Only what a source states is judged; `not-available` is its word that it cannot tell. */
export const exposureRule = defineRule({
  id: 'exposure',
  description: 'What is vulnerable can be reached from the internet, or it cannot be told.',
  compares: false,
  parameters: z.strictObject({
    exposures: z
      .array(z.enum(['public', 'not-available']))
      .min(1)
      .readonly(),
    exceptSeverities,
  }),
  defaults: { exposures: ['public'], exceptSeverities: [] },
  compile: ({ exposures, exceptSeverities }) => ({
    op: 'all',
    of: [{ op: 'exposure', in: exposures }, exceptFor(exceptSeverities)],
  }),
  judge({ exposures }, { findings, problems }) {
    if (findings.length === 0) return [];
    const unknown = exposures.includes('not-available') ? ', or perhaps reachable' : '';
    const message = `${countOf(findings, problems)} reachable from the internet${unknown}`;
    return [{ message, findings, proven: true }];
  },
});

import * as z from 'zod';
import { exceptFor, exceptSeverities } from '../finding-exceptions.ts';
import { judgeRegression } from '../regression.ts';
import { defineRule } from '../rule.ts';

/** Only a rise from stated "not in use" to stated "in use" counts: any other change is a change of what is known. */
export const functionRegressionRule = defineRule({
  id: 'function-regression',
  description: 'A vulnerable function is in use that the baseline does not use.',
  compares: true,
  parameters: z.strictObject({ exceptSeverities }),
  defaults: { exceptSeverities: [] },
  compile: ({ exceptSeverities }) => exceptFor(exceptSeverities),
  judge: (_, facts) =>
    judgeRegression(
      facts,
      (from, to) => from.usage === 'not-in-use' && to.usage === 'in-use',
      'a vulnerable function newly in use',
    ),
});

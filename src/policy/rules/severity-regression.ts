import * as z from 'zod';
import { severityRank } from '../../domain/severity.ts';
import { exceptFor, exceptSeverities } from '../finding-exceptions.ts';
import { judgeRegression } from '../regression.ts';
import { defineRule } from '../rule.ts';

/** Unknown is not on the scale: nothing rises to it or from it. The rule for unknown severity judges it instead. */
export const severityRegressionRule = defineRule({
  id: 'severity-regression',
  description: 'The severity is higher than in the baseline.',
  compares: true,
  parameters: z.strictObject({ exceptSeverities }),
  defaults: { exceptSeverities: [] },
  compile: ({ exceptSeverities }) => exceptFor([...exceptSeverities, 'unknown']),
  judge: (_, facts) =>
    judgeRegression(
      facts,
      (from, to) => from.severity !== 'unknown' && severityRank(to.severity) > severityRank(from.severity),
      'a higher severity than in the baseline',
    ),
});

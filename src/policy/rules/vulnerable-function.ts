import * as z from 'zod';
import type { Finding } from '../../domain/finding.ts';
import { FUNCTION_USAGES, type FunctionUsage } from '../../domain/statement.ts';
import { countOf } from '../counting.ts';
import { exceptFor, exceptSeverities } from '../finding-exceptions.ts';
import { defineRule } from '../rule.ts';

const SAID = {
  'in-use': 'in use',
  'not-available': 'not assessable',
  'not-in-use': 'not in use',
} as const satisfies Record<FunctionUsage, string>;

/** A source that never states usage (most scanners) makes no finding here: only a stated state is judged. */
export const vulnerableFunctionRule = defineRule({
  id: 'vulnerable-function',
  description: 'The vulnerable function is in use, or its use cannot be assessed.',
  compares: false,
  parameters: z.strictObject({
    usages: z.array(z.enum(FUNCTION_USAGES)).min(1).readonly(),
    exceptSeverities,
  }),
  defaults: { usages: ['in-use', 'not-available'], exceptSeverities: [] },
  compile: ({ usages, exceptSeverities }) => ({
    op: 'all',
    of: [{ op: 'function', in: usages }, exceptFor(exceptSeverities)],
  }),
  judge(_, { findings, problems }) {
    if (findings.length === 0) return [];
    const message = `${countOf(findings, problems)} whose vulnerable function is ${usagesOf(findings)}`;
    return [{ message, findings, proven: true }];
  },
});

function usagesOf(findings: readonly Finding[]): string {
  return (['in-use', 'not-available', 'not-in-use'] as const)
    .map((usage) => ({
      usage,
      count: findings.filter((one) => one.assessment.functionUsage === usage).length,
    }))
    .filter(({ count }) => count > 0)
    .map(({ usage, count }) => `${SAID[usage]} (${count})`)
    .join(' or ');
}

import * as z from 'zod';
import { isAtOrAbove, type KnownSeverity, SEVERITIES } from '../../domain/severity.ts';
import { countOf, severitiesOf } from '../counting.ts';
import { defineRule } from '../rule.ts';

const LEVELS = SEVERITIES.filter((severity): severity is KnownSeverity => severity !== 'unknown');

export const severityRule = defineRule({
  id: 'severity',
  description: 'The severity is at or above a level.',
  compares: false,
  parameters: z.strictObject({ atOrAbove: z.enum(LEVELS) }),
  defaults: { atOrAbove: 'high' },
  compile: ({ atOrAbove }) => ({
    op: 'severity',
    in: SEVERITIES.filter((severity) => isAtOrAbove(severity, atOrAbove)),
  }),
  judge({ atOrAbove }, { findings, problems }) {
    if (findings.length === 0) return [];
    const message = `${countOf(findings, problems)} at or above ${atOrAbove}: ${severitiesOf(findings)}`;
    return [{ message, findings, proven: true }];
  },
});

import * as z from 'zod';
import { countOf } from '../counting.ts';
import { defineRule } from '../rule.ts';

export const unknownSeverityRule = defineRule({
  id: 'unknown-severity',
  description: 'Neither a source nor an advisory states the severity, so it may be any.',
  compares: false,
  parameters: z.strictObject({}),
  defaults: {},
  compile: () => ({ op: 'severity', in: ['unknown'] }),
  judge(_, { findings, problems }) {
    if (findings.length === 0) return [];
    return [{ message: `${countOf(findings, problems)} of unknown severity`, findings, proven: true }];
  },
});

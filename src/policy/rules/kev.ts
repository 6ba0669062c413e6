import * as z from 'zod';
import { countOf } from '../counting.ts';
import { defineRule } from '../rule.ts';
import { unreadJudgement } from '../unread.ts';

export const kevRule = defineRule({
  id: 'kev',
  description: "It is in CISA's catalogue of known exploited vulnerabilities (KEV).",
  compares: false,
  parameters: z.strictObject({}),
  defaults: {},
  compile: () => ({ op: 'kev', is: 'listed' }),
  judge(_, facts) {
    const { findings, problems } = facts;
    if (findings.length === 0) return unreadJudgement('kev', facts);
    return [
      { message: `${countOf(findings, problems)} known to be exploited (KEV)`, findings, proven: true },
    ];
  },
});

import * as z from 'zod';
import { countOf } from '../counting.ts';
import { defineRule } from '../rule.ts';
import { unreadJudgement } from '../unread.ts';

export const ransomwareRule = defineRule({
  id: 'ransomware',
  description: 'It is known from ransomware campaigns (KEV).',
  compares: false,
  parameters: z.strictObject({}),
  defaults: {},
  compile: () => ({ op: 'kev', is: 'ransomware' }),
  judge(_, facts) {
    const { findings, problems } = facts;
    if (findings.length === 0) return unreadJudgement('kev', facts);
    const message = `${countOf(findings, problems)} known from ransomware campaigns`;
    return [{ message, findings, proven: true }];
  },
});

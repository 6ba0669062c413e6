import { answerCommand } from '../waiver-answer.ts';

export const command = answerCommand({
  kind: 'rejected',
  name: 'waiver reject',
  summary: 'refuse what was asked for; what was approved before stays',
  examples: [
    { line: 'gatehouse waiver reject W-2 --reason "there is a fix" --by bob', does: 'it never counts' },
  ],
});

import { answerCommand } from '../waiver-answer.ts';

export const command = answerCommand({
  kind: 'approved',
  name: 'waiver approve',
  summary: 'approve what somebody else asked for: a waiver, or a later end of it',
  examples: [
    {
      line: 'gatehouse waiver approve W-1 --reason "agreed until the upgrade" --by bob',
      does: 'from now until the end that was asked for',
    },
  ],
});

import { answerCommand } from '../waiver-answer.ts';

export const command = answerCommand({
  kind: 'revoked',
  name: 'waiver revoke',
  summary: 'end a waiver, or take back a request, at once and for good',
  examples: [
    {
      line: 'gatehouse waiver revoke W-1 --reason "it is exploited" --by cid',
      does: 'the findings count again',
    },
  ],
});

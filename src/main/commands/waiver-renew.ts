import { answerCommand } from '../waiver-answer.ts';

export const command = answerCommand({
  kind: 'renewed',
  name: 'waiver renew',
  summary: 'ask for a later end of a waiver; somebody else approves it',
  examples: [
    {
      line: 'gatehouse waiver renew W-1 --until 60d --reason "the fix is in the next release" --by ann',
      does: 'until then the old end counts',
    },
  ],
});

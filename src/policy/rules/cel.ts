import * as z from 'zod';
import type { Finding } from '../../domain/finding.ts';
import { SEVERITIES } from '../../domain/severity.ts';
import { countOf } from '../counting.ts';
import { compileExpression } from '../expression.ts';
import { type Case, defineRule, type Judgement, NO_FINDING, type Unread } from '../rule.ts';
import { unreadJudgement } from '../unread.ts';

const When = z.string().superRefine((text, context) => {
  try {
    compileExpression(text);
  } catch (error) {
    context.addIssue(`no expression: ${error instanceof Error ? error.message : String(error)}`);
  }
});

const Named = z.strictObject({ name: z.string().min(1), when: When });

/** For anything no other rule asks. A finding for which an expression fails could be one that it holds: undecided. */
export const celRule = defineRule({
  id: 'cel',
  description: 'An expression of the policy holds for the finding.',
  compares: false,
  parameters: z.strictObject({
    expressions: z.array(Named).readonly(),
    /** Asked of these alone: a store then reads no others. */
    severities: z.array(z.enum(SEVERITIES)).min(1).readonly(),
  }),
  defaults: { expressions: [], severities: SEVERITIES },
  compile: ({ expressions, severities }) =>
    expressions.length === 0 ? NO_FINDING : { op: 'severity', in: severities },
  judge({ expressions }, facts) {
    if (facts.findings.length === 0) return [];
    const told = expressions.map((expression) => judgeOne(expression, facts));
    const needed = new Set(told.flatMap(({ needs }) => [...needs]));
    const unread = [...needed].flatMap((kind) => unreadJudgement(kind, facts));
    return [...told.flatMap(({ judgements }) => judgements), ...unread];
  },
});

interface Judged {
  readonly judgements: readonly Judgement[];
  /** What could have made it hold, where it did not. */
  readonly needs: ReadonlySet<Unread>;
}

function judgeOne({ name, when }: z.output<typeof Named>, facts: Case): Judged {
  const holds = compileExpression(when);
  const held: Finding[] = [];
  const untold: Finding[] = [];
  let problem = '';
  for (const finding of facts.findings) {
    const told = holds(finding, facts.now);
    if (told === true) held.push(finding);
    if (typeof told === 'boolean') continue;
    untold.push(finding);
    if (problem === '') problem = told.problem;
  }
  const judgements: Judgement[] = [];
  if (held.length > 0) {
    judgements.push({ message: `${name}: ${countOf(held, facts.problems)}`, findings: held, proven: true });
  }
  if (untold.length > 0) {
    const message = `${name} cannot be told of ${countOf(untold, facts.problems)}: ${problem}`;
    judgements.push({ message, findings: untold, proven: false });
  }
  return { judgements, needs: held.length > 0 ? new Set() : holds.needs };
}

import { isOverridden, type Verdict, type VerdictWord } from '../domain/verdict.ts';

const EXIT = { GO: 0, 'NO-GO': 1, UNDECIDED: 3 } as const satisfies Record<VerdictWord, number>;

/** 0 opens the gate, 1 asks for a fix, 3 for more evidence; 2 is an error and never a verdict. */
export function exitCodeOf(
  verdict: Pick<Verdict, 'verdict' | 'enforced' | 'override' | 'decidedAt'>,
): 0 | 1 | 3 {
  return verdict.enforced && !isOverridden(verdict) ? EXIT[verdict.verdict] : 0;
}

import type { Verdict, VerdictWord } from '../domain/verdict.ts';

const EXIT = { GO: 0, 'NO-GO': 1, UNDECIDED: 3 } as const satisfies Record<VerdictWord, number>;

/** 0 opens the gate, 1 asks for a fix, 3 for more evidence; 2 is an error and never a verdict. */
export function exitCodeOf({ verdict, enforced }: Pick<Verdict, 'verdict' | 'enforced'>): 0 | 1 | 3 {
  return enforced ? EXIT[verdict] : 0;
}

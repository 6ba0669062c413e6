import type { VerdictWord } from '../../domain/verdict.ts';

/** Sixteen-colour codes only: they follow the reader's own theme, light or dark. */
export interface Style {
  strong(text: string): string;
  faint(text: string): string;
  bad(text: string): string;
  warning(text: string): string;
  good(text: string): string;
  banner(word: VerdictWord, text: string): string;
}

const BANNER = { GO: '30;42', 'NO-GO': '97;41', UNDECIDED: '30;43' } as const satisfies Record<
  VerdictWord,
  string
>;

export function makeStyle(colour: boolean): Style {
  const paint = (codes: string, text: string): string => (colour ? `\u001b[${codes}m${text}\u001b[0m` : text);
  return {
    strong: (text) => paint('1', text),
    faint: (text) => paint('2', text),
    bad: (text) => paint('1;31', text),
    warning: (text) => paint('33', text),
    good: (text) => paint('32', text),
    banner: (word, text) => paint(`1;${BANNER[word]}`, text),
  };
}

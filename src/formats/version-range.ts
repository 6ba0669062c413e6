/**
 * The versions that end a vulnerable range without belonging to it: `>=4.0,<4.3.1 || <2.6.9` is fixed by 4.3.1 and by
 * 2.6.9.
 */
export function fixesOfRange(range: string): readonly string[] {
  return [...range.matchAll(/<\s*v?(\d[\w.+!-]*)/g)].map((match) => match[1] ?? '');
}

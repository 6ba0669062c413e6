/** People as others name them: nothing here proves who somebody is. */
import * as z from 'zod';

/** Letters of these are drawn like Latin ones: a word of both is a disguise, and no name. */
const MIXED =
  /[\p{Script=Latin}][\p{M}]*[\p{Script=Cyrillic}\p{Script=Greek}]|[\p{Script=Cyrillic}\p{Script=Greek}][\p{M}]*[\p{Script=Latin}]/u;

/** Unseen characters would make one name look like another, and so would letters of another script. */
export const PersonName = z
  .string()
  .trim()
  .min(1, 'a name is needed')
  .max(200)
  .regex(/^\P{C}*$/u, 'a name holds no invisible characters');

/** A name that somebody gives now; what was said under others before stays readable. */
export const NewPersonName = PersonName.refine(
  (name) => !MIXED.test(name.normalize('NFKC')),
  'a name does not mix Latin letters with Cyrillic or Greek ones in a word',
);

/**
 * Whatever the case, the spaces around, the way its letters are composed, and the script they were taken from. For
 * telling that two are not the same: it must never give anybody the right of another.
 */
export function isSamePerson(a: string, b: string): boolean {
  return comparable(a) === comparable(b);
}

function comparable(name: string): string {
  const folded = name.normalize('NFKC').toUpperCase().toLowerCase().trim().replace(/\s+/gu, ' ');
  return folded.replace(
    /[\p{Script=Cyrillic}\p{Script=Greek}ı]/gu,
    (letter) => LOOKS_LIKE.get(letter) ?? letter,
  );
}

/** Small letters that are drawn, small or capital, like a Latin one. */
const LOOKS_LIKE: ReadonlyMap<string, string> = new Map(
  Object.entries({
    ...{ а: 'a', в: 'b', с: 'c', ԁ: 'd', е: 'e', һ: 'h', н: 'h', і: 'i', ј: 'j', к: 'k', ӏ: 'l', м: 'm' },
    ...{ о: 'o', р: 'p', ԛ: 'q', ѕ: 's', т: 't', у: 'y', ү: 'y', ԝ: 'w', х: 'x' },
    ...{
      α: 'a',
      β: 'b',
      ε: 'e',
      η: 'h',
      ι: 'i',
      ϳ: 'j',
      κ: 'k',
      μ: 'm',
      ν: 'v',
      ο: 'o',
      ρ: 'p',
      τ: 't',
      υ: 'u',
    },
    ...{ χ: 'x', ζ: 'z', ı: 'i' },
  }),
);

/** People as others name them: nothing here proves who somebody is. */
import * as z from 'zod';

/** Unseen characters would make one name look like another. */
export const PersonName = z
  .string()
  .trim()
  .min(1, 'a name is needed')
  .max(200)
  .regex(/^\P{C}*$/u, 'a name holds no invisible characters');

/** Whatever the case, the spaces around, and the way its letters are composed. */
export function isSamePerson(a: string, b: string): boolean {
  return comparable(a) === comparable(b);
}

function comparable(name: string): string {
  return name.normalize('NFKC').trim().replace(/\s+/gu, ' ').toLowerCase();
}

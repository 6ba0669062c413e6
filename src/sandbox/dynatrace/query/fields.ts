import { badRequest } from '../refusal.ts';

/**
 * The `fields` parameter. Every name needs its plus sign; sent unescaped it arrives as a space, which is the
 * mistake this refuses.
 */
export function parseFields<Name extends string>(
  text: string | undefined,
  allowed: readonly Name[],
): Set<Name> {
  const wanted = new Set<Name>();
  if (text === undefined || text.trim() === '') return wanted;
  for (const part of text.split(',')) {
    const asked = part.trim();
    if (!asked.startsWith('+'))
      throw badRequest('fields', `'${asked}' must start with a plus sign, sent as %2B.`);
    const name = allowed.find((one) => one === asked.slice(1));
    if (name === undefined) throw badRequest('fields', `Unknown field '${asked.slice(1)}'.`);
    wanted.add(name);
  }
  return wanted;
}

/** A whole number inside bounds, or the fallback when the parameter is not given. */
export function parseCount(
  text: string | undefined,
  parameter: string,
  fallback: number,
  most: number,
): number {
  if (text === undefined) return fallback;
  const count = /^\d{1,9}$/.test(text) ? Number(text) : 0;
  if (count < 1 || count > most) throw badRequest(parameter, `must be between 1 and ${most}, not '${text}'.`);
  return count;
}

/** Values of options that any text could be: what they cannot be is refused by the option's name. */
import { GatehouseError } from '../domain/errors.ts';

/** Throws `input-invalid`: an empty text is mostly a variable that was not set, and would silently mean "none". */
export function notEmpty(option: string, text: string | undefined): string | undefined {
  if (text === undefined || text.trim() !== '') return text;
  throw new GatehouseError(
    'input-invalid',
    `${option} "${text}": it is empty; leave the option out, or give a name`,
  );
}

/** Throws `input-invalid` for what is not written in digits, or is 0. */
export function wholeNumber(option: string, text: string): number {
  const number = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(number) && number > 0) return number;
  throw new GatehouseError('input-invalid', `${option} ${text}: give a whole number of at least 1`);
}

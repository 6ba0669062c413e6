/** What the words and numbers of a mapped field mean. */
import type { Severity } from '../../domain/severity.ts';

/** Of an entry: `suppressed` stays visible and set aside, `left-out` is no finding at all and only counted. */
export const ROW_STATES = ['open', 'resolved', 'suppressed', 'left-out'] as const;
export type RowState = (typeof ROW_STATES)[number];

export const DATE_FORMS = ['iso', 'day-first', 'month-first', 'epoch-seconds', 'epoch-milliseconds'] as const;
export type DateForm = (typeof DATE_FORMS)[number];

const SEVERITY_WORDS: ReadonlyMap<string, Severity> = new Map([
  ['critical', 'critical'],
  ['high', 'high'],
  ['medium', 'medium'],
  ['moderate', 'medium'],
  ['low', 'low'],
  ['info', 'info'],
  ['informational', 'info'],
  ['none', 'info'],
  ['negligible', 'info'],
  ['unknown', 'unknown'],
]);

/** Undefined for a word that is no severity. */
export function severityOfWord(word: string): Severity | undefined {
  return SEVERITY_WORDS.get(word.toLowerCase());
}

const ISO = /^\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?\s?(Z|[+-]\d\d:?\d\d)?)?$/i;
const PARTED = /^(\d{1,2})[./-](\d{1,2})[./-](\d{4})(?:[ T](\d{1,2}):(\d\d)(?::(\d\d))?)?$/;

/** Epoch ms; a time without a zone is UTC. Undefined for what is no date in this form. */
export function dateOf(text: string, form: DateForm): number | undefined {
  if (form === 'epoch-seconds' || form === 'epoch-milliseconds') {
    const number = Number(text);
    return /^\d{1,15}(?:\.\d+)?$/.test(text) && number > 0
      ? Math.round(number * (form === 'epoch-seconds' ? 1000 : 1))
      : undefined;
  }
  const iso = ISO.exec(text);
  if (iso !== null) {
    const time = text.length === 10 || iso[1] !== undefined ? text : `${text}Z`;
    return known(Date.parse(time.replace(/^(\S{10}) /, '$1T').replace(' ', '')));
  }
  const [, first = '', second = '', year = '', hour = '0', minute = '0', seconds = '0'] =
    PARTED.exec(text) ?? [];
  if (form === 'iso' || year === '') return undefined;
  const [day, month] = form === 'day-first' ? [first, second] : [second, first];
  const time = Date.UTC(+year, +month - 1, +day, +hour, +minute, +seconds);
  // The 31st of February would be a day of March.
  const isReal = new Date(time).getUTCDate() === +day && new Date(time).getUTCMonth() === +month - 1;
  return isReal ? known(time) : undefined;
}

function known(time: number): number | undefined {
  return Number.isNaN(time) ? undefined : time;
}

/** 0–10, also with a decimal comma; undefined for anything else. */
export function scoreOf(text: string): number | undefined {
  const score = /^\d{1,2}(?:[.,]\d+)?$/.test(text) ? Number(text.replace(',', '.')) : Number.NaN;
  return score <= 10 ? score : undefined;
}

/** The first of `12`, `12-15`, `12:3`. */
export function lineOf(text: string | undefined): number | undefined {
  const line = Number(/^\d{1,9}/.exec(text ?? '')?.[0] ?? '0');
  return line > 0 ? line : undefined;
}

import { GatehouseError } from '../domain/errors.ts';
import { Instant } from '../domain/instant.ts';

const UNITS_MS = { h: 3_600_000, d: 86_400_000, w: 7 * 86_400_000 } as const;

/** `7d`, `48h`, `2w`. Undefined: it is written otherwise. */
export function durationOf(text: string): number | undefined {
  const [, count, unit] = /^(\d{1,6})([hdw])$/.exec(text.trim()) ?? [];
  if (unit !== 'h' && unit !== 'd' && unit !== 'w') return undefined;
  return Number(count) * UNITS_MS[unit];
}

/** `30d` ago, or a date that is not ahead. Undefined: it is no moment. Throws `input-invalid` for one that is ahead. */
export function pastMoment(text: string, now: number): number | undefined {
  const duration = durationOf(text);
  if (duration !== undefined) return now - duration;
  const at = Instant.safeParse(text);
  if (!at.success) return undefined;
  if (at.data <= now) return at.data;
  throw new GatehouseError('input-invalid', `${text} is still ahead: give a moment that has been`);
}

/** As `pastMoment`. Throws `input-invalid` also for what is no moment. */
export function pastMomentFrom(option: string, text: string, now: number): number {
  const at = pastMoment(text, now);
  if (at !== undefined) return at;
  throw new GatehouseError(
    'input-invalid',
    `${option} ${text}: give a date, 2026-01-31, or how long ago, 30d`,
  );
}

type Written<T> = readonly [option: string, text: T];

/** From one moment that has been to another, now where it is not given. Throws `input-invalid` when they are exchanged. */
export function pastSpan(
  from: Written<string>,
  to: Written<string | undefined>,
  now: number,
): { readonly from: number; readonly to: number } {
  const [option, until] = to;
  const span = {
    from: pastMomentFrom(...from, now),
    to: until === undefined ? now : pastMomentFrom(option, until, now),
  };
  if (span.from <= span.to) return span;
  throw new GatehouseError(
    'input-invalid',
    `${from.join(' ')} is later than ${option} ${until}: exchange them`,
  );
}

/** `30d` from now, or a date: 2026-09-01. */
export function momentFrom(option: string, text: string, now: number): number {
  const duration = durationOf(text);
  if (duration !== undefined) return now + duration;
  const at = Instant.safeParse(/^\d+$/.test(text) ? Number(text) : text);
  if (at.success) return at.data;
  throw new GatehouseError('input-invalid', `${option} ${text}: give a date, 2026-09-01, or how long, 30d`);
}

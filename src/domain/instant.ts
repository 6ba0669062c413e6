import * as z from 'zod';

/** The furthest moment a date can name: anything beyond has no calendar day to show. */
const LAST_INSTANT_MS = 8_640_000_000_000_000;

/** A moment as people write it (ISO 8601 date or date-time; a bare date is midnight UTC) or as epoch ms; read as epoch ms. */
export const Instant = z
  .union(
    [
      z.int().nonnegative().max(LAST_INSTANT_MS),
      z.iso.datetime({ offset: true }),
      z.iso.datetime({ offset: true, precision: -1 }),
      z.iso.date(),
    ],
    { error: 'expected an ISO 8601 date or date-time, or epoch milliseconds' },
  )
  .transform((written) => (typeof written === 'number' ? written : Date.parse(written)));
export type Instant = z.infer<typeof Instant>;

/** `2026-02-01 00:00 UTC`; says so when the number is no moment at all, which a vendor's record may hold. */
export function showInstant(at: number): string {
  const date = new Date(at);
  if (Number.isNaN(date.getTime())) return 'an impossible date';
  return `${date.toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}

/** ISO 8601, or undefined when the number is no moment. */
export function isoInstant(at: number): string | undefined {
  const date = new Date(at);
  return Number.isNaN(date.getTime()) ? undefined : date.toISOString();
}

/** Clocks differ by so much. Beyond it a date is wrong, and everything true after it would be the older. */
const CLOCK_TOLERANCE_MS = 24 * 3_600_000;

/** The moment, or now where it is still to come. */
export function notAhead(moment: number, now: number): number {
  return moment > now + CLOCK_TOLERANCE_MS ? now : moment;
}

import { SEVERITIES, type Severity } from './severity.ts';

const DAY_MS = 86_400_000;

/** Days to fix, per severity. A severity that is not named goes by the next milder one that is (`daysFor`). */
export type SlaDays = Readonly<Partial<Record<Severity, number>>>;

export const DEFAULT_SLA: SlaDays = { critical: 7, high: 30, medium: 90, low: 180 };

/**
 * Undefined: there are none, for nothing as mild is named, or the severity is unknown and not named itself. What is worse
 * than all that is named is not let off: else a finding that gets worse could leave its deadline behind.
 */
export function daysFor(severity: Severity, days: SlaDays): number | undefined {
  if (severity === 'unknown') return days.unknown;
  const milder = SEVERITIES.slice(SEVERITIES.indexOf(severity)).filter((one) => one !== 'unknown');
  const named = milder.find((one) => days[one] !== undefined);
  return named && days[named];
}

export interface Interval {
  readonly from: number;
  readonly to: number;
}

export interface SlaFacts {
  readonly severity: Severity;
  /** Start of the episode. A re-score moves the deadline from this same start. */
  readonly openedAt: number;
  /** A vendor's own deadline wins over the table. */
  readonly vendorDueAt?: number | undefined;
  /** When it was under an honoured waiver; may overlap. This time does not count. */
  readonly waived?: readonly Interval[] | undefined;
}

/** Epoch ms of the deadline, or undefined where none applies. Time under a waiver pushes it back. */
export function deadlineOf(facts: SlaFacts, days: SlaDays = DEFAULT_SLA): number | undefined {
  const allowed = daysFor(facts.severity, days);
  const due = facts.vendorDueAt ?? (allowed === undefined ? undefined : facts.openedAt + allowed * DAY_MS);
  if (due === undefined) return undefined;
  return pushedBack(facts.openedAt, due, facts.waived ?? []);
}

/** Walks the waivers in order: each one that begins before the deadline moves it by its own length. */
function pushedBack(start: number, due: number, waived: readonly Interval[]): number {
  let deadline = due;
  let reached = start;
  for (const { from, to } of [...waived].sort((a, b) => a.from - b.from)) {
    const begin = Math.max(from, reached);
    if (begin >= deadline) break;
    if (to <= begin) continue;
    deadline += to - begin;
    reached = to;
  }
  return deadline;
}

/** Missed: open past the deadline at `now`, or closed after it. */
export function isOverdue(deadline: number | undefined, now: number, closedAt?: number): boolean {
  return deadline !== undefined && (closedAt ?? now) > deadline;
}

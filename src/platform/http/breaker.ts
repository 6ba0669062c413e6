import type { Clock } from '../clock.ts';

/**
 * Stops calling a host that only fails. After `failures` in a row it is open for `openMs`; then one trial goes
 * through, and its outcome closes or opens it again. A 429 is a sign of life, never a failure.
 */
export interface Breaker {
  /** 0: the way is free. More: milliseconds until a trial may go. Infinity: the trial is under way. */
  readonly waitMs: number;
  readonly state: BreakerState;
  /** Takes the free way; true when this call is the trial. */
  enter(): boolean;
  /** `undefined`: the call told nothing (cancelled); if it was the trial, another may go. */
  leave(isTrial: boolean, healthy: boolean | undefined): void;
}

export type BreakerState = 'closed' | 'open' | 'half-open';

export interface BreakerOptions {
  readonly failures: number;
  readonly openMs: number;
  readonly clock: Pick<Clock, 'monotonic'>;
  readonly onChange?: ((state: BreakerState) => void) | undefined;
}

export function createBreaker({ failures, openMs, clock, onChange }: BreakerOptions): Breaker {
  let state: BreakerState = 'closed';
  let inARow = 0;
  let openUntil = 0;

  function become(next: BreakerState): void {
    if (state === next) return;
    state = next;
    onChange?.(next);
  }

  function open(): void {
    openUntil = clock.monotonic() + openMs;
    become('open');
  }

  return {
    get waitMs() {
      if (state === 'closed') return 0;
      return state === 'half-open' ? Number.POSITIVE_INFINITY : Math.max(0, openUntil - clock.monotonic());
    },
    get state() {
      return state;
    },
    enter() {
      if (state === 'closed') return false;
      become('half-open');
      return true;
    },
    leave(isTrial, healthy) {
      inARow = healthy === false ? inARow + 1 : healthy ? 0 : inARow;
      if (state === 'closed' && inARow >= failures) open();
      // Once open, only the trial's word counts: what was under way before still trickles in.
      if (!isTrial) return;
      if (healthy) become('closed');
      else if (healthy === false) open();
      else become('open');
    },
  };
}

import { isThrottled, type Trouble } from './trouble.ts';

/** 501 and 505 say that the server never will. */
const HOPELESS = new Set([501, 505]);

/**
 * What may succeed when asked again: 429, 5xx, a broken connection, an answer cut short or not what it claims.
 * A call that changes something (`repeatable: false`) is asked again only where the server cannot have acted on it.
 */
export function mayRetry(trouble: Trouble, repeatable: boolean): boolean {
  if (isThrottled(trouble) || trouble.kind === 'connect') return true;
  if (!repeatable) return false;
  if (trouble.kind === 'status') return trouble.status >= 500 && !HOPELESS.has(trouble.status);
  return ['network', 'truncated', 'timeout', 'unreadable'].includes(trouble.kind);
}

export interface BackOff {
  readonly baseMs: number;
  readonly maxMs: number;
}

/** Full jitter: anywhere between nothing and the doubled delay, so that callers that failed together part. */
export function backOffMs(failures: number, { baseMs, maxMs }: BackOff, random: () => number): number {
  return random() * Math.min(maxMs, baseMs * 2 ** Math.min(30, failures - 1));
}

/**
 * Retries may be so many per call made, so that a server on its knees is not asked twice as often. Throttled calls
 * need none of it: they slow the rate and the concurrency instead.
 */
export interface RetryBudget {
  deposit(): void;
  /** False: the budget is spent. */
  withdraw(): boolean;
}

const MOST_SAVED = 100;
const ONE = 1 - 1e-9; // shares add up to a little less than one

export function createRetryBudget(share: number, reserve: number): RetryBudget {
  let saved = reserve;
  return {
    deposit() {
      saved = Math.min(Math.max(MOST_SAVED, reserve), saved + share);
    },
    withdraw() {
      if (saved < ONE) return false;
      saved -= 1;
      return true;
    },
  };
}

import type { Clock } from '../clock.ts';
import type { BreakerState } from './breaker.ts';

/** What happens, as it happens: for progress on a terminal, metrics and spans. */
export type HttpEvent =
  | {
      readonly kind: 'answered';
      readonly host: string;
      readonly path: string;
      readonly status: number;
      readonly latencyMs: number;
      readonly bytes: number;
      readonly fromCache: boolean;
    }
  | {
      readonly kind: 'retry';
      readonly host: string;
      readonly path: string;
      /** The status, or the kind of trouble: `timeout`, `network`, `truncated`, … */
      readonly why: string;
      readonly latencyMs: number;
      readonly waitMs: number;
    }
  | { readonly kind: 'gave-up'; readonly host: string; readonly path: string; readonly why: string }
  | { readonly kind: 'breaker'; readonly host: string; readonly state: BreakerState };

/** Counters since the client was made; the rest is the present moment. */
export interface HttpStats {
  readonly calls: number;
  readonly attempts: number;
  readonly answered: number;
  readonly failed: number;
  readonly cancelled: number;
  readonly retries: number;
  /** Answers 429 and 503. */
  readonly throttled: number;
  readonly unavailable: number;
  readonly renewals: number;
  /** Answers that came from the cache because nothing had changed. */
  readonly unchanged: number;
  readonly bytes: number;
  /** Spent waiting before retries. */
  readonly retryWaitMs: number;
  readonly inFlight: number;
  readonly waiting: number;
  /** How many may be under way now, over all hosts. */
  readonly concurrency: number;
  /** Answers per second over the last ten seconds. */
  readonly ratePerSecond: number;
  /** Recent mean of one exchange. */
  readonly latencyMs: number;
}

type Counter = {
  [K in keyof HttpStats]: K extends 'inFlight' | 'waiting' | 'concurrency' | 'ratePerSecond' | 'latencyMs'
    ? never
    : K;
}[keyof HttpStats];

export interface Meter {
  add(counter: Counter, amount?: number): void;
  latency(ms: number): void;
  read(): Omit<HttpStats, 'inFlight' | 'waiting' | 'concurrency'>;
}

const RATE_WINDOW_MS = 10_000;
const SMOOTHING = 0.1;

export function createMeter(clock: Pick<Clock, 'monotonic'>): Meter {
  const startedAt = clock.monotonic();
  const counts: Record<Counter, number> = {
    calls: 0,
    attempts: 0,
    answered: 0,
    failed: 0,
    cancelled: 0,
    retries: 0,
    throttled: 0,
    unavailable: 0,
    renewals: 0,
    unchanged: 0,
    bytes: 0,
    retryWaitMs: 0,
  };
  /** Answers by second, for a sliding rate at constant cost. */
  const seconds = new Map<number, number>();
  let latencyMs = 0;

  function ratePerSecond(): number {
    const now = clock.monotonic();
    const span = Math.min(RATE_WINDOW_MS, Math.max(1000, now - startedAt));
    let sum = 0;
    for (const [second, count] of seconds) if (second * 1000 > now - span) sum += count;
    return (sum * 1000) / span;
  }

  return {
    add(counter, amount = 1) {
      counts[counter] += amount;
    },
    latency(ms) {
      latencyMs = latencyMs === 0 ? ms : latencyMs + SMOOTHING * (ms - latencyMs);
      const second = Math.floor(clock.monotonic() / 1000);
      seconds.set(second, (seconds.get(second) ?? 0) + 1);
      if (seconds.size <= RATE_WINDOW_MS / 1000 + 1) return;
      for (const old of seconds.keys()) if (old < second - RATE_WINDOW_MS / 1000) seconds.delete(old);
    },
    read: () => ({ ...counts, ratePerSecond: ratePerSecond(), latencyMs }),
  };
}

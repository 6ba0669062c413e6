import type { Clock } from '../clock.ts';
import type { RateAdvice } from './rate-headers.ts';

/**
 * The rate limit of one credential. The one in this file lives in the process; a deployment that has several workers
 * plugs in one that keeps its state in the store or in Redis, and all workers share the limit.
 */
export interface Bucket {
  /** 0: the calls are taken and may start now. More: nothing was taken; ask again in so many milliseconds. */
  take(calls: number): Promise<number>;
  /** What an answer said. Shared, so that a pause asked of one worker slows all. */
  learn(lesson: Lesson): Promise<void>;
}

export interface Lesson {
  /** The server refused the call for its rate (429, or 503 with `Retry-After`). */
  readonly refused: boolean;
  readonly advice: RateAdvice;
  /** Calls still under way, which the server may not have counted yet. */
  readonly inFlight: number;
}

export interface RateLimit {
  readonly calls: number;
  readonly perMs: number;
  /** How many may start at once. Default: a tenth for a window up to a second (calls spread), else all of them. */
  readonly burst?: number | undefined;
}

export interface BucketOptions {
  readonly limits: readonly RateLimit[];
  readonly clock: Pick<Clock, 'monotonic'>;
  /** No server may make us wait longer than this at a time: headers lie. Default 60 s. */
  readonly maxWaitMs?: number | undefined;
}

/** Windows are kept this much longer than the server's, because calls travel at different speeds. */
const JITTER_SHARE = 0.02;
const SLOWEST = 0.25;
/** Shorter waits are rounding, not time. */
const SOONEST_MS = 0.01;

/**
 * A token bucket paces the calls, and a memory of the last window makes sure that no window, however the server
 * lays it, holds more than allowed: a bucket alone lets through rate × window + burst.
 */
export function createBucket(options: BucketOptions): Bucket {
  const { clock, maxWaitMs = 60_000 } = options;
  const gates = options.limits.map((limit) => createGate(limit, clock.monotonic()));
  const longestWindowMs = Math.max(0, ...options.limits.map((limit) => limit.perMs));
  let learnt: { readonly gate: Gate; readonly calls: number; readonly perMs: number } | undefined;
  let pausedUntil = 0;
  let quota = { left: Number.POSITIVE_INFINITY, until: 0 };

  function adopt(policy: NonNullable<RateAdvice['policy']>): void {
    // Configuration knows better; a policy over a day is a quota, which `remaining` covers.
    if (gates.length > 0 || policy.perMs > 3_600_000) return;
    if (learnt?.calls === policy.calls && learnt.perMs === policy.perMs) return;
    learnt = { ...policy, gate: createGate(policy, clock.monotonic()) };
  }

  function pause(ms: number): void {
    pausedUntil = Math.max(pausedUntil, clock.monotonic() + Math.min(ms, maxWaitMs));
  }

  return {
    async take(calls) {
      const now = clock.monotonic();
      const all = learnt ? [...gates, learnt.gate] : gates;
      const empty = now < quota.until && quota.left < calls;
      const waitMs = Math.max(
        pausedUntil - now,
        empty ? quota.until - now : 0,
        ...all.map((gate) => gate.waitMs(calls, now)),
      );
      if (waitMs > SOONEST_MS) return waitMs;
      for (const gate of all) gate.take(calls, now);
      quota.left -= calls;
      return 0;
    },
    async learn({ refused, advice, inFlight }) {
      if (advice.policy) adopt(advice.policy);
      const { remaining, resetInMs } = advice;
      // Reset times are whole seconds: beside a configured limit they would halve a rate that is known exactly.
      const tellsMore = longestWindowMs === 0 || (resetInMs ?? 0) > 2 * longestWindowMs + 1000;
      if (remaining !== undefined && resetInMs !== undefined && tellsMore) {
        const until = clock.monotonic() + Math.min(resetInMs, maxWaitMs);
        quota = { left: Math.max(0, remaining - inFlight), until };
      }
      if (!refused) return;
      pause(pauseMs(advice, longestWindowMs));
      for (const gate of gates) gate.slowDown(clock.monotonic());
    },
  };
}

/**
 * How long nobody may call after a refusal: what the server asks for. If it says nothing, a configured limit is shared
 * with somebody all the same: step back a little.
 */
export function pauseMs({ retryAfterMs, remaining, resetInMs }: RateAdvice, windowMs: number): number {
  return retryAfterMs ?? (remaining ? undefined : resetInMs) ?? Math.min(windowMs / 10, 5000);
}

interface Gate {
  waitMs(calls: number, now: number): number;
  take(calls: number, now: number): void;
  slowDown(now: number): void;
}

function createGate(limit: RateLimit, startAt: number): Gate {
  const size = Math.max(1, Math.ceil(limit.calls));
  const windowMs = (limit.perMs * size * (1 + JITTER_SHARE)) / limit.calls;
  const burst = Math.min(
    size,
    Math.max(1, limit.burst ?? (limit.perMs <= 1000 ? Math.ceil(size / 10) : size)),
  );
  const fullRate = limit.calls / limit.perMs;
  const sent = new Float64Array(size).fill(Number.NEGATIVE_INFINITY);
  let next = 0;
  let tokens = burst;
  let countedAt = startAt;
  let pace = 1;
  let slowedAt = Number.NEGATIVE_INFINITY;

  function refill(now: number): void {
    const passed = Math.max(0, now - countedAt);
    countedAt = now;
    pace = Math.min(1, pace + passed / 100_000);
    tokens = Math.min(burst, tokens + passed * fullRate * pace);
  }

  return {
    waitMs(calls, now) {
      refill(now);
      const wanted = Math.min(calls, burst);
      const forTokens = tokens >= wanted ? 0 : (wanted - tokens) / (fullRate * pace);
      const oldest = sent[(next + Math.min(calls, size) - 1) % size]!;
      return Math.max(forTokens, oldest + windowMs - now);
    },
    take(calls, now) {
      tokens -= calls;
      for (let i = 0; i < Math.min(calls, size); i++) {
        sent[next] = now;
        next = (next + 1) % size;
      }
    },
    slowDown(now) {
      if (now - slowedAt < 1000) return;
      slowedAt = now;
      pace = Math.max(SLOWEST, pace * 0.85);
    },
  };
}

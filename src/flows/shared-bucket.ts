/**
 * The rate of one vendor address for all workers of a deployment: turns come from the store, a few at a time and ahead
 * of need, so that neither is the store asked for each call nor does a call wait for the store.
 */
import { type Clock, systemClock } from '../platform/clock.ts';
import { type Bucket, createBucket, pauseMs, type RateLimit } from '../platform/http/bucket.ts';
import { createHttpClient } from '../platform/http/client.ts';
import { rateLimits } from '../platform/http/options.ts';
import type { StoreWriter } from '../store/store.ts';

export interface SharedBucketOptions {
  readonly writer: Pick<StoreWriter, 'takeCalls' | 'holdCalls'>;
  /** Workers with the same key share. */
  readonly key: string;
  readonly limits: readonly [RateLimit, ...RateLimit[]];
  readonly clock: Pick<Clock, 'now' | 'monotonic'>;
  /** As in a bucket of one process. */
  readonly maxWaitMs?: number | undefined;
}

/** Turns are farther apart than the rate says, because calls travel at different speeds. */
const JITTER_SHARE = 0.02;
/** What is reserved at a time: longer, and another worker waits longer for its turn; shorter, and the store is busier. */
const LEASE_MS = 250;

/**
 * Makes clients that share their rate, where one is known, with all others of this deployment that call the same
 * address. (By address and not by credential: two tokens of one environment share more than they must.)
 */
export function clientsSharing(writer: SharedBucketOptions['writer']): typeof createHttpClient {
  return (options) => {
    const { limits = {}, baseUrl, clock = systemClock } = options;
    const [first, ...others] = rateLimits(limits);
    if (first === undefined || limits.bucket !== undefined) return createHttpClient(options);
    const { maxWaitMs } = limits;
    const bucket = createSharedBucket({ writer, key: baseUrl, limits: [first, ...others], clock, maxWaitMs });
    return createHttpClient({ ...options, limits: { ...limits, bucket } });
  };
}

interface Lease {
  /** By the monotonic clock. */
  nextAt: number;
  left: number;
}

export function createSharedBucket(options: SharedBucketOptions): Bucket {
  const { writer, key, limits, clock, maxWaitMs = 60_000 } = options;
  // What an answer says of quotas and pauses concerns this process first, and is kept as without sharing.
  const own = createBucket({ limits, clock, maxWaitMs });
  const spacingMs = Math.max(...limits.map(({ calls, perMs }) => perMs / calls)) * (1 + JITTER_SHARE);
  const size = Math.max(1, Math.floor(LEASE_MS / spacingMs));
  const longestWindowMs = Math.max(...limits.map(({ perMs }) => perMs));
  const leases: Lease[] = [];
  let reserving: Promise<void> | undefined;
  /** Why the last lease was not given: told to whoever cannot go on without it. */
  let refusal: { readonly reason: unknown } | undefined;

  function reserve(): Promise<void> {
    reserving ??= ask().finally(() => {
      reserving = undefined;
    });
    return reserving;
  }

  async function ask(): Promise<void> {
    const askedAt = clock.monotonic();
    try {
      const waitMs = await writer.takeCalls(key, size, spacingMs, clock.now());
      leases.push({ nextAt: askedAt + waitMs, left: size });
      refusal = undefined;
    } catch (reason) {
      refusal = { reason };
    }
  }

  /** A turn is missed when it is a lease late: used then, it would crowd with those of others. */
  function forgetMissed(now: number): void {
    for (const lease of leases) {
      const missed = Math.ceil((now - LEASE_MS - lease.nextAt) / spacingMs);
      if (missed <= 0) continue;
      lease.left -= missed;
      lease.nextAt += missed * spacingMs;
    }
    while (leases.length > 0 && leases[0]!.left <= 0) leases.shift();
  }

  async function currentLease(): Promise<Lease> {
    for (;;) {
      forgetMissed(clock.monotonic());
      const [lease] = leases;
      if (lease === undefined) {
        await reserve();
        if (refusal !== undefined) throw refusal.reason;
        continue;
      }
      if (leases.length === 1 && lease.left <= size / 2) void reserve();
      return lease;
    }
  }

  return {
    async take(calls) {
      if (calls > 1) throw new RangeError('a shared bucket is asked for one call at a time');
      const lease = await currentLease();
      const waitMs = lease.nextAt - clock.monotonic();
      if (waitMs > 0) return waitMs;
      const ownMs = await own.take(calls);
      if (ownMs > 0) return ownMs;
      lease.left -= 1;
      lease.nextAt += spacingMs;
      return 0;
    },
    async learn(lesson) {
      await own.learn(lesson);
      if (!lesson.refused) return;
      const holdMs = Math.min(pauseMs(lesson.advice, longestWindowMs), maxWaitMs);
      await writer.holdCalls(key, holdMs, clock.now());
    },
  };
}

import type { Clock } from '../clock.ts';
import type { Log } from '../log.ts';
import type { Secret } from '../secret.ts';
import type { Bucket } from './bucket.ts';
import type { Credential } from './credential.ts';
import type { Resolve } from './dns-cache.ts';
import type { ConnectionBudget } from './lane.ts';
import type { HttpEvent } from './meter.ts';
import type { TlsOptions } from './transport.ts';
import type { Transport } from './wire.ts';

/** One client serves one source with one credential. All but `name` and `baseUrl` may be left out. */
export interface HttpClientOptions {
  /** Of the source, as it stands in messages. */
  readonly name: string;
  readonly baseUrl: string;
  /** Further origins that may be called or redirected to; the credential never goes there. */
  readonly origins?: readonly string[] | undefined;
  /** Addresses of private networks and of this machine may be called. Default false. */
  readonly allowPrivate?: boolean | undefined;
  readonly credential?: Credential | undefined;
  /** Ends the message of a 401 or 403, e.g. `check the scope securityProblems.read`. */
  readonly accessHint?: string | undefined;
  /** Sent with each call, e.g. a user agent. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly tls?: TlsOptions | undefined;
  readonly proxy?: Secret | undefined;
  readonly limits?: LimitOptions | undefined;
  readonly timeouts?: TimeoutOptions | undefined;
  readonly retries?: RetryOptions | undefined;
  readonly breaker?: BreakerSettings | undefined;
  readonly connections?: ConnectionOptions | undefined;
  /** How long a resolved name is kept. Default 300 s. */
  readonly dnsTtlMs?: number | undefined;
  /** For answers with an ETag; 0 keeps none. Default 16 MiB. */
  readonly cacheBytes?: number | undefined;
  /** Of one answer, unpacked. Default 64 MiB. */
  readonly maxBodyBytes?: number | undefined;
  readonly log?: Log | undefined;
  readonly onEvent?: ((event: HttpEvent) => void) | undefined;
  readonly clock?: Clock | undefined;
  /** Between 0 and 1; for jitter. */
  readonly random?: (() => number) | undefined;
  readonly resolve?: Resolve | undefined;
  readonly transport?: Transport | undefined;
}

export interface LimitOptions {
  readonly ratePerSecond?: number | undefined;
  readonly ratePerMinute?: number | undefined;
  /** Calls that may start at once, within the rate. */
  readonly burst?: number | undefined;
  /** A rate shared with other processes; replaces the one made from the rates above, which then only say what to expect. */
  readonly bucket?: Bucket | undefined;
  /** The longest a server's word may hold all calls back. Default 60 s. */
  readonly maxWaitMs?: number | undefined;
  readonly minConcurrency?: number | undefined;
  readonly maxConcurrency?: number | undefined;
  /** Exactly so many calls under way, without adapting: the reference's `max_workers`. */
  readonly maxWorkers?: number | undefined;
}

export interface TimeoutOptions {
  /** Of one attempt, from connecting to the last byte. Default 30 s. */
  readonly attemptMs?: number | undefined;
  /** Of a call from its first attempt on, retries and their waiting included. Default 120 s. */
  readonly totalMs?: number | undefined;
  readonly connectMs?: number | undefined;
}

export interface RetryOptions {
  /** Attempts in all, the first included; throttled ones do not count, `totalMs` ends those. Default 4. */
  readonly attempts?: number | undefined;
  /** Retries per call made, beyond a reserve of 20. Default 0.2. */
  readonly budget?: number | undefined;
  /** First delay, doubled each time, taken with full jitter. Default 1 s. */
  readonly baseMs?: number | undefined;
  readonly maxMs?: number | undefined;
}

export interface BreakerSettings {
  /** False: never opens. */
  readonly enabled?: boolean | undefined;
  readonly failures?: number | undefined;
  readonly openMs?: number | undefined;
  /**
   * While the way is closed, calls wait for the trial, at most `totalMs` (a run then survives a restart of the
   * vendor), or fail at once (for a door where somebody waits). Default `wait`.
   */
  readonly whileOpen?: 'wait' | 'fail' | undefined;
}

export interface ConnectionOptions {
  readonly total?: number | undefined;
  readonly perHost?: number | undefined;
  /** Shares `total` with other clients. */
  readonly budget?: ConnectionBudget | undefined;
}

const MINUTE_MS = 60_000;

/** Calls per second that are known from configuration. */
export function knownRate(limits: LimitOptions): number | undefined {
  const rates = [
    limits.ratePerSecond,
    limits.ratePerMinute === undefined ? undefined : limits.ratePerMinute / 60,
  ];
  const known = rates.filter((rate) => rate !== undefined);
  return known.length > 0 ? Math.min(...known) : undefined;
}

export function rateLimits(
  limits: LimitOptions,
): { calls: number; perMs: number; burst?: number | undefined }[] {
  const { ratePerSecond, ratePerMinute, burst } = limits;
  return [
    ...(ratePerSecond === undefined ? [] : [{ calls: ratePerSecond, perMs: 1000, burst }]),
    ...(ratePerMinute === undefined ? [] : [{ calls: ratePerMinute, perMs: MINUTE_MS, burst }]),
  ];
}

/** No call is expected to be slower than this in the long run; only bounds how many connections a rate may need. */
const SLOW_CALL_SECONDS = 10;
const UNKNOWN_START = 4;
/** Calls of this length use a known rate from the first answer on. */
const USUAL_CALL_SECONDS = 1.5;
/** As many as a small server may be handed at once without most of them waiting too long. */
const LARGEST_START = 80;

/**
 * Where the search for the right concurrency starts, and its bounds. With a known rate, rate × latency connections
 * are needed, and the rate already protects the server, so the start may be bold.
 */
export function concurrencyRange(limits: LimitOptions, connections: ConnectionOptions) {
  const perHost = connections.perHost ?? 30;
  const total = connections.total ?? 100;
  const rate = knownRate(limits);
  const sized = rate === undefined ? perHost : Math.max(perHost, Math.ceil(rate * SLOW_CALL_SECONDS));
  const max = limits.maxWorkers ?? limits.maxConcurrency ?? sized;
  const min = Math.min(max, limits.minConcurrency ?? 1);
  const initial =
    rate === undefined
      ? UNKNOWN_START
      : Math.min(LARGEST_START, Math.max(UNKNOWN_START, USUAL_CALL_SECONDS * rate));
  return { min, max, initial: Math.min(max, Math.max(min, initial)), total: Math.max(total, max) };
}

import * as z from 'zod';
import type { HttpClientOptions } from './options.ts';

/**
 * How a source may tune its client in configuration, in seconds and plain words. Everything has a default that needs
 * no tuning. The reference system's settings have these equivalents (its defaults are ours):
 *
 * | `enkrypt_http_*` of the reference   | default | here                        | option of the client     |
 * |-------------------------------------|---------|-----------------------------|--------------------------|
 * | timeout                             | 30 s    | `timeoutSeconds`            | `timeouts.attemptMs`     |
 * | connect timeout                     | 10 s    | `connectTimeoutSeconds`     | `timeouts.connectMs`     |
 * | max retries                         | 3       | `maxRetries`                | `retries.attempts` − 1   |
 * | retry delay, doubled each time      | 1.0 s   | `retryDelaySeconds`         | `retries.baseMs`         |
 * | connection pool                     | 100     | `connections`               | `connections.total`      |
 * | connections per host                | 30      | `connectionsPerHost`        | `connections.perHost`    |
 * | DNS TTL                             | 300 s   | `dnsTtlSeconds`             | `dnsTtlMs`               |
 * | circuit breaker                     | on      | `circuitBreaker.enabled`    | `breaker.enabled`        |
 * | … failures until it opens           | 5       | `circuitBreaker.failures`   | `breaker.failures`       |
 * | … seconds until the trial           | 60 s    | `circuitBreaker.openSeconds`| `breaker.openMs`         |
 *
 * The reference never used its breaker keys; here they work. Its `max_workers` is `maxWorkers`.
 */
export const HttpSettings = z.strictObject({
  timeoutSeconds: z.number().positive().max(3600).default(30),
  /** Of a call with all its retries. */
  totalTimeoutSeconds: z.number().positive().max(86_400).default(120),
  connectTimeoutSeconds: z.number().positive().max(600).default(10),
  maxRetries: z.int().min(0).max(20).default(3),
  retryDelaySeconds: z.number().min(0).max(300).default(1),
  connections: z.int().positive().max(10_000).default(100),
  connectionsPerHost: z.int().positive().max(10_000).default(30),
  dnsTtlSeconds: z.number().min(0).max(86_400).default(300),
  circuitBreaker: z
    .strictObject({
      enabled: z.boolean().default(true),
      failures: z.int().positive().default(5),
      openSeconds: z.number().positive().max(86_400).default(60),
    })
    .prefault({}),
  ratePerSecond: z.number().positive().optional(),
  ratePerMinute: z.number().positive().optional(),
  burst: z.int().positive().optional(),
  minConcurrency: z.int().positive().optional(),
  maxConcurrency: z.int().positive().optional(),
  /** Exactly so many calls under way, without adapting. */
  maxWorkers: z.int().positive().optional(),
  allowPrivate: z.boolean().default(false),
  maxBodyMegabytes: z.number().positive().max(1024).default(64),
});
export type HttpSettings = z.infer<typeof HttpSettings>;

type Tuning = Pick<
  HttpClientOptions,
  'timeouts' | 'retries' | 'connections' | 'breaker' | 'limits' | 'dnsTtlMs' | 'allowPrivate' | 'maxBodyBytes'
>;

/** What the settings mean for a client; spread into its options. */
export function toTuning(settings: HttpSettings): Tuning {
  const { circuitBreaker, ratePerSecond, ratePerMinute, burst } = settings;
  const { minConcurrency, maxConcurrency, maxWorkers } = settings;
  return {
    timeouts: {
      attemptMs: settings.timeoutSeconds * 1000,
      totalMs: settings.totalTimeoutSeconds * 1000,
      connectMs: settings.connectTimeoutSeconds * 1000,
    },
    retries: { attempts: settings.maxRetries + 1, baseMs: settings.retryDelaySeconds * 1000 },
    connections: { total: settings.connections, perHost: settings.connectionsPerHost },
    breaker: {
      enabled: circuitBreaker.enabled,
      failures: circuitBreaker.failures,
      openMs: circuitBreaker.openSeconds * 1000,
    },
    limits: { ratePerSecond, ratePerMinute, burst, minConcurrency, maxConcurrency, maxWorkers },
    dnsTtlMs: settings.dnsTtlSeconds * 1000,
    allowPrivate: settings.allowPrivate,
    maxBodyBytes: settings.maxBodyMegabytes * 1024 * 1024,
  };
}

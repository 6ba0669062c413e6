import { GatehouseError } from '../../domain/errors.ts';
import { systemClock } from '../clock.ts';
import { silentLog } from '../log.ts';
import { createAddressBook, type Path, type Query } from './address.ts';
import { createAnswerCache } from './answer-cache.ts';
import { createBreaker } from './breaker.ts';
import { createBucket } from './bucket.ts';
import { performCall } from './call.ts';
import type { Answer, CallParts } from './call-parts.ts';
import { createSigner } from './credential.ts';
import { createConnectionBudget, createLane, type Lane } from './lane.ts';
import { createAdaptiveLimiter, createFixedLimiter } from './limiter.ts';
import { createMeter, type HttpStats } from './meter.ts';
import { concurrencyRange, type HttpClientOptions, rateLimits } from './options.ts';
import type { Headers } from './rate-headers.ts';
import { createRetryBudget } from './retry.ts';
import { createTransport } from './transport.ts';

/**
 * The one way out of the house. A client signs, paces, retries, waits and redacts for one source, so that a source
 * only says what it wants. Concurrency is the caller's to offer and the client's to grant: start as many calls as
 * there are, and they run as fast as limits and server allow; the rest waits in line.
 *
 * Every failure is a GatehouseError: `source-unavailable`, `rate-limited`, `unauthenticated`, `not-found`,
 * `input-invalid`, `forbidden` (an address that must not be called) or `cancelled` (the signal aborted).
 */
export interface HttpClient {
  /** Gets and parses JSON; `body` is undefined when the answer has none. */
  getJson(path: Path, options?: GetOptions): Promise<JsonAnswer>;
  /** Sends any call; `expect: 'json'` parses the answer. Throws for every status of 400 and more. */
  request(request: HttpRequest & { readonly expect: 'json' }): Promise<JsonAnswer>;
  request(request: HttpRequest): Promise<BytesAnswer>;
  stats(): HttpStats;
  /** Ends idle connections; calls under way finish first. */
  close(): Promise<void>;
}

export type { Answer } from './call-parts.ts';
export type { HttpEvent, HttpStats } from './meter.ts';
export type { HttpClientOptions } from './options.ts';

export interface GetOptions {
  readonly query?: Query | undefined;
  readonly headers?: Headers | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Ask only whether it changed since: an answer 304 then comes back as it is, without body. */
  readonly etag?: string | undefined;
}

export interface HttpRequest extends GetOptions {
  readonly path: Path;
  /** Default GET. */
  readonly method?: string | undefined;
  /** Sent as JSON. */
  readonly json?: unknown;
  /** Sent as it is; give its content type in `headers`. */
  readonly body?: string | Uint8Array | undefined;
  /** May be sent twice without harm. Default: true unless POST or PATCH. */
  readonly repeatable?: boolean | undefined;
  readonly expect?: 'json' | 'bytes' | undefined;
}

export type JsonAnswer = Answer<unknown>;
export type BytesAnswer = Answer<Buffer>;

const MIB = 1024 * 1024;
const RETRY_RESERVE = 20;

/** @throws GatehouseError `config-invalid` when the base URL or an origin cannot be one */
export function createHttpClient(options: HttpClientOptions): HttpClient {
  const parts = assemble(options);
  const never = new AbortController().signal;

  async function send(request: HttpRequest): Promise<Answer<unknown>> {
    const { path, query, method = 'GET', signal = never } = request;
    parts.meter.add('calls');
    try {
      const url = parts.addresses.resolve(path, query);
      const answer = await performCall(parts, {
        url,
        method: method.toUpperCase(),
        headers: lowerCase(request.headers ?? {}),
        etag: request.etag,
        body: request.json === undefined ? request.body : JSON.stringify(request.json),
        isJson: request.json !== undefined,
        repeatable: request.repeatable ?? !['POST', 'PATCH'].includes(method.toUpperCase()),
        expectJson: request.expect === 'json',
        signal,
      });
      parts.meter.add('answered');
      return answer;
    } catch (error) {
      if (signal.aborted) {
        parts.meter.add('cancelled');
        throw new GatehouseError('cancelled', `${options.name}: the call was cancelled`, {
          cause: signal.reason,
        });
      }
      parts.meter.add('failed');
      throw error;
    }
  }

  function request(request: HttpRequest & { readonly expect: 'json' }): Promise<JsonAnswer>;
  function request(request: HttpRequest): Promise<BytesAnswer>;
  function request(request: HttpRequest): Promise<Answer<unknown>> {
    return send(request);
  }

  return {
    getJson: (path, get = {}) => send({ ...get, path, expect: 'json' }),
    request,
    stats: () => {
      const lanes = [...parts.lanes.values()];
      const sum = (of: (lane: Lane) => number) => lanes.reduce((total, lane) => total + of(lane), 0);
      return {
        ...parts.meter.read(),
        inFlight: sum((lane) => lane.limiter.inFlight),
        waiting: sum((lane) => lane.waiting),
        concurrency: sum((lane) => Math.floor(lane.limiter.limit)),
      };
    },
    close: () => parts.transport.close(),
  };
}

function assemble(options: HttpClientOptions): CallParts {
  const { name, limits = {}, timeouts = {}, retries = {}, clock = systemClock, log = silentLog } = options;
  const { allowPrivate = false } = options;
  const range = concurrencyRange(limits, options.connections ?? {});
  const bucket =
    limits.bucket ?? createBucket({ limits: rateLimits(limits), clock, maxWaitMs: limits.maxWaitMs });
  const budget = options.connections?.budget ?? createConnectionBudget(range.total);
  const breakerSettings = { enabled: true, failures: 5, openMs: 60_000, ...defined(options.breaker ?? {}) };
  const waits = { attemptMs: 30_000, totalMs: 120_000, connectMs: 10_000, ...defined(timeouts) };
  const lanes = new Map<string, Lane>();

  function laneFor(url: URL): Lane {
    const known = lanes.get(url.origin);
    if (known) return known;
    const lane = createLane({
      limiter:
        limits.maxWorkers === undefined
          ? createAdaptiveLimiter(range)
          : createFixedLimiter(limits.maxWorkers),
      breaker: createBreaker({
        failures: breakerSettings.enabled ? breakerSettings.failures : Number.POSITIVE_INFINITY,
        openMs: breakerSettings.openMs,
        clock,
        onChange(state) {
          log.warn(`${name}: circuit ${state}`, { host: url.host });
          options.onEvent?.({ kind: 'breaker', host: url.host, state });
        },
      }),
      bucket,
      budget,
      clock,
    });
    lanes.set(url.origin, lane);
    return lane;
  }

  if (options.tls?.verify === false) log.warn(`${name}: certificates are not verified (tls.verify is false)`);
  return {
    name,
    clock,
    log,
    bucket,
    lanes,
    laneFor,
    random: options.random ?? Math.random,
    addresses: createAddressBook({
      name,
      baseUrl: options.baseUrl,
      origins: options.origins ?? [],
      allowPrivate,
    }),
    signer: createSigner({ name, credential: options.credential, clock, timeoutMs: waits.totalMs }),
    cache: createAnswerCache(options.cacheBytes ?? 16 * MIB),
    meter: createMeter(clock),
    emit: options.onEvent ?? (() => undefined),
    transport:
      options.transport ??
      createTransport({
        tls: options.tls ?? {},
        proxy: options.proxy,
        connectMs: waits.connectMs,
        dnsTtlMs: options.dnsTtlMs ?? 300_000,
        allowPrivate,
        maxBodyBytes: options.maxBodyBytes ?? 64 * MIB,
        clock,
        resolve: options.resolve,
      }),
    retryBudget: createRetryBudget(retries.budget ?? 0.2, RETRY_RESERVE),
    attempts: retries.attempts ?? 4,
    backOff: { baseMs: retries.baseMs ?? 1000, maxMs: retries.maxMs ?? 30_000 },
    maxWaitMs: limits.maxWaitMs ?? 60_000,
    attemptMs: waits.attemptMs,
    totalMs: waits.totalMs,
    failFast: breakerSettings.whileOpen === 'fail',
    headers: lowerCase(options.headers ?? {}),
    accessHint: options.accessHint,
  };
}

function lowerCase(headers: Headers): Headers {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}

/** An option given as `undefined` means the default. */
function defined<T extends object>(given: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  const entries = Object.entries(given).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as { [K in keyof T]: Exclude<T[K], undefined> };
}

import { shapeOf } from './baselines.ts';
import type { Call, CallParts } from './call-parts.ts';
import { within } from './deadline.ts';
import { readJson } from './json-body.ts';
import type { Lane, Permit } from './lane.ts';
import type { Outcome } from './limiter.ts';
import { type Headers, readRateAdvice } from './rate-headers.ts';
import { isFailure, isThrottled, TransportError, type Trouble } from './trouble.ts';
import type { Incoming, Outgoing } from './wire.ts';

export interface Usable {
  readonly kind: 'usable';
  readonly incoming: Incoming;
  readonly value: unknown;
  readonly fromCache: boolean;
}

export type Attempt =
  | Usable
  | {
      readonly kind: 'trouble';
      readonly trouble: Trouble;
      readonly signed: Headers;
      readonly latencyMs: number;
    };

const SLOW_MS = 5000;

/** One exchange, and what it teaches limiter, breaker and bucket. Gives its permit back, however it ends. */
export async function attemptOnce(
  parts: CallParts,
  call: Call,
  lane: Lane,
  permit: Permit,
  signal: AbortSignal,
): Promise<Attempt> {
  let outcome: Outcome = { kind: 'unknown' };
  try {
    const own = call.url.origin === parts.addresses.base.origin;
    const signed = own ? await parts.signer.sign() : {};
    signal.throwIfAborted();
    const key = cacheKey(call);
    const cached = key === undefined ? undefined : parts.cache.get(key);
    const given = { ...parts.headers, ...call.headers };
    const headers = assembleHeaders(call, own ? { ...given, ...signed } : withoutSecrets(given), cached);
    const startedAt = parts.clock.monotonic();
    const exchanged = await exchange(
      parts,
      { url: call.url, method: call.method, headers, body: call.body },
      signal,
    );
    const latencyMs = parts.clock.monotonic() - startedAt;
    const attempt = judge(call, exchanged, cached, signed, latencyMs);
    outcome = toOutcome(call, attempt, latencyMs);
    if ('status' in exchanged) learn(parts, lane, exchanged);
    if (attempt.kind === 'usable' && !attempt.fromCache && key !== undefined)
      parts.cache.put(key, attempt.incoming);
    record(parts, call, attempt, latencyMs);
    return attempt;
  } finally {
    permit.leave(outcome);
  }
}

/** GETs that the caller did not make conditional himself. */
function cacheKey(call: Call): string | undefined {
  if (call.method !== 'GET' || call.etag !== undefined || call.body !== undefined) return undefined;
  return `${call.headers.accept ?? ''} ${call.url.href}`;
}

function assembleHeaders(call: Call, given: Headers, cached: Incoming | undefined): Headers {
  const etag = call.etag ?? cached?.headers.etag;
  return {
    ...(call.expectJson && { accept: 'application/json' }),
    ...(call.isJson && { 'content-type': 'application/json' }),
    ...given,
    ...(etag !== undefined && { 'if-none-match': etag }),
  };
}

/** Another origin gets nothing that tells who we are. */
function withoutSecrets({ authorization: _token, cookie: _cookie, ...rest }: Headers): Headers {
  return rest;
}

async function exchange(
  parts: CallParts,
  outgoing: Outgoing,
  signal: AbortSignal,
): Promise<Incoming | TransportError> {
  const late = () => new TransportError('timeout', `did not answer in full within ${parts.attemptMs} ms`);
  parts.meter.add('attempts');
  try {
    return await within(parts.clock, parts.attemptMs, signal, late, (inner) =>
      parts.transport.send(outgoing, inner),
    );
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    if (error instanceof TransportError) return error;
    throw error;
  }
}

function judge(
  call: Call,
  got: Incoming | TransportError,
  cached: Incoming | undefined,
  signed: Headers,
  latencyMs: number,
): Attempt {
  const trouble = (why: Trouble): Attempt => ({ kind: 'trouble', trouble: why, signed, latencyMs });
  if (got instanceof TransportError)
    return trouble({ kind: got.kind, message: got.message, cause: got.cause });
  if (!isExpected(got, call.etag !== undefined || cached !== undefined)) {
    return trouble({ kind: 'status', status: got.status, incoming: got });
  }
  const fromCache = got.status === 304 && cached !== undefined;
  const incoming = fromCache ? { ...cached, headers: { ...cached.headers, ...got.headers } } : got;
  const readable = call.expectJson && incoming.status < 300;
  if (!readable)
    return { kind: 'usable', incoming, value: call.expectJson ? undefined : incoming.body, fromCache };
  const json = readJson(incoming);
  if ('trouble' in json) return trouble(json.trouble);
  return { kind: 'usable', incoming, value: json.value, fromCache };
}

function isExpected({ status, headers }: Incoming, conditional: boolean): boolean {
  if (status === 304) return conditional;
  return status < 300 || (status < 400 && headers.location !== undefined);
}

function toOutcome(call: Call, attempt: Attempt, latencyMs: number): Outcome {
  if (attempt.kind === 'trouble') {
    if (isThrottled(attempt.trouble)) return { kind: 'refused' };
    if (isFailure(attempt.trouble)) return { kind: 'failed' };
  }
  return { kind: 'answered', latencyMs, shape: shapeOf(call.method, call.url.pathname) };
}

/** An answer is not held back, and not lost, for a shared bucket that is slow or away. */
function learn(parts: CallParts, lane: Lane, incoming: Incoming): void {
  const advice = readRateAdvice(incoming.headers, parts.clock.now());
  const refused = isThrottled({ kind: 'status', status: incoming.status, incoming });
  if (!refused && Object.keys(advice).length === 0) return;
  parts.bucket.learn({ refused, advice, inFlight: lane.limiter.inFlight - 1 }).then(
    () => lane.nudge(),
    (error) =>
      parts.log.warn(`${parts.name}: the shared rate could not be told what the server said`, { error }),
  );
}

function record(parts: CallParts, call: Call, attempt: Attempt, latencyMs: number): void {
  const { host, pathname: path } = call.url;
  parts.meter.latency(latencyMs);
  if (latencyMs > SLOW_MS) {
    parts.log.warn(`${parts.name}: slow call`, { host, path, costMs: Math.round(latencyMs) });
  }
  if (attempt.kind === 'trouble') {
    const status = attempt.trouble.kind === 'status' ? attempt.trouble.status : undefined;
    if (status === 429) parts.meter.add('throttled');
    if (status === 503) parts.meter.add('unavailable');
    return;
  }
  const bytes = attempt.fromCache ? 0 : attempt.incoming.body.length;
  parts.meter.add('bytes', bytes);
  if (attempt.fromCache || attempt.incoming.status === 304) parts.meter.add('unchanged');
  const { status } = attempt.incoming;
  parts.emit({ kind: 'answered', host, path, status, latencyMs, bytes, fromCache: attempt.fromCache });
}

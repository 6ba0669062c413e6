import { GatehouseError } from '../../domain/errors.ts';
import type { Clock } from '../clock.ts';
import type { Log } from '../log.ts';
import type { AddressBook } from './address.ts';
import type { AnswerCache } from './answer-cache.ts';
import { type Attempt, attemptOnce, type Usable } from './attempt.ts';
import type { Bucket } from './bucket.ts';
import type { Answer } from './client.ts';
import { type Signer, sameHeaders } from './credential.ts';
import { within } from './deadline.ts';
import { toFailure } from './failure.ts';
import type { EnterOptions, Lane, Permit } from './lane.ts';
import type { HttpEvent, Meter } from './meter.ts';
import { type Headers, readRateAdvice } from './rate-headers.ts';
import { type BackOff, backOffMs, mayRetry, type RetryBudget } from './retry.ts';
import type { Transport } from './transport.ts';
import { isThrottled, type Trouble } from './trouble.ts';

/** What all calls of a client share. */
export interface CallParts {
  readonly name: string;
  readonly clock: Clock;
  readonly log: Log;
  readonly random: () => number;
  readonly addresses: AddressBook;
  readonly signer: Signer;
  readonly cache: AnswerCache;
  readonly meter: Meter;
  readonly emit: (event: HttpEvent) => void;
  readonly transport: Transport;
  readonly bucket: Bucket;
  readonly lanes: Map<string, Lane>;
  readonly laneFor: (url: URL) => Lane;
  readonly retryBudget: RetryBudget;
  readonly attempts: number;
  readonly backOff: BackOff;
  readonly maxWaitMs: number;
  readonly attemptMs: number;
  readonly totalMs: number;
  readonly failFast: boolean;
  readonly headers: Headers;
  readonly accessHint: string | undefined;
}

export interface Call {
  readonly url: URL;
  readonly method: string;
  readonly headers: Headers;
  readonly etag: string | undefined;
  readonly body: string | Uint8Array | undefined;
  readonly isJson: boolean;
  readonly repeatable: boolean;
  readonly expectJson: boolean;
  readonly signal: AbortSignal;
}

const MOST_REDIRECTS = 3;

/** Makes one call: its attempts, and the redirects it is sent through. */
export async function performCall(parts: CallParts, call: Call, redirects = 0): Promise<Answer<unknown>> {
  const answer = await attemptsOf(parts, call);
  const location = answer.headers.location;
  if (answer.status < 300 || answer.status === 304 || location === undefined) return answer;
  const url = parts.addresses.redirect(call.url, location);
  if (!['GET', 'HEAD'].includes(call.method) || redirects >= MOST_REDIRECTS) {
    const why = redirects >= MOST_REDIRECTS ? `more than ${MOST_REDIRECTS} times` : `a ${call.method}`;
    throw new GatehouseError(
      'source-unavailable',
      `${parts.name}: ${call.url.host}${call.url.pathname} redirects ${why}; check the base URL`,
    );
  }
  return performCall(parts, { ...call, url }, redirects + 1);
}

/** The state of one call across its attempts. */
interface Progress {
  attempts: number;
  /** Attempts that count against `attempts`; throttled ones do not. */
  failures: number;
  throttled: number;
  renewed: boolean;
  last: Trouble | undefined;
}

async function attemptsOf(parts: CallParts, call: Call): Promise<Answer<unknown>> {
  const { clock, totalMs } = parts;
  const lane = parts.laneFor(call.url);
  const progress: Progress = { attempts: 0, failures: 0, throttled: 0, renewed: false, last: undefined };
  const giveUp = (trouble: Trouble) => abandon(parts, call, progress, trouble);
  const late = () =>
    giveUp(
      progress.last && isThrottled(progress.last)
        ? progress.last
        : { kind: 'timeout', message: lateMessage(totalMs, progress.last) },
    );
  parts.retryBudget.deposit();
  const entry = (first: boolean): EnterOptions => ({
    first,
    patienceMs: parts.failFast ? 0 : totalMs,
    closed: () => closedError(parts, call, lane, progress.last),
  });
  // The wait in line is ours, not the server's: the total time starts with the first attempt.
  const permit = await lane.enter(call.signal, entry(false));
  try {
    return await within(clock, totalMs, call.signal, late, async (signal) => {
      const deadline = clock.monotonic() + totalMs;
      let next: Permit = permit;
      for (;;) {
        const outcome = await attemptOnce(parts, call, lane, next, signal);
        progress.attempts += 1;
        if (outcome.kind === 'usable') return toAnswer(parts, outcome, progress);
        progress.last = outcome.trouble;
        const waitMs = await planRetry(parts, call, outcome, progress, deadline);
        if (waitMs === undefined) throw giveUp(outcome.trouble);
        await clock.sleep(waitMs, signal);
        next = await lane.enter(signal, entry(true));
      }
    });
  } finally {
    permit.leave({ kind: 'unknown' });
  }
}

/** How long to wait before the next attempt; undefined: there is none. */
async function planRetry(
  parts: CallParts,
  call: Call,
  { trouble, signed, latencyMs }: Extract<Attempt, { kind: 'trouble' }>,
  progress: Progress,
  deadline: number,
): Promise<number | undefined> {
  if (trouble.kind === 'status' && trouble.status === 401) return renew(parts, signed, progress);
  if (!mayRetry(trouble, call.repeatable)) return undefined;
  const throttled = isThrottled(trouble);
  const count = throttled ? ++progress.throttled : ++progress.failures;
  if (!throttled && (count >= parts.attempts || !parts.retryBudget.withdraw())) return undefined;
  const asked = trouble.kind === 'status' ? askedMs(parts, trouble.incoming.headers) : 0;
  const waitMs = Math.min(asked, parts.maxWaitMs) + backOffMs(count, parts.backOff, parts.random);
  if (parts.clock.monotonic() + waitMs >= deadline) return undefined;
  tell(parts, call, trouble, latencyMs, waitMs);
  return waitMs;
}

function askedMs(parts: CallParts, headers: Headers): number {
  return readRateAdvice(headers, parts.clock.now()).retryAfterMs ?? 0;
}

async function renew(parts: CallParts, signed: Headers, progress: Progress): Promise<number | undefined> {
  if (progress.renewed || Object.keys(signed).length === 0) return undefined;
  progress.renewed = true;
  const fresh = await parts.signer.sign(signed);
  if (sameHeaders(fresh, signed)) return undefined;
  parts.meter.add('renewals');
  return 0;
}

function tell(parts: CallParts, call: Call, trouble: Trouble, latencyMs: number, waitMs: number): void {
  const { host, pathname: path } = call.url;
  const status = trouble.kind === 'status' ? trouble.status : undefined;
  parts.meter.add('retries');
  parts.meter.add('retryWaitMs', waitMs);
  parts.emit({
    kind: 'retry',
    host,
    path,
    why: status === undefined ? trouble.kind : String(status),
    ...(status !== undefined && { status }),
    latencyMs,
    waitMs,
  });
  if (status !== 429 && status !== 503) return;
  const facts = { host, path, status, costMs: Math.round(latencyMs + waitMs), waitMs: Math.round(waitMs) };
  parts.log.warn(`${parts.name}: ${status}, trying again`, facts);
}

function abandon(parts: CallParts, call: Call, progress: Progress, trouble: Trouble): GatehouseError {
  const { host, pathname: path } = call.url;
  const why = trouble.kind === 'status' ? String(trouble.status) : trouble.kind;
  parts.emit({ kind: 'gave-up', host, path, why });
  return toFailure(trouble, {
    name: parts.name,
    method: call.method,
    url: call.url,
    attempts: progress.attempts,
    redact: parts.signer.redact,
    accessHint: parts.accessHint,
  });
}

function lateMessage(totalMs: number, last: Trouble | undefined): string {
  const before =
    last === undefined ? '' : `, last trouble: ${last.kind === 'status' ? last.status : last.message}`;
  return `gave no answer within ${totalMs} ms${before}`;
}

function closedError(parts: CallParts, call: Call, lane: Lane, last: Trouble | undefined): GatehouseError {
  const { host, pathname: path } = call.url;
  const seconds = Math.ceil(lane.breaker.waitMs / 1000);
  const before = last === undefined ? '' : ` (last: ${last.kind === 'status' ? last.status : last.message})`;
  return new GatehouseError(
    'source-unavailable',
    `${parts.name}: ${call.method} ${host}${path} was not sent: ${host} failed too often in a row${before}; it is tried again in ${seconds} s`,
    { facts: { host, path, trouble: 'circuit-open' } },
  );
}

function toAnswer(
  parts: CallParts,
  { incoming, value, fromCache }: Usable,
  progress: Progress,
): Answer<unknown> {
  return {
    status: incoming.status,
    headers: incoming.headers,
    body: value,
    receivedAt: parts.clock.now(),
    attempts: progress.attempts,
    fromCache,
  };
}

import { GatehouseError } from '../../domain/errors.ts';
import { type Attempt, attemptOnce, type Usable } from './attempt.ts';
import type { Answer, Call, CallParts } from './call-parts.ts';
import { sameHeaders } from './credential.ts';
import { within } from './deadline.ts';
import { toFailure } from './failure.ts';
import type { EnterOptions, Lane, Permit } from './lane.ts';
import { type Headers, readRateAdvice } from './rate-headers.ts';
import { backOffMs, mayRetry } from './retry.ts';
import { isThrottled, type Trouble } from './trouble.ts';

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

type Troubled = Extract<Attempt, { kind: 'trouble' }>;

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
  const entry = (first: boolean, patienceMs: number): EnterOptions => ({
    first,
    patienceMs: parts.failFast ? 0 : patienceMs,
    closed: () => closedError(parts, call, lane, progress.last),
  });
  // The wait in line is ours, not the server's: the total time starts with the first attempt.
  const permit = await lane.enter(call.signal, entry(false, totalMs));
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
        tell(parts, call, outcome, waitMs);
        if (waitMs === undefined) throw giveUp(outcome.trouble);
        await clock.sleep(waitMs, signal);
        next = await lane.enter(signal, entry(true, deadline - clock.monotonic()));
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
  { trouble, signed }: Troubled,
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
  return parts.clock.monotonic() + waitMs < deadline ? waitMs : undefined;
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

/** A 429 and a 503 are worth a line each, with what they cost; other trouble shows as an event. */
function tell(
  parts: CallParts,
  call: Call,
  { trouble, latencyMs }: Troubled,
  waitMs: number | undefined,
): void {
  const { host, pathname: path } = call.url;
  const status = trouble.kind === 'status' ? trouble.status : undefined;
  if (status === 429 || status === 503) {
    const costMs = Math.round(latencyMs + (waitMs ?? 0));
    const what = waitMs === undefined ? 'giving up' : 'trying again';
    parts.log.warn(`${parts.name}: ${status}, ${what}`, {
      host,
      path,
      costMs,
      waitMs: Math.round(waitMs ?? 0),
    });
  }
  if (waitMs === undefined) return;
  parts.meter.add('retries');
  parts.meter.add('retryWaitMs', waitMs);
  parts.emit({ kind: 'retry', host, path, why: whyOf(trouble), latencyMs, waitMs });
}

function whyOf(trouble: Trouble): string {
  return trouble.kind === 'status' ? String(trouble.status) : trouble.kind;
}

function abandon(parts: CallParts, call: Call, progress: Progress, trouble: Trouble): GatehouseError {
  const { host, pathname: path } = call.url;
  parts.emit({ kind: 'gave-up', host, path, why: whyOf(trouble) });
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

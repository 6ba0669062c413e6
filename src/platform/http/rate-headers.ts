/**
 * What a server says about its limits, in the dialects met in the field. All durations come out in milliseconds
 * from now; anything unreadable is left out rather than guessed.
 */
export interface RateAdvice {
  /** `Retry-After`, seconds or HTTP-date. */
  readonly retryAfterMs?: number;
  /** Calls left in the current window. */
  readonly remaining?: number;
  /** When the window starts anew. */
  readonly resetInMs?: number;
  /** The limit, where the server names calls and window (`RateLimit-Policy`, `RateLimit-Limit` with `w`). */
  readonly policy?: { readonly calls: number; readonly perMs: number };
}

export type Headers = Readonly<Record<string, string>>;

/** Names in `headers` are lower case; `ourNowAt` is our wall clock in epoch milliseconds, used when the answer has no `Date`. */
export function readRateAdvice(headers: Headers, ourNowAt: number): RateAdvice {
  // Points in time are the server's, so its own clock tells how far away they are.
  const serverNowAt = Date.parse(headers.date ?? '');
  const nowAt = Number.isNaN(serverNowAt) ? ourNowAt : serverNowAt;
  const window = ietfCombined(headers.ratelimit) ?? separate(headers, nowAt);
  const policy = readPolicy(headers['ratelimit-policy'] ?? headers['ratelimit-limit']);
  const retryAfterMs = readRetryAfter(headers['retry-after'], nowAt);
  return {
    ...window,
    ...(policy && { policy }),
    ...(retryAfterMs !== undefined && { retryAfterMs }),
  };
}

function readRetryAfter(text: string | undefined, nowAt: number): number | undefined {
  if (text === undefined) return undefined;
  const seconds = readNumber(text);
  if (seconds !== undefined) return seconds * 1000;
  const at = Date.parse(text);
  return Number.isNaN(at) ? undefined : Math.max(0, at - nowAt);
}

function separate(headers: Headers, nowAt: number): RateAdvice {
  const of = (name: string) =>
    headers[`ratelimit-${name}`] ?? headers[`x-ratelimit-${name}`] ?? headers[`x-rate-limit-${name}`];
  const remaining = readNumber(of('remaining'));
  const resetInMs = readReset(of('reset'), nowAt);
  return { ...(remaining !== undefined && { remaining }), ...(resetInMs !== undefined && { resetInMs }) };
}

/**
 * Vendors disagree about the unit, and one documents microseconds where its own client reads seconds; magnitudes do
 * not overlap: now is 1.7e9 in seconds, 1.7e12 in milliseconds, 1.7e15 in microseconds, and a delay is far below.
 */
function readReset(text: string | undefined, nowAt: number): number | undefined {
  if (text === undefined) return undefined;
  const value = readNumber(text);
  if (value === undefined) {
    const at = Date.parse(text);
    return Number.isNaN(at) ? undefined : Math.max(0, at - nowAt);
  }
  if (value >= 1e14) return Math.max(0, value / 1000 - nowAt);
  if (value >= 1e11) return Math.max(0, value - nowAt);
  if (value >= 1e8) return Math.max(0, value * 1000 - nowAt);
  return value * 1000;
}

/** `limit=100, remaining=50, reset=5` (drafts 3–7) or `"burst";r=3;t=1, "day";r=900;t=3600` (draft 8 on). */
function ietfCombined(text: string | undefined): RateAdvice | undefined {
  if (text === undefined) return undefined;
  const parts = text.split(',').map((part) => readParameters(part));
  const pairs = Object.assign({}, ...parts) as Record<string, number>;
  if (pairs.remaining !== undefined) return advice(pairs.remaining, pairs.reset);
  const tightest = parts
    .filter((part) => part.r !== undefined)
    .sort((a, b) => a.r! - b.r! || (b.t ?? 0) - (a.t ?? 0))[0];
  return tightest && advice(tightest.r!, tightest.t);
}

function advice(remaining: number, resetSeconds: number | undefined): RateAdvice {
  return { remaining, ...(resetSeconds !== undefined && { resetInMs: resetSeconds * 1000 }) };
}

/** `"default";q=100;w=60` or `100;w=60` or `100, 100;w=60`: the policy that allows least per second. */
function readPolicy(text: string | undefined): RateAdvice['policy'] {
  if (text === undefined) return undefined;
  const policies = text.split(',').flatMap((part) => {
    const { q, w } = readParameters(part);
    const calls = q ?? readNumber(part.split(';')[0]);
    return calls && w ? [{ calls, perMs: w * 1000 }] : [];
  });
  return policies.sort((a, b) => a.calls / a.perMs - b.calls / b.perMs)[0];
}

function readParameters(text: string): Record<string, number> {
  const found: Record<string, number> = Object.create(null);
  for (const [, name, value] of text.matchAll(/(?:^|[;,\s])([a-z]+)\s*=\s*(\d{1,15})\b/gi)) {
    found[name!.toLowerCase()] = Number(value);
  }
  return found;
}

function readNumber(text: string | undefined): number | undefined {
  const trimmed = text?.trim();
  return trimmed && /^\d{1,18}(\.\d{1,9})?$/.test(trimmed) ? Number(trimmed) : undefined;
}

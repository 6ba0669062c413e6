/** Rate limits and their headers: a token bucket per second over everything, a window per minute per endpoint. */
import type { Endpoint, Rate } from '../options.ts';

export interface RateAnswer {
  readonly allowed: boolean;
  readonly headers: Readonly<Record<string, string>>;
}

export interface RateLimiter {
  take(endpoint: Endpoint): RateAnswer;
  configure(rate: Rate | undefined): void;
}

interface MinuteWindow {
  startedAt: number;
  used: number;
}

/** `nowMs` is the wall clock: a client reckons the reset against its own. */
export function makeRateLimiter(initial: Rate | undefined, nowMs: () => number): RateLimiter {
  let rate = initial;
  let bucket = { tokens: burstOf(initial), at: nowMs() };
  const windows = new Map<Endpoint, MinuteWindow>();
  return {
    take(endpoint) {
      if (rate === undefined) return { allowed: true, headers: {} };
      const now = nowMs();
      const window = windowOf(endpoint, now);
      refill(rate, now);
      const minuteLeft =
        rate.perMinute === undefined ? Number.POSITIVE_INFINITY : rate.perMinute - window.used;
      const secondLeft = rate.perSecond === undefined ? Number.POSITIVE_INFINITY : bucket.tokens;
      const allowed = minuteLeft >= 1 && secondLeft >= 1;
      if (allowed) {
        window.used += 1;
        bucket.tokens -= 1;
      }
      const resetAt = minuteLeft < 1 ? window.startedAt + 60_000 : nextTokenAt(rate, now);
      return { allowed, headers: headersFor(rate, allowed, resetAt, Math.min(minuteLeft, secondLeft), now) };
    },
    configure(next) {
      rate = next;
      bucket = { tokens: burstOf(next), at: nowMs() };
      windows.clear();
    },
  };

  function windowOf(endpoint: Endpoint, now: number): MinuteWindow {
    const known = windows.get(endpoint);
    if (known !== undefined && now < known.startedAt + 60_000) return known;
    const fresh = { startedAt: now, used: 0 };
    windows.set(endpoint, fresh);
    return fresh;
  }

  function refill({ perSecond }: Rate, now: number): void {
    if (perSecond === undefined) return;
    const gained = ((now - bucket.at) / 1000) * perSecond;
    bucket = { tokens: Math.min(burstOf(rate), bucket.tokens + gained), at: now };
  }

  function nextTokenAt({ perSecond, perMinute }: Rate, now: number): number {
    if (perSecond === undefined) return now + (perMinute === undefined ? 0 : 60_000);
    return now + Math.max(0, (1 - bucket.tokens) / perSecond) * 1000;
  }
}

function headersFor(rate: Rate, allowed: boolean, resetAt: number, left: number, now: number) {
  const headers: Record<string, string> = {};
  if (rate.headers === 'always' || (rate.headers === 'refused' && !allowed)) {
    const perMinute = rate.perMinute ?? Math.floor((rate.perSecond ?? 0) * 60);
    headers['X-RateLimit-Limit'] = String(perMinute);
    headers['X-RateLimit-Remaining'] = String(Math.max(0, Math.floor(left) - (allowed ? 1 : 0)));
    headers['X-RateLimit-Reset'] = String(
      rate.resetUnit === 'seconds' ? Math.ceil(resetAt / 1000) : Math.ceil(resetAt * 1000),
    );
  }
  if (rate.retryAfter && !allowed)
    headers['Retry-After'] = String(Math.max(1, Math.ceil((resetAt - now) / 1000)));
  return headers;
}

function burstOf(rate: Rate | undefined): number {
  return rate?.burst ?? Math.max(1, Math.ceil(rate?.perSecond ?? 1));
}

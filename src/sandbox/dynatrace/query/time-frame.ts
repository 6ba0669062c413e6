/** The forms in which the vendor takes a time, and the window that `from` and `to` make. */
import { badRequest } from '../refusal.ts';

export interface Window {
  readonly from: number;
  readonly to: number;
}

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
export const dayMs = 24 * hourMs;
/** One day more than said, because a client reckons `now-365d` a little before the server reads it. */
const farthestMs = 366 * dayMs;

const absolute =
  /^(\d{4})-(\d{2})-(\d{2})[T ](\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?(Z|[+-]\d{2}:\d{2})?$/;
const relative = /^now(?:-(\d+)([mhdwMy])(?:\/([mhdwMy]))?)?$/;

/** Epoch ms of a time as the vendor writes it; throws a refusal (400) naming `parameter`. */
export function parseTime(text: string, now: number, parameter: string): number {
  if (/^\d{1,15}$/.test(text)) return Number(text);
  const ago = relative.exec(text);
  if (ago !== null) return roundDown(goBack(now, Number(ago[1] ?? 0), ago[2] ?? 'm'), ago[3]);
  const point = absolute.exec(text);
  if (point !== null) {
    const [, year, month, day, hour, minute, second = '00', fraction = '0', zone = 'Z'] = point;
    const milliseconds = fraction.slice(0, 3).padEnd(3, '0');
    const time = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}.${milliseconds}${zone}`);
    if (!Number.isNaN(time)) return time;
  }
  throw badRequest(parameter, `'${text}' is neither a timestamp nor a relative time such as now-2h.`);
}

/** The window of a list: `from` defaults to `defaultFrom`, `to` to now and not older than 365 days. */
export function parseWindow(
  parameters: { readonly from?: string | undefined; readonly to?: string | undefined },
  now: number,
  defaultFrom: string,
): Window {
  const to = parseTime(parameters.to ?? 'now', now, 'to');
  const from = parseTime(parameters.from ?? defaultFrom, now, 'from');
  if (to < now - farthestMs)
    throw badRequest('to', 'The end of the timeframe must not be older than 365 days.');
  if (from > to) throw badRequest('from', 'The timeframe must not start after its end.');
  return { from: Math.max(from, now - farthestMs), to };
}

/** The start of a detail call: at most 365 days back. */
export function parseSince(from: string | undefined, now: number): number {
  const since = parseTime(from ?? 'now-24h', now, 'from');
  if (since < now - farthestMs)
    throw badRequest('from', 'The timeframe must not start more than 365 days ago.');
  if (since > now) throw badRequest('from', 'The timeframe must not start in the future.');
  return since;
}

function goBack(now: number, count: number, unit: string): number {
  const fixed = { m: minuteMs, h: hourMs, d: dayMs, w: 7 * dayMs }[unit];
  if (fixed !== undefined) return now - count * fixed;
  const date = new Date(now);
  const months = date.getUTCFullYear() * 12 + date.getUTCMonth() - count * (unit === 'y' ? 12 : 1);
  const lastDay = new Date(Date.UTC(Math.floor(months / 12), (months % 12) + 1, 0)).getUTCDate();
  const day = Math.min(date.getUTCDate(), lastDay);
  return Date.UTC(Math.floor(months / 12), months % 12, day) + (now - startOfDay(now));
}

function roundDown(time: number, unit: string | undefined): number {
  const date = new Date(time);
  switch (unit) {
    case 'm':
      return time - (time % minuteMs);
    case 'h':
      return time - (time % hourMs);
    case 'd':
      return startOfDay(time);
    case 'w':
      return startOfDay(time) - ((date.getUTCDay() + 6) % 7) * dayMs;
    case 'M':
      return Date.UTC(date.getUTCFullYear(), date.getUTCMonth());
    case 'y':
      return Date.UTC(date.getUTCFullYear(), 0);
    default:
      return time;
  }
}

function startOfDay(time: number): number {
  return time - (time % dayMs);
}

import type { Clock } from './clock.ts';

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';
/** Facts are printed as they stand; a Secret prints `***` by itself. */
export type LogFacts = Readonly<Record<string, unknown>>;

/** Where a room says what a person on duty would want to know. Writing never throws and never waits. */
export interface Log {
  debug(message: string, facts?: LogFacts): void;
  info(message: string, facts?: LogFacts): void;
  warn(message: string, facts?: LogFacts): void;
  error(message: string, facts?: LogFacts): void;
}

export interface LogOptions {
  readonly write: (line: string) => void;
  readonly clock: Pick<Clock, 'now'>;
  /** The least level that is written. Default `info`. */
  readonly level?: LogLevel;
  /** `json`: one object a line; `plain`: for people. Default `plain`. */
  readonly format?: 'json' | 'plain';
}

const RANK = { debug: 0, info: 1, warn: 2, error: 3 } as const satisfies Record<LogLevel, number>;

export const silentLog: Log = { debug() {}, info() {}, warn() {}, error() {} };

export function createLog(options: LogOptions): Log {
  const least = RANK[options.level ?? 'info'];
  const render = options.format === 'json' ? jsonLine : plainLine;
  const at =
    (level: LogLevel) =>
    (message: string, facts: LogFacts = {}) => {
      if (RANK[level] < least) return;
      options.write(`${render(new Date(options.clock.now()).toISOString(), level, message, facts)}\n`);
    };
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}

function jsonLine(time: string, level: LogLevel, message: string, facts: LogFacts): string {
  return toJson({ time, level, message, ...facts });
}

function plainLine(time: string, level: LogLevel, message: string, facts: LogFacts): string {
  const pairs = Object.entries(facts).map(([name, value]) => ` ${name}=${plainValue(value)}`);
  return `${time} ${level} ${oneLine(message)}${pairs.join('')}`;
}

function plainValue(value: unknown): string {
  if (typeof value === 'string' && /^[\w.:/@%+-]+$/.test(value)) return value;
  return toJson(value);
}

/** What others wrote must not be able to forge a second line or colour the terminal. */
function oneLine(text: string): string {
  return text.replace(/\p{Cc}+/gu, ' ');
}

function toJson(value: unknown): string {
  const seen = new WeakSet<object>();
  const text = JSON.stringify(value, (_name, part: unknown) => {
    if (typeof part === 'bigint') return part.toString();
    if (part instanceof Error) return { error: part.message, code: Reflect.get(part, 'code') };
    if (typeof part === 'object' && part !== null) {
      if (seen.has(part)) return '[seen above]';
      seen.add(part);
    }
    return part;
  });
  return text ?? 'undefined';
}

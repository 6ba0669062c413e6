/** The log that the promotion script kept, with the marks its guide tells people to look for. */
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import type { HttpEvent, HttpStats } from '../../platform/http/meter.ts';
import { createLog, type Log } from '../../platform/log.ts';
import type { Io } from '../command.ts';

export const LOG_FILE = 'production_promotion_check.log';

/**
 * In the working folder, and with `verbose` on standard error too, in full. A log that cannot be written is said once
 * and changes no verdict.
 */
export function openRunLog(io: Io, verbose: boolean): Log {
  const path = join(io.cwd, LOG_FILE);
  let isWritable = true;
  const write = (line: string): void => {
    if (verbose) io.stderr.write(line);
    if (!isWritable) return;
    try {
      appendFileSync(path, line);
    } catch (cause) {
      isWritable = false;
      const why = cause instanceof Error ? cause.message : String(cause);
      io.stderr.write(`gatehouse: no log is kept: ${why}\n`);
    }
  };
  const clock = { now: () => io.now().getTime() };
  return createLog({ write, clock, level: verbose ? 'debug' : 'info' });
}

/** Each call as it ends; the client itself logs slow ones, 429 and 503. */
export function logCall(log: Log, source: string, event: HttpEvent): void {
  if (event.kind !== 'answered') return;
  const { path, status, latencyMs } = event;
  log.debug(`${source}: answered`, { path, status, ms: Math.round(latencyMs) });
}

const SLOW_MS = 5000;
const GOOD_MS = 2500;

/** The guide's measure: about 1.4 s a call is good, about 5 s is slow. */
export function logHealth(log: Log, source: string, stats: HttpStats): void {
  const { answered, failed, retries, throttled, unavailable, latencyMs } = stats;
  const pace = latencyMs >= SLOW_MS ? 'slow' : latencyMs >= GOOD_MS ? 'slower than usual' : 'good';
  log.info(`${source}: ${answered} calls answered, ${(latencyMs / 1000).toFixed(2)} s each: ${pace}`, {
    failed,
    retries,
    'rate-limited-429': throttled,
    'overloaded-503': unavailable,
  });
}

/** What the emulator saw: for tests and benches, which must not have to guess. */
import type { PoolStats } from './faults/pool.ts';
import type { Endpoint } from './options.ts';

export interface Stats {
  readonly requests: Readonly<Partial<Record<Endpoint, number>>>;
  readonly totalRequests: number;
  /** Answers by status; a connection that was cut or never answered counts as `cut`. */
  readonly statuses: Readonly<Record<string, number>>;
  /** Answers 429, by the limit, the pool or a fault. */
  readonly refused: number;
  readonly inFlight: number;
  readonly maxInFlight: number;
  readonly bytesSent: number;
  /** Epoch ms of the first request and of the last answer, by the wall clock. */
  readonly firstAt: number | undefined;
  readonly lastAt: number | undefined;
  /** Between the two, by a clock that never jumps. */
  readonly elapsedMs: number;
  readonly pool: PoolStats & {
    readonly threads: number | undefined;
    /** Busy time over what the threads had to give; undefined without a pool. */
    readonly utilisation: number | undefined;
  };
  readonly faults: Readonly<Record<string, number>>;
}

export interface Recorder {
  begin(endpoint: Endpoint): void;
  /** `status` is undefined when the connection was cut. */
  end(status: number | undefined, bytes: number): void;
  read(pool: PoolStats, threads: number | undefined, faults: Readonly<Record<string, number>>): Stats;
  reset(): void;
}

export function makeRecorder(wallNow: () => number, nowMs: () => number): Recorder {
  let inFlight = 0;
  let counts = fresh();
  return {
    begin(endpoint) {
      inFlight += 1;
      counts.maxInFlight = Math.max(counts.maxInFlight, inFlight);
      counts.requests[endpoint] = (counts.requests[endpoint] ?? 0) + 1;
      counts.first ??= { wall: wallNow(), mono: nowMs() };
    },
    end(status, bytes) {
      inFlight -= 1;
      const name = status === undefined ? 'cut' : String(status);
      counts.statuses[name] = (counts.statuses[name] ?? 0) + 1;
      counts.bytesSent += bytes;
      counts.last = { wall: wallNow(), mono: nowMs() };
    },
    read(pool, threads, faults) {
      const { requests, statuses, maxInFlight, bytesSent, first, last } = counts;
      const elapsedMs = first === undefined || last === undefined ? 0 : last.mono - first.mono;
      const capacity = threads === undefined ? 0 : threads * elapsedMs;
      return {
        requests: { ...requests },
        totalRequests: Object.values(requests).reduce((sum, count) => sum + count, 0),
        statuses: { ...statuses },
        refused: statuses['429'] ?? 0,
        inFlight,
        maxInFlight,
        bytesSent,
        firstAt: first?.wall,
        lastAt: last?.wall,
        elapsedMs,
        pool: { ...pool, threads, utilisation: capacity === 0 ? undefined : pool.busyMs / capacity },
        faults,
      };
    },
    reset() {
      counts = { ...fresh(), maxInFlight: inFlight };
    },
  };
}

interface Moment {
  readonly wall: number;
  readonly mono: number;
}

interface Counters {
  requests: Partial<Record<Endpoint, number>>;
  statuses: Record<string, number>;
  maxInFlight: number;
  bytesSent: number;
  first: Moment | undefined;
  last: Moment | undefined;
}

function fresh(): Counters {
  return { requests: {}, statuses: {}, maxInFlight: 0, bytesSent: 0, first: undefined, last: undefined };
}
